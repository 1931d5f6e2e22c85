//! Closed sets of words and phrases as the tagger sees them: titles, roles,
//! demonyms, reporting verbs, heads of organization and place names, generic
//! capitalised words.
//!
//! Compiled once from the gazetteers' word sets into a table
//! from hashes to classes, so that a document is looked through by hashes its
//! words already have.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use crate::gazetteer::Gazetteer;
use crate::learn::hash;

/// What a word or phrase can be, one bit each.
pub(crate) mod class {
    pub const TITLE: u16 = 1;
    pub const ROLE: u16 = 1 << 1;
    pub const DEMONYM: u16 = 1 << 2;
    pub const REPORTS: u16 = 1 << 3;
    pub const ORGANIZATION_HEAD: u16 = 1 << 4;
    pub const PLACE_WORD: u16 = 1 << 5;
    pub const LEGAL: u16 = 1 << 6;
    pub const GENERIC: u16 = 1 << 7;
    pub const PARTICLE: u16 = 1 << 8;
}

/// Sets of the gazetteers and what their phrases are.
const SETS: [(&str, u16); 9] = [
    ("title", class::TITLE),
    ("role", class::ROLE),
    ("demonym", class::DEMONYM),
    ("reporting-verb", class::REPORTS),
    ("organization-head", class::ORGANIZATION_HEAD),
    ("place-word", class::PLACE_WORD),
    ("legal-suffix", class::LEGAL),
    ("generic", class::GENERIC),
    ("particle", class::PARTICLE),
];

/// Columns that hold further forms of a row's phrase.
const FORMS: [&str; 4] = ["aliases", "third", "past", "gerund"];

/// The sets, by hash.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// Hash of a phrase (see [`extend`]) → classes.
    phrases: HashMap<u64, u16, FixedState>,
    /// Hash of a first word → words in the longest phrase it begins.
    longest: HashMap<u64, u8, FixedState>,
}

/// The hash of a phrase with one more word.
#[inline]
fn extend(phrase: u64, word: u64) -> u64 {
    hash::join(phrase, word)
}

impl Lexicon {
    /// Compiles the sets of `lists`.
    pub fn new(lists: &Gazetteer) -> Self {
        let mut lexicon = Lexicon::default();
        for (set, class) in SETS {
            for phrase in lists.phrases(set).iter() {
                lexicon.add(phrase.name(), class);
                for column in FORMS {
                    for form in phrase.get(column).split('|').filter(|f| !f.is_empty()) {
                        lexicon.add(form, class);
                    }
                }
            }
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, class: u16) {
        let lower = phrase.to_lowercase();
        let mut words = lower.split_whitespace().map(hash::text);
        let Some(first) = words.next() else { return };
        let (phrase, count) = words.fold((first, 1u8), |(h, n), w| (extend(h, w), n.saturating_add(1)));
        *self.phrases.entry(phrase).or_default() |= class;
        let longest = self.longest.entry(first).or_default();
        *longest = (*longest).max(count);
    }

    /// Classes of a single word, by the hash of its small letters.
    #[inline]
    pub fn word(&self, low: u64) -> u16 {
        self.phrases.get(&low).copied().unwrap_or(0)
    }

    /// The longest phrase that begins at `at`, and its classes. `low` gives a token's hash.
    pub fn phrase(&self, at: usize, end: usize, low: impl Fn(usize) -> u64) -> Option<(Range<usize>, u16)> {
        let first = low(at);
        let longest = *self.longest.get(&first)? as usize;
        let mut phrase = first;
        let mut found = None;
        for next in at..end.min(at + longest) {
            if next > at {
                phrase = extend(phrase, low(next));
            }
            if let Some(&classes) = self.phrases.get(&phrase) {
                found = Some((at..next + 1, classes));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_wins() {
        let mut lexicon = Lexicon::default();
        lexicon.add("Prime Minister", class::TITLE);
        lexicon.add("Prime", class::ROLE);
        let text = ["the", "prime", "minister", "spoke"];
        let find = |at| lexicon.phrase(at, text.len(), |i| hash::text(text[i]));
        assert_eq!(find(0), None);
        assert_eq!(find(1), Some((1..3, class::TITLE)));
        assert_eq!(lexicon.word(hash::text("prime")), class::ROLE);
    }

    #[test]
    fn every_set_is_filled() {
        for (set, class) in SETS {
            let first = Gazetteer::shipped().phrases(set).iter().next();
            let name = first.unwrap_or_else(|| panic!("the set {set} is empty")).name().to_lowercase();
            let lexicon = Lexicon::new(Gazetteer::shipped());
            let words: Vec<&str> = name.split_whitespace().collect();
            let found = lexicon.phrase(0, words.len(), |i| hash::text(words[i]));
            assert!(found.is_some_and(|(_, classes)| classes & class != 0), "{set}: {name}");
        }
    }
}
