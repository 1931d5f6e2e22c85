//! The words of a text with which a name of the lists may begin.
//!
//! Names begin with a capital or a digit, but for a few whose first words an
//! index tells by two letters and a length. So whole blocks of bytes become
//! masks, and only the words that are left are looked at and hashed.

use super::alnum::{self, BLOCK, Classes, SHORT, Sorter};
use super::compile::fold::{self, Separator};
use super::compile::layout::{Section, bloom, first, small_word};
use super::index::{Index, u64_at};

/// A word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Hash of its folded form.
    pub hash: u64,
}

/// A word with which a name may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct First {
    pub word: Word,
    /// It may be a name by itself.
    pub single: bool,
    /// Names of more words may begin with it.
    pub longer: bool,
}

/// Goes through a text in order.
pub struct Starts<'t> {
    text: &'t str,
    /// The filter of first words.
    firsts: &'t [u8],
    /// The filter of those that may stand in lower case.
    small: &'t [u8],
    /// Which of these there are, see [`small_word`]; empty when there are none.
    openers: &'t [u8],
    /// Where the next block begins.
    block: usize,
    sorter: Sorter,
    /// Words that begin before are done with.
    from: usize,
    /// Whether the byte before the block is an ASCII letter or digit.
    inside: bool,
}

impl<'t> Starts<'t> {
    pub fn new(text: &'t str, index: &'t Index) -> Self {
        Starts {
            text,
            firsts: index.section(Section::Firsts),
            small: index.section(Section::Starts),
            openers: index.section(Section::Openers),
            block: 0,
            sorter: Sorter::best(),
            from: 0,
            inside: false,
        }
    }

    /// Appends the starts of at least one batch, and of more until there are `enough`; false at the end of the text.
    pub fn fill(&mut self, enough: usize, into: &mut Vec<First>) -> bool {
        while self.block < self.text.len() {
            let batch = self.sorter.sort(self.text.as_bytes(), self.block);
            for classes in &batch {
                match self.openers.is_empty() {
                    true => self.step::<false>(classes, into),
                    false => self.step::<true>(classes, into),
                }
            }
            if into.len() >= enough {
                return true;
            }
        }
        false
    }

    /// A block; whether words in lower case are looked at is known beforehand.
    #[inline(always)]
    fn step<const SMALL: bool>(&mut self, classes: &Classes, into: &mut Vec<First>) {
        let bytes = self.text.as_bytes();
        let block = self.block;
        self.block += BLOCK;
        if classes.wide != 0 && self.has_wide_words(block, classes.wide) {
            self.step_wide(block, into);
            return;
        }
        let words = classes.alnum;
        let mut starts = words & !(words << 1 | u64::from(self.inside));
        if self.from > block {
            starts &= u64::MAX.checked_shl((self.from - block) as u32).unwrap_or(0);
        }
        self.inside = words >> (BLOCK - 1) != 0;
        if !SMALL {
            starts &= !classes.lower;
        }
        let (firsts, _) = self.firsts.as_chunks();
        while starts != 0 {
            let at = starts.trailing_zeros();
            starts &= starts - 1;
            let start = block + at as usize;
            let length = (words >> at).trailing_ones();
            let small = SMALL && classes.lower >> at & 1 != 0;
            if at + length == BLOCK as u32 {
                // It may go on in the next block.
                self.from = self.add(start, into);
            } else {
                let word = &bytes[start..start + length as usize];
                if !small || has(self.openers, word) {
                    let hash = hash(bytes, start, word);
                    let word = Word { start: start as u32, end: start as u32 + length, hash };
                    self.put(firsts, word, small, into);
                }
            }
        }
    }

    /// Whether a character beyond ASCII that begins in the block may be part of a word.
    fn has_wide_words(&self, block: usize, mut wide: u64) -> bool {
        while wide != 0 {
            let at = block + wide.trailing_zeros() as usize;
            wide &= wide - 1;
            // Curly marks and dashes, the commonest, are told by their first bytes.
            if self.text.as_bytes()[at..].starts_with(&[0xE2, 0x80]) {
                continue;
            }
            // A character that began in the block before was looked at there.
            if self.text.is_char_boundary(at) && self.text[at..].chars().next().is_none_or(fold::is_of_word) {
                return true;
            }
        }
        false
    }

    /// A block with words beyond ASCII.
    fn step_wide(&mut self, block: usize, into: &mut Vec<First>) {
        let mut at = self.from.max(block).min(self.text.len());
        if self.inside && self.from <= block {
            at = fold::word_end(self.text, block).0;
        }
        self.inside = false;
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        while let Some(start) = fold::next_word(self.text, at, block + BLOCK) {
            at = self.add(start, into);
        }
        self.from = at;
    }

    /// Appends the word at `start` if a name may begin with it; gives where it ends.
    fn add(&self, start: usize, into: &mut Vec<First>) -> usize {
        let bytes = self.text.as_bytes();
        if bytes[start].is_ascii_lowercase() {
            let (end, ascii) = fold::word_end(self.text, start);
            if ascii && !has(self.openers, &bytes[start..end]) {
                return end;
            }
        }
        // Without a set to be in, every word is read.
        let Some(word) = read(self.text, start, None) else { return start + 1 };
        let small = self.text[start..].chars().next().is_some_and(char::is_lowercase);
        self.put(self.firsts.as_chunks().0, word, small, into);
        word.end as usize
    }

    /// Appends `word` unless the filters know that no name begins with it.
    #[inline(always)]
    fn put(&self, firsts: &[[u8; 8]], word: Word, small: bool, into: &mut Vec<First>) {
        let (place, any, longer, single) = first(word.hash, firsts.len());
        let Some(bits) = firsts.get(place) else { return };
        let bits = u64::from_le_bytes(*bits);
        if bits & any == any && (!small || passes(self.small, word.hash)) {
            into.push(First { word, single: bits & single != 0, longer: bits & longer != 0 });
        }
    }
}

/// Whether a set of words by length and first letters has this ASCII word.
#[inline]
fn has(set: &[u8], word: &[u8]) -> bool {
    let (byte, bit) = small_word(word);
    set.get(byte).is_some_and(|bits| bits & bit != 0)
}

/// The word that begins at `start`; none when it is in lower case and not in `small`.
#[inline]
pub fn read(text: &str, start: usize, small: Option<&[u8]>) -> Option<Word> {
    let bytes = text.as_bytes();
    if let Some(short) = bytes[start..].first_chunk::<SHORT>() {
        let length = alnum::run(short);
        if length < SHORT && short[length].is_ascii() && length > 0 {
            let word = &short[..length];
            if word[0].is_ascii_lowercase() && small.is_some_and(|small| !has(small, word)) {
                return None;
            }
            let hash = hash(bytes, start, word);
            return Some(Word { start: start as u32, end: (start + length) as u32, hash });
        }
    }
    let (end, ascii) = fold::word_end(text, start);
    let word = &text[start..end];
    let hash = match ascii {
        true => fold::hash_ascii(word.as_bytes()),
        false => {
            let mut folded = String::new();
            fold::fold(word, &mut folded);
            fold::hash_ascii(folded.as_bytes())
        }
    };
    Some(Word { start: start as u32, end: end as u32, hash })
}

/// What stands after the word at `start..end`, and where the next one begins; none when no name goes on there.
#[inline]
pub fn after(text: &str, start: usize, end: usize) -> Option<(Separator, usize)> {
    let bytes = text.as_bytes();
    if let [b' ', next, ..] = bytes[end..]
        && next.is_ascii_alphanumeric()
    {
        return Some((Separator::Space, end + 1));
    }
    let next = fold::next_word(text, end, end + fold::MAX_SEPARATOR + 1)?;
    let separator = fold::separator(text, start, end, next);
    (separator != Separator::Break).then_some((separator, next))
}

/// What [`fold::hash_ascii`] gives for the ASCII `word` at `start`, past whose end may be read.
#[inline(always)]
fn hash(bytes: &[u8], start: usize, word: &[u8]) -> u64 {
    match bytes.get(start..start + 8).and_then(|eight| eight.first_chunk()) {
        Some(&eight) if word.len() < 8 => fold::hash_short(u64::from_le_bytes(eight), word.len()),
        _ => fold::hash_ascii(word),
    }
}

/// Whether the hash may be in the Bloom filter.
#[inline]
pub fn passes(filter: &[u8], hash: u64) -> bool {
    if filter.is_empty() {
        return false;
    }
    let (word, mask) = bloom(hash, filter.len() / 8);
    u64_at(filter, word * 8) & mask == mask
}
