//! Every distinct word and string once.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::fold;

/// Numbers strings in the order they come.
#[derive(Default)]
pub struct Interner {
    /// All strings, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// Open addressing, at most half full: half of the string's hash, and its number plus one; zeros are free.
    slots: Vec<(u32, u32)>,
}

impl Interner {
    /// The string's number, given now if it has none.
    pub fn number(&mut self, text: &str) -> u32 {
        self.number_hashed(text, hash(text))
    }

    /// The same for a string with this hash.
    pub fn number_hashed(&mut self, text: &str, hash: u32) -> u32 {
        if self.slots.len() <= 2 * self.ends.len() {
            self.grow();
        }
        let slot = self.find(text, hash);
        if self.slots[slot].1 == 0 {
            self.text.push_str(text);
            self.ends.push(self.text.len());
            self.slots[slot] = (hash, self.ends.len() as u32);
        }
        self.slots[slot].1 - 1
    }

    /// The string's number, if it has one.
    pub fn get(&self, text: &str) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        self.slots[self.find(text, hash(text))].1.checked_sub(1)
    }

    /// The slot of a string, or the free one where it would go.
    fn find(&self, text: &str, hash: u32) -> usize {
        let mut slot = hash as usize & (self.slots.len() - 1);
        loop {
            match self.slots[slot] {
                (_, 0) => return slot,
                (other, number) if other == hash && self.text(number - 1) == text => return slot,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn grow(&mut self) {
        let size = (4 * self.ends.len()).next_power_of_two().max(64);
        let mut slots = vec![(0, 0); size];
        for &(hash, number) in self.slots.iter().filter(|slot| slot.1 != 0) {
            let mut slot = hash as usize & (size - 1);
            while slots[slot].1 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = (hash, number);
        }
        self.slots = slots;
    }

    /// The string with this number.
    pub fn text(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[number]]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All, by number.
    pub fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len() as u32).map(|number| self.text(number))
    }
}

/// What a string is found by.
pub fn hash(text: &str) -> u32 {
    (FixedState::default().hash_one(text.as_bytes()) >> 32) as u32
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
    /// The number of `word`, which has this hash itself and the other in its folded form; counts a use.
    pub fn number(&mut self, word: &str, of_text: u32, hash: u64) -> u32 {
        let number = self.words.number_hashed(word, of_text);
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
                let number = self.number(word.of(name), hash(word.of(name)), word.hash);
                Some(&mut self.facts[self.folds[number as usize] as usize])
            }
            _ => None,
        }
    }

    /// The word with this number.
    pub fn text(&self, word: u32) -> &str {
        self.words.text(word)
    }
}
