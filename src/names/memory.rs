//! What the rest of the article says about a word.
//!
//! News repeats itself: a surname alone was a full name before, an acronym was
//! spelled out, a word at the start of a sentence stands small elsewhere. One
//! pass collects; [`Memory::keys`] then answers for a token. Memory is linear
//! in the article, time near-linear, whatever the text.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use super::evidence::PHRASES;
use super::features::{Feature, one, template as t};
use super::reading::{Reading, line};
use super::words::{Word, flag};
use crate::annotations::EntityType;
use crate::learn::hash;

/// Contexts a capitalised word was seen in, one bit each.
mod seen {
    pub const AFTER_TITLE: u8 = 1;
    pub const BY_REPORT: u8 = 1 << 1;
    pub const AFTER_IN: u8 = 1 << 2;
    pub const BY_HEAD: u8 = 1 << 3;
    pub const AFTER_GIVEN: u8 = 1 << 4;
}

/// What was seen of one capitalised word.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// Times in running text.
    times: u32,
    /// Times within a sentence.
    inside: u32,
    contexts: u8,
    /// Longest and second longest run with this word in it, of different words.
    runs: [Option<Run>; 2],
    /// Where in `neighbours` its own are.
    neighbours: Range<u32>,
}

/// A run of capitalised words, from the point of view of one of them.
#[derive(Clone, Copy, Debug)]
struct Run {
    content: u64,
    first: u32,
    last: u32,
    token: u32,
    after_title: bool,
}

/// The memory of one article.
#[derive(Default)]
pub(crate) struct Memory {
    /// Hash of small letters → times written small.
    small: HashMap<u64, u32, FixedState>,
    index: HashMap<u64, u32, FixedState>,
    seen: Vec<Seen>,
    /// (word, side of the neighbour, its hash, times)
    neighbours: Vec<(u32, u16, u64, u32)>,
    /// Acronym → last head word of what it stands for.
    acronyms: HashMap<u64, u64, FixedState>,
}

/// Most neighbours that count.
const NEIGHBOURS: usize = 8;
/// Longest run that is spelled as an acronym, in tokens.
const SPELLED: usize = 12;

impl Memory {
    /// Looks through an article.
    pub fn collect(&mut self, reading: &Reading<'_>) {
        self.small.clear();
        self.index.clear();
        self.seen.clear();
        self.neighbours.clear();
        self.acronyms.clear();
        for sentence in reading.sentences() {
            let running = reading.line(sentence.start) & (line::CAPITALS | line::TITLE_CASE) == 0;
            for at in sentence.clone() {
                let word = reading.word(at);
                if word.is(flag::SMALL) {
                    *self.small.entry(word.low).or_default() += 1;
                } else if word.capital() {
                    self.see(reading, &sentence, at, running);
                }
            }
            if running {
                self.runs(reading, sentence);
            }
        }
        self.rank();
    }

    fn slot(&mut self, exact: u64) -> usize {
        let next = self.seen.len() as u32;
        let slot = *self.index.entry(exact).or_insert(next);
        if slot == next {
            self.seen.push(Seen::default());
        }
        slot as usize
    }

    fn see(&mut self, reading: &Reading<'_>, sentence: &Range<usize>, at: usize, running: bool) {
        let word = reading.word(at);
        let slot = self.slot(word.exact);
        let previous = (at > sentence.start).then(|| reading.word(at - 1));
        let next = (at + 1 < sentence.end).then(|| reading.word(at + 1));
        let seen = &mut self.seen[slot];
        if running {
            seen.times += 1;
            seen.inside += u32::from(reading.line(at) & line::FIRST == 0);
        }
        let is = |word: Option<&Word>, flag| word.is_some_and(|w| w.is(flag));
        let mut mark = |context: u8, on: bool| seen.contexts |= if on { context } else { 0 };
        mark(seen::AFTER_TITLE, is(previous, flag::TITLE));
        mark(seen::BY_REPORT, is(previous, flag::REPORTS) || is(next, flag::REPORTS));
        mark(seen::AFTER_IN, is(previous, flag::WHERE));
        mark(seen::BY_HEAD, is(next, flag::ORGANIZATION_HEAD));
        mark(seen::AFTER_GIVEN, previous.is_some_and(|w| w.given > 1 && w.capital()));
        if running {
            let left = previous.map(|w| (slot as u32, t::NEIGHBOUR_LEFT, w.low, 1));
            let right = next.map(|w| (slot as u32, t::NEIGHBOUR_RIGHT, w.low, 1));
            self.neighbours.extend(left.into_iter().chain(right));
        }
    }

    /// Runs of capitalised words, and the acronyms they spell.
    fn runs(&mut self, reading: &Reading<'_>, sentence: Range<usize>) {
        let mut at = sentence.start;
        while at < sentence.end {
            if !reading.word(at).capital() {
                at += 1;
                continue;
            }
            let run = reading.run(at);
            at = run.end;
            if run.len() > 1 {
                let content = run.clone().take(SPELLED).fold(0, |h, i| hash::join(h, reading.word(i).exact));
                let after_title = run.start > sentence.start && reading.word(run.start - 1).is(flag::TITLE);
                for token in run.clone().take(SPELLED) {
                    let seen = Run {
                        content,
                        first: run.start as u32,
                        last: run.end as u32 - 1,
                        token: token as u32,
                        after_title,
                    };
                    let slot = self.slot(reading.word(token).exact);
                    seen_run(&mut self.seen[slot].runs, seen);
                }
            }
            self.spell(reading, &run, sentence.end);
            self.bracket(reading, &run, &sentence);
        }
    }

    /// Acronyms of the run with what connectors join to it: "Bank of England", BOE and BE.
    fn spell(&mut self, reading: &Reading<'_>, run: &Range<usize>, end: usize) {
        let mut last = run.end;
        while last < end && last - run.start < SPELLED && reading.word(last).is(flag::CONNECTOR) {
            let skip = 1 + usize::from(
                last + 2 < end
                    && reading.word(last + 1).is(flag::CONNECTOR)
                    && reading.word(last + 2).capital(),
            );
            if last + skip >= end || !reading.word(last + skip).capital() {
                break;
            }
            last = reading.run(last + skip).end;
        }
        let whole = run.start..last.min(run.start + SPELLED);
        if whole.len() < 2 {
            return;
        }
        for start in whole.start..whole.end.min(whole.start + 3) {
            let rest = start..whole.end;
            if rest.len() < 2 || !reading.word(start).capital() {
                continue;
            }
            let head = rest.clone().rev().map(|i| reading.word(i)).find(|w| w.is(flag::ORGANIZATION_HEAD));
            let head = head.map_or(1, |w| w.low);
            let mut capitals = String::new();
            let mut all = String::new();
            for token in rest {
                if let Some(first) = reading.text(token).chars().next() {
                    all.extend(first.to_uppercase());
                    if first.is_uppercase() {
                        capitals.push(first);
                    }
                }
            }
            for acronym in [capitals, all] {
                if acronym.chars().nth(1).is_some() {
                    self.acronyms.entry(hash::text(&acronym)).or_insert(head);
                }
            }
        }
    }

    /// "Long Name (LN)": what stands in brackets behind a run is its short form.
    fn bracket(&mut self, reading: &Reading<'_>, run: &Range<usize>, sentence: &Range<usize>) {
        let close = run.end + 2;
        if run.len() < 2
            || close >= sentence.end
            || reading.text(run.end) != "("
            || reading.text(close) != ")"
        {
            return;
        }
        let short = reading.word(run.end + 1);
        if short.capital() {
            let head = run.clone().rev().map(|i| reading.word(i)).find(|w| w.is(flag::ORGANIZATION_HEAD));
            self.acronyms.entry(short.exact).or_insert(head.map_or(2, |w| w.low));
        }
    }

    /// Leaves each word its most frequent neighbours.
    fn rank(&mut self) {
        self.neighbours.sort_unstable();
        self.neighbours.dedup_by(|next, last| {
            let same = (next.0, next.1, next.2) == (last.0, last.1, last.2);
            last.3 += if same { next.3 } else { 0 };
            same
        });
        self.neighbours.sort_unstable_by_key(|n| (n.0, std::cmp::Reverse(n.3), n.1, n.2));
        let mut at = 0;
        while at < self.neighbours.len() {
            let word = self.neighbours[at].0;
            let count = self.neighbours[at..].iter().take_while(|n| n.0 == word).count();
            let end = at + count.min(NEIGHBOURS);
            self.seen[word as usize].neighbours = at as u32..end as u32;
            at += count;
        }
    }

    /// The features that the memory adds to token `at`, a capitalised one.
    pub fn keys(&self, reading: &Reading<'_>, at: usize, push: &mut impl FnMut(Feature)) {
        let word = reading.word(at);
        let first = u64::from(reading.line(at) & line::FIRST != 0);
        if self.small.contains_key(&word.low) {
            push(one(t::SMALL_ELSEWHERE, first));
        }
        if let Some(&head) = self.acronyms.get(&word.exact).filter(|_| reading.text(at).len() > 1) {
            push(one(t::ACRONYM, 0));
            push(one(t::ACRONYM_HEAD, head));
        }
        let Some(&slot) = self.index.get(&word.exact) else { return };
        let seen = &self.seen[slot as usize];
        if seen.inside > 0 {
            push(one(t::CAPITAL_INSIDE, first));
        }
        if seen.times > 1 {
            push(one(t::REPEATED, 0));
            for (_, side, word, _) in
                &self.neighbours[seen.neighbours.start as usize..seen.neighbours.end as usize]
            {
                push(one(*side, *word));
            }
        }
        for bit in 0..5 {
            if seen.contexts >> bit & 1 != 0 {
                push(one(t::SEEN_CONTEXT, bit));
            }
        }
        let own = reading.run(at).take(SPELLED).fold(0, |h, i| hash::join(h, reading.word(i).exact));
        let Some(run) = seen.runs.iter().flatten().find(|run| run.content != own) else { return };
        let place = match run.token {
            token if token == run.first => 0,
            token if token == run.last => 1,
            _ => 2u64,
        };
        let (head, tail) = (reading.word(run.first as usize), reading.word(run.last as usize));
        push(one(t::RUN_PLACE, place * 8 + u64::from(run.last - run.first + 1).min(4)));
        if run.after_title {
            push(one(t::RUN_TITLE, 0));
        }
        let is_head = tail.is(flag::ORGANIZATION_HEAD) || tail.is(flag::PLACE_HEAD);
        push(one(if is_head { t::RUN_HEAD } else { t::RUN_LAST }, tail.exact));
        push(one(t::RUN_NAMES, (u64::from(head.given) * 8 + u64::from(tail.surname)) * 4 + place));
        let length = run.last - run.first + 1;
        for kind in 0..EntityType::ALL.len() {
            let found = reading.evidence[run.first as usize][kind];
            if found.at == 0 && u32::from(found.length) == length {
                push(one(t::RUN_LISTED, kind as u64 * 4 + place));
            }
        }
        if reading.evidence[run.first as usize][PHRASES].length > 0 {
            push(one(t::RUN_PHRASE, place));
        }
    }
}

/// Keeps the two longest runs of different words.
fn seen_run(runs: &mut [Option<Run>; 2], new: Run) {
    let length = |run: &Run| run.last - run.first;
    if runs.iter().flatten().any(|run| run.content == new.content) {
        return;
    }
    let longer = |than: &Option<Run>| than.as_ref().is_none_or(|run| length(&new) > length(run));
    if longer(&runs[0]) {
        runs[1] = runs[0].replace(new);
    } else if longer(&runs[1]) {
        runs[1] = Some(new);
    }
}
