//! What tagger and parser see of a word: hashes of its forms, ends and shape.
//!
//! Words are folded a little before they are hashed (one kind of quotation
//! mark, apostrophe and dash), because writers and agencies differ in nothing
//! so much as in these.

use crate::learn::hash;

/// One token as the models see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// The form as written.
    pub exact: u64,
    /// Lower-cased, every digit `0`.
    pub lower: u64,
    /// Its last one, two and three bytes and its first three, lower-cased.
    pub ends: [u64; 4],
    /// See [`shape`].
    pub shape: u8,
    /// Comma, quotation mark or neither.
    pub mark: Mark,
}

/// Punctuation that the parser counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    #[default]
    None,
    Comma,
    Quote,
}

/// Folds the ways of typing one mark into one.
fn fold(word: &str) -> &str {
    match word {
        "“" | "”" | "„" | "«" | "»" | "``" | "''" => "\"",
        "’" | "‘" | "`" => "'",
        "–" | "—" | "―" | "--" => "-",
        "…" => "...",
        other => other,
    }
}

impl Word {
    /// Looks at one token. `buffer` is scratch space.
    pub fn new(word: &str, buffer: &mut String) -> Word {
        let word = fold(word);
        let mark = match word {
            "," => Mark::Comma,
            "\"" => Mark::Quote,
            _ => Mark::None,
        };
        buffer.clear();
        let exact = if word.is_ascii() {
            buffer.extend(
                word.bytes().map(|b| if b.is_ascii_digit() { '0' } else { b.to_ascii_lowercase() as char }),
            );
            hash::text(word)
        } else {
            buffer.extend(word.chars().map(|c| if c == '’' { '\'' } else { c }));
            let exact = hash::text(buffer);
            buffer.clear();
            for c in word.chars() {
                match c {
                    '’' => buffer.push('\''),
                    c if c.is_numeric() => buffer.push('0'),
                    c => buffer.extend(c.to_lowercase()),
                }
            }
            exact
        };
        let lower = buffer.as_bytes();
        let end = |count: usize| hash::bytes(&lower[lower.len().saturating_sub(count)..]);
        Word {
            exact,
            lower: hash::bytes(lower),
            ends: [end(1), end(2), end(3), hash::bytes(&lower[..lower.len().min(3)])],
            shape: shape(word),
            mark,
        }
    }
}

/// Shapes below this number.
pub(super) const SHAPES: u8 = 64;

/// How a word is written, as bits: what it begins with, and whether it holds a hyphen, a digit, only capitals.
fn shape(word: &str) -> u8 {
    let first = match word.chars().next() {
        Some(c) if c.is_uppercase() => 1,
        Some(c) if c.is_numeric() => 2,
        Some(c) if c.is_alphabetic() => 3,
        _ => 4,
    };
    let hyphen = word.contains('-');
    let digit = word.chars().any(char::is_numeric);
    let capitals = word.len() > 1 && word.chars().all(char::is_uppercase);
    first | u8::from(hyphen) << 3 | u8::from(digit) << 4 | u8::from(capitals) << 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word {
        Word::new(text, &mut String::new())
    }

    #[test]
    fn ways_of_typing_one_mark_are_one() {
        assert_eq!(word("“"), word("''"));
        assert_eq!(word("—"), word("--"));
        assert_eq!(word("don’t"), word("don't"));
    }

    #[test]
    fn case_and_digits_matter_only_to_the_exact_form() {
        let (a, b) = (word("Said"), word("said"));
        assert_ne!(a.exact, b.exact);
        assert_eq!((a.lower, a.ends), (b.lower, b.ends));
        assert_eq!(word("1996").lower, word("2024").lower);
        assert_eq!(word("É").lower, word("é").lower);
    }

    #[test]
    fn every_shape_is_below_the_limit() {
        for text in ["", "A", "IX", "A-1", "4-2", "x", "’", "ＡＢ－１", "٣", "ß"] {
            assert!(word(text).shape < SHAPES, "{text}");
        }
    }
}
