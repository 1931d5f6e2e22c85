//! Names inside words: the UK of "UK-based", the Israel of "pro-Israel".
//!
//! A token keeps its hyphens; a name may be a part of it. Only endings and
//! beginnings that never belong to a name are cut: "Coca-cola" stays whole.

use std::ops::Range;

use super::function_words::Class;
use crate::Span;
use crate::annotations::Annotations;

/// Participles may follow a name with a hyphen, whatever the verb.
const ENDINGS: [&str; 3] = ["ed", "ing", "led"];

/// The part of a word that can be a name.
pub(crate) fn core(word: &str) -> &str {
    let (start, end) = bounds(word);
    &word[start..end]
}

/// The bytes of [`core`].
fn bounds(word: &str) -> (usize, usize) {
    let (mut start, mut end) = (0, word.len());
    if !word.as_bytes().contains(&b'-') {
        return (start, end);
    }
    if let Some((before, rest)) = word.split_once('-')
        && rest.starts_with(char::is_uppercase)
        && Class::BeforeHyphen.has(&before.to_ascii_lowercase())
    {
        start = before.len() + 1;
    }
    if let Some((name, after)) = word[start..].rsplit_once('-')
        && name.starts_with(char::is_uppercase)
        && after.bytes().all(|b| b.is_ascii_lowercase())
        && after.len() > 2
        && (Class::AfterHyphen.has(after) || ENDINGS.iter().any(|ending| after.ends_with(ending)))
    {
        end = start + name.len();
    }
    (start, end)
}

/// The span of a name of these tokens, without what does not belong to it in the outer ones.
pub(crate) fn span(text: &str, found: &Annotations, tokens: Range<u32>) -> Span {
    if tokens.is_empty() {
        return Span::default();
    }
    let (first, last) =
        (found.tokens[tokens.start as usize].span, found.tokens[tokens.end as usize - 1].span);
    let start = first.start() + bounds(first.of(text)).0;
    let end = last.start() + bounds(last.of(text)).1;
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_inside_words() {
        for (word, name) in [
            ("UK-based", "UK"),
            ("Saudi-led", "Saudi"),
            ("Beijing-backed", "Beijing"),
            ("Africa-wide", "Africa"),
            ("pro-Israel", "Israel"),
            ("anti-NATO", "NATO"),
            ("ex-Barcelona", "Barcelona"),
            ("pro-Moscow-leaning", "Moscow"),
            // These are names as they stand.
            ("Coca-cola", "Coca-cola"),
            ("Al-qaeda", "Al-qaeda"),
            ("Jean-Claude", "Jean-Claude"),
            ("al-Assad", "al-Assad"),
            ("Stratford-upon-Avon", "Stratford-upon-Avon"),
            ("well-based", "well-based"),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(core(word), name, "{word}");
        }
    }
}
