//! The words of a text with which a name of the lists may begin.
//!
//! Names begin with a capital or a digit, but for a few whose first words an
//! index tells by their first letters and a length. So whole blocks of bytes become
//! masks, and only the words that are left are read and hashed. Every word of
//! fewer than sixteen bytes takes the same way: a processor that guesses wrong
//! loses more time than a word costs.

use super::compile::fold::{self, Separator};
use super::compile::layout::{Section, bloom, small_word, u64_at};
use super::index::Index;
use super::lanes::{BATCH, BLOCK, Classes, Kept, Lanes, Words, is_plain, read, short};

/// Goes through a text in order.
pub struct Starts<'t, L> {
    text: &'t str,
    /// Which words in lower case there are, see [`small_word`]; empty when there are none.
    openers: &'t [u8],
    /// Where the next batch begins.
    batch: usize,
    lanes: L,
    /// Whether the byte before it is part of a word.
    inside: bool,
}

impl<'t, L: Lanes> Starts<'t, L> {
    #[inline(always)]
    pub fn new(text: &'t str, index: &'t Index, lanes: L) -> Self {
        Starts { text, openers: index.section(Section::Openers), batch: 0, lanes, inside: false }
    }

    /// Fills `words` with at least so many as are `enough`; false at the end of the text.
    #[inline(always)]
    pub fn fill(&mut self, enough: usize, words: &mut Words) -> bool {
        words.starts.begin(enough);
        while words.count() < enough && self.batch < self.text.len() {
            // Whether words in lower case are looked at is known beforehand.
            match self.openers.is_empty() {
                true => self.step::<false>(&mut words.starts),
                false => self.step::<true>(&mut words.starts),
            }
        }
        self.lanes.read(self.text, words);
        self.batch < self.text.len()
    }

    /// Appends the starts of a batch to those of the words.
    #[inline(always)]
    fn step<const SMALL: bool>(&mut self, words: &mut Kept<u32>) {
        let rest = &self.text.as_bytes()[self.batch..];
        let padded;
        let bytes = match rest.first_chunk() {
            Some(bytes) => bytes,
            None => {
                padded = pad(rest);
                &padded
            }
        };
        let mut batch = self.lanes.sort(bytes);
        if !bytes.is_ascii() {
            self.widen(&mut batch);
        }
        words.room(BATCH * BLOCK);
        let first = words.all().len();
        for classes in &batch {
            let alnum = classes.alnum;
            let mut starts = alnum & !(alnum << 1 | u64::from(self.inside));
            if !SMALL {
                starts &= !classes.lower;
            }
            self.inside = alnum >> (BLOCK - 1) != 0;
            self.lanes.put(starts, self.batch as u32, words);
            self.batch += BLOCK;
        }
        if SMALL {
            // Words in lower case with which no name begins.
            words.retain(first, |start| {
                let (word, length) = short(self.text, start as usize);
                let small = word[0].is_ascii_lowercase() && is_plain(&word, length);
                !small || has(self.openers, &word[..length])
            });
        }
    }

    /// Makes characters beyond ASCII that may be part of a word parts of words.
    #[cold]
    fn widen(&self, batch: &mut [Classes; BATCH]) {
        let bytes = self.text.as_bytes();
        // A character that began before the batch goes on as it began.
        let begun = bytes[self.batch..].iter().take_while(|&&byte| is_inner(byte)).count();
        for at in self.batch..self.batch + begun {
            self.part(batch, at, self.inside);
        }
        for block in 0..BATCH {
            let mut wide = batch[block].wide;
            while wide != 0 {
                let at = self.batch + block * BLOCK + wide.trailing_zeros() as usize;
                wide &= wide - 1;
                // The commonest, curly marks and dashes, are told by their first bytes.
                if is_inner(bytes[at]) || bytes[at..].starts_with(&[0xE2, 0x80]) {
                    continue;
                }
                let Some(char) = self.text[at..].chars().next() else { continue };
                let inside = match at.checked_sub(self.batch + 1) {
                    None => self.inside,
                    Some(before) => batch[before / BLOCK].alnum >> (before % BLOCK) & 1 != 0,
                };
                if fold::is_letter(char) || inside && fold::is_of_word(char) {
                    for at in at..at + char.len_utf8() {
                        self.part(batch, at, true);
                    }
                    if char.is_lowercase() {
                        batch[block].lower |= 1 << (at % BLOCK);
                    }
                }
            }
        }
    }

    /// Says whether the byte at `at`, if it is in the batch, is part of a word.
    fn part(&self, batch: &mut [Classes; BATCH], at: usize, part: bool) {
        let at = at - self.batch;
        if let Some(classes) = batch.get_mut(at / BLOCK) {
            classes.alnum |= u64::from(part) << (at % BLOCK);
        }
    }
}

/// The last bytes of a text as a batch: past its end there is nothing.
#[cold]
fn pad(rest: &[u8]) -> [u8; BATCH * BLOCK] {
    let mut padded = [0; BATCH * BLOCK];
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// Whether a byte is one of a character, but not its first.
fn is_inner(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Whether a set of words by length and first letters has this ASCII word.
#[inline(always)]
fn has(set: &[u8], word: &[u8]) -> bool {
    let (byte, bit) = small_word(word);
    set.get(byte).is_some_and(|bits| bits & bit != 0)
}

/// Where the word that begins at `start` ends, and its hash; none when it is in lower case and not in
/// `small`.
#[inline(always)]
pub fn read_inner(text: &str, start: usize, small: &[u8]) -> Option<(u32, u64)> {
    let (bytes, length) = short(text, start);
    let plain = is_plain(&bytes, length);
    if plain && bytes[0].is_ascii_lowercase() && !has(small, &bytes[..length]) {
        return None;
    }
    Some(read(text, start))
}

/// What stands after the word at `start..end`, and where the next one begins; none when no name goes on there.
#[inline(always)]
pub fn after(text: &str, start: usize, end: usize) -> Option<(Separator, usize)> {
    if let [mark @ ..0x80, next, ..] = text.as_bytes()[end..]
        && next.is_ascii_alphanumeric()
    {
        let separator = fold::alone(mark);
        return (separator != Separator::Break).then_some((separator, end + 1));
    }
    if let [b'.', b' ', next, ..] = text.as_bytes()[end..]
        && next.is_ascii_alphanumeric()
    {
        return fold::is_abbreviation(&text[start..end]).then_some((Separator::Space, end + 2));
    }
    let next = fold::next_word(text, end, end + fold::MAX_SEPARATOR + 1)?;
    let separator = fold::separator(text, start, end, next);
    (separator != Separator::Break).then_some((separator, next))
}

/// Whether the hash may be in the Bloom filter.
#[inline(always)]
pub fn passes(filter: &[u8], hash: u64) -> bool {
    if filter.is_empty() {
        return false;
    }
    let (word, mask) = bloom(hash, filter.len() / 8);
    u64_at(filter, word * 8) & mask == mask
}
