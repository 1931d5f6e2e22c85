//! Closed sets of words and phrases as the tagger sees them: titles, roles,
//! demonyms, reporting verbs, heads of organization and place names.
//!
//! Compiled once from the gazetteers' word sets (and `heads.tsv`) into a table
//! from hashes to classes, so that a document is looked through by hashes its
//! words already have.

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use crate::gazetteer::Gazetteer;
use crate::learn::hash;

/// What a word or phrase can be, one bit each.
pub(crate) mod class {
    pub const TITLE: u8 = 1;
    pub const ROLE: u8 = 1 << 1;
    pub const DEMONYM: u8 = 1 << 2;
    pub const REPORTS: u8 = 1 << 3;
    pub const ORGANIZATION_HEAD: u8 = 1 << 4;
    pub const PLACE_HEAD: u8 = 1 << 5;
    pub const LEGAL: u8 = 1 << 6;
}

const HEADS: &str = include_str!("heads.tsv");

/// Sets of the gazetteers and what their phrases are.
const SETS: [(&str, u8); 8] = [
    ("title", class::TITLE),
    ("role", class::ROLE),
    ("demonym", class::DEMONYM),
    ("reporting-verb", class::REPORTS),
    ("organization-head", class::ORGANIZATION_HEAD),
    ("org-head", class::ORGANIZATION_HEAD),
    ("place-head", class::PLACE_HEAD),
    ("legal-suffix", class::LEGAL),
];

/// The sets, by hash.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    /// Hash of a phrase (see [`extend`]) → classes.
    phrases: HashMap<u64, u8, FixedState>,
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
                for column in ["aliases", "third", "past", "gerund", "forms"] {
                    for form in phrase.get(column).split('|').filter(|f| !f.is_empty()) {
                        lexicon.add(form, class);
                    }
                }
            }
        }
        for line in HEADS.lines().filter(|l| !l.starts_with('#')).skip(1) {
            let mut fields = line.split('\t');
            let (word, kind) = (fields.next().unwrap_or(""), fields.next().unwrap_or(""));
            let class = if kind == "place" { class::PLACE_HEAD } else { class::ORGANIZATION_HEAD };
            lexicon.add(word, class);
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, class: u8) {
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
    pub fn word(&self, low: u64) -> u8 {
        self.phrases.get(&low).copied().unwrap_or(0)
    }

    /// The longest phrase that begins at `at`, and its classes. `low` gives a token's hash.
    pub fn phrase(&self, at: usize, end: usize, low: impl Fn(usize) -> u64) -> Option<(Range<usize>, u8)> {
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
    fn every_head_has_a_kind() {
        let rows: Vec<&str> = HEADS.lines().filter(|l| !l.starts_with('#')).skip(1).collect();
        assert!(rows.len() > 100);
        for row in rows {
            assert!(row.ends_with("\torganization") || row.ends_with("\tplace"), "heads.tsv: {row}");
        }
    }
}
