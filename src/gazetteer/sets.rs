//! Closed sets of words and phrases, and what is known about single words.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use foldhash::fast::FixedState;

use super::compile::fold::{self, Separator, Word};
use super::compile::list::{ListError, Table};
use super::matcher::Words;
use crate::annotations::{EntityType, Token};

/// A word as a given name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// How common, 1 (rare) to 15, logarithmic.
    pub frequency: u8,
    /// Share of women among its bearers, when known.
    pub p_female: Option<f32>,
}

/// How often a word occurs in the names of the lists: 0 for never, else one
/// more than the binary logarithm of the count, by [`EntityType`] number; 15 at most.
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

/// Everything known about a single word, in one look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WordFacts {
    /// As a given name.
    pub given: Option<Given>,
    /// As a surname: how common, 1 (rare) to 15.
    pub surname: Option<u8>,
    /// As a word of listed names.
    pub stats: TokenStats,
}

impl WordFacts {
    /// From the eight bytes of the index.
    pub(super) fn from_row(row: [u8; 8]) -> Self {
        let half = |index: usize| row[2 + index / 2] >> (index % 2 * 4) & 15;
        let triple = |place: usize| [half(place * 3), half(place * 3 + 1), half(place * 3 + 2)];
        let given = row[0] & 15;
        let surname = row[0] >> 4;
        WordFacts {
            given: (given > 0).then(|| Given {
                frequency: given,
                p_female: row[1].checked_sub(1).map(|percent| f32::from(percent) / 100.0),
            }),
            surname: (surname > 0).then_some(surname),
            stats: TokenStats { whole: triple(0), first: triple(1), last: triple(2), inner: triple(3) },
        }
    }
}

/// A closed set of phrases with the columns of their list.
///
/// Case, accents and the kind of spaces, hyphens and apostrophes do not count.
#[derive(Default)]
pub struct Phrases {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Folded phrase → row. The first row that has it.
    by_key: HashMap<String, u32, FixedState>,
    /// The folded phrases, and the row of each.
    keys: Vec<String>,
    patterns: Vec<u32>,
    /// Of the keys; built when a text is first looked through. None when it would not fit.
    matcher: OnceLock<Option<AhoCorasick>>,
}

/// One phrase of a set.
#[derive(Clone, Copy)]
pub struct Phrase<'p> {
    set: &'p Phrases,
    row: u32,
}

impl Phrases {
    /// The phrases of a table: TSV with `#` comments and a line of column
    /// names. The first column is the phrase, a column `aliases` (separated by
    /// `|`) holds others of the same row. `file` is for messages.
    ///
    /// # Errors
    /// When the table is malformed, or a phrase has no letter or digit.
    pub fn new(file: &str, table: &str) -> Result<Self, ListError> {
        let mut table = Table::new(file, table)?;
        let columns = table.columns.iter().map(|c| (*c).to_owned()).collect();
        let mut set = Phrases { columns, ..Phrases::default() };
        let mut keys = Vec::new();
        let mut fields = Vec::new();
        let mut words = Vec::new();
        let mut phrases = Vec::new();
        while table.next_phrases(&mut fields, &mut phrases)? {
            let row = set.rows.len() as u32;
            for &phrase in &phrases {
                words.clear();
                fold::words(phrase, &mut words);
                let mut key = String::new();
                write_key(phrase, &words, &mut key);
                if !set.by_key.contains_key(&key) {
                    set.by_key.insert(key.clone(), row);
                    keys.push(key);
                    set.patterns.push(row);
                }
            }
            set.rows.push(fields.iter().map(|f| (*f).to_owned()).collect());
        }
        set.keys = keys;
        Ok(set)
    }

    fn build(&self) -> Option<AhoCorasick> {
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&self.keys).ok()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The phrase that `words` are as a whole.
    pub fn get(&self, words: &str) -> Option<Phrase<'_>> {
        let mut found = Vec::new();
        fold::words(words, &mut found);
        let mut key = String::new();
        write_key(words, &found, &mut key);
        self.by_key.get(&key).map(|&row| Phrase { set: self, row })
    }

    /// Appends the phrases found in the text of `tokens`, leftmost-longest, at token edges, with their tokens.
    pub fn find<'p>(&'p self, text: &str, tokens: &[Token], found: &mut Vec<(Range<u32>, Phrase<'p>)>) {
        let Some(matcher) = self.matcher.get_or_init(|| self.build()) else { return };
        let words = Words::of(text, tokens);
        let mut key = String::with_capacity(words.text().len() + 2 * words.words.len());
        let starts = write_key(words.text(), &words.words, &mut key);
        for hit in matcher.find_iter(&key) {
            let first = starts.partition_point(|&start| start < hit.start());
            let end = starts.partition_point(|&start| start < hit.end());
            if let Some(tokens) = words.tokens(first, end) {
                let row = self.patterns[hit.pattern().as_usize()];
                found.push((tokens, Phrase { set: self, row }));
            }
        }
    }

    /// All of them, in the list's order.
    pub fn iter(&self) -> impl Iterator<Item = Phrase<'_>> {
        (0..self.rows.len() as u32).map(|row| Phrase { set: self, row })
    }
}

/// Appends the folded words, each between marks of its own so that matches
/// cannot start or end inside one; gives where each word's mark is.
fn write_key(text: &str, words: &[Word], key: &mut String) -> Vec<usize> {
    let mut starts = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        starts.push(key.len());
        key.push('\u{1}');
        fold::fold(word.of(text), key);
        key.push('\u{2}');
        if index + 1 < words.len() {
            match word.after {
                Separator::Break => key.push('\u{3}'),
                Separator::Space => {}
                Separator::Apostrophe => key.push('\''),
                Separator::Comma => key.push(','),
                Separator::Ampersand => key.push('&'),
                Separator::Slash => key.push('/'),
            }
        }
    }
    starts
}

impl<'p> Phrase<'p> {
    /// As the list writes it.
    pub fn name(&self) -> &'p str {
        self.set.rows[self.row as usize].first().map_or("", String::as_str)
    }

    /// The value in this column, empty when the list has none.
    pub fn get(&self, column: &str) -> &'p str {
        let number = self.set.columns.iter().position(|name| name == column);
        number.and_then(|n| self.set.rows[self.row as usize].get(n)).map_or("", String::as_str)
    }

    /// Its position in the list.
    pub fn row(&self) -> usize {
        self.row as usize
    }
}

impl std::fmt::Debug for Phrase<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.set.rows[self.row as usize]).finish()
    }
}
