//! The words of a text with which a name of the lists may begin.
//!
//! Names begin with a capital or a digit, but for a few whose first words an
//! index tells by their first letters and a length. So whole blocks of bytes become
//! masks, and only the words that are left are read and hashed. Every word of
//! fewer than sixteen bytes takes the same way: a processor that guesses wrong
//! loses more time than a word costs.

use super::alnum::{self, BATCH, BLOCK, Classes, Sorter};
use super::compile::fold::{self, SHORT, Separator};
use super::compile::layout::{Section, bloom, small_word, small_words};
use super::index::{Index, u64_at};

/// A word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Hash of its folded form.
    pub hash: u64,
}

/// Goes through a text in order.
pub struct Starts<'t> {
    text: &'t str,
    /// Which words in lower case there are, see [`small_word`]; empty when there are none.
    openers: &'t [u8],
    /// Where the next batch begins.
    batch: usize,
    sorter: Sorter,
    /// Whether the byte before it is part of a word.
    inside: bool,
    /// Where words begin that are still to be read.
    places: Vec<u32>,
}

impl<'t> Starts<'t> {
    #[inline(always)]
    pub fn new(text: &'t str, index: &'t Index, mut places: Vec<u32>) -> Self {
        places.clear();
        Starts {
            text,
            openers: index.section(Section::Openers),
            batch: 0,
            sorter: Sorter::best(),
            inside: false,
            places,
        }
    }

    /// The memory that it used, for the next one.
    pub fn into_places(self) -> Vec<u32> {
        self.places
    }

    /// Fills `into` with at least so many words as are `enough`; false at the end of the text.
    #[inline(always)]
    pub fn fill(&mut self, enough: usize, into: &mut Vec<Word>) -> bool {
        let mut count = 0;
        while count < enough && self.batch < self.text.len() {
            // Whether words in lower case are looked at is known beforehand.
            count = match self.openers.is_empty() {
                true => self.step::<false>(count),
                false => self.step::<true>(count),
            };
        }
        into.resize(count, Word::default());
        for (word, &start) in into.iter_mut().zip(&self.places[..count]) {
            // Field by field: a word put together elsewhere and copied would be waited for.
            word.start = start;
            (word.end, word.hash) = read(self.text, start as usize);
        }
        self.batch < self.text.len()
    }

    /// Appends the places of a batch to the `count` first ones.
    #[inline(always)]
    fn step<const SMALL: bool>(&mut self, mut count: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut batch = self.sorter.sort(bytes, self.batch);
        if batch.iter().any(|classes| classes.wide != 0) {
            self.widen(&mut batch);
        }
        // Room for more than there can be.
        self.places.resize(self.places.len().max(count + BATCH * BLOCK / 2 + FEW), 0);
        let first = count;
        for classes in &batch {
            let words = classes.alnum;
            let mut starts = words & !(words << 1 | u64::from(self.inside));
            if !SMALL {
                starts &= !classes.lower;
            }
            self.inside = words >> (BLOCK - 1) != 0;
            count = put(starts, self.batch as u32, &mut self.places, count);
            self.batch += BLOCK;
        }
        if SMALL { self.sift(first, count) } else { count }
    }

    /// Of the places `first..count`, drops those of words in lower case with which no name begins.
    /// What is kept is written over what is not, so that nothing has to be foreseen.
    #[inline(always)]
    fn sift(&mut self, first: usize, count: usize) -> usize {
        let mut kept = first;
        for at in first..count {
            let place = self.places[at];
            let (word, length) = short(self.text, place as usize);
            let small = word[0].is_ascii_lowercase() && is_plain(&word, length);
            self.places[kept] = place;
            kept += usize::from(!small || has(self.openers, &word[..length]));
        }
        kept
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

/// Whether a byte is one of a character, but not its first.
fn is_inner(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// Places that are written at once: most blocks have no more.
const FEW: usize = 4;

/// Appends the bytes whose bits are set in the mask of the block at `block` to the `count` first places.
#[inline(always)]
fn put(mut mask: u64, block: u32, places: &mut [u32], mut count: usize) -> usize {
    let end = count + mask.count_ones() as usize;
    while let Some(few) = places.get_mut(count..).and_then(|rest| rest.first_chunk_mut::<FEW>()) {
        for place in few {
            // Without a bit the place is not one of those counted.
            *place = block + mask.trailing_zeros();
            mask &= mask.wrapping_sub(1);
        }
        count += FEW;
        if count >= end {
            break;
        }
    }
    end
}

/// Whether a set of words by length and first letters has this ASCII word.
#[inline(always)]
fn has(set: &[u8], word: &[u8]) -> bool {
    let (byte, bit) = small_word(word);
    set.get(byte).is_some_and(|bits| bits & bit != 0)
}

/// The word that begins at `start` if it has fewer than sixteen bytes and is ASCII, see [`is_plain`],
/// with what comes after it, and its length.
#[inline(always)]
fn short(text: &str, start: usize) -> ([u8; SHORT], usize) {
    let rest = &text.as_bytes()[start..];
    let bytes = match rest.first_chunk() {
        Some(bytes) => *bytes,
        None => {
            let mut padded = [0; SHORT];
            padded[..rest.len()].copy_from_slice(rest);
            padded
        }
    };
    (bytes, alnum::run(&bytes))
}

/// Whether the word that [`short`] found is one.
#[inline(always)]
fn is_plain(bytes: &[u8; SHORT], length: usize) -> bool {
    bytes.get(length).is_some_and(u8::is_ascii)
}

/// Where the word that begins at `start` ends, and its hash.
#[inline(always)]
fn read(text: &str, start: usize) -> (u32, u64) {
    let (bytes, length) = short(text, start);
    match is_plain(&bytes, length) {
        true => ((start + length) as u32, fold::hash_short(&bytes, length)),
        false => read_on(text, start),
    }
}

/// A word that is long or not ASCII.
#[cold]
fn read_on(text: &str, start: usize) -> (u32, u64) {
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
    (end as u32, hash)
}

/// Whether `small` may have the word at `start`, as its first letters tell, or it is none in lower case.
#[inline(always)]
pub fn may_be_inner(bytes: &[u8], start: usize, small: &[u8]) -> bool {
    let [first, mut second, mut third] = [0, 1, 2].map(|at| bytes.get(start + at).copied().unwrap_or(0));
    let wide = (first | second | third) >= 0x80;
    second *= u8::from(second.is_ascii_alphanumeric());
    third *= u8::from((second != 0) & third.is_ascii_alphanumeric());
    let lengths = small.get(small_words([first, second, third])).copied().unwrap_or(0);
    !first.is_ascii_lowercase() | wide | (lengths != 0)
}

/// The word that begins at `start`; none when it is in lower case and not in `small`.
#[inline(always)]
pub fn read_inner(text: &str, start: usize, small: &[u8]) -> Option<Word> {
    let (bytes, length) = short(text, start);
    let plain = is_plain(&bytes, length);
    if plain && bytes[0].is_ascii_lowercase() && !has(small, &bytes[..length]) {
        return None;
    }
    let (end, hash) = read(text, start);
    Some(Word { start: start as u32, end, hash })
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
