//! Why a word was taken for a cue or not, what it would report, and who else
//! could have been the speaker.

use crate::annotations::{Annotations, EntityId};
use crate::{Span, quotes};

use super::judge::{self, rescore::Scores};
use super::source::Source;
use super::{Quotes, Scratch, attribution::Attribution, emit, fate, resolve};

/// What became of an attribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is one of the quotes.
    Kept,
    /// The CRF found nothing that the cue reports.
    NoContent,
    /// The last look gave it too little.
    TooUnsure,
    /// Neither between marks nor a clause.
    NoClause,
    /// A surer attribution has the same words.
    Overlapped,
}

/// One cue candidate with everything that was thought about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The cue.
    pub cue: Span,
    /// Probability that it reports, 0 to 1.
    pub reporting: f32,
    /// Probability that it attributes at all.
    pub any: f32,
    /// Probability of content and speaker as labelled.
    pub labelling: f32,
    /// What it would report.
    pub content: Vec<Span>,
    /// The words that would name the speaker.
    pub speaker: Option<Span>,
    /// Entities the speaker could be, best first, with what speaks for each.
    pub entities: Vec<(EntityId, i32)>,
    /// The last look's score, and what it must reach.
    pub score: f32,
    /// See [`Explanation::score`].
    pub threshold: f32,
    /// The rule or model that proposed it.
    pub by: &'static str,
    /// What became of it.
    pub fate: Fate,
}

impl Quotes {
    /// Explains every cue candidate of a document with tokens, sentences, mentions and entities, in
    /// text order. Empty without a trained judge: rules have no scores.
    pub fn explain(&self, text: &str, found: &Annotations, scratch: &mut Scratch) -> Vec<Explanation> {
        let Some(model) = self.judge.clone() else { return Vec::new() };
        let wanted = self.options().attributions;
        self.prepare(&model, text, found, scratch);
        let Scratch { reading, trees, reported, judge: memory, candidates, cues } = scratch;
        let source = Source { text, found, reading, trees };
        let proposer = &model.proposer;
        proposer.cues(&source, candidates, wanted, memory, cues);
        let (mut attributions, mut scores) = quotes::propose(proposer, &source, cues, reported, memory);
        proposer.attach(&source, &mut attributions, &mut scores, memory);
        let last = model.rescore(&source, &attributions, &scores, wanted, memory);
        for (a, &score) in attributions.iter_mut().zip(&last) {
            a.confidence = model.calibrate(score, wanted);
        }
        let threshold = model.threshold(wanted);
        let mut fates: Vec<Fate> = (attributions.iter().zip(&scores).zip(&last))
            .map(|((a, scores), &last)| fate(&model, &source, a, scores, last, wanted))
            .collect();
        let kept = attributions
            .iter()
            .zip(&fates)
            .filter(|(_, f)| **f == Fate::Kept)
            .map(|(a, _)| a.clone())
            .collect();
        let kept = emit::without_overlaps(kept);
        for (a, fate) in attributions.iter().zip(&mut fates) {
            if *fate == Fate::Kept && !kept.contains(a) {
                *fate = Fate::Overlapped;
            }
        }
        let ranked = resolve::rank(found, reading, &attributions);
        let entries = attributions.iter().zip(scores).zip(last).zip(fates).zip(ranked);
        entries
            .map(|((((a, s), score), fate), entities)| {
                explanation(found, a, s, score, threshold, fate, entities)
            })
            .collect()
    }
}

fn explanation(
    found: &Annotations,
    a: &Attribution,
    scores: Scores,
    score: f32,
    threshold: f32,
    fate: Fate,
    entities: Vec<(EntityId, i32)>,
) -> Explanation {
    Explanation {
        cue: found.span_of(a.cue.clone()),
        reporting: scores.reporting,
        any: scores.any,
        labelling: scores.span,
        content: a.content.iter().map(|r| found.span_of(r.clone())).collect(),
        speaker: a.speaker.clone().map(|r| found.span_of(r)),
        entities,
        score,
        threshold,
        by: if a.by == judge::BY_CUE { "judge" } else { a.by },
        fate,
    }
}
