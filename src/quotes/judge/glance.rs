//! The first look at a word, before its sentence is parsed: is it worth more?
//!
//! Parsing costs more than everything else about quotes together, and most
//! sentences report nothing. A linear model over the word, its neighbours and
//! the marks near it turns nearly all words away; its threshold is set so low
//! that of the cues in articles it has not seen it loses those few that no
//! later look would have kept either.

use super::sink::Sink;
use crate::learn::file::{ModelError, Reader, Writer};
use crate::learn::logistic::Logistic;
use crate::quotes::reading::{NONE, Pos, Reading};
use crate::quotes::words::Classes;

/// The share of cues that it may lose.
const LOST: f32 = 0.01;

/// A classifier and the probability from which on a word is worth more.
pub struct Glance {
    model: Logistic,
    least: f32,
}

impl Glance {
    /// A model with the threshold that few of `cues` fall below: their probabilities by models
    /// that have not seen them.
    pub fn new(model: Logistic, mut cues: Vec<f32>) -> Self {
        cues.sort_by(f32::total_cmp);
        let lost = (cues.len() as f32 * LOST) as usize;
        Glance { model, least: cues.get(lost).copied().unwrap_or(0.0) }
    }

    /// The probability that token `t` is a cue, as far as one glance tells.
    pub fn probability(&self, reading: &Reading, t: u32, sink: &mut Sink) -> f32 {
        features(reading, t, sink);
        self.model.probability_of(&sink.keys)
    }

    /// Whether token `t` is worth a parse.
    pub fn worth(&self, reading: &Reading, t: u32, sink: &mut Sink) -> bool {
        self.probability(reading, t, sink) >= self.least
    }

    pub(super) fn write(&self, name: &str, writer: &mut Writer) {
        writer.section(&format!("glance-{name}"), &self.model.write());
        writer.section(&format!("glance-least-{name}"), &self.least.to_le_bytes());
    }

    pub(super) fn read(name: &str, reader: &Reader<'_>) -> Result<Self, ModelError> {
        Ok(Glance {
            model: Logistic::read(&mut reader.section(&format!("glance-{name}"))?)?,
            least: reader.section(&format!("glance-least-{name}"))?.f32()?,
        })
    }
}

/// Edge of the paragraph.
const EDGE: u64 = 1;

/// How far marks and clauses are looked for, in tokens.
const REACH: u32 = 12;

/// Words that a clause after a cue may begin with.
const CLAUSE_WORDS: Classes = Classes::COMPLEMENTIZER.or(Classes::SUBORDINATOR);

/// The features of token `t`. Nothing here may need a parse.
pub fn features(reading: &Reading, t: u32, sink: &mut Sink) {
    sink.clear();
    let here = t as usize;
    let paragraph = reading.paragraph[here];
    let at = |d: i64| -> Option<usize> {
        let index = usize::try_from(i64::from(t) + d).ok()?;
        (index < reading.len() && reading.paragraph[index] == paragraph).then_some(index)
    };
    let w = |d| at(d).map_or(EDGE, |i| reading.words[i]);
    let p = |d| at(d).map_or(EDGE, |i| 2 + reading.pos[i] as u64);
    let (word, lemma, pos) = (reading.words[here], reading.lemmas[here], reading.pos[here] as u64);
    let near = |from: i64, step: i64, there: &dyn Fn(usize) -> bool| -> u64 {
        let mut d = 0;
        while d < REACH as u64 {
            match at(from + step * d as i64) {
                None => return 9,
                Some(i) if there(i) => return d.min(4),
                Some(_) => d += 1,
            }
        }
        9
    };
    let quoted = |i: usize| reading.quoted[i] != NONE;
    let finite = |i: usize| reading.pos[i] == Pos::Finite;
    let opens = |i: usize| reading.entries[i].classes.any(CLAUSE_WORDS);
    let inside = u64::from(quoted(here));
    let (left, right) = if inside == 1 { (10, 10) } else { (near(-1, -1, &quoted), near(1, 1, &quoted)) };
    let clause = near(1, 1, &opens);
    let verb = near(1, 1, &finite);
    sink.add(0, &[word]);
    sink.add(1, &[lemma]);
    sink.add(2, &[word, pos]);
    sink.add(3, &[lemma, w(-1)]);
    sink.add(4, &[lemma, w(1)]);
    sink.add(5, &[lemma, p(-1)]);
    sink.add(6, &[lemma, p(1)]);
    sink.add(7, &[pos, p(-1), p(1)]);
    sink.add(8, &[p(-1), w(-2)]);
    sink.add(9, &[w(-1)]);
    sink.add(10, &[w(1)]);
    sink.add(11, &[w(2)]);
    sink.add(12, &[p(1), p(2)]);
    sink.add(13, &[inside, left, right]);
    sink.add(14, &[lemma, inside, u64::from(left < 9), u64::from(right < 9)]);
    sink.add(15, &[clause, verb]);
    sink.add(16, &[lemma, clause]);
    sink.add(17, &[lemma, verb.min(2)]);
    sink.add(18, &[p(-1), p(-2)]);
    let listed = reading.entries[here].verb.map_or(0, |v| 1 + u64::from(v.classes.any(Classes::PRIVATE)));
    sink.add(19, &[listed, pos, p(1)]);
}
