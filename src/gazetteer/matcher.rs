//! From words back to tokens: which words may start and end a match.

use super::compile::fold::{self, Word};
use crate::annotations::Token;

/// Not a token.
const NONE: u32 = u32::MAX;

/// The words of some tokens' text, with the tokens they start and end.
pub(super) struct Words<'t> {
    /// The text from the first token to the last.
    pub text: &'t str,
    pub words: Vec<Word>,
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl<'t> Words<'t> {
    /// The words of `tokens`, which come in text order.
    pub fn of(text: &'t str, tokens: &[Token]) -> Self {
        let (from, to) = match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => (first.span.start(), last.span.end()),
            _ => (0, 0),
        };
        let text = &text[from..to];
        let mut words = Vec::with_capacity(tokens.len() + tokens.len() / 4);
        fold::words(text, &mut words);
        let (mut starts, mut ends) = (Vec::with_capacity(words.len()), Vec::with_capacity(words.len()));
        let mut token = 0;
        for word in &words {
            let (start, end) = (word.start as usize + from, word.end as usize + from);
            while tokens.get(token).is_some_and(|t| t.span.end() <= start) {
                token += 1;
            }
            let starts_one = tokens.get(token).is_some_and(|t| t.span.start() == start);
            starts.push(if starts_one { token as u32 } else { NONE });
            while tokens.get(token).is_some_and(|t| t.span.end() < end) {
                token += 1;
            }
            // An abbreviation's period belongs to its token and not to its word.
            let ends_one = tokens.get(token).is_some_and(|t| {
                let after = end.max(t.span.start())..t.span.end();
                t.span.start() < end && text[after.start - from..after.end - from].bytes().all(|b| b == b'.')
            });
            ends.push(if ends_one { token as u32 } else { NONE });
        }
        Words { text, words, starts, ends }
    }

    /// The tokens that the words `first..end` cover, when they do so exactly.
    #[inline]
    pub fn tokens(&self, first: usize, end: usize) -> Option<std::ops::Range<u32>> {
        let (start, last) = (self.starts[first], self.ends[end - 1]);
        (start != NONE && last != NONE).then(|| start..last + 1)
    }
}
