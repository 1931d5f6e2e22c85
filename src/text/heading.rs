//! Headings that lost their line break: "Merger proposed However, the jury said …".
//!
//! Scraped news often runs a heading into its text. At the start of a block, a
//! few words without any mark, then a word that starts sentences written with a
//! capital, tell the two apart.

use super::lexicon::Lexicon;
use super::marks::word_at;

/// The longest heading looked for, in words.
const WORDS: usize = 9;

/// Where the text begins that a heading at `start` has run into.
pub(super) fn cut(text: &[u8], start: usize, lexicon: &Lexicon) -> Option<usize> {
    let mut at = start + quote(text, start);
    let mut before: &[u8] = b"";
    for count in 0..=WORDS {
        let word = word_at(text, at);
        if count == 0 && !word.first().is_some_and(u8::is_ascii_uppercase) {
            return None;
        }
        if count > 0 {
            if !word.is_empty() && opens(text, at, word, before, lexicon) {
                return Some(at);
            }
            let mark = quote(text, at);
            if mark > 0 {
                // A quote after the heading, or one that is the heading's end.
                return (count > 1 && speaks(text, at + mark, before, lexicon)).then_some(at);
            }
        }
        if word.is_empty() {
            return None;
        }
        before = word;
        at += word.len();
        at += quote(text, at);
        if text.get(at) != Some(&b' ') {
            return None;
        }
        at += 1;
    }
    None
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
    before[0].is_ascii_lowercase()
        && !lexicon.starts(before)
        && word[0].is_ascii_uppercase()
        && lexicon.starts(word)
}

/// Whether `word` at `at` starts a sentence after the heading's last word `before`.
fn opens(text: &[u8], at: usize, word: &[u8], before: &[u8], lexicon: &Lexicon) -> bool {
    // "I" is a capital everywhere.
    let capitals = word.len() > 1 && word[1].is_ascii_uppercase();
    if capitals || word == b"I" || word.starts_with(b"I'") || !parts(before, word, lexicon) {
        return false;
    }
    match &text[at + word.len()..] {
        [b',', b' ', ..] => word.len() > 3,
        [b' ', next, ..] => next.is_ascii_lowercase(),
        _ => false,
    }
}

/// Whether the quote whose first word is at `at` is a sentence of its own, not a title or what `before` reports.
fn speaks(text: &[u8], at: usize, before: &[u8], lexicon: &Lexicon) -> bool {
    let word = word_at(text, at);
    if word.is_empty() || !parts(before, word, lexicon) || lexicon.reports(before) {
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
