//! The tagger's features: templates, in two groups.
//!
//! [`of_word`] depends on one word and its distance alone, so its weights are
//! summed once per word and kept; [`in_context`] needs the place in the text.
//! Ratinov & Roth (2009) and the CoNLL tradition before them are the source of
//! most; word classes after Miller et al. (2004); features of the rest of the
//! article after Chieu & Ng (2002, "Named Entity Recognition: A Maximum
//! Entropy Approach Using Global Information").
//!
//! A feature marked adapted may weigh differently in each training set, see
//! [`hash::adapted`]: the word, its shape, lists, titles and what stands
//! around a run, where annotation guidelines differ.

use std::ops::Range;

use super::evidence::{KINDS, Match, PHRASES};
use super::memory::Memory;
use super::reading::{Reading, line};
use super::words::{Word, flag};
use crate::annotations::EntityType;
use crate::learn::hash::{self, Key, join};
use crate::learn::labels::Part;

/// Grows when a template changes meaning: older models are refused.
pub(crate) const VERSION: u32 = 2;

/// Numbers of the templates. Never used twice; a gap is a template given up.
pub(crate) mod template {
    pub const BIAS: u16 = 1;
    pub const EXACT: u16 = 2;
    pub const LOW: u16 = 3;
    pub const SHAPE: u16 = 4;
    pub const FULL_SHAPE: u16 = 5;
    pub const PREFIX: u16 = 6;
    pub const SUFFIX: u16 = 9;
    pub const FLAG: u16 = 12;
    pub const GIVEN_SURNAME: u16 = 30;
    pub const GIVEN: u16 = 31;
    pub const SURNAME: u16 = 32;
    pub const COMMON_NAME: u16 = 33;
    pub const CLUSTER: u16 = 34;
    pub const IN_ORGANIZATIONS: u16 = 37;
    pub const IN_PLACES: u16 = 38;
    pub const IN_BOTH: u16 = 39;
    pub const IN_BOTH_FIRST: u16 = 40;
    pub const WHOLE: u16 = 41;
    /// Of a neighbour: plus 20 for each position.
    pub const NEIGHBOUR: u16 = 100;
    // In context.
    pub const PART: u16 = 200;
    pub const SAYS: u16 = 201;
    pub const LEFT_PART: u16 = 202;
    pub const RIGHT_PART: u16 = 203;
    pub const LEFT_SAYS: u16 = 204;
    pub const RIGHT_SAYS: u16 = 205;
    pub const FAR_PART: u16 = 206;
    pub const AMBIGUOUS: u16 = 208;
    pub const KINDS: u16 = 209;
    pub const NAME_LEFT: u16 = 210;
    pub const NAME_RIGHT: u16 = 211;
    pub const AROUND_LOW: u16 = 212;
    pub const SHAPE_LEFT: u16 = 213;
    pub const SHAPE_RIGHT: u16 = 214;
    pub const SHAPES: u16 = 215;
    pub const LEFT_SHAPE: u16 = 216;
    pub const RIGHT_SHAPE: u16 = 217;
    pub const SHAPES_LEFT: u16 = 218;
    pub const SHAPES_RIGHT: u16 = 219;
    pub const CLUSTER_LEFT: u16 = 220;
    pub const CLUSTER_RIGHT: u16 = 221;
    pub const CLUSTERS_AROUND: u16 = 222;
    pub const STATS_LEFT: u16 = 223;
    pub const STATS_RIGHT: u16 = 224;
    pub const STATS_END: u16 = 225;
    pub const STATS_RUN: u16 = 226;
    pub const GLUE: u16 = 227;
    pub const GLUED_LEFT: u16 = 228;
    pub const GLUED_RIGHT: u16 = 229;
    pub const GLUED_RIGHT_2: u16 = 230;
    pub const GLUED_LEFT_2: u16 = 231;
    pub const LINE: u16 = 232;
    pub const LINE_TOP: u16 = 233;
    pub const LINE_FIRST: u16 = 234;
    pub const FIRST: u16 = 235;
    pub const CAPITALS: u16 = 236;
    pub const TITLE_CASE: u16 = 237;
    pub const RUN_LENGTH: u16 = 240;
    pub const RUN_BEFORE: u16 = 241;
    pub const RUN_AFTER: u16 = 242;
    pub const RUN_END_WORD: u16 = 243;
    pub const RUN_FIRST_WORD: u16 = 244;
    pub const RUN_POSITION: u16 = 245;
    pub const RUN_BEFORE_CLUSTER: u16 = 246;
    pub const RUN_AFTER_CLUSTER: u16 = 247;
    pub const JOINED_RIGHT: u16 = 248;
    pub const JOINED_LEFT: u16 = 249;
    pub const JOINED_RIGHT_END: u16 = 250;
    pub const JOINED_LEFT_FIRST: u16 = 251;
    pub const LIST_BEFORE: u16 = 252;
    pub const LIST_AFTER: u16 = 253;
    pub const BOTH_COMPLETE: u16 = 254;
    pub const BRACKETED: u16 = 255;
    pub const BEFORE_BRACKET: u16 = 256;
    pub const DIGIT_NAME: u16 = 257;
    // From the rest of the article.
    pub const SMALL_ELSEWHERE: u16 = 300;
    pub const CAPITAL_INSIDE: u16 = 301;
    pub const REPEATED: u16 = 302;
    pub const SEEN_CONTEXT: u16 = 303;
    pub const ACRONYM: u16 = 304;
    pub const ACRONYM_HEAD: u16 = 305;
    pub const NEIGHBOUR_LEFT: u16 = 306;
    pub const NEIGHBOUR_RIGHT: u16 = 307;
    pub const RUN_PLACE: u16 = 308;
    pub const RUN_TITLE: u16 = 309;
    pub const RUN_HEAD: u16 = 310;
    pub const RUN_LAST: u16 = 311;
    pub const RUN_NAMES: u16 = 312;
    pub const RUN_LISTED: u16 = 313;
    pub const RUN_PHRASE: u16 = 314;
}
use template as t;

/// A feature of a token: which template, with what value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    pub template: u16,
    pub value: u64,
    /// See [`hash::adapted`].
    pub adapted: bool,
}

impl Feature {
    /// Its name in the model.
    #[inline]
    pub fn key(self) -> Key {
        let key = hash::key(self.template, self.value);
        if self.adapted { hash::adapted(key) } else { key }
    }
}

/// A feature with one value.
#[inline]
pub(crate) fn one(template: u16, value: u64) -> Feature {
    Feature { template, value, adapted: false }
}

/// A feature with two values, in this order.
#[inline]
pub(crate) fn pair(template: u16, first: u64, second: u64) -> Feature {
    one(template, join(first, second))
}

/// An adapted feature with one value.
#[inline]
fn own(template: u16, value: u64) -> Feature {
    Feature { adapted: true, ..one(template, value) }
}

/// An adapted feature with two values.
#[inline]
fn own2(template: u16, first: u64, second: u64) -> Feature {
    Feature { adapted: true, ..pair(template, first, second) }
}

/// How far neighbours are looked at, in tokens.
pub(crate) const REACH: usize = 2;

/// Features of a word at `distance` tokens from the one to be labelled (0: itself).
pub(crate) fn of_word(word: &Word, distance: isize, push: &mut impl FnMut(Feature)) {
    if distance == 0 {
        of_itself(word, push);
    } else {
        of_neighbour(word, distance, push);
    }
}

/// The feature that the sentence ends before `distance`.
pub(crate) fn of_nothing(distance: isize) -> Feature {
    one(neighbour(distance), 0)
}

fn neighbour(distance: isize) -> u16 {
    t::NEIGHBOUR + 20 * (distance + REACH as isize) as u16
}

fn of_itself(word: &Word, push: &mut impl FnMut(Feature)) {
    push(own(t::BIAS, 0));
    push(own(t::EXACT, word.exact));
    push(own(t::LOW, word.low));
    push(own(t::SHAPE, word.shape));
    push(one(t::FULL_SHAPE, word.full_shape));
    for slot in 0..3 {
        if word.prefixes[slot] != 0 {
            push(one(t::PREFIX + slot as u16, word.prefixes[slot]));
        }
        if word.suffixes[slot] != 0 {
            push(one(t::SUFFIX + slot as u16, word.suffixes[slot]));
        }
    }
    for bit in 0..flag::COUNT {
        if word.flags >> bit & 1 != 0 {
            push(own(t::FLAG, u64::from(bit)));
        }
    }
    if word.name_class() != 0 {
        push(own(t::GIVEN_SURNAME, word.name_class()));
        push(one(t::GIVEN, u64::from(word.given)));
        push(one(t::SURNAME, u64::from(word.surname)));
        push(pair(t::COMMON_NAME, word.name_class(), u64::from(word.is(flag::COMMON))));
    }
    if word.cluster.frequency > 0 {
        for (slot, &cluster) in word.cluster.grains.iter().enumerate() {
            push(one(t::CLUSTER + slot as u16, u64::from(cluster)));
        }
    }
    if word.capital() {
        let (organization, place) =
            (in_names(word, EntityType::Organization), in_names(word, EntityType::Place));
        if organization != 0 {
            push(one(t::IN_ORGANIZATIONS, organization));
        }
        if place != 0 {
            push(one(t::IN_PLACES, place));
        }
        let first = |kind: EntityType| u64::from(class(word.stats.first[kind as usize]));
        let last = |kind: EntityType| u64::from(class(word.stats.last[kind as usize]));
        push(pair(t::IN_BOTH, last(EntityType::Organization), last(EntityType::Place)));
        push(pair(
            t::IN_BOTH_FIRST,
            last(EntityType::Organization) * 8 + first(EntityType::Organization),
            last(EntityType::Place) * 8 + first(EntityType::Place),
        ));
        let whole = word.stats.whole.iter().fold(0, |all, &count| all * 8 + u64::from(class(count)));
        push(one(t::WHOLE, whole));
    }
}

/// Classes of how often a word occurs in names.
fn class(count: u8) -> u8 {
    match count {
        0 => 0,
        1..=2 => 1,
        3..=5 => 2,
        6..=8 => 3,
        _ => 4,
    }
}

/// How often a word stands in names of a type: at the end, at the start, between, as one number.
fn in_names(word: &Word, kind: EntityType) -> u64 {
    let stats = &word.stats;
    let [last, first, inner] =
        [stats.last, stats.first, stats.inner].map(|s| u64::from(class(s[kind as usize])));
    last * 25 + first * 5 + inner
}

fn of_neighbour(word: &Word, distance: isize, push: &mut impl FnMut(Feature)) {
    let t = neighbour(distance);
    push(one(t + 1, word.low));
    push(one(t + 2, word.shape));
    if word.is(flag::ORGANIZATION_HEAD) {
        push(one(t + 3, 0));
    }
    if word.is(flag::TITLE) {
        push(one(t + 4, 0));
    }
    if word.is(flag::ROLE) {
        push(one(t + 5, 0));
    }
    if word.is(flag::DEMONYM) {
        push(one(t + 6, 0));
    }
    if word.is(flag::LEGAL) {
        push(one(t + 14, 0));
    }
    if word.is(flag::GENERIC) {
        push(one(t + 15, 0));
    }
    let cluster = word.cluster;
    if cluster.frequency > 0 {
        push(one(t + 7, u64::from(cluster.grains[0])));
        push(one(t + 8, u64::from(cluster.grains[1])));
    }
    if distance.abs() == 1 {
        if word.suffixes[1] != 0 {
            push(one(t + 9, word.suffixes[1]));
        }
        if word.is(flag::PLACE_HEAD) {
            push(one(t + 10, 0));
        }
        if word.is(flag::REPORTS) {
            push(one(t + 11, 0));
        }
        if word.name_class() != 0 {
            push(one(t + 12, word.name_class()));
        }
        if cluster.frequency > 0 {
            push(one(t + 13, u64::from(cluster.grains[2])));
        }
    }
}

/// A match's kind and the token's part in it, as one number.
fn part(kind: usize, found: Match) -> Option<u64> {
    found.part().map(|part| kind as u64 * 4 + part as u64)
}

/// A neighbour's name class, or that there is none.
fn name_code(word: Option<&Word>) -> u64 {
    word.map_or(999, |w| u64::from(w.capital()) * 64 + w.name_class())
}

/// Features of token `at` in its place; `sentence` holds it.
pub(crate) fn in_context(
    reading: &Reading<'_>,
    memory: &Memory,
    sentence: &Range<usize>,
    at: usize,
    push: &mut impl FnMut(Feature),
) {
    let word = reading.word(at);
    let line = reading.line(at);
    let step = |distance: isize| {
        let other = at.checked_add_signed(distance)?;
        sentence.contains(&other).then_some(other)
    };
    let near = |distance: isize| step(distance).map(|i| reading.word(i));
    let (left, right) = (near(-1), near(1));
    lists(reading, sentence, at, push);

    // Names of persons.
    let code = word.name_class();
    if code != 0 || word.capital() {
        let own = if code != 0 { code } else { 777 };
        push(pair(t::NAME_LEFT, name_code(left), own));
        push(pair(t::NAME_RIGHT, name_code(right), own));
    }

    // Words and shapes together.
    if let (Some(left), Some(right)) = (left, right) {
        push(pair(t::AROUND_LOW, left.low, right.low));
        push(pair(t::SHAPES, join(left.shape, right.shape), word.shape));
    }
    if let Some(left) = left {
        push(pair(t::SHAPE_LEFT, left.shape, word.shape));
        push(pair(t::LEFT_SHAPE, left.low, word.shape));
        if let Some(further) = near(-2) {
            push(pair(t::SHAPES_LEFT, join(further.shape, left.shape), word.shape));
        }
    }
    if let Some(right) = right {
        push(pair(t::SHAPE_RIGHT, word.shape, right.shape));
        push(pair(t::RIGHT_SHAPE, right.low, word.shape));
        if let Some(further) = near(2) {
            push(pair(t::SHAPES_RIGHT, join(right.shape, further.shape), word.shape));
        }
    }
    let cluster = |word: Option<&Word>| word.map(|w| u64::from(w.cluster.grains[1])).filter(|c| *c > 0);
    if let Some(own) = cluster(Some(word)) {
        if let Some(left) = cluster(left) {
            push(pair(t::CLUSTER_LEFT, left, own));
        }
        if let Some(right) = cluster(right) {
            push(pair(t::CLUSTER_RIGHT, own, right));
        }
    }
    if let (Some(left), Some(right)) = (cluster(left), cluster(right)) {
        push(pair(t::CLUSTERS_AROUND, left * 2048 + right, word.shape));
    }

    // Spacing and lines.
    let glue = |i: usize, flag: u8| reading.line(i) & flag != 0;
    push(pair(t::GLUE, u64::from(line & (line::GLUED_LEFT | line::GLUED_RIGHT)), word.shape));
    if let Some(next) = step(-1).filter(|_| glue(at, line::GLUED_LEFT)) {
        push(one(t::GLUED_LEFT, reading.word(next).low));
        if let Some(further) = step(-2).filter(|_| glue(next, line::GLUED_LEFT)) {
            push(pair(t::GLUED_LEFT_2, reading.word(next).low, reading.word(further).shape));
        }
    }
    if let Some(next) = step(1).filter(|_| glue(at, line::GLUED_RIGHT)) {
        push(one(t::GLUED_RIGHT, reading.word(next).low));
        if let Some(further) = step(2).filter(|_| glue(next, line::GLUED_RIGHT)) {
            push(pair(t::GLUED_RIGHT_2, reading.word(next).low, reading.word(further).shape));
        }
    }
    let edges = line & (line::NEW_LINE | line::UNFINISHED);
    push(pair(t::LINE, u64::from(edges | line & line::FIRST), u64::from(word.capital())));
    push(pair(
        t::LINE_TOP,
        u64::from(line & (line::UNFINISHED | line::TOP)),
        u64::from(word.flags & (flag::CAPITAL | flag::UPPER)),
    ));
    if line & line::FIRST != 0 {
        push(one(t::FIRST, 0));
        push(pair(t::LINE_FIRST, u64::from(edges), word.low));
    }
    if line & line::CAPITALS != 0 {
        push(own(t::CAPITALS, 0));
    } else if line & line::TITLE_CASE != 0 {
        push(own(t::TITLE_CASE, 0));
    }
    if word.capital() {
        in_run(reading, sentence, at, push);
        memory.keys(reading, at, push);
    } else if word.is(flag::CONNECTOR) {
        complete(reading, sentence, at, push);
    }
}

/// What the lists say about the token and its neighbours.
fn lists(reading: &Reading<'_>, sentence: &Range<usize>, at: usize, push: &mut impl FnMut(Feature)) {
    let word = reading.word(at);
    let here = &reading.evidence[at];
    let mut kinds = 0;
    for (kind, &found) in here.iter().enumerate() {
        let Some(code) = part(kind, found) else { continue };
        kinds = kinds << 4 | (code + 1);
        push(own(t::PART, code));
        push(own2(t::SAYS, code, found.says));
        if found.length == 1 && word.is(flag::COMMON) {
            push(pair(t::AMBIGUOUS, code, found.says));
        }
    }
    if kinds >> 4 != 0 {
        push(one(t::KINDS, kinds));
    }
    for (distance, part_template, says_template) in [
        (-1isize, t::LEFT_PART, Some(t::LEFT_SAYS)),
        (1, t::RIGHT_PART, Some(t::RIGHT_SAYS)),
        (-2, t::FAR_PART, None),
        (2, t::FAR_PART + 1, None),
    ] {
        let Some(other) = at.checked_add_signed(distance).filter(|i| sentence.contains(i)) else { continue };
        for (kind, &found) in reading.evidence[other].iter().enumerate() {
            let Some(code) = part(kind, found) else { continue };
            push(one(part_template, code));
            if let Some(template) = says_template {
                push(pair(template, code, found.says));
            }
        }
    }
}

/// The type whose list has all of `run` as one name: 1 + its number, 0 for none.
fn listed(reading: &Reading<'_>, run: &Range<usize>) -> u64 {
    let whole = |found: &Match| found.at == 0 && usize::from(found.length) == run.len();
    reading.evidence[run.start][..PHRASES].iter().position(whole).map_or(0, |kind| kind as u64 + 1)
}

/// What kind of name a run is, as far as lists and heads tell: for the features of coherence.
fn run_kind(reading: &Reading<'_>, run: &Range<usize>) -> u64 {
    let last = reading.word(run.end - 1);
    let head = if last.is(flag::ORGANIZATION_HEAD) {
        1
    } else if last.is(flag::PLACE_HEAD) {
        2
    } else {
        0
    };
    let all = reading.evidence[run.start][..PHRASES].iter();
    let whole = all.fold(0, |bits, m| bits << 1 | u64::from(m.at == 0 && usize::from(m.length) == run.len()));
    whole * 4 + head
}

/// Features of a capitalised token from the run it is part of.
fn in_run(reading: &Reading<'_>, sentence: &Range<usize>, at: usize, push: &mut impl FnMut(Feature)) {
    let run = reading.run(at);
    let word = reading.word(at);
    let length = run.len();
    let (first, last) = (reading.word(run.start), reading.word(run.end - 1));
    let before = (run.start > sentence.start).then(|| reading.word(run.start - 1));
    let after = (run.end < sentence.end).then(|| reading.word(run.end));
    push(one(t::RUN_LENGTH, (length - 1).min(5) as u64));
    push(own(t::RUN_BEFORE, before.map_or(1, |w| w.low)));
    push(own(t::RUN_AFTER, after.map_or(2, |w| w.low)));
    push(one(t::RUN_END_WORD, last.exact));
    push(one(t::RUN_FIRST_WORD, first.exact));
    push(one(t::RUN_POSITION, ((at - run.start).min(4) * 8 + (run.end - 1 - at).min(4)) as u64));
    let size = (length - 1).min(3) as u64;
    if let Some(before) = before {
        push(pair(t::RUN_BEFORE_CLUSTER, u64::from(before.cluster.grains[1]), size));
    }
    if let Some(after) = after {
        push(pair(t::RUN_AFTER_CLUSTER, u64::from(after.cluster.grains[1]), size));
    }

    // Words that occur in listed names, along the run.
    let org = |w: &Word, s: fn(&Word) -> [u8; 3]| u64::from(class(s(w)[EntityType::Organization as usize]));
    let place = |w: &Word, s: fn(&Word) -> [u8; 3]| u64::from(class(s(w)[EntityType::Place as usize]));
    let ends: fn(&Word) -> [u8; 3] = |w| w.stats.last;
    let begins: fn(&Word) -> [u8; 3] = |w| w.stats.first;
    if at > sentence.start {
        let left = reading.word(at - 1);
        let code = u64::from(left.capital()) * 64 + org(left, begins) * 8 + place(left, begins);
        push(pair(t::STATS_LEFT, org(word, ends) * 8 + place(word, ends), code));
    }
    if at + 1 < sentence.end {
        let right = reading.word(at + 1);
        let code = u64::from(right.capital()) * 64 + org(right, ends) * 8 + place(right, ends);
        push(pair(t::STATS_RIGHT, org(word, begins) * 8 + place(word, begins), code));
    }
    push(pair(t::STATS_END, org(last, ends) * 8 + place(last, ends), (run.end - 1 - at).min(3) as u64));
    let most = run.clone().take(8).map(|i| org(reading.word(i), ends)).max().unwrap_or(0);
    let position = ((at - run.start).min(2) * 4 + (run.end - 1 - at).min(2)) as u64;
    push(pair(t::STATS_RUN, most * 8 + place(last, ends), position));

    // What is joined to the run: "of", "and", commas.
    let beyond = |i: usize| (i < sentence.end && reading.word(i).capital()).then(|| reading.run(i));
    if let Some(next) = beyond(run.end + 1) {
        let joint = reading.word(run.end).low;
        push(pair(t::JOINED_RIGHT, joint, reading.word(next.start).exact));
        push(pair(t::JOINED_RIGHT_END, joint, reading.word(next.end - 1).exact));
        push(pair(t::LIST_AFTER, joint, run_kind(reading, &next)));
    }
    if run.start >= sentence.start + 2 && reading.word(run.start - 2).capital() {
        let previous = reading.run(run.start - 2);
        let joint = reading.word(run.start - 1).low;
        push(pair(t::JOINED_LEFT, joint, reading.word(previous.end - 1).exact));
        push(pair(t::JOINED_LEFT_FIRST, joint, reading.word(previous.start).exact));
        push(pair(t::LIST_BEFORE, joint, run_kind(reading, &previous)));
    }

    // Brackets: "Long Name (LN)".
    let is = |i: usize, mark: &str| sentence.contains(&i) && reading.text(i) == mark;
    if run.start > sentence.start && is(run.start - 1, "(") && is(run.end, ")") {
        let previous =
            run.start.checked_sub(2).filter(|i| *i >= sentence.start && reading.word(*i).capital());
        let kind = previous.map_or(99, |i| run_kind(reading, &reading.run(i)));
        push(pair(t::BRACKETED, kind, size));
    }
    if is(run.end, "(") && is(run.end + 2, ")") {
        let short = reading.word(run.end + 1);
        push(pair(
            t::BEFORE_BRACKET,
            u64::from(short.flags & (flag::CAPITAL | flag::UPPER | flag::DIGIT)),
            size,
        ));
    }
    // "SKW 3", "60 Decibels".
    if last.capital() && after.is_some_and(|w| w.is(flag::DIGIT)) {
        push(pair(t::DIGIT_NAME, 1, size));
    }
    if before.is_some_and(|w| w.is(flag::DIGIT)) {
        push(pair(t::DIGIT_NAME, 2, size));
    }
}

/// At a connector: whether the runs on both sides are whole names by themselves.
fn complete(reading: &Reading<'_>, sentence: &Range<usize>, at: usize, push: &mut impl FnMut(Feature)) {
    if at == sentence.start || at + 1 >= sentence.end {
        return;
    }
    if !reading.word(at - 1).capital() || !reading.word(at + 1).capital() {
        return;
    }
    let (left, right) = (reading.run(at - 1), reading.run(at + 1));
    let (a, b) = (run_kind(reading, &left), run_kind(reading, &right));
    let word = reading.word(at).low;
    push(pair(t::BOTH_COMPLETE, join(word, 0), a * 64 + b));
    push(pair(t::BOTH_COMPLETE, join(word, 1), listed(reading, &left) * 4 + listed(reading, &right)));
    let spans = (0..KINDS - 1).any(|kind| {
        let found = reading.evidence[at][kind];
        matches!(found.part(), Some(Part::Inside))
    });
    push(pair(t::BOTH_COMPLETE, join(word, 2), u64::from(spans)));
}
