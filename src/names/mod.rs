//! Who and what is named: mentions and entities.
//!
//! ```text
//! words     what is known about each word by itself      words, lexicon
//! evidence  what the lists say about the tokens          evidence
//! memory    what the rest of the article says            memory
//! tagger    the judge: lists propose, context decides    features, tagger
//! grammar   names that say what they are                 grammar
//! repeats   the same name again, and a user's own lists  repeats
//! entities  who is the same                              entities, titles, gender, links
//! ```
//!
//! Training is in [`train`]: it reads articles exactly as this stage does.

mod edges;
pub mod entities;
mod evidence;
pub mod explain;
mod features;
mod function_words;
mod gender;
mod grammar;
mod lexicon;
mod links;
mod memory;
mod reading;
mod repeats;
mod tagger;
mod titles;
pub mod train;
mod words;

use std::sync::{Arc, OnceLock};

use crate::Annotations;
use crate::deadline::Deadline;
use crate::gazetteer::Gazetteer;
use crate::learn::clusters::Clusters;
use crate::learn::file::ModelError;
use crate::learn::shipped::{Shipped, shipped};
use lexicon::Lexicon;
pub use tagger::Tagger;

pub(crate) static SHIPPED_TAGGER: Shipped = shipped!("names.bin");
pub(crate) static SHIPPED_CLUSTERS: Shipped = shipped!("clusters.bin");

/// The stage: its lists and its tagger.
pub struct Names {
    reader: Reader,
    tagger: Arc<Tagger>,
    min_confidence: f32,
}

/// What is needed to read an article, before anything is judged.
struct Reader {
    /// None for the shipped ones.
    lists: Option<Arc<Gazetteer>>,
    lexicon: Lexicon,
    clusters: Arc<Clusters>,
}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {
    desk: Desk,
    tagger: tagger::Scratch,
    tagged: Vec<tagger::Tagged>,
    bonds: Vec<Option<entities::Bond>>,
    /// Names are left unfinished then.
    pub(crate) deadline: Deadline,
}

/// An article being read, and the words known so far.
#[derive(Default)]
struct Desk {
    vocabulary: words::Vocabulary,
    page: reading::Page,
    finder: evidence::Finder,
    memory: memory::Memory,
}

impl Default for Names {
    fn default() -> Self {
        Names::new(None, None, None)
    }
}

impl Names {
    /// The stage with lists, tagger and word clusters of one's own; none means the shipped ones.
    pub fn new(
        lists: Option<Arc<Gazetteer>>,
        tagger: Option<Arc<Tagger>>,
        clusters: Option<Arc<Clusters>>,
    ) -> Self {
        let tagger = tagger.unwrap_or_else(|| shipped(&TAGGER, &SHIPPED_TAGGER, Tagger::read));
        Names { reader: Reader::new(lists, clusters), tagger, min_confidence: 0.0 }
    }

    /// Leaves out mentions that are less sure than this (0 to 1).
    #[must_use]
    pub fn with_min_confidence(mut self, confidence: f32) -> Self {
        self.min_confidence = confidence;
        self
    }

    /// Fills the mentions and entities of a document with tokens and sentences.
    pub fn annotate(&self, text: &str, found: &mut Annotations, scratch: &mut Scratch) {
        let Scratch { desk, tagger, tagged, bonds, deadline } = scratch;
        let deadline = *deadline;
        if desk.read(&self.reader, text, found, deadline) {
            tagger.forget_words();
        }
        tagged.clear();
        if deadline.passed() {
            return;
        }
        let reading = desk.page.reading(text, found, &desk.vocabulary);
        self.tagger.tag(&reading, &desk.memory, tagger, tagged, deadline);
        if deadline.passed() {
            return;
        }
        let mentions =
            repeats::settle(&self.tagger, &reading, self.reader.lists(), &desk.finder.hits, tagged);
        found.mentions = mentions;
        found.mentions.retain(|mention| mention.confidence >= self.min_confidence);
        *bonds = entities::resolve(text, found, self.reader.lists());
    }
}

impl Reader {
    fn new(lists: Option<Arc<Gazetteer>>, clusters: Option<Arc<Clusters>>) -> Self {
        let clusters = clusters.unwrap_or_else(|| shipped(&CLUSTERS, &SHIPPED_CLUSTERS, Clusters::read));
        let lexicon = Lexicon::new(lists.as_deref().unwrap_or_else(|| Gazetteer::shipped()));
        Reader { lists, lexicon, clusters }
    }

    fn lists(&self) -> &Gazetteer {
        self.lists.as_deref().unwrap_or_else(|| Gazetteer::shipped())
    }
}

impl Desk {
    /// Reads an article, or a part of it when the deadline passes. True when word numbers have
    /// changed their meaning.
    fn read(&mut self, reader: &Reader, text: &str, found: &Annotations, deadline: Deadline) -> bool {
        let Desk { vocabulary, page, finder, memory } = self;
        let lists = reader.lists();
        let forgotten = vocabulary.trim();
        page.read(text, found, |word, writing| {
            vocabulary.number(word, writing, || {
                words::word(word, writing, lists, &reader.lexicon, &reader.clusters)
            })
        });
        if deadline.passed() {
            return forgotten;
        }
        page.find_runs(found, vocabulary);
        let reading::Page { words, evidence, .. } = page;
        let low = |at: usize| vocabulary.get(words[at]).low;
        finder.find(text, &found.tokens, lists, &reader.lexicon, low, evidence);
        if deadline.passed() {
            return forgotten;
        }
        memory.collect(&page.reading(text, found, vocabulary));
        forgotten
    }
}

static TAGGER: OnceLock<Arc<Tagger>> = OnceLock::new();
static CLUSTERS: OnceLock<Arc<Clusters>> = OnceLock::new();

/// A model that the binary carries, opened at first use.
fn shipped<M>(
    cell: &'static OnceLock<Arc<M>>,
    model: &Shipped,
    read: fn(&[u8]) -> Result<M, ModelError>,
) -> Arc<M> {
    let open = || match read(&model.unpack()) {
        Ok(model) => Arc::new(model),
        Err(error) => unreachable!("this build's own model: {error}"),
    };
    Arc::clone(cell.get_or_init(open))
}
