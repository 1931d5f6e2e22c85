//! Rows taken apart: all that can be known of a row without the others.

use super::fold::{self, Separator, Word};
use super::layout::{MAX_NAME, MAX_WORD, MAX_WORDS};
use super::variants::variants;
use super::vocabulary;
use super::{Policy, Row};

/// Where something begins and ends.
type Span = (u32, u32);

/// Some rows, taken apart.
#[derive(Default)]
pub struct Batch {
    /// What the rows say, one thing after the other.
    text: String,
    words: Vec<Word>,
    /// By word: the hash of its text.
    hashes: Vec<u32>,
    spellings: Vec<Spelling>,
    links: Vec<[Span; 2]>,
    rows: Vec<Apart>,
}

struct Spelling {
    text: Span,
    words: Span,
    canonical: bool,
}

struct Apart {
    subtype: Span,
    country: Span,
    links: Span,
    spellings: Span,
    /// The Wikipedia title is the name with underscores.
    title: bool,
    prominence: f32,
    female: Option<bool>,
    population: u64,
    coordinates: Option<(f32, f32)>,
    policy: Option<Policy>,
}

/// A row of a batch.
#[derive(Clone, Copy)]
pub(super) struct View<'b> {
    batch: &'b Batch,
    row: &'b Apart,
}

/// One way to write a name of a row.
pub(super) struct Name<'b> {
    pub text: &'b str,
    pub words: &'b [Word],
    /// By word: the hash of its text.
    pub hashes: &'b [u32],
    pub canonical: bool,
}

impl Batch {
    /// Forgets its rows, but not their room.
    pub(super) fn clear(&mut self) {
        let Batch { text, words, hashes, spellings, links, rows } = self;
        text.clear();
        words.clear();
        hashes.clear();
        spellings.clear();
        links.clear();
        rows.clear();
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When its name, or one of its aliases, can never match; the message names
    /// it and says why. The row's other names are in nevertheless, unless it is
    /// the canonical one that cannot be: then the row has none.
    pub fn push(&mut self, row: &Row<'_>) -> Result<(), String> {
        let first = self.spellings.len() as u32;
        let name = row.name.trim();
        let mut problem = self.spelling(name, true);
        if problem.is_ok() {
            self.variants(name);
            for alias in row.aliases.split('|').map(str::trim).filter(|a| !a.is_empty()) {
                match self.spelling(alias, false) {
                    Ok(()) => self.variants(alias),
                    Err(error) => problem = Err(error),
                }
            }
        }
        let spellings = (first, self.spellings.len() as u32);
        let mut title = false;
        let first = self.links.len();
        let ids = row.id.split(' ').filter_map(|pair| pair.split_once(':'));
        for (key, value) in ids.chain(row.links.iter().copied()) {
            if key == "wikipedia" && (value == "=" || is_title(value, name)) {
                title = true;
            } else if !value.is_empty() {
                let known =
                    self.links[first..].iter().any(|&[k, v]| (self.of(k), self.of(v)) == (key, value));
                if !known {
                    let link = [self.say(key), self.say(value)];
                    self.links.push(link);
                }
            }
        }
        let links = (first as u32, self.links.len() as u32);
        let apart = Apart {
            subtype: self.say(row.subtype),
            country: self.say(row.country),
            links,
            spellings,
            title,
            prominence: row.prominence,
            female: row.female,
            population: row.population,
            coordinates: row.coordinates,
            policy: row.policy,
        };
        self.rows.push(apart);
        problem
    }

    /// The row of this number.
    pub(super) fn row(&self, number: usize) -> View<'_> {
        View { batch: self, row: &self.rows[number] }
    }

    fn of(&self, (start, end): Span) -> &str {
        &self.text[start as usize..end as usize]
    }

    fn say(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        (start, self.text.len() as u32)
    }

    /// Adds other ways to write a name, as far as they can match.
    fn variants(&mut self, name: &str) {
        variants(name, |variant| {
            let _ = self.spelling(variant, false);
        });
    }

    /// Adds a spelling, if it can match.
    fn spelling(&mut self, name: &str, canonical: bool) -> Result<(), String> {
        if name.len() > MAX_NAME {
            return Err(format!("\"{}…\" is longer than {MAX_NAME} bytes", head(name)));
        }
        let first = self.words.len();
        fold::words(name, &mut self.words);
        let words = &self.words[first..];
        if let Err(problem) = check(name, words) {
            self.words.truncate(first);
            return Err(problem);
        }
        self.hashes.extend(words.iter().map(|word| vocabulary::hash(word.of(name))));
        let words = (first as u32, self.words.len() as u32);
        let text = self.say(name);
        self.spellings.push(Spelling { text, words, canonical });
        Ok(())
    }
}

impl<'b> View<'b> {
    /// Its names, the canonical one first; none when that can never match.
    pub fn names(self) -> impl Iterator<Item = Name<'b>> {
        let batch = self.batch;
        let (start, end) = self.row.spellings;
        batch.spellings[start as usize..end as usize].iter().map(|&Spelling { text, words, canonical }| {
            let range = words.0 as usize..words.1 as usize;
            let (words, hashes) = (&batch.words[range.clone()], &batch.hashes[range]);
            Name { text: batch.of(text), words, hashes, canonical }
        })
    }

    pub fn links(self) -> impl ExactSizeIterator<Item = (&'b str, &'b str)> {
        let batch = self.batch;
        let (start, end) = self.row.links;
        batch.links[start as usize..end as usize].iter().map(|&[key, value]| (batch.of(key), batch.of(value)))
    }

    pub fn title(self) -> bool {
        self.row.title
    }

    /// What it says besides.
    pub fn rest(self) -> Row<'b> {
        let Apart { subtype, country, prominence, female, population, coordinates, policy, .. } = *self.row;
        let (subtype, country) = (self.batch.of(subtype), self.batch.of(country));
        Row { subtype, country, prominence, female, population, coordinates, policy, ..Row::default() }
    }
}

/// Whether `title` is the Wikipedia title that the name itself gives.
fn is_title(title: &str, name: &str) -> bool {
    title.len() == name.len()
        && title.bytes().zip(name.bytes()).all(|(t, n)| t == if n == b' ' { b'_' } else { n })
}

/// Whether a name of these words can match anything.
fn check(name: &str, words: &[Word]) -> Result<(), String> {
    if words.is_empty() {
        return Err(format!("\"{}\" has no letter or digit and can never match", head(name)));
    }
    if words.len() > MAX_WORDS {
        return Err(format!("\"{}…\" has more than {MAX_WORDS} words", head(name)));
    }
    for (index, word) in words.iter().enumerate() {
        if word.of(name).len() > MAX_WORD {
            return Err(format!("\"{}…\" has a word of more than {MAX_WORD} bytes", head(word.of(name))));
        }
        if index + 1 < words.len() && word.after == Separator::Break {
            let between = &name[word.end as usize..words[index + 1].start as usize];
            return Err(format!(
                "\"{}\" can never match: no name runs across {between:?}; leave it out or put it in a column of its own",
                head(name)
            ));
        }
    }
    Ok(())
}

/// The first characters of a name, for a message.
fn head(name: &str) -> String {
    name.chars().take(60).collect()
}
