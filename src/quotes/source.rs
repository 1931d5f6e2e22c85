//! All that is known of an article when its quotes are judged.

use crate::Annotations;

use super::reading::Reading;
use super::trees::Trees;
use super::words::Word;

/// An article with its layers, its reading and its trees.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The text.
    pub text: &'a str,
    /// The layers found so far.
    pub found: &'a Annotations,
    /// The article as this stage reads it.
    pub reading: &'a Reading,
    /// Parts of speech and arcs of the sentences that may report.
    pub trees: &'a Trees,
}

impl Source<'_> {
    /// The part of speech of a token as a feature value: the tag where parsed, else the guess.
    #[inline]
    pub fn tag(&self, t: u32) -> u64 {
        if self.trees.parsed(t) {
            10 + self.trees.tags[t as usize] as u64
        } else {
            100 + self.reading.pos[t as usize] as u64
        }
    }

    /// The lemma of a token: exact for reporting verbs, by its ending for other words.
    #[inline]
    pub fn lemma(&self, t: u32) -> Word {
        self.reading.lemmas[t as usize]
    }

    /// The last three characters as a feature value.
    pub fn suffix(&self, t: u32) -> u64 {
        let word = self.found.token_text(self.text, t as usize);
        let start = word.char_indices().rev().nth(2).map_or(0, |(at, _)| at);
        super::words::word_in_text(&word[start..])
    }
}
