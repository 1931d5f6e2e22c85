//! The trained judge: which words report, what they report, who speaks, and
//! how sure all that is.
//!
//! Five small linear models, in the order they are asked: two scores for each
//! cue candidate ([`cue`]), a CRF run per cue ([`span`]), the owner of each
//! quote without a cue ([`continuation`]), and a last look at each whole
//! attribution ([`rescore`]). The surface grammar and the tree's own reading
//! ([`clause`]) are evidence, not gates.

use std::ops::Range;

use crate::learn::calibration::Calibration;
use crate::learn::crf::{Crf, Features, Lattice};
use crate::learn::file::{ModelError, Reader, Writer};
use crate::learn::hash::{Key, key};
use crate::learn::logistic::Logistic;

use super::Attributions;
use super::attribution::{Attribution, shared};
use super::reading::Unit;
use super::rules::Reported;
use super::source::Source;
use super::words::Word;

pub mod clause;
pub mod continuation;
pub mod cue;
pub mod rescore;
pub mod sink;
pub mod span;

use rescore::Scores;
use sink::Sink;
use span::Opinion;

/// Version of the model file: grows when a feature changes its meaning.
pub const VERSION: u32 = 1;

/// A cue below this is not looked at further.
pub const CUE_FLOOR: f32 = 0.12;

/// A quote joins an attribution from this probability on.
pub const CONTINUES: f32 = 0.5;

/// The `by` of attributions found by a cue.
pub const BY_CUE: &str = "judge";

/// The trained models.
pub struct Judge {
    /// Lemmas that can report, as keys, sorted.
    pub(super) vocabulary: Vec<Key>,
    pub(super) reporting: Logistic,
    pub(super) any: Logistic,
    pub(super) span: Crf,
    pub(super) continuation: Logistic,
    pub(super) last: [Last; 2],
}

/// The last look, once for each view of what a quote is.
pub struct Last {
    pub(super) model: Logistic,
    pub(super) calibration: Calibration,
    pub(super) threshold: f32,
}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {
    sink: Sink,
    features: Features,
    lattice: Lattice,
    labels: Vec<u8>,
    units: Vec<Unit>,
}

/// A cue candidate with its scores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    /// Its token.
    pub token: u32,
    /// Probability that it reports.
    pub reporting: f32,
    /// Probability that it attributes at all.
    pub any: f32,
}

/// The key of a lemma in the vocabulary.
pub fn vocabulary_key(lemma: Word) -> Key {
    key(0, lemma)
}

impl Judge {
    /// Reads the model from the bytes of its file.
    ///
    /// # Errors
    /// When they are no quotes model, one of another version, or damaged.
    pub fn open(bytes: &[u8]) -> Result<Self, ModelError> {
        let reader = Reader::open(bytes, "quotes", VERSION)?;
        let mut words = reader.section("vocabulary")?;
        let mut vocabulary = Vec::new();
        while !words.is_empty() {
            vocabulary.push(words.u32()?);
        }
        let logistic = |name: &str| Logistic::read(&mut reader.section(name)?);
        let last = |name: &str| -> Result<Last, ModelError> {
            Ok(Last {
                model: logistic(&format!("last-{name}"))?,
                calibration: Calibration::read(&mut reader.section(&format!("calibration-{name}"))?)?,
                threshold: reader.section(&format!("threshold-{name}"))?.f32()?,
            })
        };
        Ok(Judge {
            vocabulary,
            reporting: logistic("cue-reporting")?,
            any: logistic("cue-any")?,
            span: Crf::read(&mut reader.section("span")?)?,
            continuation: logistic("continuation")?,
            last: [last("reporting")?, last("any")?],
        })
    }

    /// The bytes of the model file.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new("quotes", VERSION);
        let vocabulary: Vec<u8> = self.vocabulary.iter().flat_map(|k| k.to_le_bytes()).collect();
        writer.section("vocabulary", &vocabulary);
        writer.section("cue-reporting", &self.reporting.write());
        writer.section("cue-any", &self.any.write());
        writer.section("span", &self.span.write());
        writer.section("continuation", &self.continuation.write());
        for (name, last) in ["reporting", "any"].into_iter().zip(&self.last) {
            writer.section(&format!("last-{name}"), &last.model.write());
            writer.section(&format!("calibration-{name}"), &last.calibration.write());
            writer.section(&format!("threshold-{name}"), &last.threshold.to_le_bytes());
        }
        writer.finish()
    }

    /// Whether a word with this lemma can report.
    pub fn knows(&self, lemma: Word) -> bool {
        self.vocabulary.binary_search(&vocabulary_key(lemma)).is_ok()
    }

    /// All cue candidates of the article above the floor.
    pub fn cues(
        &self,
        source: &Source<'_>,
        wanted: Attributions,
        scratch: &mut Scratch,
        into: &mut Vec<Cue>,
    ) {
        into.clear();
        for token in 0..source.reading.len() as u32 {
            if !self.candidate(source, token) {
                continue;
            }
            cue::features(source, token, &mut scratch.sink);
            let reporting = self.reporting.probability(scratch.sink.pairs());
            let any = self.any.probability(scratch.sink.pairs());
            let score = if wanted == Attributions::Any { any.max(reporting) } else { reporting };
            if score >= CUE_FLOOR {
                into.push(Cue { token, reporting, any });
            }
        }
    }

    /// Whether the token is worth a score.
    pub fn candidate(&self, source: &Source<'_>, token: u32) -> bool {
        candidate(source, token, &self.vocabulary)
    }

    /// One CRF run: content, speaker and the probability of both.
    pub fn report(
        &self,
        source: &Source<'_>,
        cue: u32,
        cues: &[Cue],
        opinions: &[Opinion],
        scratch: &mut Scratch,
    ) -> (Vec<Range<u32>>, Option<Range<u32>>, f32) {
        let Scratch { sink, features, lattice, labels, units } = scratch;
        let at = span::window(source, cue, units);
        let others = |unit: &Unit| {
            let first = cues.partition_point(|c| c.token < unit.start);
            cues[first..]
                .iter()
                .take_while(|c| c.token < unit.end)
                .any(|c| c.token != cue && c.reporting >= 0.5)
        };
        span::features(source, units, at, &others, opinions, sink, features);
        self.span.score(features, lattice);
        self.span.best(lattice, labels);
        self.span.marginals(lattice);
        let probability = self.span.path_probability(lattice, 0, labels);
        let (mut content, speaker) = span::read(units, labels);
        within_clause(source, cue, opinions, &mut content);
        let speaker = speaker.or_else(|| fallback(source, cue, opinions));
        (content, speaker.filter(|s| !addressed(source, cue, s)), probability)
    }

    /// Gives quotes that nobody holds to the attribution they most likely continue.
    pub fn attach(
        &self,
        source: &Source<'_>,
        found: &mut [Attribution],
        scores: &mut [Scores],
        scratch: &mut Scratch,
    ) {
        for id in 0..source.reading.stretches.len() {
            if !loose(source, id, found) {
                continue;
            }
            let mut best: Option<(f32, usize)> = None;
            for candidate in continuation::candidates(source, id, found) {
                continuation::features(source, id, found, candidate, &mut scratch.sink);
                let p = self.continuation.probability(scratch.sink.pairs());
                if best.is_none_or(|(top, _)| p > top) {
                    best = Some((p, candidate.index));
                }
            }
            if let Some((p, owner)) = best
                && p >= CONTINUES
            {
                found[owner].add(source.reading.stretches[id].tokens.clone());
                scores[owner].continuation = scores[owner].continuation.min(p);
            }
        }
    }

    /// The last look's probability of each attribution, uncalibrated.
    pub fn rescore(
        &self,
        source: &Source<'_>,
        found: &[Attribution],
        scores: &[Scores],
        wanted: Attributions,
        scratch: &mut Scratch,
    ) -> Vec<f32> {
        let last = &self.last[wanted as usize];
        (0..found.len())
            .map(|index| {
                if found[index].content.is_empty() {
                    return 0.0;
                }
                rescore::features(source, found, scores, index, &mut scratch.sink);
                last.model.probability(scratch.sink.pairs())
            })
            .collect()
    }

    /// From score to probability.
    pub fn calibrate(&self, score: f32, wanted: Attributions) -> f32 {
        self.last[wanted as usize].calibration.probability(score)
    }

    /// Scores below this are left out.
    pub fn threshold(&self, wanted: Attributions) -> f32 {
        self.last[wanted as usize].threshold
    }
}

/// Whether a token can be a cue: its lemma is in the vocabulary and its part of speech allows it.
pub fn candidate(source: &Source<'_>, token: u32, vocabulary: &[Key]) -> bool {
    let lemma = source.reading.lemmas[token as usize];
    vocabulary.binary_search(&vocabulary_key(lemma)).is_ok()
        && (!source.trees.parsed(token) || cue::possible(source.trees.tags[token as usize]))
}

/// Whether stretch `id` is worth an owner: two words or more, and nobody holds most of it.
pub fn loose(source: &Source<'_>, id: usize, found: &[Attribution]) -> bool {
    let stretch = &source.reading.stretches[id];
    stretch.words >= 2
        && !found
            .iter()
            .any(|a| shared(&a.content, &stretch.tokens) * 2 >= stretch.tokens.end - stretch.tokens.start)
}

/// The tree's subject when the CRF finds no speaker, unless the cue is a passive.
fn fallback(source: &Source<'_>, cue: u32, opinions: &[Opinion]) -> Option<Range<u32>> {
    use crate::syntax::{Label, Tag};
    let trees = source.trees;
    let passive = trees
        .children(cue)
        .iter()
        .any(|&c| matches!(trees.labels[c as usize], Label::PassiveAuxiliary | Label::Agent));
    if passive || trees.tags[cue as usize] == Tag::VerbParticiple {
        return None;
    }
    opinions.iter().rev().find_map(|o| o.speaker.clone())
}

/// Keeps content inside the clause that holds it: the clause of a noun ("the claim that …"), and the
/// relative clause of its verb ("the man who said that …").
fn within_clause(source: &Source<'_>, cue: u32, opinions: &[Opinion], content: &mut Vec<Range<u32>>) {
    use crate::syntax::Label;
    let trees = source.trees;
    if !trees.parsed(cue) {
        return;
    }
    if trees.tags[cue as usize].is_noun() {
        if let Some(clause) = opinions.last().filter(|o| !o.content.is_empty()) {
            content.clone_from(&clause.content);
        }
    } else if trees.labels[cue as usize] == Label::RelativeClause {
        let end = trees.subtree(cue).end;
        let quoted =
            |r: &Range<u32>| r.clone().any(|t| source.reading.quoted[t as usize] != super::reading::NONE);
        for piece in content.iter_mut().filter(|r| r.start > cue && !quoted(r)) {
            piece.end = piece.end.min(end).max(piece.start);
        }
        content.retain(|r| !r.is_empty());
    }
}

/// Whether the words are the subject of a passive cue: "they were told" names no speaker.
fn addressed(source: &Source<'_>, cue: u32, words: &Range<u32>) -> bool {
    use crate::syntax::Label;
    let trees = source.trees;
    trees.parsed(cue)
        && trees
            .children(cue)
            .iter()
            .any(|&c| trees.labels[c as usize] == Label::PassiveSubject && words.contains(&c))
}

/// The evidence about a cue: what the surface grammar read there, and the tree.
pub fn opinions(source: &Source<'_>, cue: u32, units: &[Unit], reported: &[Reported]) -> [Opinion; 2] {
    let surface = reported.iter().find(|r| units.get(r.cue.start).is_some_and(|u| u.start == cue));
    let tokens = |r: &Range<usize>| units[r.start].start..units[r.end - 1].end;
    let surface = surface.map_or_else(Opinion::default, |r| Opinion {
        content: r.content.iter().filter(|c| !c.is_empty()).map(tokens).collect(),
        speaker: r.speaker.as_ref().filter(|s| !s.is_empty()).map(tokens),
        how: crate::learn::hash::text(r.by),
    });
    [surface, clause::opinion(source, cue)]
}
