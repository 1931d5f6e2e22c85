//! What is known about a word before it is read in context.
//!
//! Everything here depends on the written word alone, so it is worked out
//! once per word and kept, across articles, in a [`Vocabulary`]; the sums of
//! the tagger's weights for such features are kept with it.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::edges;
use super::function_words::Class;
use super::lexicon::{Lexicon, class};
use crate::annotations::EntityType;
use crate::gazetteer::{Entry, Gazetteer, TokenStats};
use crate::learn::clusters::{Cluster, Clusters};
use crate::learn::hash;

/// Properties of a word, one bit each.
pub(crate) mod flag {
    /// Begins with a capital.
    pub const CAPITAL: u32 = 1;
    /// Several letters, all capitals.
    pub const UPPER: u32 = 1 << 1;
    /// Says that an organization's name stands here: "Ministry", "Bank".
    pub const ORGANIZATION_HEAD: u32 = 1 << 2;
    /// Says that a place's name stands here: "River", "Mount".
    pub const PLACE_HEAD: u32 = 1 << 3;
    /// A person's title by itself.
    pub const TITLE: u32 = 1 << 4;
    /// Reports speech.
    pub const REPORTS: u32 = 1 << 5;
    /// Begins with a digit.
    pub const DIGIT: u32 = 1 << 6;
    /// Begins with a letter.
    pub const LETTER: u32 = 1 << 7;
    /// Is a common word of the language in small letters.
    pub const COMMON: u32 = 1 << 8;
    /// Begins with a small letter.
    pub const SMALL: u32 = 1 << 9;
    /// A role or occupation.
    pub const ROLE: u32 = 1 << 10;
    /// A word of belonging: "French".
    pub const DEMONYM: u32 = 1 << 11;
    /// Letters and digits or signs mixed: "G7", "Canal+".
    pub const MIXED: u32 = 1 << 12;
    /// Joins the parts of a name: "of", "and", "de".
    pub const CONNECTOR: u32 = 1 << 13;
    /// Stands before places: "in", "near".
    pub const WHERE: u32 = 1 << 14;
    /// Written small though mostly with a capital, and then a place: "california".
    pub const SMALL_PLACE: u32 = 1 << 15;
    /// Capitalised but no name: "Monday", "Christmas".
    pub const GENERIC: u32 = 1 << 16;
    /// A particle of names: "van", "al".
    pub const PARTICLE: u32 = 1 << 17;
    /// A company's legal form: "Ltd".
    pub const LEGAL: u32 = 1 << 18;
    /// Number of flags.
    pub const COUNT: u32 = 19;
}

/// One written word.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    /// Hash as written (headline capitals undone).
    pub exact: u64,
    /// Hash in small letters.
    pub low: u64,
    /// Hash of its shape with repeats dropped, `Xx-Xx`.
    pub shape: u64,
    /// Hash of its shape letter by letter, up to ten.
    pub full_shape: u64,
    /// Hashes of its first 2, 3 and 4 letters; 0 when it is shorter than that and one more.
    pub prefixes: [u64; 3],
    /// Hashes of its last 2, 3 and 4 letters.
    pub suffixes: [u64; 3],
    /// See [`flag`].
    pub flags: u32,
    /// How common as a given name, 0 to 7.
    pub given: u8,
    /// How common as a surname, 0 to 7.
    pub surname: u8,
    /// How often in listed names.
    pub stats: TokenStats,
    /// How it is used; zeros when never seen.
    pub cluster: Cluster,
}

impl Word {
    #[inline]
    pub fn is(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// Begins with a capital.
    #[inline]
    pub fn capital(&self) -> bool {
        self.is(flag::CAPITAL)
    }

    /// Given and surname class as one number, 0 for neither.
    #[inline]
    pub fn name_class(&self) -> u64 {
        u64::from(self.given) * 8 + u64::from(self.surname)
    }
}

/// Eight classes of a frequency from 0 to 15.
fn bucket(frequency: u8) -> u8 {
    frequency.div_ceil(2).min(7)
}

/// How the line of a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Writing {
    /// Running text.
    Plain,
    /// All in capitals.
    Capitals,
    /// A headline With Every Word Capitalised.
    Title,
}

/// Works out what is known about `text`; in a line of capitals or a headline
/// it is read as if in running text.
pub(crate) fn word(
    text: &str,
    writing: Writing,
    lists: &Gazetteer,
    lexicon: &Lexicon,
    clusters: &Clusters,
) -> Word {
    let lower = text.to_lowercase();
    let upper = text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
    let restored = match writing {
        Writing::Capitals if upper => Some(restore(text, &lower, clusters)),
        Writing::Title if mostly_small(text, &lower, clusters) => Some(lower.clone()),
        _ => None,
    };
    let read = restored.as_deref().unwrap_or(text);
    let mut word = Word { exact: hash::text(read), low: hash::text(&lower), ..Word::default() };
    let first = read.chars().next().unwrap_or(' ');
    let letter = first.is_alphabetic();
    let capital = first.is_uppercase() || begins_with_particle(read);
    let inner = read.char_indices().skip(1).any(|(_, c)| c.is_uppercase());
    let odd = text.chars().any(|c| c.is_ascii_digit() || matches!(c, '+' | '&' | '!' | '@'));
    let classes = lexicon.word(word.low);
    let of_class = |class: u16| classes & class != 0;
    for (flag, on) in [
        (flag::CAPITAL, capital),
        (flag::SMALL, first.is_lowercase() && !capital),
        (flag::UPPER, inner && first.is_uppercase() && !read.chars().any(char::is_lowercase)),
        (flag::DIGIT, first.is_ascii_digit()),
        (flag::LETTER, letter),
        (flag::MIXED, odd && text.chars().any(char::is_alphabetic) || inner && first.is_lowercase()),
        (flag::ORGANIZATION_HEAD, of_class(class::ORGANIZATION_HEAD) && capital),
        (flag::PLACE_HEAD, of_class(class::PLACE_WORD) && capital),
        (flag::TITLE, of_class(class::TITLE)),
        (flag::REPORTS, of_class(class::REPORTS)),
        (flag::ROLE, of_class(class::ROLE)),
        (flag::DEMONYM, of_class(class::DEMONYM)),
        (flag::GENERIC, of_class(class::GENERIC) && capital),
        (flag::PARTICLE, of_class(class::PARTICLE)),
        (flag::LEGAL, of_class(class::LEGAL)),
        (flag::CONNECTOR, Class::Connector.has(&lower)),
        (flag::WHERE, Class::Where.has(&lower)),
    ] {
        if on {
            word.flags |= flag;
        }
    }
    (word.shape, word.full_shape) = shapes(read);
    if letter {
        affixes(&lower, &mut word);
    }
    let title = titlecase(&lower);
    let core = edges::core(read);
    word.cluster =
        [read, &lower, &title, core].into_iter().find_map(|form| clusters.get(form)).unwrap_or_default();
    if !letter {
        return word;
    }
    let times = |form: &str| clusters.get(form).map_or(0, |c| c.frequency);
    let (small, great) = (times(&lower), times(&title));
    if small > 0 && small + 1 >= great {
        word.flags |= flag::COMMON;
    }
    if capital || read.contains('-') {
        if capital && text.len() > 1 {
            word.given = bucket(lists.given(core).map_or(0, |g| g.frequency));
            word.surname = bucket(lists.surname(core).unwrap_or(0));
        }
        word.stats = lists.word(core).stats;
    } else if great > small {
        let is_place = |entry: Entry<'_>| entry.kind() == EntityType::Place && entry.prominence() >= KNOWN;
        if lists.find(&title).flat_map(|name| lists.entries(name)).any(is_place) {
            word.flags |= flag::SMALL_PLACE;
        }
    }
    word
}

/// How prominent a place must be to be read into a small letter.
const KNOWN: f32 = 4.0;

/// Whether a word that begins small is a name all the same: "al-Sadr", "d'Estaing".
fn begins_with_particle(word: &str) -> bool {
    let Some((particle, name)) = word.split_once(['-', '\'', '’']) else { return false };
    Class::JoinedParticle.has(particle) && name.starts_with(char::is_uppercase)
}

/// How a word of a line of capitals is written in running text: the way it was
/// seen most often.
fn restore(text: &str, lower: &str, clusters: &Clusters) -> String {
    let times = |form: &str| clusters.get(form).map_or(0, |c| c.frequency);
    let title = titlecase(lower);
    let (small, great, upper) = (times(lower), times(&title), times(text));
    if small > 0 && small >= great && small >= upper {
        lower.to_owned()
    } else if upper > great && text.chars().nth(1).is_some() {
        text.to_owned()
    } else {
        title
    }
}

/// Whether a capitalised word is written small at least twice as often.
fn mostly_small(text: &str, lower: &str, clusters: &Clusters) -> bool {
    let times = |form: &str| clusters.get(form).map_or(0, |c| c.frequency);
    text != lower && times(lower) > times(text)
}

/// The first letter as a capital, also after a hyphen or an apostrophe.
fn titlecase(lower: &str) -> String {
    let mut title = String::with_capacity(lower.len());
    let mut begins = true;
    for (at, c) in lower.char_indices() {
        // "O'Brien" but "It's": a single letter after an apostrophe is an ending.
        let ending = || lower[at..].chars().nth(1).is_none_or(|next| !next.is_alphabetic());
        if begins && (at == 0 || !ending()) {
            title.extend(c.to_uppercase());
        } else {
            title.push(c);
        }
        begins = matches!(c, '-' | '\'' | '’');
    }
    title
}

fn kind_of(c: char) -> u8 {
    if c.is_uppercase() {
        b'X'
    } else if c.is_alphabetic() {
        b'x'
    } else if c.is_numeric() {
        b'0'
    } else if c.is_ascii() {
        c as u8
    } else {
        b'?'
    }
}

fn shapes(text: &str) -> (u64, u64) {
    let (mut short, mut full) = ([0u8; 12], [0u8; 12]);
    let (mut s, mut f) = (0, 0);
    let mut last = 0;
    for c in text.chars() {
        let kind = kind_of(c);
        if f < 10 {
            full[f] = kind;
            f += 1;
        }
        if kind != last && s < 10 {
            short[s] = kind;
            s += 1;
        }
        last = kind;
        if f == 10 && s == 10 {
            break;
        }
    }
    (hash::bytes(&short[..s]), hash::bytes(&full[..f]))
}

fn affixes(lower: &str, word: &mut Word) {
    let count = lower.chars().take(6).count();
    for (slot, length) in (2..=4).enumerate() {
        if count > length {
            let end = lower.char_indices().nth(length).map_or(lower.len(), |c| c.0);
            word.prefixes[slot] = hash::text(&lower[..end]);
            let start = lower.char_indices().rev().nth(length - 1).map_or(0, |c| c.0);
            word.suffixes[slot] = hash::text(&lower[start..]);
        }
    }
}

/// Words seen so far, by spelling.
#[derive(Default)]
pub(crate) struct Vocabulary {
    /// Spelling → number, for each [`Writing`].
    index: [HashMap<Box<str>, u32, FixedState>; 3],
    words: Vec<Word>,
}

/// Words kept between articles: a bound on memory, far above what an article has.
const MOST: usize = 1 << 16;

impl Vocabulary {
    /// Forgets its words when they have become too many. True when it did.
    pub fn trim(&mut self) -> bool {
        let full = self.words.len() > MOST;
        if full {
            self.index.iter_mut().for_each(HashMap::clear);
            self.words.clear();
        }
        full
    }

    /// The number of a word, to ask [`Vocabulary::get`] with.
    #[inline]
    pub fn number(&mut self, text: &str, writing: Writing, make: impl FnOnce() -> Word) -> u32 {
        let index = &mut self.index[writing as usize];
        if let Some(&number) = index.get(text) {
            return number;
        }
        let number = self.words.len() as u32;
        self.words.push(make());
        index.insert(text.into(), number);
        number
    }

    #[inline]
    pub fn get(&self, number: u32) -> &Word {
        &self.words[number as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn title_case() {
        for (lower, title) in
            [("o'brien", "O'Brien"), ("it's", "It's"), ("jean-claude", "Jean-Claude"), ("é", "É")]
        {
            assert_eq!(titlecase(lower), title);
        }
    }

    #[test]
    fn shapes_forget_the_letters() {
        assert_eq!(shapes("Xi").1, shapes("Hu").1);
        assert_ne!(shapes("Xi").1, shapes("Huang").1);
        assert_eq!(shapes("Xi").0, shapes("Huang").0);
        assert_ne!(shapes("McDonald").0, shapes("Macdonald").0);
    }
}
