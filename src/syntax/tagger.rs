//! Part of speech, left to right, each tag chosen once.
//!
//! The features are those of Collins (2002) and of Honnibal's perceptron
//! tagger, plus the tags that the words to the right most often have, which
//! a left-to-right tagger cannot know yet. Words that the training data tags
//! one way in at least 99.8 % of fifty or more places are not scored at all.

use super::weights::{Table, key};
use super::words::{SHAPES, Word};
use crate::learn::hash::Key;
use crate::processor::for_processors;

/// Bytes of a row.
pub(super) const BYTES: usize = 24;
/// Tags a row has room for.
pub(super) const WIDTH: usize = 2 * BYTES - 1;
/// Features of one decision.
pub(super) const FEATURES: usize = 30;

/// What the dictionary says of a word, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(pub u8);

impl Entry {
    const TAG: u8 = 0x3F;
    const SURE: u8 = 0x40;
    const COMMON: u8 = 0x80;
    /// Nothing is known.
    pub const NONE: Entry = Entry(Self::TAG);

    /// An entry for a written form: its most frequent tag, and whether it has no other.
    pub fn tagged(tag: u8, sure: bool) -> Entry {
        Entry(tag & Self::TAG | if sure { Self::SURE } else { 0 })
    }

    /// The same entry, known as a lower-cased form that is common enough to be a feature by itself.
    pub fn common(self) -> Entry {
        Entry(self.0 | Self::COMMON)
    }

    /// The tag it most often has.
    #[inline]
    pub fn tag(self) -> Option<u8> {
        Some(self.0 & Self::TAG).filter(|&tag| tag != Self::TAG)
    }

    /// Whether it has no other tag.
    #[inline]
    pub fn is_sure(self) -> bool {
        self.0 & Self::SURE != 0
    }

    /// Whether the lower-cased form is common.
    #[inline]
    pub fn is_common(self) -> bool {
        self.0 & Self::COMMON != 0
    }
}

/// The dictionary's entry for a hash of [`Word`].
#[inline]
pub(super) fn look_up(dictionary: &Table<'_, 1>, hash: u64) -> Entry {
    dictionary.get(entry_key(hash)).map_or(Entry::NONE, |row| Entry(row[0]))
}

/// The key of a dictionary entry.
#[inline]
pub(super) fn entry_key(hash: u64) -> Key {
    key(0, (hash, 0, 0))
}

/// What one token looks like to its neighbours before it is tagged.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hint {
    /// The most frequent tag + 1, or 100 + the shape of an unknown word.
    pub likely: u64,
    /// The tag, when there is no doubt.
    pub sure: Option<u8>,
}

impl Hint {
    /// From the dictionary.
    pub fn new(word: &Word, entry: Entry) -> Hint {
        match entry.tag() {
            Some(tag) => Hint { likely: u64::from(tag) + 1, sure: Some(tag).filter(|_| entry.is_sure()) },
            None => Hint { likely: 100 + u64::from(word.shape % SHAPES), sure: None },
        }
    }
}

/// The features of token `at`; `tags` are those before it.
#[inline(always)]
pub(super) fn features(words: &[Word], hints: &[Hint], tags: &[u8], at: usize) -> [Key; FEATURES] {
    const OUTSIDE: Word = Word { exact: 7, lower: 7, ends: [7; 4], shape: 7, mark: super::words::Mark::None };
    const NO_TAG: u64 = 99;
    let word = |offset: isize| at.checked_add_signed(offset).and_then(|i| words.get(i)).unwrap_or(&OUTSIDE);
    let likely = |offset: usize| hints.get(at + offset).map_or(7, |hint| hint.likely);
    let before = |offset: usize| at.checked_sub(offset).map_or(NO_TAG, |i| u64::from(tags[i]));
    let (this, previous, next) = (word(0), word(-1), word(1));
    let shape = |word: &Word| u64::from(word.shape);
    let (tag1, tag2) = (before(1), before(2));
    let (own, next1, next2) = (likely(0), likely(1), likely(2));
    let values = [
        (0, 0, 0),
        // the word
        (this.lower, 0, 0),
        (this.exact, 0, 0),
        (this.ends[0], 0, 0),
        (this.ends[1], 0, 0),
        (this.ends[2], 0, 0),
        (this.ends[3], 0, 0),
        (shape(this), u64::from(at == 0), 0),
        (this.ends[1], shape(this), 0),
        (own, 0, 0),
        // tags before it
        (tag1, 0, 0),
        (tag1, tag2, 0),
        (tag1, this.lower, 0),
        (tag1, this.ends[2], 0),
        (tag1, tag2, own),
        (tag1, next.lower, 0),
        // neighbours
        (previous.lower, 0, 0),
        (next.lower, 0, 0),
        (word(-2).lower, 0, 0),
        (word(2).lower, 0, 0),
        (previous.lower, this.lower, 0),
        (next.lower, this.lower, 0),
        (next.ends[2], 0, 0),
        (shape(next), shape(this), 0),
        (shape(previous), shape(this), u64::from(at == 1)),
        // what comes is likely to be
        (next1, 0, 0),
        (next1, next2, 0),
        (tag1, next1, own),
        (this.lower, tag1, next1),
        (next1, next2, tag1),
    ];
    std::array::from_fn(|template| key(template, values[template]))
}

for_processors! {
/// Tags a sentence. `count` tags are in use.
pub(super) fn tag(
    weights: &Table<'_, BYTES>,
    count: usize,
    words: &[Word],
    hints: &[Hint],
    tags: &mut Vec<u8>,
) {
    tags.clear();
    for (at, hint) in hints.iter().enumerate() {
        let tag = hint.sure.unwrap_or_else(|| {
            let scores = weights.score(&features(words, hints, tags, at));
            best(&scores.as_flattened()[..count]) as u8
        });
        tags.push(tag);
    }
}
}

/// The index of the first greatest score.
#[inline]
pub(super) fn best<S: PartialOrd>(scores: &[S]) -> usize {
    let mut best = 0;
    for (at, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = at;
        }
    }
    best
}
