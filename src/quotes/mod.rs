//! What was said, and by whom.
//!
//! The way of an article through this room:
//!
//! 1. [`marks`] reads which stretches stand between quotation marks;
//! 2. `reading` looks words up, collapses each stretch to one unit and merges
//!    the sentences that it bridges;
//! 3. `rules` reads reporting clauses off the surface;
//! 4. the `sieves` find what punctuation alone attributes: transcripts,
//!    headlines, signatures after a dash;
//! 5. `continuation` gives quotes without a cue to whoever goes on speaking;
//! 6. `resolve` finds the entity that speaks;
//! 7. `emit` settles overlaps and writes the quotes.
//!
//! Names are not found here (see [`crate::names`]), nor is anything decided
//! about truth or tone.

use crate::Annotations;
use crate::annotations::QuoteKind;

mod attribution;
mod continuation;
mod emit;
pub mod marks;
mod reading;
mod resolve;
mod rules;
mod sieves;
mod words;

use attribution::Attribution;
use reading::Reading;
use words::Lexicon;

/// Which quotes are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// Direct, indirect and mixed ones.
    #[default]
    All,
    /// Only what stands between quotation marks, mixed ones with a quoted piece included.
    Direct,
}

/// Which attributions count as quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attributions {
    /// Something was said or written: "said", "according to", "tweeted".
    #[default]
    Reporting,
    /// Also beliefs, plans, feelings: "believes", "wants", "fears".
    Any,
}

/// What the stage is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Direct quotes only, or all.
    pub kinds: Kinds,
    /// Reporting only, or any attribution.
    pub attributions: Attributions,
    /// Quotes below this probability (0 to 1) are left out.
    pub min_confidence: f32,
}

/// The stage: its lists and models.
pub struct Quotes {
    options: Options,
    lexicon: &'static Lexicon,
}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {
    reading: Reading,
    reported: Vec<rules::Reported>,
}

impl Default for Quotes {
    fn default() -> Self {
        Quotes::new(Options::default())
    }
}

impl Quotes {
    /// The stage with the shipped lists.
    pub fn new(options: Options) -> Self {
        Quotes { options, lexicon: Lexicon::shipped() }
    }

    /// What it was asked for.
    pub fn options(&self) -> Options {
        self.options
    }

    /// Fills the quotes of a document with tokens, sentences, mentions and entities.
    pub fn annotate(&self, text: &str, found: &mut Annotations, scratch: &mut Scratch) {
        let Scratch { reading, reported } = scratch;
        reading.fill(text, found, self.lexicon);
        let mut attributions = Vec::new();
        for block in 0..reading.blocks.len() {
            let units = reading.block_units(block);
            reported.clear();
            rules::read(reading, units, reported);
            attributions.extend(reported.iter().map(|r| tokens_of(units, r)));
        }
        let article = sieves::Article { text, found, reading };
        for sieve in sieves::SIEVES {
            sieve(&article, &mut attributions);
        }
        continuation::attach(reading, &mut attributions);
        let attributions = emit::without_overlaps(attributions);
        let entities = resolve::resolve(text, found, reading, &attributions);
        let quotes = attributions
            .iter()
            .zip(entities)
            .filter_map(|(a, entity)| emit::quote(found, reading, a, entity))
            .filter(|quote| quote.confidence >= self.options.min_confidence)
            .filter(|quote| self.options.kinds == Kinds::All || quote.kind != QuoteKind::Indirect)
            .collect();
        found.quotes = quotes;
    }
}

fn tokens_of(units: &[reading::Unit], reported: &rules::Reported) -> Attribution {
    let tokens = |range: &std::ops::Range<usize>| {
        units.get(range.start).map_or(0, |u| u.start)
            ..range.end.checked_sub(1).and_then(|i| units.get(i)).map_or(0, |u| u.end)
    };
    let mut attribution = Attribution {
        cue: tokens(&reported.cue),
        content: Vec::new(),
        speaker: reported.speaker.as_ref().map(tokens),
        confidence: reported.confidence,
        by: reported.by,
    };
    for piece in &reported.content {
        attribution.add(tokens(piece));
    }
    attribution
}
