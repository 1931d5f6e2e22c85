//! An article as the tagger reads it: its words, how its lines are written,
//! what the lists say. Filled once per article, read by everything else here.

use std::ops::Range;

use super::evidence::Evidence;
use super::words::{Vocabulary, Word, Writing, flag};
use crate::Annotations;

/// How the line of a token is written and where in it the token stands, one bit each.
pub(crate) mod line {
    /// First of its sentence, or after an opening mark.
    pub const FIRST: u8 = 1;
    /// In a sentence of capital letters.
    pub const CAPITALS: u8 = 1 << 1;
    /// In a sentence whose words mostly begin with capitals.
    pub const TITLE_CASE: u8 = 1 << 2;
    /// No space to the left.
    pub const GLUED_LEFT: u8 = 1 << 3;
    /// No space to the right.
    pub const GLUED_RIGHT: u8 = 1 << 4;
    /// Its sentence begins a line.
    pub const NEW_LINE: u8 = 1 << 5;
    /// Its sentence ends a line, without a mark.
    pub const UNFINISHED: u8 = 1 << 6;
    /// Near the top of the article.
    pub const TOP: u8 = 1 << 7;
}

/// Bytes that count as the top of an article.
const TOP: usize = 300;

/// What the tagger needs of an article, in the order of its tokens.
#[derive(Default)]
pub(crate) struct Page {
    /// Numbers in the vocabulary.
    pub words: Vec<u32>,
    pub lines: Vec<u8>,
    pub evidence: Vec<Evidence>,
    /// For capitalised tokens, first and one past last of their run.
    pub runs: Vec<(u32, u32)>,
}

/// A page with what it refers to.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub source: &'a str,
    pub found: &'a Annotations,
    pub vocabulary: &'a Vocabulary,
    pub words: &'a [u32],
    pub lines: &'a [u8],
    pub evidence: &'a [Evidence],
    runs: &'a [(u32, u32)],
}

impl Page {
    /// Reads the lines of an article: case and spacing. `number` gives a
    /// word's number in the vocabulary, by how its line is written.
    pub fn read(&mut self, text: &str, found: &Annotations, mut number: impl FnMut(&str, Writing) -> u32) {
        let Page { words, lines, .. } = self;
        words.clear();
        lines.clear();
        let bytes = text.as_bytes();
        for sentence in &found.sentences {
            let tokens = &found.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize];
            let (mut letters, mut upper, mut capital) = (0, 0, 0);
            for token in tokens {
                let word = token.span.of(text);
                let first = word.chars().next().unwrap_or(' ');
                if first.is_alphabetic() {
                    letters += 1;
                    capital += usize::from(first.is_uppercase());
                    upper += usize::from(!word.chars().any(char::is_lowercase));
                }
            }
            let capitals = upper * 10 > letters * 6 && tokens.len() > 2;
            let title = !capitals && capital * 10 > letters * 7 && tokens.len() > 3;
            let writing = match (capitals, title) {
                (true, _) => Writing::Capitals,
                (_, true) => Writing::Title,
                _ => Writing::Plain,
            };
            let (start, end) = (sentence.span.start(), sentence.span.end());
            let mut common =
                if capitals { line::CAPITALS } else { 0 } | if title { line::TITLE_CASE } else { 0 };
            if start == 0 || bytes[start.saturating_sub(3)..start].contains(&b'\n') {
                common |= line::NEW_LINE;
            }
            let marked =
                |word: &str| matches!(word, "." | "!" | "?" | "\"" | "”" | "’" | "," | ":" | ";" | ")");
            let ends_line = end + 1 >= text.len() || bytes[end..text.len().min(end + 2)].contains(&b'\n');
            if ends_line && !tokens.last().is_some_and(|t| marked(t.span.of(text))) {
                common |= line::UNFINISHED;
            }
            if start < TOP {
                common |= line::TOP;
            }
            let mut opens = true;
            for token in tokens {
                let word = token.span.of(text);
                let glued = |at: Option<&u8>| at.is_some_and(|b| !b.is_ascii_whitespace());
                let mut flags = common;
                if opens {
                    flags |= line::FIRST;
                }
                if glued(token.span.start().checked_sub(1).map(|at| &bytes[at])) {
                    flags |= line::GLUED_LEFT;
                }
                if glued(bytes.get(token.span.end())) {
                    flags |= line::GLUED_RIGHT;
                }
                opens = matches!(word, "\"" | "“" | "‘" | "'" | "(" | ":" | "-" | "``" | "''");
                lines.push(flags);
                words.push(number(word, writing));
            }
        }
    }

    /// Finds the runs of capitalised words.
    pub fn find_runs(&mut self, found: &Annotations, vocabulary: &Vocabulary) {
        self.runs.clear();
        self.runs.resize(self.words.len(), (0, 0));
        for sentence in &found.sentences {
            let mut at = sentence.tokens.start;
            while at < sentence.tokens.end {
                let capital = |i: u32| vocabulary.get(self.words[i as usize]).is(flag::CAPITAL);
                let start = at;
                while at < sentence.tokens.end && capital(at) {
                    at += 1;
                }
                self.runs[start as usize..at as usize].fill((start, at));
                at = at.max(start + 1);
            }
        }
    }

    /// The page with what it refers to.
    pub fn reading<'a>(
        &'a self,
        source: &'a str,
        found: &'a Annotations,
        vocabulary: &'a Vocabulary,
    ) -> Reading<'a> {
        Reading {
            source,
            found,
            vocabulary,
            words: &self.words,
            lines: &self.lines,
            evidence: &self.evidence,
            runs: &self.runs,
        }
    }
}

impl<'a> Reading<'a> {
    /// What is known about the word at `at`.
    #[inline]
    pub fn word(&self, at: usize) -> &'a Word {
        self.vocabulary.get(self.words[at])
    }

    /// See [`line`].
    #[inline]
    pub fn line(&self, at: usize) -> u8 {
        self.lines[at]
    }

    /// The token as written.
    #[inline]
    pub fn text(&self, at: usize) -> &'a str {
        self.found.tokens[at].span.of(self.source)
    }

    /// The text from the first token of `range` to its last, spaces as written; empty for none.
    pub fn text_of(&self, range: Range<usize>) -> &'a str {
        if range.is_empty() {
            return "";
        }
        self.found.span_of(range.start as u32..range.end as u32).of(self.source)
    }

    /// The run of capitalised words around `at`, within its sentence; empty when it is not capitalised.
    #[inline]
    pub fn run(&self, at: usize) -> Range<usize> {
        let (start, end) = self.runs[at];
        start as usize..end as usize
    }

    /// The runs of capitalised words, in order.
    pub fn capital_runs(&self) -> impl Iterator<Item = Range<usize>> + 'a {
        let runs = self.runs;
        let mut at = 0;
        std::iter::from_fn(move || {
            at += runs[at..].iter().position(|&(start, end)| start < end)?;
            let (start, end) = runs[at];
            at = end as usize;
            Some(start as usize..at)
        })
    }

    /// The tokens of each sentence.
    pub fn sentences(&self) -> impl Iterator<Item = Range<usize>> + 'a {
        self.found.sentences.iter().map(|s| s.tokens.start as usize..s.tokens.end as usize)
    }
}
