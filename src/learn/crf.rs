//! A linear-chain conditional random field (Lafferty, McCallum & Pereira 2001)
//! as it is used: scores, the best labelling, probabilities.
//!
//! Training is in [`super::train`]. A sequence of one unit makes it a
//! maximum-entropy classifier.

use super::file::{Cursor, ModelError};
use super::hash::Key;
use super::labels::{Label, Labels};
use super::math;
use super::table::Table;

/// The features of the units of one sequence.
#[derive(Clone, Debug, Default)]
pub struct Features {
    keys: Vec<Key>,
    ends: Vec<u32>,
}

impl Features {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.ends.clear();
    }

    /// Adds a feature to the unit at hand.
    #[inline]
    pub fn push(&mut self, key: Key) {
        self.keys.push(key);
    }

    /// Ends the unit at hand.
    #[inline]
    pub fn end_unit(&mut self) {
        self.ends.push(self.keys.len() as u32);
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no units.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The features of unit `index`.
    #[inline]
    pub fn unit(&self, index: usize) -> &[Key] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.keys[start..self.ends[index] as usize]
    }
}

/// Scores of one sequence and the memory to search it; one per worker.
#[derive(Clone, Debug, Default)]
pub struct Lattice {
    units: usize,
    /// Units × labels.
    scores: Vec<f32>,
    sums: Vec<i32>,
    best: Vec<f32>,
    back: Vec<Label>,
    forward: Vec<f32>,
    backward: Vec<f32>,
}

impl Lattice {
    /// The scores before transitions, units × labels, to look at or to change.
    pub fn scores_mut(&mut self) -> &mut [f32] {
        &mut self.scores
    }
}

/// A trained model.
#[derive(Clone, Debug)]
pub struct Crf {
    labels: Labels,
    table: Table,
    /// (labels + 1) × labels, the last row from the start; forbidden ones are minus infinity.
    transitions: Vec<f32>,
    /// `exp` of the above.
    factors: Vec<f32>,
    /// For each label, what may stand before it.
    before: Vec<Vec<Label>>,
    may_end: Vec<bool>,
}

impl Crf {
    /// Puts a model together; `transitions` as in the field, forbidden ones are ignored.
    pub(crate) fn assemble(labels: Labels, table: Table, mut transitions: Vec<f32>) -> Self {
        let count = labels.len();
        let mut before = vec![Vec::new(); count];
        for from in 0..=count {
            let previous = (from < count).then_some(from);
            for to in 0..count {
                if !labels.allows(previous, Some(to)) {
                    transitions[from * count + to] = f32::NEG_INFINITY;
                } else if from < count {
                    before[to].push(from as Label);
                }
            }
        }
        let factors = transitions.iter().map(|&t| math::exp(t)).collect();
        let may_end = (0..count).map(|label| labels.allows(Some(label), None)).collect();
        Crf { labels, table, transitions, factors, before, may_end }
    }

    /// Its labels.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Its weights.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The score of going from one label to the next; `None` is the start.
    pub fn transition(&self, from: Option<Label>, to: Label) -> f32 {
        let count = self.labels.len();
        self.transitions[from.map_or(count, usize::from) * count + to as usize]
    }

    /// Scores a sequence. Then call [`Crf::best`] or [`Crf::marginals`].
    pub fn score(&self, features: &Features, lattice: &mut Lattice) {
        self.begin(lattice);
        for unit in 0..features.len() {
            self.push_unit(features.unit(unit), &[], lattice);
        }
    }

    /// Begins a sequence whose units are given one by one with [`Crf::push_unit`].
    pub fn begin(&self, lattice: &mut Lattice) {
        lattice.units = 0;
        lattice.scores.clear();
    }

    /// Scores one more unit: the sum of `keys` and of `ready`, integer scores
    /// that the caller has summed before (each as wide as the table's stride,
    /// or more such rows one after the other).
    pub fn push_unit(&self, keys: &[Key], ready: &[i32], lattice: &mut Lattice) {
        let stride = self.table.stride();
        lattice.sums.clear();
        lattice.sums.resize(stride, 0);
        for row in ready.chunks_exact(stride) {
            for (to, from) in lattice.sums.iter_mut().zip(row) {
                *to += from;
            }
        }
        self.table.add(keys, &mut lattice.sums);
        let scale = self.table.scale();
        let sums = &lattice.sums[..self.labels.len()];
        lattice.scores.extend(sums.iter().map(|&sum| sum as f32 * scale));
        lattice.units += 1;
    }

    /// The best labelling (Viterbi), into `labelling`.
    pub fn best(&self, lattice: &mut Lattice, labelling: &mut Vec<Label>) {
        labelling.clear();
        let (units, count) = (lattice.units, self.labels.len());
        if units == 0 {
            return;
        }
        let Lattice { scores, best, back, .. } = lattice;
        best.clear();
        best.extend(scores[..count].iter().zip(&self.transitions[count * count..]).map(|(s, t)| s + t));
        back.clear();
        back.resize(units * count, 0);
        let mut next = vec![0.0; count];
        for unit in 1..units {
            for to in 0..count {
                let mut top = f32::NEG_INFINITY;
                let mut from = 0;
                for &previous in &self.before[to] {
                    let score = best[previous as usize] + self.transitions[previous as usize * count + to];
                    if score > top {
                        (top, from) = (score, previous);
                    }
                }
                next[to] = top + scores[unit * count + to];
                back[unit * count + to] = from;
            }
            best.copy_from_slice(&next);
        }
        let mut label = 0;
        let mut top = f32::NEG_INFINITY;
        for (end, (&score, &may_end)) in best.iter().zip(&self.may_end).enumerate() {
            if may_end && score > top {
                (top, label) = (score, end);
            }
        }
        labelling.resize(units, 0);
        for unit in (0..units).rev() {
            labelling[unit] = label as Label;
            label = back[unit * count + label] as usize;
        }
    }

    /// Forward and backward sums; afterwards [`Crf::probability`] answers.
    ///
    /// It uses up the scores: call [`Crf::best`] before.
    pub fn marginals(&self, lattice: &mut Lattice) {
        let (units, count) = (lattice.units, self.labels.len());
        let Lattice { scores, forward, backward, .. } = lattice;
        forward.clear();
        forward.resize(units * count, 0.0);
        backward.clear();
        backward.resize(units * count, 0.0);
        // From here on `scores` holds factors, each unit's largest being 1.
        for unit in scores.chunks_exact_mut(count) {
            let top = unit.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            unit.iter_mut().for_each(|s| *s = math::exp(*s - top));
        }
        for unit in 0..units {
            let (done, rest) = forward.split_at_mut(unit * count);
            let row = &mut rest[..count];
            if unit == 0 {
                row.copy_from_slice(&self.factors[count * count..]);
            } else {
                for (from, &mass) in done[(unit - 1) * count..].iter().enumerate() {
                    if mass > 0.0 {
                        for (to, factor) in row.iter_mut().zip(&self.factors[from * count..]) {
                            *to += mass * factor;
                        }
                    }
                }
            }
            for (label, mass) in row.iter_mut().enumerate() {
                *mass *= scores[unit * count + label];
                if unit + 1 == units && !self.may_end[label] {
                    *mass = 0.0;
                }
            }
            normalise(row);
        }
        for unit in (0..units).rev() {
            let (head, tail) = backward.split_at_mut((unit + 1) * count);
            let row = &mut head[unit * count..];
            if unit + 1 == units {
                for (mass, &may) in row.iter_mut().zip(&self.may_end) {
                    *mass = f32::from(u8::from(may));
                }
            } else {
                let next = &tail[..count];
                for (from, mass) in row.iter_mut().enumerate() {
                    let factors = &self.factors[from * count..(from + 1) * count];
                    let ahead = factors.iter().zip(next).zip(&scores[(unit + 1) * count..]);
                    *mass = ahead.map(|((f, n), s)| f * n * s).sum();
                }
            }
            normalise(row);
        }
    }

    /// The probability that `unit` has `label`, after [`Crf::marginals`].
    pub fn probability(&self, lattice: &Lattice, unit: usize, label: Label) -> f32 {
        let row = unit * self.labels.len()..(unit + 1) * self.labels.len();
        let (forward, backward) = (&lattice.forward[row.clone()], &lattice.backward[row]);
        let total: f32 = forward.iter().zip(backward).map(|(f, b)| f * b).sum();
        if total > 0.0 { forward[label as usize] * backward[label as usize] / total } else { 0.0 }
    }

    /// The probability that the units from `start` on have exactly the labels
    /// `labelling`, after [`Crf::marginals`].
    pub fn path_probability(&self, lattice: &Lattice, start: usize, labelling: &[Label]) -> f32 {
        let count = self.labels.len();
        let Some(&first) = labelling.first() else { return 1.0 };
        let mut probability = self.probability(lattice, start, first);
        for (at, pair) in labelling.windows(2).enumerate() {
            // P(next | this) = factor × score × backward(next) over the same for all nexts.
            let unit = start + at + 1;
            let ahead = |to: usize| {
                self.factors[pair[0] as usize * count + to]
                    * lattice.scores[unit * count + to]
                    * lattice.backward[unit * count + to]
            };
            let total: f32 = (0..count).map(ahead).sum();
            probability *= if total > 0.0 { ahead(pair[1] as usize) / total } else { 0.0 };
        }
        probability
    }

    /// Writes it as a section of a model file.
    pub fn write(&self) -> Vec<u8> {
        let mut to = Vec::new();
        self.labels.write(&mut to);
        for &score in &self.transitions {
            to.extend((if score.is_finite() { score } else { 0.0 }).to_le_bytes());
        }
        self.table.write(&mut to);
        to
    }

    /// Reads it from a section of a model file.
    ///
    /// # Errors
    /// When the section makes no sense.
    pub fn read(cursor: &mut Cursor<'_>) -> Result<Self, ModelError> {
        let labels = Labels::read(cursor)?;
        let count = labels.len();
        let mut transitions = Vec::with_capacity((count + 1) * count);
        for _ in 0..(count + 1) * count {
            transitions.push(cursor.f32()?);
        }
        let table = Table::read(cursor)?;
        if table.stride() != count.next_multiple_of(super::table::LANES) {
            return Err(cursor.malformed("its weights have another number of labels than it"));
        }
        Ok(Crf::assemble(labels, table, transitions))
    }
}

/// Scales a row to sum 1, so that long sequences neither vanish nor overflow.
fn normalise(row: &mut [f32]) {
    let sum: f32 = row.iter().sum();
    if sum > 0.0 {
        row.iter_mut().for_each(|v| *v /= sum);
    }
}
