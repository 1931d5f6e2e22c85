//! What a token is and how it is written, from its characters alone.

use crate::annotations::{Case, TokenKind};

/// Units and ordinal endings that may follow digits in a number: "$4.5bn", "25th", "1990s".
const UNITS: [&str; 28] = [
    "s", "st", "nd", "rd", "th", "k", "m", "b", "t", "bn", "mn", "tn", "mm", "cm", "km", "kg", "g", "mg",
    "lb", "lbs", "am", "pm", "p", "c", "ft", "in", "mph", "kph",
];

/// The kind of a token that begins with a letter, digit, sign or currency mark.
pub(super) fn kind(text: &str) -> TokenKind {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    // "US$5", "A$10".
    let bare = bare.split_once('$').map_or(bare, |(_, amount)| amount);
    let Some(first) = bare.chars().next() else { return TokenKind::Symbol };
    if !first.is_numeric() {
        return TokenKind::Word;
    }
    let unit = bare.trim_start_matches(|c: char| !c.is_alphabetic());
    if unit.is_empty() || UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit)) {
        TokenKind::Number
    } else {
        TokenKind::Word
    }
}

/// How a token is written.
///
/// A capital after a hyphen or an apostrophe counts as the first letter of its
/// part: "Jean-Claude" and "O'Brien" are [`Case::Title`].
pub(super) fn case(text: &str) -> Case {
    let (mut upper, mut lower, mut inner, mut title) = (0, 0, false, true);
    let mut begins = true;
    for c in text.chars() {
        if c.is_uppercase() {
            upper += 1;
            inner |= !begins;
            begins = false;
        } else if c.is_lowercase() {
            lower += 1;
            // Before any capital: the token begins small.
            title &= upper > 0;
            begins = false;
        } else {
            begins = !c.is_alphanumeric();
        }
    }
    match (upper, lower) {
        (0, 0) => Case::None,
        (0, _) => Case::Lower,
        (1, 0) => Case::Title,
        (_, 0) => Case::Upper,
        _ if title && !inner => Case::Title,
        _ => Case::Mixed,
    }
}

/// Whether a character outside ASCII is punctuation; what is neither that nor a letter is a symbol.
pub(super) fn is_punctuation(c: char) -> bool {
    match c {
        '&' | '%' | '$' | '+' | '=' | '<' | '>' | '|' | '^' | '~' | '#' | '@' | '\\' => false,
        _ if c.is_ascii() => c.is_ascii_punctuation(),
        '¡' | '«' | '·' | '»' | '¿' | '§' | '¶' => true,
        _ => matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '\u{3001}'..='\u{3003}'
            | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}' | '\u{060C}' | '\u{061B}' | '\u{061F}'
            | '\u{0964}' | '\u{0965}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (text, expected) in [
            ("$4.5bn", TokenKind::Number),
            ("1990s", TokenKind::Number),
            ("25th", TokenKind::Number),
            ("52-48", TokenKind::Number),
            ("US$5", TokenKind::Number),
            ("-3", TokenKind::Number),
            ("49ers", TokenKind::Word),
            ("30-year-old", TokenKind::Word),
            ("F-16", TokenKind::Word),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn cases() {
        for (text, expected) in [
            ("word", Case::Lower),
            ("Word", Case::Title),
            ("A", Case::Title),
            ("U.S.", Case::Upper),
            ("Jean-Claude", Case::Title),
            ("O'Brien", Case::Title),
            ("al-Assad", Case::Mixed),
            ("iPhone", Case::Mixed),
            ("McDonald", Case::Mixed),
            ("NATO", Case::Upper),
            ("4.5", Case::None),
            ("Über", Case::Title),
            ("北京", Case::None),
        ] {
            assert_eq!(case(text), expected, "{text}");
        }
    }
}
