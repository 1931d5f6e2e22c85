//! Part of speech and dependency arcs, one sentence at a time.
//!
//! What lives here: a greedy tagger and a greedy arc-hybrid parser over linear
//! models ([`tagger`](self), [`arcs`](self)), their weights ([`Parser::shipped`]),
//! how they are taught ([`train`]), and questions about a finished tree
//! ([`Tree`]). What does not: which sentences are worth parsing and what a
//! subject says about a speaker; that is for `quotes`.
//!
//! The parser was taught by another parser's trees of raw news ("up-training",
//! Petrov et al. 2010), so it speaks its teacher's language: Penn Treebank tags
//! ([`Tag`]) and ClearNLP labels ([`Label`]).
//!
//! ```
//! use saidwho::syntax::{Label, Parse, Parser, Scratch, Tag};
//! let (mut scratch, mut parse) = (Scratch::default(), Parse::default());
//! Parser::shipped().parse(&["She", "said", "he", "left", "."], &mut scratch, &mut parse);
//! assert_eq!(parse.tags[1], Tag::VerbPast);
//! assert_eq!((parse.heads[0], parse.labels[0]), (1, Label::Subject));
//! assert_eq!((parse.heads[3], parse.labels[3]), (1, Label::ClausalComplement));
//! ```

mod arcs;
mod label;
mod model;
mod tag;
mod tagger;
pub mod train;
mod tree;
mod trees;
mod weights;
mod whose;
mod words;

use std::sync::OnceLock;

pub use label::Label;
pub use tag::Tag;
pub use tree::Tree;
pub use trees::{ParsedSentence, TreesError};

use crate::learn::file::ModelError;
use crate::learn::shipped::{Shipped, shipped};

/// A tagger and parser for English news.
pub struct Parser<'b> {
    model: model::Model<'b>,
}

/// Memory that one worker uses again from sentence to sentence.
#[derive(Default)]
pub struct Scratch {
    buffer: String,
    words: Vec<words::Word>,
    entries: Vec<bool>,
    hints: Vec<tagger::Hint>,
    tags: Vec<u8>,
    state: arcs::State,
}

/// A sentence's tags and tree. All columns are as long as the sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parse {
    /// Part of speech.
    pub tags: Vec<Tag>,
    /// Index of the head; the one root is its own head. Arcs do not cross.
    pub heads: Vec<u32>,
    /// What the token is to its head.
    pub labels: Vec<Label>,
}

pub(crate) static SHIPPED: Shipped = shipped!("syntax.bin");

impl Parser<'static> {
    /// The parser with the weights inside the program.
    ///
    /// Opening them (once a process, on first use) means unpacking them and reading them once for their checksum.
    pub fn shipped() -> &'static Parser<'static> {
        static PARSER: OnceLock<Parser<'static>> = OnceLock::new();
        // At the start of a page, so that no row of weights lies across two cache lines more than it must.
        PARSER.get_or_init(|| match Parser::open(Box::leak(Box::new(SHIPPED.unpack()))) {
            Ok(parser) => parser,
            // A test opens the file; it cannot change afterwards.
            Err(error) => unreachable!("the shipped syntax model: {error}"),
        })
    }
}

impl<'b> Parser<'b> {
    /// A parser over the bytes of a model file, which are used in place.
    ///
    /// # Errors
    /// When they are no syntax model, one of another version, or damaged.
    pub fn open(bytes: &'b [u8]) -> Result<Self, ModelError> {
        Ok(Parser { model: model::Model::open(bytes)? })
    }

    /// Tags and parses one sentence: linear time, whatever the words.
    ///
    /// # Panics
    /// With 2^32 - 2 words or more.
    pub fn parse(&self, words: &[&str], scratch: &mut Scratch, into: &mut Parse) {
        self.tag(words, scratch, into);
        let Scratch { words, entries, state, .. } = scratch;
        state.start(words, &into.tags, |at| entries[at]);
        let model = &self.model;
        arcs::parse(&model.arcs, &model.labels, &model.classes, state);
        state.finish(&mut into.heads, &mut into.labels);
        whose::repair(into);
    }

    /// Only tags, about five times as fast; heads and labels are left empty.
    pub fn tag(&self, words: &[&str], scratch: &mut Scratch, into: &mut Parse) {
        assert!(words.len() < u32::MAX as usize - 1, "a sentence of {} words", words.len());
        let model = &self.model;
        scratch.look(&model.words, words.iter().copied());
        let Scratch { words, hints, tags, .. } = scratch;
        tagger::tag(&model.tagger, model.tags.len(), words, hints, tags);
        into.tags.clear();
        into.tags
            .extend(tags.iter().map(|&tag| model.tags.get(tag as usize).copied().unwrap_or(Tag::Unknown)));
        into.heads.clear();
        into.labels.clear();
    }
}

impl Scratch {
    /// Looks at the words of a sentence and looks them up.
    fn look<'w>(&mut self, dictionary: &weights::Table<'_, 1>, words: impl Iterator<Item = &'w str>) {
        self.words.clear();
        self.entries.clear();
        self.hints.clear();
        for word in words {
            let word = words::Word::new(word, &mut self.buffer);
            let entry = tagger::look_up(dictionary, word.exact);
            let lower =
                if word.lower == word.exact { entry } else { tagger::look_up(dictionary, word.lower) };
            self.hints.push(tagger::Hint::new(&word, entry));
            self.entries.push(lower.is_common());
            self.words.push(word);
        }
    }
}
