//! Features of a whole attribution: is it one?
//!
//! Trained on predictions for articles that the other models have not seen
//! (jackknife), so that it learns what they do wrong.

use super::sink::{Sink, bucket};
use crate::quotes::Source;
use crate::quotes::attribution::{Attribution, shared};
use crate::quotes::emit::kind;
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::stance::stance;

use super::clause::finite;

/// What the other models said.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Probability that the cue reports.
    pub reporting: f32,
    /// Probability that the cue attributes at all.
    pub any: f32,
    /// Probability of the labelling.
    pub span: f32,
    /// Probability of the least sure quote it took over, 1 when there is none.
    pub continuation: f32,
}

/// The features of attribution `index`.
pub fn features(
    source: &Source<'_>,
    found: &[Attribution],
    scores: &[Scores],
    index: usize,
    sink: &mut Sink,
) {
    sink.clear();
    let reading = source.reading;
    let a = &found[index];
    let s = scores[index];
    let logit = |p: f32| (p.max(1e-6) / (1.0 - p).max(1e-6)).ln();
    const LOGITS: &[f32] = &[-3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0];
    const COARSE: &[f32] = &[-2.0, -1.0, 0.0, 1.0, 2.0];
    let reporting = bucket(logit(s.reporting), COARSE);
    let any = bucket(logit(s.any), COARSE);
    let span = bucket(s.span, &[0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95]);
    let content = a.content.iter().cloned().flatten();
    let words = content.clone().filter(|&t| reading.is_word(t as usize)).count() as f32;
    let k = kind(reading, &a.content) as u64;
    let size = bucket(words, &[1.0, 2.0, 3.0, 4.0, 6.0, 9.0, 15.0, 30.0]);
    let has_finite = u64::from(a.content.iter().any(|r| finite(source, r)));
    let cue = a.cue.start;
    let lemma = source.lemma(cue);
    let speaks = u64::from(a.speaker.is_some());
    let mut f: Vec<(u16, u64)> = Vec::with_capacity(40);
    f.push((1, bucket(logit(s.reporting), LOGITS)));
    f.push((2, bucket(logit(s.any), LOGITS)));
    f.push((3, span));
    f.push((4, k));
    f.push((5, k * 16 + size));
    f.push((6, k * 2 + has_finite));
    f.push((7, k * 2 + speaks));
    f.push((8, bucket(s.continuation, &[0.5, 0.6, 0.7, 0.8, 0.9, 0.99])));
    sink.add(20, &[lemma]);
    sink.add(21, &[lemma, k, has_finite]);
    sink.add(22, &[source.tag(cue)]);
    if let Some(words) = &a.speaker {
        let head = words.end - 1;
        sink.add(23, &[source.tag(words.start), k]);
        sink.add(24, &[reading.words[head as usize]]);
        let away = if head < cue { cue - head } else { words.start.max(cue) - cue };
        f.push((9, u64::from(head < cue) * 8 + bucket(away as f32, &[2.0, 3.0, 5.0, 9.0])));
        f.push((10, bucket((words.end - words.start) as f32, &[2.0, 3.0, 5.0, 9.0])));
    }
    if let (Some(first), Some(last)) = (a.content.first(), a.content.last()) {
        f.push((12, k * 4 + u64::from(first.start < cue) + 2 * u64::from(last.end > cue)));
        sink.add(25, &[reading.words[first.start as usize]]);
        sink.add(26, &[source.tag(first.start), k]);
        sink.add(27, &[first.start.checked_sub(1).map_or(1, |t| reading.words[t as usize])]);
        let away = a
            .content
            .iter()
            .map(|r| if r.end <= cue { cue - r.end + 1 } else { r.start.max(cue) - cue })
            .min();
        f.push((13, bucket(away.unwrap_or(0) as f32, &[2.0, 3.0, 5.0, 9.0])));
        f.push((14, a.content.len().min(3) as u64));
        let stop = reading.pos[last.end as usize - 1];
        f.push((
            15,
            u64::from(stop == Pos::Quote) + 2 * u64::from(reading.quoted[last.end as usize - 1] != NONE),
        ));
    }
    f.push((16, u64::from(reading.quoted[cue as usize] != NONE) * 4 + k));
    let stance = stance(reading, cue);
    f.push((
        17,
        u64::from(stance.negated) + 2 * u64::from(stance.modal) + 4 * u64::from(stance.hypothetical),
    ));
    let mut overlapping = false;
    let (start, end) = (a.content.first().map_or(0, |r| r.start), a.content.last().map_or(0, |r| r.end));
    let near = index.saturating_sub(6)..found.len().min(index + 7);
    for (other, b) in found[near.clone()].iter().enumerate().map(|(i, b)| (near.start + i, b)) {
        if other == index
            || b.content.is_empty()
            || b.content[0].start >= end
            || b.content[b.content.len() - 1].end <= start
        {
            continue;
        }
        let both: u32 = a.content.iter().map(|r| shared(&b.content, r)).sum();
        if both == 0 {
            continue;
        }
        overlapping = true;
        let same = both * 2 >= a.size() + b.size() - both;
        let relation = if same { 0 } else { 1 + u64::from(b.size() > a.size()) };
        let surer = u64::from(scores[other].reporting > s.reporting);
        f.push((18, relation * 2 + surer));
        let inside = u64::from(a.covers(&b.cue) > 0) + 2 * u64::from(b.covers(&a.cue) > 0);
        sink.add(28, &[relation, surer, inside]);
    }
    if !overlapping {
        f.push((18, 9));
    }
    sink.add(0, &[]);
    for &(template, value) in &f {
        sink.add(template, &[value]);
        sink.add(100 + template, &[value, reporting]);
        sink.add(140 + template, &[value, any, u64::from(reporting > 2)]);
    }
    sink.add(29, &[reporting, any, span, k]);
    sink.add(30, &[reporting, bucket(s.span, &[0.05, 0.2, 0.5, 0.8]), k]);
    sink.add(31, &[crate::learn::hash::text(a.by), k]);
}
