//! Finds the names of an index in a text.
//!
//! A word with which no name begins ends the question in a small filter. For
//! the others the key of two words is asked for, then of three, until no name
//! goes on; only keys that the filter of all keys lets pass are looked up in
//! the table, and only fingerprints that are there are compared with the text.
//! What lies in memory far away is asked for in waves: each question of a wave
//! is announced to the processor before the first is asked, or many are asked
//! at once; see [`super::lanes`].

use super::compile::fold::{self, Separator};
use super::compile::layout::*;
use super::index::{Index, Record};
use super::lanes::{Kept, Lanes, Plain, Seconds, Words, fetch_filter};
#[cfg(target_arch = "x86_64")]
use super::lanes::{V3, V4};
use super::starts::{self, Starts, passes};
use crate::processor::{fetch, v3, v4};

/// Words that a wave begins with, at least, unless the text ends.
const WAVE: usize = 256;

/// Words which may be a name or the beginning of one.
#[derive(Clone, Copy, Default)]
struct Run {
    /// First byte.
    start: u32,
    /// Where the last of the words begins.
    last: u32,
    /// One past the last byte.
    end: u32,
    /// It is a single word; whether a name goes on from it, its own filter says.
    single: bool,
    key: u64,
}

/// A fingerprint found in the table.
#[derive(Clone, Copy)]
struct Print {
    run: Run,
    /// Where the records of its bucket begin.
    records: u32,
    /// How many of them come before.
    before: u32,
}

/// A name found.
#[derive(Clone, Copy)]
struct Found {
    start: u32,
    end: u32,
    name: u32,
}

/// What a scan uses again and again; every scan may begin with that of another.
#[derive(Default)]
pub struct Scratch {
    words: Words,
    /// Which of the words names go on from, by number, and which are looked up alone.
    longer: Kept<u32>,
    single: Kept<u32>,
    /// Words a space behind those of the former, and which of them the filter lets pass; and those of the
    /// former behind which something else stands.
    seconds: Seconds,
    joined: Kept<u32>,
    far: Kept<u32>,
    runs: Vec<Run>,
    probes: Vec<Run>,
    prints: Vec<Print>,
    found: Vec<Found>,
    spelled: Vec<fold::Word>,
    folded: (String, String),
}

impl Index {
    /// Calls `found` with where it starts and ends, in bytes, and the record of every name in `text`,
    /// by start, then end; `text` must be shorter than 4 GiB.
    pub fn scan(&self, text: &str, scratch: &mut Scratch, found: impl FnMut(usize, usize, u32)) {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = V4::new() {
            // SAFETY: the processor was asked and has what the function needs.
            return unsafe { self.scan_v4(lanes, text, scratch, found) };
        } else if let Some(lanes) = V3::new() {
            // SAFETY: as above.
            return unsafe { self.scan_v3(lanes, text, scratch, found) };
        }
        self.scan_with(Plain, text, scratch, found);
    }

    v3! {
        /// The same, compiled for the processors of the last ten years.
        fn scan_v3(&self, lanes: V3, text: &str, scratch: &mut Scratch, found: impl FnMut(usize, usize, u32)) {
            self.scan_with(lanes, text, scratch, found);
        }
    }

    v4! {
        /// The same for those with AVX-512.
        fn scan_v4(&self, lanes: V4, text: &str, scratch: &mut Scratch, found: impl FnMut(usize, usize, u32)) {
            self.scan_with(lanes, text, scratch, found);
        }
    }

    #[inline(always)]
    fn scan_with(
        &self,
        lanes: impl Lanes,
        text: &str,
        scratch: &mut Scratch,
        mut found: impl FnMut(usize, usize, u32),
    ) {
        let mut starts = Starts::new(text, self, lanes);
        loop {
            let more = starts.fill(WAVE, &mut scratch.words);
            self.first_words(lanes, text, scratch);
            self.first_pairs(lanes, text, scratch);
            self.wave(text, scratch);
            for name in scratch.found.drain(..) {
                found(name.start as usize, name.end as usize, name.name);
            }
            if !more {
                break;
            }
        }
    }

    /// Sorts out with which of the words a name may begin.
    #[inline(always)]
    fn first_words(&self, lanes: impl Lanes, text: &str, scratch: &mut Scratch) {
        let Scratch { words, longer, single, .. } = scratch;
        lanes.sift(self.section(Section::Firsts), words, longer, single);
        let small = self.section(Section::Starts);
        if !small.is_empty() {
            for kept in [longer, single] {
                kept.retain(0, |number| {
                    let start = words.starts.all()[number as usize] as usize;
                    let lower = text[start..].chars().next().is_some_and(char::is_lowercase);
                    !lower || passes(small, words.hashes[number as usize])
                });
            }
        }
    }

    /// Makes runs of one word and of two.
    #[inline(always)]
    fn first_pairs(&self, lanes: impl Lanes, text: &str, scratch: &mut Scratch) {
        let filter = self.section(Section::Filter);
        let table = self.section(Section::Table);
        let inner = self.section(Section::Inner);
        let Scratch { words, longer, single, seconds, joined, far, runs, probes, .. } = scratch;
        let alone = |number: u32| {
            let number = number as usize;
            let (start, end) = (words.starts.all()[number], words.ends[number]);
            Run { start, last: start, end, single: true, key: words.hashes[number] }
        };
        for &number in single.all() {
            let run = alone(number);
            self.announce(table, run.key);
            probes.push(run);
        }
        lanes.follow(text, self.joins(), words, longer, seconds, far);
        lanes.read(text, &mut seconds.words);
        lanes.join(filter, words, seconds, joined);
        for &number in joined.all() {
            let number = number as usize;
            let first = alone(seconds.firsts.all()[number]);
            let (last, end) = (seconds.words.starts.all()[number], seconds.words.ends[number]);
            let run = Run { start: first.start, last, end, single: false, key: seconds.keys[number] };
            self.announce(table, run.key);
            probes.push(run);
        }
        for &number in far.all() {
            if let Some(run) = extend(text, inner, &alone(number)) {
                fetch_filter(filter, run.key);
                runs.push(run);
            }
        }
    }

    /// Follows the runs and looks up what they are.
    #[inline(always)]
    fn wave(&self, text: &str, scratch: &mut Scratch) {
        let filter = self.section(Section::Filter);
        let table = self.section(Section::Table);
        let inner = self.section(Section::Inner);
        let names = self.section(Section::Names);
        let Scratch { runs, probes, prints, found, spelled, folded, .. } = scratch;
        while !runs.is_empty() || !probes.is_empty() {
            for run in runs.drain(..).filter(|run| passes(filter, run.key)) {
                self.announce(table, run.key);
                probes.push(run);
            }
            for run in probes.drain(..) {
                let goes_on = self.probe(table, run.key, |records, before| {
                    fetch(names, records as usize);
                    prints.push(Print { run, records, before });
                });
                if goes_on
                    && !run.single
                    && let Some(longer) = extend(text, inner, &run)
                {
                    fetch_filter(filter, longer.key);
                    runs.push(longer);
                }
            }
        }
        for Print { run, records, before } in prints.drain(..) {
            let mut name = records as usize;
            for _ in 0..before {
                name += varint(names, &mut name) as usize;
            }
            let text = &text[run.start as usize..run.end as usize];
            let record = self.record(name as u32);
            let verified = self.is_spelled(&record, text.as_bytes()) || {
                spelled.clear();
                fold::words(text, spelled);
                self.verify(&record, text, spelled, folded)
            };
            if verified {
                found.push(Found { start: run.start, end: run.end, name: name as u32 });
            }
        }
        // Spellings of one span come from one bucket, in its order.
        found.sort_by_key(|name| (name.start, name.end));
    }

    /// Calls `name` for each name with this key's fingerprint: where the records of its bucket begin,
    /// and how many come before its own; true when longer names may go on from here.
    #[inline(always)]
    fn probe(&self, table: &[u8], key: u64, mut name: impl FnMut(u32, u32)) -> bool {
        let print = print(key);
        let mut goes_on = false;
        let mut at = bucket(key, self.homes()) * BUCKET;
        while let Some(bucket) = table.get(at..at + BUCKET) {
            let mut same = 0u32;
            let mut names = 0u32;
            for slot in 0..SLOTS {
                let value = u32_at(bucket, 4 + slot * 4);
                same |= u32::from(value & PRINT == print && value != 0) << slot;
                names |= (value & NAME) << slot;
            }
            while same != 0 {
                let slot = same.trailing_zeros();
                same &= same - 1;
                goes_on |= u32_at(bucket, 4 + slot as usize * 4) & PREFIX != 0;
                if names >> slot & 1 != 0 {
                    let before = (names & ((1 << slot) - 1)).count_ones();
                    name(u32_at(bucket, 0), before);
                }
            }
            if u32_at(bucket, BUCKET - 4) == 0 {
                break;
            }
            at += BUCKET;
        }
        goes_on
    }

    /// Announces that this key will be looked up.
    #[inline(always)]
    fn announce(&self, table: &[u8], key: u64) {
        fetch(table, bucket(key, self.homes()) * BUCKET);
    }

    /// Whether `text` is the record's words with single spaces between, letter by letter: most names
    /// are written as they are listed.
    #[inline]
    fn is_spelled(&self, record: &Record, mut text: &[u8]) -> bool {
        if record.gaps.is_some() {
            return false;
        }
        for (index, &word) in record.words[..record.count].iter().enumerate() {
            let rest = match index {
                0 => Some(text),
                _ => text.strip_prefix(b" "),
            };
            match rest.and_then(|rest| rest.strip_prefix(self.word(word))) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        text.is_empty()
    }

    /// Whether `words` of `text` are the record's, as its policy wants them.
    fn verify(
        &self,
        record: &Record,
        text: &str,
        words: &[fold::Word],
        buffers: &mut (String, String),
    ) -> bool {
        if record.count != words.len() {
            return false;
        }
        let names = self.section(Section::Names);
        let mut capitals = None;
        for (index, word) in words.iter().enumerate() {
            let listed = self.word(record.words[index]);
            let found = word.of(text);
            if listed != found.as_bytes() {
                if !same_word(listed, found, buffers) {
                    return false;
                }
                let article = index == 0 && words.len() > 1 && listed.eq_ignore_ascii_case(b"the");
                let fits = case_fits(record.policy, listed, found, words.len() == 1)
                    || (article && record.policy != Policy::Exact)
                    || (words.len() > 1
                        && *capitals.get_or_insert_with(|| words.iter().all(|w| is_capitals(w.of(text)))));
                if !fits {
                    return false;
                }
            }
            if let Some(before) = index.checked_sub(1) {
                let class = match record.gaps {
                    None => Separator::Space,
                    Some(gaps) => {
                        let number = names.get(gaps + index).map_or(0, |&n| usize::from(n));
                        self.separator(number)
                    }
                };
                if class != words[before].after {
                    return false;
                }
            }
        }
        true
    }
}

/// `run` with the next word; none when no name goes on there, nor with a word in lower case that is
/// not in `inner`.
#[inline(always)]
fn extend(text: &str, inner: &[u8], run: &Run) -> Option<Run> {
    let (separator, start) = starts::after(text, run.last as usize, run.end as usize)?;
    let (end, hash) = starts::read_inner(text, start, inner)?;
    let key = fold::extend(run.key, separator, hash);
    Some(Run { start: run.start, last: start as u32, end, single: false, key })
}

/// Whether two spellings are one folded word.
fn same_word(listed: &[u8], found: &str, buffers: &mut (String, String)) -> bool {
    if listed.is_ascii() && found.is_ascii() {
        return listed.eq_ignore_ascii_case(found.as_bytes());
    }
    let (a, b) = buffers;
    a.clear();
    b.clear();
    fold::fold(std::str::from_utf8(listed).unwrap_or(""), a);
    fold::fold(found, b);
    a == b
}

/// Whether `found` is written as the policy wants the word `listed`, which is the whole name if `single`.
fn case_fits(policy: Policy, listed: &[u8], found: &str, single: bool) -> bool {
    let listed = std::str::from_utf8(listed).unwrap_or("");
    match policy {
        Policy::Any => true,
        Policy::Exact => {
            let (mut a, mut b) = (String::new(), String::new());
            fold::strip_accents(listed, &mut a);
            fold::strip_accents(found, &mut b);
            a == b
        }
        Policy::Title | Policy::Upper => {
            let capital = |word: &str| word.chars().next().is_some_and(|c| !c.is_lowercase());
            if !capital(listed) {
                // "iPhone", "van": at the start of a sentence and in titles with a capital too.
                return true;
            }
            let letters = listed.chars().count();
            // "WHO" is not "Who"; from four letters on, "Nato" is as good as "NATO".
            let acronym = (2..=3).contains(&letters) && is_capitals(listed);
            let shouted = single && policy == Policy::Title && is_capitals(found) && !is_capitals(listed);
            capital(found) && (!acronym || is_capitals(found)) && !shouted
        }
    }
}

/// Whether nothing is in lower case.
fn is_capitals(word: &str) -> bool {
    !word.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::gazetteer::compile::{Builder, ListMeta, Row};

    fn index() -> Index {
        let mut builder = Builder::default();
        for (policy, names) in [
            (Policy::Title, &["Xi", "Xi Jinping", "Bank of Åland", "al-Hadi", "D.C., North", "O'Brien"][..]),
            (Policy::Any, &["x", "oil & gas", "Мир", "北京"]),
        ] {
            let meta = ListMeta { name: format!("{policy:?}"), kind: 0, user: true, overrides: false };
            let list = builder.list(meta, policy).unwrap();
            for name in names {
                builder.entry(list, &Row { name, ..Row::default() }).unwrap();
            }
        }
        Index::owned(builder.finish().unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn every_processor_finds_the_same(text in "((Xi|Jinping|Bank|of|Åland|al|Hadi|D\\.C\\.|North|O'Brien|x|oil|&|gas|Мир|北京|é|\\PC{0,20})[ \\n,.'’-]{0,2}){0,60}") {
            let index = index();
            let mut found = Vec::new();
            index.scan_with(Plain, &text, &mut Scratch::default(), |start, end, name| found.push((start, end, name)));
            #[cfg(target_arch = "x86_64")]
            {
                let mut others = Vec::new();
                if let Some(lanes) = V3::new() {
                    index.scan_with(lanes, &text, &mut Scratch::default(), |start, end, name| others.push((start, end, name)));
                    prop_assert_eq!(&found, &others);
                    others.clear();
                }
                if let Some(lanes) = V4::new() {
                    index.scan_with(lanes, &text, &mut Scratch::default(), |start, end, name| others.push((start, end, name)));
                    prop_assert_eq!(&found, &others);
                }
            }
            // Two scans share their memory without a trace.
            let mut again = Vec::new();
            let mut scratch = Scratch::default();
            for text in ["Xi Jinping of the Bank of Åland", &text] {
                again.clear();
                index.scan(text, &mut scratch, |start, end, name| again.push((start, end, name)));
            }
            prop_assert_eq!(&found, &again);
        }
    }
}
