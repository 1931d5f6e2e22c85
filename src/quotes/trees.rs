//! Parts of speech and trees of the sentences that may report something.
//!
//! The parser works sentence by sentence; here its answers stand in token
//! indices of the article, with children and subtree edges at hand. A
//! sentence that was not parsed is a row of roots.

use std::ops::Range;

use crate::Annotations;
use crate::deadline::Deadline;
use crate::syntax::{Label, Parse, Parser, Tag};

use super::reading::{Pos, Reading};
use super::words::{Classes, word};

/// Longer sentences are no sentences, and cost more than they tell.
const LONGEST: usize = 300;

/// See the module. Keeps its memory from article to article.
#[derive(Default)]
pub struct Trees {
    /// Part of speech of each token; meaningful where [`Trees::parsed`].
    pub tags: Vec<Tag>,
    /// Head of each token; a root is its own.
    pub heads: Vec<u32>,
    /// Relation of each token to its head.
    pub labels: Vec<Label>,
    /// First token of each token's subtree.
    pub left: Vec<u32>,
    /// Last token of each token's subtree.
    pub right: Vec<u32>,
    /// Whether each token's sentence was parsed.
    parsed: Vec<bool>,
    child_starts: Vec<u32>,
    children: Vec<u32>,
    parse: Parse,
    scratch: crate::syntax::Scratch,
    /// Whoever parses stops there.
    pub(super) deadline: Deadline,
}

impl Trees {
    /// Forgets the last article; nothing is parsed yet.
    pub fn reset(&mut self, count: usize) {
        self.tags.clear();
        self.tags.resize(count, Tag::Unknown);
        self.heads.clear();
        self.heads.extend(0..count as u32);
        self.labels.clear();
        self.labels.resize(count, Label::Root);
        self.parsed.clear();
        self.parsed.resize(count, false);
    }

    /// Parses one sentence of the article, and puts its parts of speech into the reading.
    pub fn parse(
        &mut self,
        parser: &Parser<'_>,
        text: &str,
        found: &Annotations,
        sentence: usize,
        reading: &mut Reading,
    ) {
        let tokens = &found.sentences[sentence].tokens;
        let (start, end) = (tokens.start as usize, tokens.end as usize);
        if start >= end || end - start > LONGEST {
            return;
        }
        let words: Vec<&str> = (start..end).map(|t| found.token_text(text, t)).collect();
        parser.parse(&words, &mut self.scratch, &mut self.parse);
        for at in 0..end - start {
            let t = start + at;
            self.tags[t] = self.parse.tags[at];
            self.heads[t] = start as u32 + self.parse.heads[at];
            self.labels[t] = self.parse.labels[at];
            self.parsed[t] = true;
            reading.pos[t] = self.pos(reading, t);
        }
    }

    /// To be called when all sentences of an article are parsed.
    pub fn finish(&mut self) {
        let count = self.heads.len();
        self.child_starts.clear();
        self.child_starts.resize(count + 1, 0);
        for (t, &head) in self.heads.iter().enumerate() {
            if head as usize != t {
                self.child_starts[head as usize + 1] += 1;
            }
        }
        for t in 0..count {
            self.child_starts[t + 1] += self.child_starts[t];
        }
        self.children.clear();
        self.children.resize(self.child_starts[count] as usize, 0);
        let mut next = self.child_starts.clone();
        for (t, &head) in self.heads.iter().enumerate() {
            if head as usize != t {
                self.children[next[head as usize] as usize] = t as u32;
                next[head as usize] += 1;
            }
        }
        self.left.clear();
        self.left.extend(0..count as u32);
        self.right.clear();
        self.right.extend(0..count as u32);
        for t in 0..count {
            let mut at = t;
            // Sentences are short, so walks to the root are.
            for _ in 0..LONGEST {
                let head = self.heads[at] as usize;
                let (left, right) = (self.left[at], self.right[at]);
                if head == at || self.left[head] <= left && self.right[head] >= right {
                    break;
                }
                self.left[head] = self.left[head].min(left);
                self.right[head] = self.right[head].max(right);
                at = head;
            }
        }
    }

    /// Whether `t` stands in a sentence that was parsed.
    pub fn parsed(&self, t: u32) -> bool {
        self.parsed[t as usize]
    }

    /// The children of `t`, in text order.
    pub fn children(&self, t: u32) -> &[u32] {
        &self.children[self.child_starts[t as usize] as usize..self.child_starts[t as usize + 1] as usize]
    }

    /// The tokens of the subtree of `t`.
    pub fn subtree(&self, t: u32) -> Range<u32> {
        self.left[t as usize]..self.right[t as usize] + 1
    }

    /// The coarse class of a tag, with the word's help where the tag leaves it open.
    fn pos(&self, reading: &Reading, t: usize) -> Pos {
        // What is written as a mark is one, whatever it is tagged; but a hyphen joins words.
        if !reading.is_word(t) && reading.pos[t] != Pos::Other && reading.words[t] != word("-") {
            return reading.pos[t];
        }
        let classes = reading.entries[t].classes;
        match self.tags[t] {
            Tag::Proper | Tag::ProperPlural => Pos::Name,
            Tag::Noun | Tag::NounPlural | Tag::Address | Tag::Foreign => Pos::Noun,
            Tag::Pronoun | Tag::Existential => Pos::Pronoun,
            Tag::PronounPossessive | Tag::Predeterminer => Pos::Determiner,
            Tag::Determiner if self.labels[t].is_subject() => Pos::Pronoun,
            Tag::Determiner => Pos::Determiner,
            Tag::Possessive => Pos::Possessive,
            Tag::VerbBase => Pos::Base,
            Tag::VerbPast | Tag::VerbPresent | Tag::VerbThird | Tag::Modal => Pos::Finite,
            Tag::VerbGerund => Pos::Ing,
            Tag::VerbParticiple => Pos::Participle,
            Tag::Adjective
            | Tag::AdjectiveComparative
            | Tag::AdjectiveSuperlative
            | Tag::Hyphen
            | Tag::Affix => Pos::Adjective,
            Tag::Adverb | Tag::AdverbComparative | Tag::AdverbSuperlative | Tag::Particle => Pos::Adverb,
            Tag::Preposition if self.labels[t] == Label::Marker || reading.words[t] == word("that") => {
                Pos::Subordinator
            }
            Tag::Preposition if classes.any(Classes::SUBORDINATOR) && !classes.any(Classes::PREPOSITION) => {
                Pos::Subordinator
            }
            Tag::Preposition | Tag::To => Pos::Preposition,
            Tag::Conjunction => Pos::Coordinator,
            Tag::Number | Tag::Currency => Pos::Number,
            Tag::WhDeterminer | Tag::WhPronoun | Tag::WhPossessive | Tag::WhAdverb => Pos::Subordinator,
            _ => reading.pos[t],
        }
    }
}
