//! The trained judge: which words report, what they report, who speaks, and
//! how sure all that is.
//!
//! Small linear models, in the order they are asked: a first look at each word
//! before anything is parsed ([`glance`]), two scores for each cue candidate
//! ([`cue`]), a CRF run per cue ([`span`]), the owner of each quote without a
//! cue ([`continuation`]), and a last look at each whole attribution
//! ([`rescore`]). The surface grammar and the tree's own reading
//! ([`clause`]) are evidence, not gates.

use std::ops::Range;

use crate::deadline::Deadline;
use crate::learn::calibration::Calibration;
use crate::learn::crf::{Crf, Features, Lattice};
use crate::learn::file::{ModelError, Reader, Writer};
use crate::learn::hash::{Key, key};
use crate::learn::logistic::Logistic;

use super::Attributions;
use super::attribution::{Attribution, held};
use super::reading::{Reading, Stretch, Unit};
use super::rules::Reported;
use super::source::Source;
use super::words::Word;

pub mod clause;
pub mod continuation;
pub mod cue;
pub mod glance;
pub mod grammar;
pub mod rescore;
pub mod sink;
pub mod span;

use glance::Glance;
use grammar::Report;
use rescore::Scores;
use sink::Sink;
use span::Opinion;

/// Version of the model file: grows when a feature changes its meaning.
pub const VERSION: u32 = 2;

/// A cue below this is not looked at further.
pub const CUE_FLOOR: f32 = 0.2;

/// The two views of what a quote is, in the order of [`Attributions`].
const VIEWS: [&str; 2] = ["reporting", "any"];

/// A quote joins an attribution from this probability on.
pub const CONTINUES: f32 = 0.5;

/// The `by` of attributions found by a cue.
pub const BY_CUE: &str = "judge";

/// The trained models.
pub struct Judge {
    pub(super) vocabulary: Vocabulary,
    /// The first look, for each view of what a quote is.
    pub(super) glances: [Glance; 2],
    pub(super) proposer: Proposer,
    pub(super) last: [Last; 2],
}

/// The models that propose attributions, which the last look then judges.
pub struct Proposer {
    pub(super) reporting: Logistic,
    pub(super) any: Logistic,
    pub(super) span: Crf,
    pub(super) continuation: Logistic,
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
    pub(super) sink: Sink,
    features: Features,
    lattice: Lattice,
    labels: Vec<u8>,
    units: Vec<Unit>,
    /// No cue is judged after it.
    pub(super) deadline: Deadline,
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

/// The lemmas that can report.
#[derive(Clone)]
pub struct Vocabulary {
    /// Their keys, sorted.
    keys: Vec<Key>,
    /// A bit for each value of a key's low bits: turns most words away at once.
    bits: Vec<u64>,
}

/// Low bits of a key that the vocabulary looks at first.
const LOW_BITS: u32 = 16;

impl Vocabulary {
    /// Of these lemmas.
    pub fn new(lemmas: impl IntoIterator<Item = Word>) -> Self {
        Vocabulary::of_keys(lemmas.into_iter().map(|lemma| key(0, lemma)).collect())
    }

    fn of_keys(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        let mut bits = vec![0; 1 << LOW_BITS >> 6];
        for key in &keys {
            bits[(key & ((1 << LOW_BITS) - 1)) as usize / 64] |= 1 << (key % 64);
        }
        Vocabulary { keys, bits }
    }

    /// Whether a word with this lemma can report.
    #[inline]
    pub fn knows(&self, lemma: Word) -> bool {
        let key = key(0, lemma);
        self.bits[(key & ((1 << LOW_BITS) - 1)) as usize / 64] >> (key % 64) & 1 == 1
            && self.keys.binary_search(&key).is_ok()
    }

    /// Number of lemmas.
    pub fn len(&self) -> usize {
        self.keys.len()
    }
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
            vocabulary: Vocabulary::of_keys(vocabulary),
            glances: [Glance::read(VIEWS[0], &reader)?, Glance::read(VIEWS[1], &reader)?],
            proposer: Proposer {
                reporting: logistic("cue-reporting")?,
                any: logistic("cue-any")?,
                span: Crf::read(&mut reader.section("span")?)?,
                continuation: logistic("continuation")?,
            },
            last: [last(VIEWS[0])?, last(VIEWS[1])?],
        })
    }

    /// The bytes of the model file.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new("quotes", VERSION);
        let vocabulary: Vec<u8> = self.vocabulary.keys.iter().flat_map(|k| k.to_le_bytes()).collect();
        writer.section("vocabulary", &vocabulary);
        for (name, glance) in VIEWS.into_iter().zip(&self.glances) {
            glance.write(name, &mut writer);
        }
        let Proposer { reporting, any, span, continuation } = &self.proposer;
        writer.section("cue-reporting", &reporting.write());
        writer.section("cue-any", &any.write());
        writer.section("span", &span.write());
        writer.section("continuation", &continuation.write());
        for (name, last) in VIEWS.into_iter().zip(&self.last) {
            writer.section(&format!("last-{name}"), &last.model.write());
            writer.section(&format!("calibration-{name}"), &last.calibration.write());
            writer.section(&format!("threshold-{name}"), &last.threshold.to_le_bytes());
        }
        writer.finish()
    }

    /// Whether the token is worth a parse, by a first look at the article unparsed.
    pub fn glance(&self, reading: &Reading, token: u32, wanted: Attributions, sink: &mut Sink) -> bool {
        self.vocabulary.knows(reading.lemmas[token as usize])
            && self.glances[wanted as usize].worth(reading, token, sink)
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
                last.model.probability_of(&scratch.sink.keys)
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

impl Proposer {
    /// Those of the candidates that may be cues: above the floor.
    pub fn cues(
        &self,
        source: &Source<'_>,
        candidates: &[u32],
        wanted: Attributions,
        scratch: &mut Scratch,
        into: &mut Vec<Cue>,
    ) {
        into.clear();
        for &token in candidates {
            if !cue::possible(source, token) {
                continue;
            }
            cue::features(source, token, &mut scratch.sink);
            let reporting = self.reporting.probability_of(&scratch.sink.keys);
            let any = self.any.probability_of(&scratch.sink.keys);
            let score = if wanted == Attributions::Any { any.max(reporting) } else { reporting };
            if score >= CUE_FLOOR {
                into.push(Cue { token, reporting, any });
            }
        }
    }

    /// One CRF run: content, speaker and the probability of both.
    pub fn report(
        &self,
        source: &Source<'_>,
        cue: u32,
        cues: &[Cue],
        opinions: &[Opinion],
        scratch: &mut Scratch,
    ) -> (Report, f32) {
        let Scratch { sink, features, lattice, labels, units, .. } = scratch;
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
        let (content, speaker) = span::read(units, labels);
        let mut report = Report { cue, content, speaker };
        grammar::settle(source, opinions, &mut report);
        (report, probability)
    }

    /// Gives quotes that nobody holds to the attribution they most likely continue.
    pub fn attach(
        &self,
        source: &Source<'_>,
        found: &mut [Attribution],
        scores: &mut [Scores],
        scratch: &mut Scratch,
    ) {
        let held = held(source.reading, found);
        if held.iter().all(|&held| held) {
            return;
        }
        let mut kinds = continuation::Kinds::new(source.reading, found);
        for (id, stretch) in source.reading.stretches.iter().enumerate() {
            if held[id] || !worth(stretch) {
                continue;
            }
            let mut best: Option<(f32, usize)> = None;
            for candidate in continuation::candidates(source, id, found) {
                continuation::features(source, id, found, &kinds, candidate, &mut scratch.sink);
                let p = self.continuation.probability_of(&scratch.sink.keys);
                if best.is_none_or(|(top, _)| p > top) {
                    best = Some((p, candidate.index));
                }
            }
            if let Some((p, owner)) = best
                && p >= CONTINUES
            {
                found[owner].add(stretch.tokens.clone());
                kinds.add(source.reading, owner, &stretch.tokens);
                scores[owner].continuation = scores[owner].continuation.min(p);
                let Attribution { cue, content, .. } = &mut found[owner];
                grammar::only_after_colon(source, cue.start, content);
            }
        }
    }
}

/// Whether a stretch is worth an owner when nobody holds most of it.
pub fn worth(stretch: &Stretch) -> bool {
    stretch.words >= 2
}

/// The evidence about a cue: what the surface grammar read there, and the tree.
pub fn opinions(source: &Source<'_>, cue: u32, units: &[Unit], reported: &[Reported]) -> [Opinion; 2] {
    let start = |r: &Reported| units.get(r.cue.start).map_or(0, |u| u.start);
    let at = reported.partition_point(|r| start(r) < cue);
    let surface = reported.get(at).filter(|r| start(r) == cue);
    let tokens = |r: &Range<usize>| units[r.start].start..units[r.end - 1].end;
    let surface = surface.map_or_else(Opinion::default, |r| Opinion {
        content: r.content.iter().filter(|c| !c.is_empty()).map(tokens).collect(),
        speaker: r.speaker.as_ref().filter(|s| !s.is_empty()).map(tokens),
        how: crate::learn::hash::text(r.by),
    });
    [surface, clause::opinion(source, cue)]
}
