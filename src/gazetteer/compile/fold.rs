//! How a spelling becomes a key: words, what stands between them, and their hashes.
//!
//! Names and texts go through the same functions, so they cannot disagree.
//! A *word* is a run of letters, digits and combining marks; what may stand
//! between two words of one name is a short list of [`Separator`]s. Keys
//! ignore case, accents and the kind of hyphen, space or apostrophe.

use std::borrow::Cow;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What stands between two words of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Separator {
    /// Something no name runs across: a sentence end, a bracket, a blank line.
    Break = 0,
    /// White space, a hyphen, the period of an abbreviation or a domain.
    Space = 1,
    /// An apostrophe with letters on both sides: `O'Brien`.
    Apostrophe = 2,
    /// A comma: `Washington, D.C.`
    Comma = 3,
    /// `&`
    Ampersand = 4,
    /// `/`
    Slash = 5,
}

impl Separator {
    /// By number; anything unknown is a break.
    pub fn from_number(number: u8) -> Self {
        use Separator::*;
        *[Break, Space, Apostrophe, Comma, Ampersand, Slash].get(number as usize).unwrap_or(&Break)
    }
}

/// A word and what comes after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Between this word and the next; a break after the last one.
    pub after: Separator,
    /// Hash of its folded form.
    pub hash: u64,
}

impl Word {
    /// Its text.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start as usize..self.end as usize]
    }
}

/// The longest stretch, in bytes, that can stand between two words of a name.
pub const MAX_SEPARATOR: usize = 16;

/// Words of four letters and more after which a period and a space may stand
/// inside a name; shorter ones all may ("Wm. Wrigley Jr. Co."), for a sentence
/// end between the words of a listed name is much rarer than an abbreviation.
const ABBREVIATIONS: &[&str] =
    &["capt", "prof", "corp", "bros", "assn", "dept", "univ", "intl", "natl", "govt", "chas", "thos"];

/// Appends the words of `text`, which must be shorter than 4 GiB.
pub fn words(text: &str, into: &mut Vec<Word>) {
    let bytes = text.as_bytes();
    let mut folded = String::new();
    let first = into.len();
    let mut at = 0;
    while let Some(start) = next_word(text, at, text.len()) {
        let (end, ascii) = word_end(text, start);
        let hash = if ascii {
            hash_ascii(&bytes[start..end])
        } else {
            folded.clear();
            fold(&text[start..end], &mut folded);
            hash_ascii(folded.as_bytes())
        };
        if into.len() > first
            && let Some(last) = into.last_mut()
        {
            last.after = separator(text, last.start as usize, last.end as usize, start);
        }
        into.push(Word { start: start as u32, end: end as u32, after: Separator::Break, hash });
        at = end;
    }
}

/// Where the next word at or after `at` starts, if before `limit`.
#[inline]
pub fn next_word(text: &str, mut at: usize, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        if at >= limit {
            return None;
        }
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            return Some(at);
        }
        if byte < 0x80 {
            at += 1;
            continue;
        }
        let char = text[at..].chars().next()?;
        if is_letter(char) {
            return Some(at);
        }
        at += char.len_utf8();
    }
}

/// Where the word that starts at `start` ends, and whether it is ASCII.
#[inline]
pub fn word_end(text: &str, start: usize) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = start;
    let mut ascii = true;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() {
            at += 1;
        } else if byte < 0x80 {
            break;
        } else {
            match text[at..].chars().next() {
                Some(char) if is_of_word(char) => {
                    ascii = false;
                    at += char.len_utf8();
                }
                _ => break,
            }
        }
    }
    (at, ascii)
}

/// Whether a character may stand in a word; it begins with a letter or digit.
#[inline]
pub fn is_of_word(char: char) -> bool {
    is_letter(char) || is_combining_mark(char)
}

/// Whether a character is a letter or digit.
#[inline]
pub fn is_letter(char: char) -> bool {
    match char as usize {
        // Latin is what the usual way is quick at; the others are in the table.
        code @ 0x250..0x1_0000 => LETTERS[code / 64] >> (code % 64) & 1 != 0,
        _ => char.is_alphanumeric(),
    }
}

/// Which characters of the basic plane are letters or digits, one bit each.
static LETTERS: LazyLock<Box<[u64]>> = LazyLock::new(|| {
    let bit = |code| u64::from(char::from_u32(code).is_some_and(char::is_alphanumeric)) << (code % 64);
    (0..0x400).map(|row| (row * 64..row * 64 + 64).map(bit).sum()).collect()
});

/// What stands between the word `start..end` and the next one at `next`.
#[inline]
pub fn separator(text: &str, start: usize, end: usize, next: usize) -> Separator {
    let between = &text[end..next];
    if between == " " {
        return Separator::Space;
    }
    if between.len() > MAX_SEPARATOR {
        return Separator::Break;
    }
    classify(&text[start..end], between)
}

/// What a byte is that stands alone between two words; none beyond ASCII is anything.
#[inline(always)]
pub fn alone(byte: u8) -> Separator {
    ALONE.get(usize::from(byte)).copied().unwrap_or(Separator::Break)
}

/// The ASCII characters of a class that stand alone, one bit each.
pub fn marks(of: impl Fn(Separator) -> bool) -> u128 {
    (0..128).map(|mark| u128::from(of(alone(mark))) << mark).sum()
}

/// What each ASCII byte is that stands alone.
static ALONE: [Separator; 128] = {
    let mut classes = [Separator::Break; 128];
    let mut byte = 0;
    while byte < 128 {
        classes[byte] = match byte as u8 {
            b'\t'..=b'\r' | b' ' | b'-' | b'.' => Separator::Space,
            b'\'' | b'`' => Separator::Apostrophe,
            b',' => Separator::Comma,
            b'&' => Separator::Ampersand,
            b'/' => Separator::Slash,
            _ => Separator::Break,
        };
        byte += 1;
    }
    classes
};

/// The general case of [`separator`].
fn classify(word: &str, between: &str) -> Separator {
    let mut marks = between.chars().filter(|c| !c.is_whitespace() && *c != '\u{ad}');
    let (mark, second, third) = (marks.next(), marks.next(), marks.next());
    let spaced = between.chars().any(char::is_whitespace);
    if between.bytes().filter(|&b| b == b'\n').count() > 1 || third.is_some() {
        return Separator::Break;
    }
    match (mark, second) {
        (None, _) => Separator::Space,
        (Some(mark), None) => match mark {
            _ if is_apostrophe(mark) && !spaced => Separator::Apostrophe,
            // "Workers' Party", "Abu 'Isa": nothing but the name's own words can follow.
            _ if is_apostrophe(mark) && (between.starts_with(mark) || between.ends_with(mark)) => {
                Separator::Space
            }
            '-' | '‐' | '‑' | '–' | '·' | '•' | '・' if !spaced => Separator::Space,
            '.' if !spaced || is_abbreviation(word) => Separator::Space,
            ',' => Separator::Comma,
            '&' => Separator::Ampersand,
            '/' if !spaced => Separator::Slash,
            _ => Separator::Break,
        },
        (Some('-' | '‐' | '‑'), Some(second)) if !spaced && is_apostrophe(second) => Separator::Space,
        (Some(first), Some('-' | '‐' | '‑')) if !spaced && is_apostrophe(first) => Separator::Space,
        (Some('.'), Some('-' | '‐' | '‑')) if !spaced => Separator::Space,
        (Some('.'), Some(',')) if is_abbreviation(word) => Separator::Comma,
        (Some('.'), Some('&')) if is_abbreviation(word) => Separator::Ampersand,
        _ => Separator::Break,
    }
}

/// `name` with its apostrophes left out.
pub fn without_apostrophes(name: &str) -> Cow<'_, str> {
    match name.contains(is_apostrophe) {
        true => name.chars().filter(|&c| !is_apostrophe(c)).collect(),
        false => Cow::Borrowed(name),
    }
}

/// Whether the character is used as an apostrophe.
pub fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | '‛' | '＇' | 'ʿ' | 'ʾ')
}

/// Whether a period and a space after `word` may stand inside a name.
#[inline]
pub fn is_abbreviation(word: &str) -> bool {
    word.len() < 4
        || word.chars().nth(3).is_none()
        || ABBREVIATIONS.iter().any(|abbreviation| word.eq_ignore_ascii_case(abbreviation))
}

/// Appends `word` in lower case without accents.
///
/// Lengths change (`İ` → `i`, `ß` → `ss`): folded text is compared and hashed, never sliced.
pub fn fold(word: &str, into: &mut String) {
    if word.is_ascii() {
        into.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    for char in word.nfkd() {
        for lower in char.to_lowercase() {
            fold_lower(lower, into);
        }
    }
}

/// Appends `word` without accents, in its own case.
pub fn strip_accents(word: &str, into: &mut String) {
    for char in word.nfkd() {
        if !matches!(char, '\u{300}'..='\u{36f}') {
            into.push(char);
        }
    }
}

fn fold_lower(char: char, into: &mut String) {
    match char {
        // Marks that only vary a letter; those of Indic scripts are vowels and stay.
        '\u{300}'..='\u{36f}' => {}
        'ß' => into.push_str("ss"),
        'ø' => into.push('o'),
        'æ' => into.push_str("ae"),
        'œ' => into.push_str("oe"),
        'ł' => into.push('l'),
        'đ' | 'ð' => into.push('d'),
        'þ' => into.push_str("th"),
        'ı' => into.push('i'),
        'ς' => into.push('σ'),
        other => into.push(other),
    }
}

/// Odd multipliers of a hash: of one part, of the other, and of both together.
pub const K: [u64; 3] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93, 0xBF58_476D_1CE4_E5B9];

/// One hash of two parts: multiplications and shifts of 64 bits alone, so that processors can make
/// eight at once. What comes after the multiplications is as in splitmix64 (Steele et al., 2014).
#[inline(always)]
fn mix(first: u64, second: u64) -> u64 {
    let both = first.wrapping_mul(K[0]) ^ second.wrapping_mul(K[1]);
    let both = (both ^ both >> 32).wrapping_mul(K[2]);
    both ^ both >> 29
}

/// Bytes that a hash takes in at once; most words have fewer.
pub const SHORT: usize = 16;

/// Hash of an ASCII word in any case, or of a folded one.
///
/// Setting bit 5 puts ASCII letters in lower case and leaves digits alone. On
/// bytes of other characters it only costs collisions, which verification
/// sorts out.
#[inline]
pub fn hash_ascii(word: &[u8]) -> u64 {
    let mut parts = word.chunks(SHORT).map(|part| {
        let mut padded = [0; SHORT];
        padded[..part.len()].copy_from_slice(part);
        hash_short(&padded, part.len())
    });
    let first = parts.next().unwrap_or(K[0]);
    parts.fold(first, mix)
}

/// What [`hash_ascii`] gives for the first `length` of sixteen bytes, none of which is zero.
#[inline(always)]
pub fn hash_short(bytes: &[u8; SHORT], length: usize) -> u64 {
    let word = (u128::from_le_bytes(*bytes) | LOWER) & MASKS[length];
    mix(word as u64, (word >> 64) as u64)
}

/// Bit 5 of every byte.
const LOWER: u128 = u128::from_ne_bytes([0x20; SHORT]);

/// The first so many bytes.
const MASKS: [u128; SHORT + 1] = {
    let mut masks = [u128::MAX; SHORT + 1];
    let mut length = 0;
    while length < SHORT {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// Hash of a name that `separator` and a word extend.
#[inline(always)]
pub fn extend(name: u64, separator: Separator, word: u64) -> u64 {
    mix(name, word.wrapping_add(separator as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(&str, Separator)> {
        let mut found = Vec::new();
        words(text, &mut found);
        found.iter().map(|w| (w.of(text), w.after)).collect()
    }

    #[test]
    fn words_and_separators() {
        use Separator::*;
        assert_eq!(split("Xi Jinping"), [("Xi", Space), ("Jinping", Break)]);
        assert_eq!(
            split("St. John’s, Newfoundland"),
            [("St", Space), ("John", Apostrophe), ("s", Comma), ("Newfoundland", Break)]
        );
        assert_eq!(split("in Paris. Texas"), [("in", Space), ("Paris", Break), ("Texas", Break)]);
        assert_eq!(
            split("AT&T / J.-P. X"),
            [("AT", Ampersand), ("T", Break), ("J", Space), ("P", Space), ("X", Break)]
        );
        assert_eq!(split("A\n\nB\nC"), [("A", Break), ("B", Space), ("C", Break)]);
        assert_eq!(split("workers' Party"), [("workers", Space), ("Party", Break)]);
    }

    #[test]
    fn a_byte_alone_is_what_it_is_among_others() {
        for byte in 0..128u8 {
            let between = char::from(byte).to_string();
            assert_eq!(ALONE[usize::from(byte)], classify("word", &between), "{between:?}");
        }
    }

    #[test]
    fn folding() {
        let folded = |word: &str| {
            let mut into = String::new();
            fold(word, &mut into);
            into
        };
        assert_eq!(folded("İSTANBUL"), "istanbul");
        assert_eq!(folded("Straße"), "strasse");
        assert_eq!(folded("Erdog\u{306}an"), "erdogan");
        assert_eq!(folded("Łódź"), "lodz");
        assert_eq!(hash_ascii(b"XI"), hash_ascii(b"xi"));
        assert_ne!(hash_ascii(b"xi"), hash_ascii(b"xj"));
        for length in 1..=SHORT {
            let word = b"Washingtonopolis";
            assert_eq!(hash_short(word, length), hash_ascii(&word.to_ascii_lowercase()[..length]));
        }
        let long = b"Llanfairpwllgwyngyllgogerychwyrndrobwll";
        let hashes: std::collections::HashSet<u64> =
            (1..long.len()).map(|n| hash_ascii(&long[..n])).collect();
        assert_eq!(hashes.len(), long.len() - 1);
    }
}
