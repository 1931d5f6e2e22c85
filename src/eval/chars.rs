//! Character classes as the reference scorers, written in Python, see them.

use unicode_normalization::char::is_combining_mark;

/// `str.isspace`: Unicode white space and the four information separators.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `str.isalnum`: letters and numbers; marks and enclosed letters are neither.
pub(super) fn is_alnum(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let enclosed = matches!(c, '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}');
    c.is_alphanumeric() && !is_combining_mark(c) && !enclosed
}

/// `\w`.
pub(super) fn is_word(c: char) -> bool {
    c == '_' || is_alnum(c)
}

/// The runs of `\w` in `text`.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// How many characters a leading article takes with the space behind it; none when nothing follows.
pub(super) fn article(text: &[char]) -> Option<usize> {
    ["the", "a", "an"].into_iter().find_map(|article| {
        let length = article.len();
        let same = text.len() > length && article.chars().zip(text).all(|(a, b)| a == b.to_ascii_lowercase());
        let spaces = text.get(length..).filter(|_| same)?.iter().take_while(|c| is_space(**c)).count();
        (spaces > 0 && length + spaces < text.len()).then_some(length + spaces)
    })
}
