//! Headings that lost their line break: "Merger proposed However, the jury said …".
//!
//! Scraped news often runs a heading into its text. At the start of a block, a
//! few words without any mark, then a word that starts sentences written with a
//! capital, tell the two apart.

use super::lexicon::Lexicon;
use super::marks::word_at;
use super::scan;

/// Where the text begins that a heading at `start` has run into. Headings of more than sixty bytes are not looked for.
pub(super) fn cut(text: &[u8], start: usize, lexicon: &Lexicon) -> Option<usize> {
    let start = start + quote(text, start);
    let letters = scan::letters(text, start);
    // Up to the first mark.
    let plain = letters.upper | letters.lower | letters.space | letters.inner;
    let length = plain.trailing_ones() as usize;
    if letters.upper & 1 == 0 || length < 4 {
        return None;
    }
    // A capital after a space after a small letter, unless the word before is a name: the carry of
    // a sum runs from the capital that a word begins with to the byte after its last letter.
    let word = letters.upper | letters.lower;
    let names = letters.upper & (letters.space << 1 | 1);
    let after_names = word.wrapping_add(names) & !word;
    let mut capitals = letters.upper
        & (letters.space << 1)
        & (letters.lower << 2)
        & !(after_names << 1)
        & (u64::MAX >> (64 - length));
    while capitals != 0 {
        let at = start + capitals.trailing_zeros() as usize;
        if opens(text, at, word_to(text, at - 1), lexicon) {
            return Some(at);
        }
        capitals &= capitals - 1;
    }
    let end = start + length;
    let mark = quote(text, end);
    if mark == 0 {
        return None;
    }
    if text[end - 1] == b' ' {
        // A quote after the heading.
        return (text[end - 2] != b' ' && speaks(text, end + mark, word_to(text, end - 1), lexicon))
            .then_some(end);
    }
    // The heading is a quote, or ends with one.
    let at = end + mark + 1;
    (text.get(at - 1) == Some(&b' ') && opens(text, at, word_to(text, end), lexicon)).then_some(at)
}

/// The word of ASCII letters that ends at `end`.
fn word_to(text: &[u8], end: usize) -> &[u8] {
    let letters =
        text[..end].iter().rev().take(64).take_while(|b| b.is_ascii_alphabetic() || **b == b'\'').count();
    &text[end - letters..end]
}

/// The length of the double quotation mark at `at`, 0 when there is none.
fn quote(text: &[u8], at: usize) -> usize {
    match &text[at..] {
        [b'"', ..] => 1,
        [0xE2, 0x80, 0x9C | 0x9D, ..] => 3,
        _ => 0,
    }
}

/// Whether `before` may be the last word of a heading in sentence case, and `word` the first of a sentence.
fn parts(before: &[u8], word: &[u8], lexicon: &Lexicon) -> bool {
    // A function word never ends a heading; after a name a capital goes on with the name.
    before.first().is_some_and(u8::is_ascii_lowercase)
        && word.first().is_some_and(u8::is_ascii_uppercase)
        && lexicon.starts(word)
        && !lexicon.starts(before)
}

/// Whether the word at `at` starts a sentence after the heading's last word `before`.
fn opens(text: &[u8], at: usize, before: &[u8], lexicon: &Lexicon) -> bool {
    let word = word_at(text, at);
    // "I" is a capital everywhere.
    let capitals = word.len() > 1 && word[1].is_ascii_uppercase();
    if capitals || word == b"I" || word.starts_with(b"I'") || !parts(before, word, lexicon) {
        return false;
    }
    match &text[at + word.len()..] {
        [b',', b' ', ..] => word.len() > 3,
        // "group A and group B"
        [b' ', ..] if word == b"A" && lexicon.starts(word_at(text, at + 2)) => false,
        [b' ', next, ..] => next.is_ascii_lowercase(),
        _ => false,
    }
}

/// Whether the quote whose first word is at `at` is a sentence of its own, not a title or what `before` reports.
fn speaks(text: &[u8], at: usize, before: &[u8], lexicon: &Lexicon) -> bool {
    let word = word_at(text, at);
    if !parts(before, word, lexicon) || lexicon.reports(before) {
        return false;
    }
    let mut at = at + word.len();
    (0..2).all(|_| {
        let next = if text.get(at) == Some(&b' ') { word_at(text, at + 1) } else { b"" };
        at += 1 + next.len();
        next.first().is_some_and(u8::is_ascii_lowercase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_heading_is_cut() {
        let cut = |text: &str| cut(text.as_bytes(), 0, Lexicon::get());
        assert_eq!(cut("Ports reopened The harbour was busy again."), Some(15));
        assert_eq!(cut("Ports reopened Meanwhile, ships came in."), Some(15));
        assert_eq!(cut("He writes for The Economist."), None);
        assert_eq!(cut("They watched The Crown together."), None);
        assert_eq!(cut("Ports reopened \"We are glad to be back\", he said."), Some(15));
        assert_eq!(cut("The film \"The Artist\" won."), None);
        assert_eq!(cut("The harbour was busy again."), None);
        assert_eq!(cut("Bob, not The baker."), None);
    }
}
