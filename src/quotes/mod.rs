//! What was said, and by whom.
//!
//! The way of an article through this room:
//!
//! 1. [`marks`] reads which stretches stand between quotation marks;
//! 2. `reading` looks words up, collapses each stretch to one unit and merges
//!    the sentences that it bridges; a glance of the `judge` turns away words
//!    that report nothing, and `trees` parses the sentences that are left;
//! 3. `rules` reads reporting clauses off the surface;
//! 4. `judge` scores cues, labels content and speaker around each (`grammar`
//!    puts right what a construction leaves no doubt about), gives
//!    quotes without a cue to whoever goes on speaking, and looks at each
//!    whole attribution once more; the `sieves` find what punctuation alone
//!    attributes: transcripts, headlines, signatures after a dash;
//! 5. `resolve` finds the entity that speaks;
//! 6. `emit` settles overlaps and writes the quotes.
//!
//! Without a trained judge the rules answer alone, with `attach` in the place
//! of the judge's continuation model.
//!
//! Names are not found here (see [`crate::names`]), nor is anything decided
//! about truth or tone.

use std::sync::{Arc, OnceLock};

use crate::Annotations;
use crate::annotations::QuoteKind;
use crate::deadline::Deadline;
use crate::learn::file::ModelError;
use crate::learn::shipped::{Shipped, shipped};
use crate::syntax::Parser;

mod attach;
mod attribution;
mod dateline;
mod emit;
pub mod explain;
mod judge;
pub mod marks;
mod reading;
mod resolve;
mod rules;
mod sieves;
mod source;
mod stance;
pub mod train;
mod trees;
mod words;

use attribution::{Attribution, Places, Rule, held};
use explain::Fate;
use judge::rescore::Scores;
use judge::{Cue, Judge, Proposer, grammar};
use reading::Reading;
use source::Source;
use trees::Trees;
use words::Lexicon;

/// Which quotes are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Kinds {
    /// None: neither the parser nor this stage runs.
    None,
    /// Only what stands between quotation marks, mixed ones with a quoted piece included, and the turns of
    /// transcripts.
    Direct,
    /// Direct, indirect and mixed ones.
    #[default]
    All,
}

/// Which attributions count as quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[repr(usize)]
pub enum Attributions {
    /// Something was said or written: "said", "according to", "tweeted".
    #[default]
    Reporting = 0,
    /// Also beliefs, plans, feelings: "believes", "wants", "fears".
    Any = 1,
}

/// What the stage is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// No quotes, direct ones only, or all (`--quotes none|direct|all`).
    pub kinds: Kinds,
    /// Reporting only, or any attribution (`--attributions reporting|any`).
    pub attributions: Attributions,
    /// Quotes below this probability, 0 to 1, are left out (`--min-confidence`).
    pub min_confidence: f32,
}

/// The stage: its lists and models.
pub struct Quotes {
    options: Options,
    lexicon: &'static Lexicon,
    judge: Option<Arc<Judge>>,
}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {
    reading: Reading,
    trees: Trees,
    reported: Vec<rules::Reported>,
    judge: judge::Scratch,
    candidates: Vec<u32>,
    cues: Vec<Cue>,
}

impl Scratch {
    /// Quotes are left unfinished then.
    pub(crate) fn stop_at(&mut self, deadline: Deadline) {
        self.trees.deadline = deadline;
        self.judge.deadline = deadline;
    }
}

pub(crate) static SHIPPED: Shipped = shipped!("quotes.bin");

fn shipped() -> Arc<Judge> {
    static JUDGE: OnceLock<Arc<Judge>> = OnceLock::new();
    let open = || match Judge::open(&SHIPPED.unpack()) {
        Ok(judge) => Arc::new(judge),
        // A test opens the file; it cannot change afterwards.
        Err(error) => unreachable!("this build's own model: {error}"),
    };
    Arc::clone(JUDGE.get_or_init(open))
}

impl Default for Quotes {
    fn default() -> Self {
        Quotes::new(Options::default())
    }
}

impl Quotes {
    /// The stage with the shipped lists and models.
    pub fn new(options: Options) -> Self {
        let judge = (options.kinds != Kinds::None).then(shipped);
        Quotes { options, lexicon: Lexicon::shipped(), judge }
    }

    /// The stage with a model of one's own, trained by `saidwho train quotes`.
    ///
    /// # Errors
    /// When `model` is no quotes model, one of another version, or damaged.
    pub fn with_model(options: Options, model: &[u8]) -> Result<Self, ModelError> {
        Ok(Quotes { options, lexicon: Lexicon::shipped(), judge: Some(Arc::new(Judge::open(model)?)) })
    }

    /// The stage with rules alone.
    pub fn by_rules(options: Options) -> Self {
        Quotes { options, lexicon: Lexicon::shipped(), judge: None }
    }

    /// What it was asked for.
    pub fn options(&self) -> Options {
        self.options
    }

    /// Fills the quotes of a document with tokens, sentences, mentions and entities.
    pub fn annotate(&self, text: &str, found: &mut Annotations, scratch: &mut Scratch) {
        if scratch.judge.deadline.passed() {
            return;
        }
        if self.options.kinds == Kinds::None {
            found.quotes.clear();
            return;
        }
        let mut attributions = match &self.judge {
            Some(judge) => self.judged(judge, text, found, scratch),
            None => self.ruled(text, found, scratch),
        };
        let reading = &scratch.reading;
        dateline::cut(found, reading, &mut attributions);
        let attributions = emit::without_overlaps(attributions);
        let entities = resolve::resolve(found, reading, &attributions);
        let quotes = attributions
            .iter()
            .zip(entities)
            .filter_map(|(a, entity)| emit::quote(found, reading, a, entity))
            .filter(|quote| quote.confidence >= self.options.min_confidence)
            .filter(|quote| self.options.kinds == Kinds::All || quote.kind != QuoteKind::Indirect)
            .collect();
        found.quotes = quotes;
        // What trims a piece away may move a quote behind the next.
        found.quotes.sort_by_key(|quote| quote.span().start());
    }

    fn judged(
        &self,
        judge: &Judge,
        text: &str,
        found: &Annotations,
        scratch: &mut Scratch,
    ) -> Vec<Attribution> {
        let wanted = self.options.attributions;
        self.prepare(judge, text, found, scratch);
        let Scratch { reading, trees, reported, judge: memory, candidates, cues } = scratch;
        if memory.deadline.passed() {
            return Vec::new();
        }
        let source = Source { text, found, reading, trees };
        let proposer = &judge.proposer;
        proposer.cues(&source, candidates, wanted, memory, cues);
        let (mut attributions, mut scores) = propose(proposer, &source, cues, reported, memory);
        proposer.attach(&source, &mut attributions, &mut scores, memory);
        let last = judge.rescore(&source, &attributions, &scores, wanted, memory);
        for (a, &score) in attributions.iter_mut().zip(&last) {
            let calibrated = judge.calibrate(score, wanted);
            // What punctuation and set phrases attribute needs no judge's leave.
            a.confidence = if a.by == judge::BY_CUE { calibrated } else { a.confidence.max(calibrated) };
        }
        let fates: Vec<Fate> = (attributions.iter().zip(&scores).zip(&last))
            .map(|((a, scores), &last)| fate(judge, &source, a, scores, last, wanted))
            .collect();
        let mut fates = fates.into_iter();
        attributions.retain(|_| fates.next() == Some(Fate::Kept));
        leftovers(&source, reported, &mut attributions);
        attributions
    }

    fn ruled(&self, text: &str, found: &Annotations, scratch: &mut Scratch) -> Vec<Attribution> {
        let Scratch { reading, trees, reported, .. } = scratch;
        prepare(text, found, self.lexicon, |_, _| (), &mut Vec::new(), reading, trees);
        let mut attributions = Vec::new();
        for block in 0..reading.blocks.len() {
            let units = reading.block_units(block);
            reported.clear();
            rules::read(reading, units, reported);
            attributions.extend(reported.iter().map(|r| tokens_of(units, r)));
        }
        let source = Source { text, found, reading, trees };
        sieves::run(&source, &mut attributions);
        attach::attach(reading, &mut attributions);
        attributions
    }
}

impl Quotes {
    /// Reads an article, glances at its words, and parses what is worth it.
    fn prepare(&self, judge: &Judge, text: &str, found: &Annotations, scratch: &mut Scratch) {
        let Scratch { reading, trees, judge: memory, candidates, .. } = scratch;
        let wanted = self.options.attributions;
        let choose = |reading: &Reading, candidates: &mut Vec<u32>| {
            let all = 0..reading.len() as u32;
            candidates.extend(all.filter(|&t| judge.glance(reading, t, wanted, &mut memory.sink)));
        };
        prepare(text, found, self.lexicon, choose, candidates, reading, trees);
    }
}

/// Reads an article, lets `choose` fill `candidates` in text order, and parses the sentences that hold one.
fn prepare(
    text: &str,
    found: &Annotations,
    lexicon: &Lexicon,
    choose: impl FnOnce(&Reading, &mut Vec<u32>),
    candidates: &mut Vec<u32>,
    reading: &mut Reading,
    trees: &mut Trees,
) {
    reading.fill(text, found, lexicon);
    trees.reset(reading.len());
    candidates.clear();
    choose(reading, candidates);
    // Whole blocks, so that no cue sees half a sentence's parts of speech.
    let mut sentence = 0;
    let mut next = candidates.iter().copied().peekable();
    for block in 0..reading.blocks.len() {
        let tokens = reading.blocks[block].tokens.clone();
        let wanted = next.next_if(|&t| t < tokens.end).is_some() && !trees.deadline.passed();
        while next.next_if(|&t| t < tokens.end).is_some() {}
        while found
            .sentences
            .get(sentence)
            .is_some_and(|s| s.tokens.start < tokens.end || s.tokens.is_empty())
        {
            if wanted {
                trees.parse(Parser::shipped(), text, found, sentence, reading);
            }
            sentence += 1;
        }
    }
    trees.finish();
    reading.collapse();
}

/// One attribution for each cue, and what the sieves find, in the order of their cues.
fn propose(
    proposer: &Proposer,
    source: &Source<'_>,
    cues: &[Cue],
    reported: &mut Vec<rules::Reported>,
    memory: &mut judge::Scratch,
) -> (Vec<Attribution>, Vec<Scores>) {
    let reading = source.reading;
    let mut attributions = Vec::with_capacity(cues.len());
    let mut scores: Vec<(u32, Scores)> = Vec::with_capacity(cues.len());
    let mut block = reading::NONE;
    for cue in cues {
        if memory.deadline.passed() {
            break;
        }
        let here = reading.block_of[cue.token as usize];
        let units = reading.block_units(here as usize);
        if here != block {
            block = here;
            reported.clear();
            rules::read(reading, units, reported);
        }
        let opinions = judge::opinions(source, cue.token, units, reported);
        let (report, span) = proposer.report(source, cue.token, cues, &opinions, memory);
        let end = if source.reading.words[cue.token as usize] == words::word("according") {
            cue.token + 2
        } else {
            cue.token + 1
        };
        let cue_span = cue.token..end.min(reading.len() as u32);
        let confidence = span.min(cue.reporting.max(cue.any));
        let rule = Rule { name: judge::BY_CUE, confidence };
        attributions.push(Attribution::found(rule, cue_span, report.content, report.speaker));
        scores.push((cue.token, Scores { reporting: cue.reporting, any: cue.any, span, continuation: 1.0 }));
    }
    grammar::shared_speakers(source, &mut attributions);
    sieves::run(source, &mut attributions);
    let sure = Scores { reporting: 0.95, any: 0.95, span: 0.9, continuation: 1.0 };
    let scores = attributions
        .iter()
        .map(|a| match scores.binary_search_by_key(&a.cue.start, |s| s.0) {
            Ok(at) if a.by == judge::BY_CUE => scores[at].1,
            _ => sure,
        })
        .collect();
    (attributions, scores)
}

/// What becomes of a proposed attribution: `last` is the last look's score.
fn fate(
    judge: &Judge,
    source: &Source<'_>,
    a: &Attribution,
    scores: &Scores,
    last: f32,
    wanted: Attributions,
) -> Fate {
    if a.content.is_empty() {
        Fate::NoContent
    } else if a.by != judge::BY_CUE {
        // What punctuation and set phrases attribute needs no judge's leave.
        Fate::Kept
    } else if last < judge.threshold(wanted).min(grammar::least(source, a, scores.reporting)) {
        Fate::TooUnsure
    } else if wanted == Attributions::Reporting && !clausal(source, a) {
        Fate::NoClause
    } else {
        Fate::Kept
    }
}

/// Whether an attribution quotes: between marks, or a clause. "Praised the plan" quotes nothing.
fn clausal(source: &Source<'_>, a: &Attribution) -> bool {
    let reading = source.reading;
    let infinitive = |t: u32| {
        reading.words[t as usize] == words::word("to")
            && reading.pos.get(t as usize + 1) == Some(&reading::Pos::Base)
    };
    if grammar::anonymous(source, &a.content) {
        return false;
    }
    emit::kind(reading, &a.content) != QuoteKind::Indirect
        || a.by != judge::BY_CUE
        || a.content.first().is_some_and(|r| {
            r.end - r.start > 2
                && reading.entries[r.start as usize].classes.any(words::Classes::COMPLEMENTIZER)
        })
        || a.content.iter().any(|r| judge::clause::finite(source, r))
        || a.content.iter().cloned().flatten().any(infinitive)
}

/// What the judge leaves unsaid, the rules may say: quotes that nobody holds, next to a reporting clause.
fn leftovers(source: &Source<'_>, reported: &mut Vec<rules::Reported>, attributions: &mut Vec<Attribution>) {
    let reading = source.reading;
    let held = held(reading, attributions);
    let cues: Vec<u32> = attributions.iter().map(|a| a.cue.start).collect();
    let mut last = reading::NONE;
    let mut places: Option<Places> = None;
    for (id, stretch) in reading.stretches.iter().enumerate() {
        let block = stretch.block;
        if block == last || held[id] || !judge::worth(stretch) {
            continue;
        }
        last = block;
        let places = places.get_or_insert_with(|| Places::of(attributions));
        let units = reading.block_units(block as usize);
        reported.clear();
        rules::read(reading, units, reported);
        for r in reported.iter().filter(|r| r.by.contains("quote")) {
            let found = tokens_of(units, r);
            let covered = |a: &Attribution| found.content.iter().map(|r| a.covers(r)).sum::<u32>() * 2;
            let taken = cues.binary_search(&found.cue.start).is_ok()
                || places.near(&found.content).any(|at| covered(&attributions[at]) > found.size());
            if !taken {
                places.add(attributions.len(), &found.content);
                attributions.push(found);
            }
        }
    }
    attributions.sort_by_key(|a| a.cue.start);
    attach::attach(reading, attributions);
}

fn tokens_of(units: &[reading::Unit], reported: &rules::Reported) -> Attribution {
    let tokens = |range: &std::ops::Range<usize>| {
        units.get(range.start).map_or(0, |u| u.start)
            ..range.end.checked_sub(1).and_then(|i| units.get(i)).map_or(0, |u| u.end)
    };
    let rule = Rule { name: reported.by, confidence: reported.confidence };
    let content = reported.content.iter().map(tokens);
    Attribution::found(rule, tokens(&reported.cue), content, reported.speaker.as_ref().map(tokens))
}
