//! Finds the names of an index in a text.
//!
//! A word with which no name begins ends the question in a small filter. For
//! the others the key of two words is asked for, then of three, until no name
//! goes on; only keys that the filter of all keys lets pass are looked up in
//! the table, and only fingerprints that are there are compared with the text.
//! What lies in memory far away is asked for in waves: each question of a wave
//! is announced to the processor before the first is asked.

use super::compile::fold::{self, Separator};
use super::compile::layout::*;
use super::index::{Index, Record, u32_at};
use super::starts::{self, First, Starts, passes};

/// Words that a wave begins with, at least, unless the text ends.
const WAVE: usize = 96;

/// Words from one of [`Starts`] on, which may be a name or the beginning of one.
#[derive(Clone, Copy)]
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
    firsts: Vec<First>,
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
    pub fn scan(&self, text: &str, scratch: &mut Scratch, mut found: impl FnMut(usize, usize, u32)) {
        let mut starts = Starts::new(text, self);
        loop {
            scratch.firsts.clear();
            let more = starts.fill(WAVE, &mut scratch.firsts);
            self.wave(text, scratch);
            for name in scratch.found.drain(..) {
                found(name.start as usize, name.end as usize, name.name);
            }
            if !more {
                break;
            }
        }
    }

    /// Every name that begins with one of `scratch.firsts`.
    fn wave(&self, text: &str, scratch: &mut Scratch) {
        let filter = self.section(Section::Filter);
        let table = self.section(Section::Table);
        let inner = self.section(Section::Inner);
        let names = self.section(Section::Names);
        let Scratch { firsts, runs, probes, prints, found, spelled, folded } = scratch;
        for (index, &First { word, single, longer }) in firsts.iter().enumerate() {
            let run =
                Run { start: word.start, last: word.start, end: word.end, single: true, key: word.hash };
            if single {
                self.announce(table, run.key);
                probes.push(run);
            }
            if longer && let Some(run) = extend(text, inner, &run, firsts.get(index + 1)) {
                announce_filter(filter, run.key);
                runs.push(run);
            }
        }
        while !runs.is_empty() || !probes.is_empty() {
            for run in runs.drain(..).filter(|run| passes(filter, run.key)) {
                self.announce(table, run.key);
                probes.push(run);
            }
            for run in probes.drain(..) {
                let goes_on = self.probe(table, run.key, |records, before| {
                    prefetch(names, records as usize);
                    prints.push(Print { run, records, before });
                });
                if goes_on
                    && !run.single
                    && let Some(longer) = extend(text, inner, &run, None)
                {
                    announce_filter(filter, longer.key);
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
            spelled.clear();
            fold::words(text, spelled);
            if self.verify(&self.record(name as u32), text, spelled, folded) {
                found.push(Found { start: run.start, end: run.end, name: name as u32 });
            }
        }
        // Spellings of one span come from one bucket, in its order.
        found.sort_by_key(|name| (name.start, name.end));
    }

    /// Calls `name` for each name with this key's fingerprint: where the records of its bucket begin,
    /// and how many come before its own; true when longer names may go on from here.
    #[inline]
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
    #[inline]
    fn announce(&self, table: &[u8], key: u64) {
        prefetch(table, bucket(key, self.homes()) * BUCKET);
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

/// `run` with the next word, which may be the one that is known already; none when no name goes on
/// there, nor with a word in lower case that is not in `inner`.
#[inline]
fn extend(text: &str, inner: &[u8], run: &Run, known: Option<&First>) -> Option<Run> {
    let (separator, start) = starts::after(text, run.last as usize, run.end as usize)?;
    let word = match known {
        Some(known) if known.word.start as usize == start => known.word,
        _ => starts::read(text, start, Some(inner))?,
    };
    let key = fold::extend(run.key, separator, word.hash);
    Some(Run { start: run.start, last: word.start, end: word.end, single: false, key })
}

/// Announces that the filter will be asked for this hash.
#[inline]
fn announce_filter(filter: &[u8], hash: u64) {
    prefetch(filter, bloom(hash, filter.len() / 8).0 * 8);
}

/// Has the cache line of the byte at `at` fetched, if there is such a byte.
#[inline]
fn prefetch(bytes: &[u8], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(byte) = bytes.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of every x86-64 processor; the pointer is that of a byte of the slice,
        // and fetching changes nothing that a program can see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(byte).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (bytes, at);
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
