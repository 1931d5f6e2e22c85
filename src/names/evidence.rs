//! What the lists say about the tokens of an article.
//!
//! Evidence, no judgement: for each kind of list the leftmost-longest match a
//! token is part of, where in it the token stands, and what the list says.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::edges;
use super::lexicon::{Lexicon, class};
use crate::annotations::{EntityType, Token};
use crate::gazetteer::{Gazetteer, Hit, NameId};
use crate::learn::hash;
use crate::learn::labels::Part;

/// Kinds of lists: the entity types by their number, then words and phrases.
pub(crate) const KINDS: usize = 4;
/// The kind of titles, roles, demonyms …
pub(crate) const PHRASES: usize = 3;

/// A token's part in a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Match {
    /// Tokens of the match; 0 for none.
    pub length: u8,
    /// Position in it.
    pub at: u8,
    /// What the list says: list, prominence …
    pub says: u64,
}

impl Match {
    /// Where in the match the token stands; none without a match.
    #[inline]
    pub fn part(self) -> Option<Part> {
        match (self.length, self.at) {
            (0, _) => None,
            (1, _) => Some(Part::Unit),
            (_, 0) => Some(Part::Begin),
            (length, at) if at + 1 == length => Some(Part::Last),
            _ => Some(Part::Inside),
        }
    }
}

/// The evidence for one token, by kind of list.
pub(crate) type Evidence = [Match; KINDS];

/// What the lists say about a name, by entity type; 0 for nothing.
type Says = [u64; EntityType::ALL.len()];

/// Finds evidence; keeps what it learned about names from article to article.
#[derive(Default)]
pub(crate) struct Finder {
    pub hits: Vec<Hit>,
    names: HashMap<NameId, Says, FixedState>,
}

/// Names remembered between articles, a bound on memory.
const MOST: usize = 1 << 16;
/// Longest match that counts, in tokens.
const LONGEST: u32 = 12;

impl Finder {
    /// Fills `evidence`, one for each token. `low` gives a token's hash in small letters.
    pub fn find(
        &mut self,
        text: &str,
        tokens: &[Token],
        lists: &Gazetteer,
        lexicon: &Lexicon,
        low: impl Fn(usize) -> u64,
        evidence: &mut Vec<Evidence>,
    ) {
        evidence.clear();
        evidence.resize(tokens.len(), Evidence::default());
        self.hits.clear();
        lists.lookup(text, tokens, &mut self.hits);
        if self.names.len() > MOST {
            self.names.clear();
        }
        // Per type: the first token that is still free.
        let mut free = [0u32; EntityType::ALL.len()];
        let hits = &self.hits;
        let mut at = 0;
        while at < hits.len() {
            let start = hits[at].tokens.start;
            let count = hits[at..].iter().take_while(|hit| hit.tokens.start == start).count();
            // Ends rise, so the longest come last.
            for hit in hits[at..at + count].iter().rev() {
                let length = hit.tokens.end - start;
                if length > LONGEST {
                    continue;
                }
                let says = self.names.entry(hit.name).or_insert_with(|| says(lists, hit.name));
                for (kind, &says) in says.iter().enumerate() {
                    if says != 0 && start >= free[kind] {
                        free[kind] = hit.tokens.end;
                        for at in 0..length {
                            evidence[(start + at) as usize][kind] =
                                Match { length: length as u8, at: at as u8, says };
                        }
                    }
                }
            }
            at += count;
        }
        self.within_words(text, tokens, lists, evidence);
        let mut at = 0;
        while at < tokens.len() {
            let Some((range, classes)) = lexicon.phrase(at, tokens.len(), &low) else {
                at += 1;
                continue;
            };
            at = range.end;
            // Single heads and reporting verbs are flags of the word already.
            let classes = if range.len() == 1 {
                classes & (class::TITLE | class::ROLE | class::DEMONYM | class::GENERIC)
            } else {
                classes
            };
            if classes == 0 || range.len() > LONGEST as usize {
                continue;
            }
            let length = range.len() as u8;
            for (number, token) in range.enumerate() {
                evidence[token][PHRASES] = Match { length, at: number as u8, says: u64::from(classes) };
            }
        }
    }
}

impl Finder {
    /// What the lists say about names inside words: "UK-based".
    fn within_words(&mut self, text: &str, tokens: &[Token], lists: &Gazetteer, evidence: &mut [Evidence]) {
        for (token, evidence) in tokens.iter().zip(evidence) {
            let word = token.span.of(text);
            let core = edges::core(word);
            if core.len() == word.len() {
                continue;
            }
            for name in lists.find(core) {
                let says = self.names.entry(name).or_insert_with(|| says(lists, name));
                for (kind, &says) in says.iter().enumerate().filter(|(_, says)| **says != 0) {
                    if evidence[kind].length == 0 {
                        evidence[kind] = Match { length: 1, at: 0, says };
                    }
                }
            }
        }
    }
}

/// What the lists say about a name: for each type its most prominent entry's list and class.
fn says(lists: &Gazetteer, name: NameId) -> Says {
    let mut says = Says::default();
    let mut top = [-1.0f32; EntityType::ALL.len()];
    for entry in lists.entries(name) {
        let kind = entry.kind() as usize;
        let prominence = entry.prominence();
        if prominence <= top[kind] {
            continue;
        }
        top[kind] = prominence;
        let class = match prominence {
            p if p <= 0.0 => 0,
            p if p < 2.0 => 1,
            p if p < 4.0 => 2,
            p if p < 6.0 => 3,
            _ => 4,
        };
        let size = match entry.population() {
            0 => 0,
            1..15_000 => 1,
            15_000..150_000 => 2,
            150_000..1_000_000 => 3,
            _ => 4u64,
        };
        let code = class << 8 | size << 4 | u64::from(entry.is_alias()) << 1 | 1;
        says[kind] = hash::join(hash::text(entry.list()), code) | 1;
    }
    says
}
