//! How an index is laid out in bytes: the facts that writer and reader share.
//!
//! Little-endian throughout, no padding but before sections (64 bytes, a cache
//! line). Everything is read in place.
//!
//! ```text
//! header    magic, version, checksum, section table
//! filter    Bloom filter of the keys of two words and more, one 64-bit word each
//! firsts    the same for first words, in which names of one word set other bits than longer ones
//! starts    the same for first words of names that may start in lower case
//! openers   which of those there are by length and first letters, one bit each
//! inner     the same of the words that may stand in lower case inside a name
//! table     64-byte buckets: record offset of its first name, 15 slots
//! names     records: spelling, case policy, meanings
//! words     text of every distinct word, most frequent first
//! bases     where every 16th word starts
//! lengths   length of each word
//! lexicon   folded word → word number
//! facts     per word: number of its row in `kinds`
//! kinds     8-byte rows: given name, surname, token statistics
//! strings   subtypes, countries, link keys: offsets, then text
//! lists     name, type and origin of each list
//! sets      closed sets: name, length, TSV
//! separators  classes of what stands between words of names, one bit each; then each: class, length, text
//! left out  names that can never match: file, line, message
//! ```

/// First bytes of an index.
pub const MAGIC: [u8; 8] = *b"saidgaz\n";
/// Changes with every change of layout, folding or hashing.
pub const VERSION: u32 = 4;
/// Bytes of the header: magic, version, flags, checksum, then offset and length per section.
pub const HEADER: usize = 24 + SECTIONS * 16;
/// Sections start at multiples of this.
pub const ALIGN: usize = 64;

/// How many sections there are.
pub const SECTIONS: usize = 18;
/// Sections by position in the section table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    /// Bloom filter of the keys of two words and more.
    Filter,
    /// Bloom filter of first words, see [`first`].
    Firsts,
    /// Bloom filter of first words that may stand in lower case.
    Starts,
    /// Which of those there are by length and first letters, see [`small_word`]; empty when there are none.
    Openers,
    /// The same for later words.
    Inner,
    /// Buckets.
    Table,
    /// Name records.
    Names,
    /// Word texts.
    Words,
    /// Start of every 16th word.
    Bases,
    /// Word lengths.
    Lengths,
    /// Folded word to word number.
    Lexicon,
    /// Row of `Kinds` per word.
    Facts,
    /// Distinct rows of word facts.
    Kinds,
    /// Interned strings.
    Strings,
    /// The lists.
    Lists,
    /// Closed sets.
    Sets,
    /// What stands between words: the classes, then class, length, text each.
    Separators,
    /// What was left out: file, line and message each.
    LeftOut,
}

/// Slots of a bucket: with the record offset they fill a cache line.
pub const SLOTS: usize = 15;
/// Bytes of a bucket.
pub const BUCKET: usize = 64;
/// Slot flag: a name ends here.
pub const NAME: u32 = 1;
/// Slot flag: a longer name goes on from here.
pub const PREFIX: u32 = 2;
/// The part of a slot that is fingerprint.
pub const PRINT: u32 = !3;

/// Words per base.
pub const STRIDE: usize = 16;

/// Most words of a name.
pub const MAX_WORDS: usize = 24;
/// Longest name in bytes.
pub const MAX_NAME: usize = 512;
/// Longest word in bytes.
pub const MAX_WORD: usize = 255;
/// Most spellings of one key that differ in case or accents only.
pub const MAX_SPELLINGS: usize = 48;
/// Most meanings of one spelling.
pub const MAX_MEANINGS: usize = 255;

/// Types of listed things by number: the three entity types, then "never a name".
pub const NEVER: u8 = 3;

/// When a spelling counts as a match.
///
/// Names of several words match in ALL CAPITALS under every policy: headlines
/// and datelines are written so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Policy {
    /// Letter by letter as listed, accents aside.
    Exact = 0,
    /// Words listed with a capital need one.
    Title = 1,
    /// As `Title`, and single words in all capitals too.
    Upper = 2,
    /// Anything.
    Any = 3,
}

impl Policy {
    /// By its name in manifests and user lists.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "exact" => Some(Policy::Exact),
            "title" => Some(Policy::Title),
            "upper" => Some(Policy::Upper),
            "any" => Some(Policy::Any),
            _ => None,
        }
    }

    /// By number, of which the two lowest bits count.
    pub fn from_number(number: u8) -> Self {
        [Policy::Exact, Policy::Title, Policy::Upper, Policy::Any][number as usize & 3]
    }
}

/// Record flag beside the policy (bits 0–1): separator numbers follow the words
/// (before the first, between, after the last); else there is a space between words.
pub const SEPARATED: u8 = 4;

/// Meaning: what comes in place of a list number when it lies with another name.
pub const ELSEWHERE: u8 = 255;

/// Which fields a meaning has, in this order.
pub mod field {
    /// Varint: string number.
    pub const SUBTYPE: u8 = 1;
    /// Varint: string number.
    pub const COUNTRY: u8 = 2;
    /// Byte: tenths.
    pub const PROMINENCE: u8 = 4;
    /// Varint count; per link key string number, form, value.
    pub const LINKS: u8 = 8;
    /// Gender is known.
    pub const GENDER: u8 = 16;
    /// With GENDER: female.
    pub const FEMALE: u8 = 32;
    /// Varint population, then latitude and longitude in 3 bytes each.
    pub const PLACE: u8 = 64;
    /// The Wikipedia title is the name with underscores.
    pub const TITLE: u8 = 128;
}

/// Forms of a link's value.
pub mod link {
    /// Varint length, text.
    pub const TEXT: u8 = 0;
    /// Varint number.
    pub const NUMBER: u8 = 1;
    /// Varint number after `Q`.
    pub const Q_NUMBER: u8 = 2;
}

/// Coordinates that say "unknown".
pub const NOWHERE: u32 = 0xFF_FFFF;

/// Bytes of a set of words by length and first letters.
pub const SMALL_WORDS: usize = 8192;

/// The byte and its bit in such a set for a word of ASCII letters and digits, in any case: the byte
/// goes by the first two letters and a part of the third, the bit by the length.
#[inline(always)]
pub fn small_word(word: &[u8]) -> (usize, u8) {
    let letter = |at: usize| word.get(at).copied().unwrap_or(0);
    (small_words([letter(0), letter(1), letter(2)]), 1 << (word.len().clamp(1, 8) - 1))
}

/// The byte for words that begin with these letters; zeros stand for those that a short one lacks.
#[inline(always)]
pub fn small_words([first, second, third]: [u8; 3]) -> usize {
    usize::from(first & 31) << 8 | usize::from(second & 31) << 3 | usize::from(third & 7)
}

/// Where a key goes: its bucket of `buckets`.
#[inline(always)]
pub fn bucket(hash: u64, buckets: usize) -> usize {
    (((hash >> 32) * buckets as u64) >> 32) as usize
}

/// A key's fingerprint, flags clear.
#[inline(always)]
pub fn print(hash: u64) -> u32 {
    hash as u32 & PRINT
}

/// A first word's place in their filter of `words` words, and the bits that it sets there: in any
/// case, when a name has more words than it, and when it is a name by itself.
#[inline(always)]
pub fn first(hash: u64, words: usize) -> (usize, u64, u64, u64) {
    let bit = |at: u32| 1 << (hash >> at & 63);
    // Two for the single ones: they are few among many, and to look one up is dear.
    (bucket(hash, words), bit(0) | bit(6), bit(12), bit(18) | bit(24))
}

/// What keys are multiplied with for their filter.
pub const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A key's word in a Bloom filter of `words` words, and the bits it sets there.
#[inline(always)]
pub fn bloom(hash: u64, words: usize) -> (usize, u64) {
    let spread = hash.wrapping_mul(SPREAD);
    let word = (((spread >> 32) * words as u64) >> 32) as usize;
    (word, 1 << (spread & 63) | 1 << (spread >> 6 & 63) | 1 << (spread >> 12 & 63))
}

/// Checksum of everything after the header's first 24 bytes.
pub fn checksum(bytes: &[u8]) -> u64 {
    // Four lanes, so that opening a cached index costs a few milliseconds and not tens.
    const K: u64 = 0x9FB2_1C65_1E98_DF25;
    let mut lanes = [K, !K, K.rotate_left(32), bytes.len() as u64];
    let mut blocks = bytes.chunks_exact(32);
    for block in &mut blocks {
        for (lane, eight) in lanes.iter_mut().zip(block.chunks_exact(8)) {
            let mut value = [0; 8];
            value.copy_from_slice(eight);
            *lane = (*lane ^ u64::from_le_bytes(value)).wrapping_mul(K).rotate_left(29);
        }
    }
    let tail = blocks.remainder().iter().fold(0u64, |sum, &b| (sum ^ u64::from(b)).wrapping_mul(K));
    lanes.iter().fold(tail, |sum, &lane| (sum ^ lane ^ lane >> 31).wrapping_mul(K).rotate_left(27))
}

/// Appends `value`, seven bits a byte, lowest first.
pub fn put_varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// Reads what [`put_varint`] wrote and moves `at` past it; zero at the end of the data.
#[inline]
pub fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let mut value = 0;
    let mut shift = 0;
    while let Some(&byte) = bytes.get(*at) {
        *at += 1;
        value |= u64::from(byte & 0x7F) << shift;
        shift += 7;
        if byte < 0x80 || shift > 56 {
            break;
        }
    }
    value
}

/// The number whose bytes begin at `at`, which must be there.
#[inline]
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The same of four bytes.
#[inline]
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(value)
}

/// The same of eight bytes.
#[inline]
pub fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(value)
}
