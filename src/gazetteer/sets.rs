//! Closed sets of words and phrases, and what is known about single words.

use crate::annotations::{EntityType, Token};
use std::ops::Range;

/// A word as a given name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// How common, 1 (rare) to 15, logarithmic.
    pub frequency: u8,
    /// Share of women among its bearers, when known.
    pub p_female: Option<f32>,
}

/// How often a word occurs in the names of the lists: logarithms to base 2 of
/// counts plus one, rounded up, by [`EntityType`] number; 15 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenStats {
    /// As the whole name.
    pub whole: [u8; EntityType::ALL.len()],
    /// As the first word of several.
    pub first: [u8; EntityType::ALL.len()],
    /// As the last word of several.
    pub last: [u8; EntityType::ALL.len()],
    /// In between.
    pub inner: [u8; EntityType::ALL.len()],
}

/// A closed set of phrases with the columns of their list.
#[derive(Clone, Debug, Default)]
pub struct Phrases {}

/// One phrase of a set.
#[derive(Clone, Copy, Debug)]
pub struct Phrase<'p>(&'p Phrases);

impl Phrases {
    /// How many there are.
    pub fn len(&self) -> usize {
        0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The phrase that `words` are as a whole, in any case.
    pub fn get(&self, _words: &str) -> Option<Phrase<'_>> {
        None
    }

    /// Appends the phrases found in the text of `tokens`, leftmost-longest, at token edges, with their tokens.
    pub fn find<'p>(&'p self, _text: &str, _tokens: &[Token], _found: &mut Vec<(Range<u32>, Phrase<'p>)>) {}

    /// All of them, in the list's order.
    pub fn iter(&self) -> impl Iterator<Item = Phrase<'_>> {
        std::iter::empty()
    }
}

impl<'p> Phrase<'p> {
    /// As the list writes it.
    pub fn name(&self) -> &'p str {
        let _ = self.0;
        ""
    }

    /// The value in this column, empty when the list has none.
    pub fn get(&self, _column: &str) -> &'p str {
        ""
    }
}
