//! Every distinct word and string once.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::fold;

/// Numbers strings in the order they come.
#[derive(Default)]
pub struct Interner {
    numbers: HashMap<Box<str>, u32, FixedState>,
    texts: Vec<Box<str>>,
}

impl Interner {
    /// The string's number, given now if it has none.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }

    /// The string's number, if it has one.
    pub fn get(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// All, by number.
    pub fn texts(&self) -> &[Box<str>] {
        &self.texts
    }
}

/// What lists say about a word, whatever its case and accents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub given: u8,
    pub surname: u8,
    /// Percent plus one.
    pub p_female: u8,
    /// Occurrences in names: whole, first, last, inner; by type.
    pub counts: [[u32; 3]; 4],
}

/// The words of all names, as spelled, with facts by folded form.
#[derive(Default)]
pub struct Vocabulary {
    words: Interner,
    pub uses: Vec<u32>,
    pub hashes: Vec<u64>,
    /// By word: the number of its facts.
    pub folds: Vec<u32>,
    /// By word: whether it begins with a letter in lower case.
    pub lower: Vec<bool>,
    by_hash: HashMap<u64, u32, FixedState>,
    pub facts: Vec<Facts>,
}

impl Vocabulary {
    /// The number of `word`, whose folded form has this hash; counts a use.
    pub fn number(&mut self, word: &str, hash: u64) -> u32 {
        let number = self.words.number(word);
        if number as usize == self.uses.len() {
            self.uses.push(0);
            self.hashes.push(hash);
            self.lower.push(word.chars().next().is_some_and(char::is_lowercase));
            let next = self.facts.len() as u32;
            let fold = *self.by_hash.entry(hash).or_insert(next);
            if fold == next {
                self.facts.push(Facts::default());
            }
            self.folds.push(fold);
        }
        self.uses[number as usize] += 1;
        number
    }

    /// The facts of a single word to be filled in; none when `name` is not one
    /// word. Apostrophes do not count: `O'Brien` is known as `OBrien`.
    pub fn facts(&mut self, name: &str) -> Option<&mut Facts> {
        let joined = fold::without_apostrophes(name);
        let name = joined.as_ref();
        let mut words = Vec::new();
        fold::words(name, &mut words);
        match words[..] {
            [word] if word.of(name).len() <= super::layout::MAX_WORD => {
                let number = self.number(word.of(name), word.hash);
                Some(&mut self.facts[self.folds[number as usize] as usize])
            }
            _ => None,
        }
    }

    /// All words, by number.
    pub fn texts(&self) -> &[Box<str>] {
        self.words.texts()
    }
}
