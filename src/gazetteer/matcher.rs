//! From words back to tokens: which words may start and end a match.

use std::ops::Range;

use super::compile::fold::{self, Word};
use crate::annotations::Token;

/// The edges of some tokens.
#[derive(Clone, Copy)]
pub(super) struct Edges<'t> {
    /// The text from the first token to the last.
    text: &'t str,
    /// Where it begins.
    from: usize,
    tokens: &'t [Token],
}

impl<'t> Edges<'t> {
    /// Those of `tokens`, which come in text order.
    pub fn of(text: &'t str, tokens: &'t [Token]) -> Self {
        let (from, to) = match (tokens.first(), tokens.last()) {
            (Some(first), Some(last)) => (first.span.start(), last.span.end()),
            _ => (0, 0),
        };
        Edges { text: &text[from..to], from, tokens }
    }

    /// The text from the first token to the last.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The tokens from the byte `start` of that text to the byte `end`, when they begin and end there.
    pub fn tokens(&self, start: usize, end: usize) -> Option<Range<u32>> {
        let first = self.tokens.partition_point(|token| token.span.end() <= self.from + start);
        let starts_one = self.tokens.get(first)?.span.start() == self.from + start;
        let (from, end) = (self.from, self.from + end);
        let last = first + self.tokens[first..].partition_point(|token| token.span.end() < end);
        // An abbreviation's period belongs to its token and not to its word.
        let span = self.tokens.get(last)?.span;
        let rest = end.max(span.start()) - from..span.end() - from;
        let ends_one = span.start() < end && self.text[rest].bytes().all(|byte| byte == b'.');
        (starts_one && ends_one).then(|| first as u32..last as u32 + 1)
    }
}

/// The words of some tokens' text, with the tokens they start and end.
pub(super) struct Words<'t> {
    edges: Edges<'t>,
    pub words: Vec<Word>,
}

impl<'t> Words<'t> {
    /// The words of `tokens`, which come in text order.
    pub fn of(text: &'t str, tokens: &'t [Token]) -> Self {
        let edges = Edges::of(text, tokens);
        let mut words = Vec::with_capacity(tokens.len() + tokens.len() / 4);
        fold::words(edges.text, &mut words);
        Words { edges, words }
    }

    /// The text from the first token to the last.
    pub fn text(&self) -> &'t str {
        self.edges.text
    }

    /// The tokens that the words `first..end` cover, when they do so exactly.
    pub fn tokens(&self, first: usize, end: usize) -> Option<Range<u32>> {
        self.edges.tokens(self.words[first].start as usize, self.words[end - 1].end as usize)
    }
}
