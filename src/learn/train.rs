//! Training of a linear-chain CRF: stochastic gradient with AdaGrad rates.
//!
//! One sequence at a time, shuffled anew in every pass, the rate falling in
//! a straight line to 0; AdaGrad (Duchi, Hazan & Singer 2011) gives every
//! weight its own rate. No regulariser: features that were seen too seldom
//! are left out, small weights are pruned, the rest is eight-bit. The same
//! corpus and settings give the same model, bit for bit; it runs on one
//! thread.
//!
//! Training sets with different conventions go into one model by feature
//! augmentation, see [`super::hash::adapted`]; transitions are augmented too.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::corpus::{Corpus, Sequence};
use super::crf::Crf;
use super::hash::{self, ADAPTED, Key, within};
use super::labels::{Label, Labels};
use super::math::exp;
use super::random::Random;
use super::table::Table;

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Times through the corpus.
    pub passes: usize,
    /// Rate of the first pass; it falls to 0 in a straight line.
    pub rate: f32,
    /// A feature seen fewer times is left out.
    pub min_count: u32,
    /// A weight smaller than this is dropped.
    pub prune: f32,
    /// The value of one step of the stored integers.
    pub step: f32,
    /// The training set whose convention the model follows.
    pub domain: u16,
    /// Decides the order of the sequences.
    pub seed: u64,
    /// Trainings in different orders whose weights are averaged: one order is
    /// as good as another, and their mean better than each.
    pub runs: usize,
    /// Percent of the features that each training sees, another choice in each.
    ///
    /// Where one feature says all, those beside it learn nothing and cannot help where it is
    /// missing; a training that does not see it teaches them (feature bagging: Sutton, Sindelar &
    /// McCallum 2006, "Reducing Weight Undertraining in Structured Discriminative Learning").
    pub features: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            passes: 8,
            rate: 0.05,
            min_count: 2,
            prune: 0.05,
            step: 0.03,
            domain: 0,
            seed: 1,
            runs: 1,
            features: 100,
        }
    }
}

/// How a pass went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Number of the pass, from 1, through all runs.
    pub pass: usize,
    /// Of so many.
    pub passes: usize,
    /// Mean negative log-likelihood per unit.
    pub loss: f64,
    /// Number of features with a weight.
    pub rows: usize,
}

/// AdaGrad's ε, inside the root.
const EPSILON: f32 = 0.1;
/// A unit that is this close to right teaches nothing.
const NEGLIGIBLE: f32 = 0.002;
const LANES: usize = 4;

/// Trains a model. `report` hears of every pass.
pub fn train(corpus: Corpus, labels: Labels, settings: &Settings, mut report: impl FnMut(Progress)) -> Crf {
    let (corpus, keys) = corpus.compact(settings.min_count);
    let domains = corpus.sequences.iter().map(|s| s.domain).max();
    let mut mean = Trainer::new(&labels, keys.len(), domains);
    let runs = settings.runs.max(1);
    let passes = settings.passes * runs;
    for run in 0..runs {
        let mut trainer = Trainer::new(&labels, keys.len(), domains);
        let part;
        let corpus = if settings.features < 100 {
            part = corpus.part(|row| chosen(row, run, settings.features));
            &part
        } else {
            &corpus
        };
        let mut order = corpus.sequences.clone();
        let mut random = Random::new(settings.seed + run as u64);
        for pass in 0..settings.passes {
            random.shuffle(&mut order);
            let rate = settings.rate * (1.0 - pass as f32 / settings.passes as f32);
            let loss: f64 = order.iter().map(|sequence| trainer.learn(corpus, *sequence, rate)).sum();
            let loss = loss / corpus.units().max(1) as f64;
            report(Progress { pass: run * settings.passes + pass + 1, passes, loss, rows: keys.len() });
        }
        mean.add(&trainer, 1.0 / runs as f32);
    }
    mean.finish(labels, &keys, settings)
}

/// Whether a training sees the feature of a row: so many percent of them are.
fn chosen(row: Key, run: usize, percent: u64) -> bool {
    const SALT: u64 = 77;
    hash::join(hash::join(row.into(), run as u64), SALT) % 100 < percent
}

struct Trainer {
    count: usize,
    /// Labels rounded up to whole registers; padding stays 0.
    stride: usize,
    weights: Vec<f32>,
    squares: Vec<f32>,
    /// Blocks of (labels + 1) rows: the general one, then one for each domain.
    transitions: Vec<f32>,
    transition_squares: Vec<f32>,
    allowed: Vec<bool>,
    may_end: Vec<bool>,
    // Memory for one sequence.
    factors: Vec<f32>,
    gradient: Vec<f32>,
    scores: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    totals: Vec<f32>,
}

impl Trainer {
    fn new(labels: &Labels, rows: usize, domains: Option<u16>) -> Self {
        let count = labels.len();
        let stride = count.next_multiple_of(LANES);
        let block = (count + 1) * stride;
        let blocks = domains.map_or(1, |last| last as usize + 2);
        let mut allowed = vec![false; block];
        for from in 0..=count {
            for to in 0..count {
                allowed[from * stride + to] = labels.allows((from < count).then_some(from), Some(to));
            }
        }
        Trainer {
            count,
            stride,
            weights: vec![0.0; rows * stride],
            squares: vec![0.0; rows * stride],
            transitions: vec![0.0; block * blocks],
            transition_squares: vec![0.0; block * blocks],
            allowed,
            may_end: (0..count).map(|label| labels.allows(Some(label), None)).collect(),
            factors: vec![0.0; block],
            gradient: vec![0.0; block],
            scores: Vec::new(),
            forward: Vec::new(),
            backward: Vec::new(),
            totals: Vec::new(),
        }
    }

    /// Adds a share of another's weights.
    fn add(&mut self, other: &Trainer, share: f32) {
        for (to, from) in self.weights.iter_mut().zip(&other.weights) {
            *to += share * from;
        }
        for (to, from) in self.transitions.iter_mut().zip(&other.transitions) {
            *to += share * from;
        }
    }

    /// One step on one sequence; its negative log-likelihood before the step.
    fn learn(&mut self, corpus: &Corpus, sequence: Sequence, rate: f32) -> f64 {
        let range = sequence.start as usize..sequence.end as usize;
        let gold = &corpus.labels[range.clone()];
        let rows = |unit: usize| {
            let unit = range.start + unit;
            let start = if unit == 0 { 0 } else { corpus.unit_ends[unit - 1] };
            &corpus.keys[start..corpus.unit_ends[unit]]
        };
        let (count, stride, units) = (self.count, self.stride, gold.len());
        let domain_block = (sequence.domain as usize + 1) * (count + 1) * stride;

        // Scores, and the score of the gold labelling.
        self.scores.clear();
        self.scores.resize(units * stride, 0.0);
        for unit in 0..units {
            let scores = &mut self.scores[unit * stride..(unit + 1) * stride];
            for &row in rows(unit) {
                let weights = &self.weights[row as usize * stride..(row as usize + 1) * stride];
                for (to, from) in scores.chunks_exact_mut(LANES).zip(weights.chunks_exact(LANES)) {
                    for lane in 0..LANES {
                        to[lane] += from[lane];
                    }
                }
            }
        }
        for at in 0..self.factors.len() {
            let score = self.transitions[at] + self.transitions[domain_block + at];
            self.factors[at] = if self.allowed[at] { exp(score) } else { 0.0 };
        }
        let mut loss = 0.0f64;
        let mut previous = count;
        for (unit, &label) in gold.iter().enumerate() {
            let at = previous * stride + label as usize;
            loss -= f64::from(self.scores[unit * stride + label as usize]);
            loss -= f64::from(self.transitions[at] + self.transitions[domain_block + at]);
            previous = label as usize;
        }
        loss += self.sums(units);
        self.expect(units, gold);

        // Steps.
        for unit in 0..units {
            let at = unit * stride;
            // The gradient takes the place of the forward sums.
            let mut largest = 0.0f32;
            for label in 0..count {
                let gold = f32::from(u8::from(label == gold[unit] as usize));
                let gradient = self.forward[at + label] * self.backward[at + label] - gold;
                self.forward[at + label] = gradient;
                largest = largest.max(gradient.abs());
            }
            if largest < NEGLIGIBLE {
                continue;
            }
            let gradient = &self.forward[at..at + stride];
            for &row in rows(unit) {
                let row = row as usize * stride..(row as usize + 1) * stride;
                let weights = self.weights[row.clone()].chunks_exact_mut(LANES);
                let squares = self.squares[row].chunks_exact_mut(LANES);
                for ((weight, square), gradient) in weights.zip(squares).zip(gradient.chunks_exact(LANES)) {
                    for lane in 0..LANES {
                        square[lane] += gradient[lane] * gradient[lane];
                        weight[lane] -= rate * gradient[lane] / (square[lane] + EPSILON).sqrt();
                    }
                }
            }
        }
        for at in 0..self.gradient.len() {
            let gradient = self.gradient[at];
            if gradient != 0.0 {
                for at in [at, domain_block + at] {
                    self.transition_squares[at] += gradient * gradient;
                    self.transitions[at] -= rate * gradient / (self.transition_squares[at] + EPSILON).sqrt();
                }
            }
        }
        loss
    }

    /// Forward and backward sums; scores become factors. Returns the log of the partition sum.
    fn sums(&mut self, units: usize) -> f64 {
        let (count, stride) = (self.count, self.stride);
        let Trainer { scores, forward, backward, totals, factors, may_end, .. } = self;
        let mut log = 0.0f64;
        for unit in scores.chunks_exact_mut(stride) {
            let top = unit[..count].iter().copied().fold(f32::NEG_INFINITY, f32::max);
            log += f64::from(top);
            unit[..count].iter_mut().for_each(|s| *s = exp(*s - top));
        }
        forward.clear();
        forward.resize(units * stride, 0.0);
        totals.clear();
        for unit in 0..units {
            let (done, rest) = forward.split_at_mut(unit * stride);
            let row = &mut rest[..stride];
            if unit == 0 {
                row.copy_from_slice(&factors[count * stride..(count + 1) * stride]);
            } else {
                let before = &done[(unit - 1) * stride..];
                for (mass, factors) in before[..count].iter().zip(factors.chunks_exact(stride)) {
                    if *mass > 0.0 {
                        for (to, factor) in row.chunks_exact_mut(LANES).zip(factors.chunks_exact(LANES)) {
                            for lane in 0..LANES {
                                to[lane] += mass * factor[lane];
                            }
                        }
                    }
                }
            }
            for (mass, score) in row.iter_mut().zip(&scores[unit * stride..]) {
                *mass *= score;
            }
            if unit + 1 == units {
                for (mass, may) in row.iter_mut().zip(may_end.iter()) {
                    if !may {
                        *mass = 0.0;
                    }
                }
            }
            let total = row.iter().sum::<f32>().max(f32::MIN_POSITIVE);
            row.iter_mut().for_each(|mass| *mass /= total);
            totals.push(total);
            log += f64::from(total).ln();
        }
        backward.clear();
        backward.resize(units * stride, 0.0);
        for (mass, &may) in backward[(units - 1) * stride..].iter_mut().zip(may_end.iter()) {
            *mass = f32::from(u8::from(may));
        }
        log
    }

    /// Completes the backward sums and fills the gradient of the transitions:
    /// expected minus seen.
    fn expect(&mut self, units: usize, gold: &[Label]) {
        let (count, stride) = (self.count, self.stride);
        let Trainer { scores, forward, backward, totals, factors, gradient, .. } = self;
        gradient.fill(0.0);
        let mut ahead = vec![0.0f32; stride];
        for unit in (1..units).rev() {
            let (head, tail) = backward.split_at_mut(unit * stride);
            for label in 0..stride {
                ahead[label] = tail[label] * scores[unit * stride + label] / totals[unit];
            }
            let row = &mut head[(unit - 1) * stride..];
            for from in 0..count {
                let mass = forward[(unit - 1) * stride + from];
                let block = from * stride..(from + 1) * stride;
                let mut sum = [0.0f32; LANES];
                let steps = gradient[block.clone()].chunks_exact_mut(LANES);
                for ((step, factor), next) in
                    steps.zip(factors[block].chunks_exact(LANES)).zip(ahead.chunks_exact(LANES))
                {
                    for lane in 0..LANES {
                        let flow = factor[lane] * next[lane];
                        sum[lane] += flow;
                        step[lane] += mass * flow;
                    }
                }
                row[from] = sum.iter().sum();
            }
        }
        let start = count * stride;
        for label in 0..count {
            gradient[start + label] += forward[label] * backward[label];
        }
        let mut previous = count;
        for &label in gold {
            gradient[previous * stride + label as usize] -= 1.0;
            previous = label as usize;
        }
    }

    /// Folds the wanted domain in, prunes, quantises.
    fn finish(mut self, labels: Labels, keys: &[Key], settings: &Settings) -> Crf {
        let (count, stride) = (self.count, self.stride);
        let index: HashMap<Key, usize, FixedState> =
            keys.iter().enumerate().map(|(row, key)| (*key, row)).collect();
        // Rows of one training set are keyed `within` it; those that are no
        // general feature's share must not stay in the model.
        let mut general = vec![true; keys.len()];
        let domains = self.transitions.len() / ((count + 1) * stride) - 1;
        for (row, &key) in keys.iter().enumerate() {
            if key & ADAPTED == 0 {
                continue;
            }
            for domain in 0..domains as u16 {
                let Some(&share) = index.get(&within(key, domain)) else { continue };
                general[share] = false;
                if domain == settings.domain {
                    for label in 0..count {
                        self.weights[row * stride + label] += self.weights[share * stride + label];
                    }
                }
            }
        }
        self.weights.iter_mut().filter(|w| w.abs() < settings.prune).for_each(|w| *w = 0.0);
        let rows = keys.iter().enumerate().filter(|(row, _)| general[*row]);
        let rows = rows.map(|(row, &key)| (key, &self.weights[row * stride..row * stride + count])).collect();
        let table = Table::quantise(count, rows, settings.step);
        let domain_block = (settings.domain as usize + 1) * (count + 1) * stride;
        let mut transitions = vec![0.0; (count + 1) * count];
        for from in 0..=count {
            for to in 0..count {
                let at = from * stride + to;
                let special = self.transitions.get(domain_block + at).copied().unwrap_or(0.0);
                transitions[from * count + to] = self.transitions[at] + special;
            }
        }
        Crf::assemble(labels, table, transitions)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::crf::{Features, Lattice};
    use super::super::file::{Reader, Writer};
    use super::super::hash::{adapted, key, text};
    use super::super::labels::spans;
    use super::*;

    /// Words with their features: the word itself and its neighbours.
    fn features(words: &str) -> Features {
        let words: Vec<&str> = words.split(' ').collect();
        let mut features = Features::default();
        for at in 0..words.len() {
            let word = |i: usize| words.get(i).map_or(0, |w| text(w));
            features.push(key(0, 0));
            features.push(adapted(key(1, word(at))));
            features.push(key(2, word(at.wrapping_sub(1))));
            features.push(key(3, word(at + 1)));
            features.end_unit();
        }
        features
    }

    fn toy() -> (Corpus, Labels) {
        let labels = Labels::bilou(["person", "place"]);
        let mut corpus = Corpus::default();
        for (words, marks) in [
            ("Mr Xi Jinping spoke in Beijing", "O B-person L-person O O U-place"),
            ("Mr Huang spoke in New Delhi", "O U-person O O B-place L-place"),
            ("Beijing spoke", "U-place O"),
            ("Mr Beijing spoke", "O U-person O"),
        ] {
            let marks: Vec<Label> = marks.split(' ').map(|m| labels.find(m).unwrap()).collect();
            corpus.push(&features(words), &marks, 0);
        }
        // Another set marks no places.
        for _ in 0..20 {
            corpus.push(&features("Delhi Beijing"), &[0, 0], 1);
        }
        (corpus, labels)
    }

    fn settings() -> Settings {
        Settings { passes: 60, rate: 0.3, min_count: 1, ..Settings::default() }
    }

    fn found(model: &Crf, words: &str) -> Vec<(String, u8)> {
        let mut lattice = Lattice::default();
        let mut labelling = Vec::new();
        model.score(&features(words), &mut lattice);
        model.best(&mut lattice, &mut labelling);
        let list: Vec<&str> = words.split(' ').collect();
        spans(&labelling).map(|(range, kind)| (list[range].join(" "), kind)).collect()
    }

    #[test]
    fn context_decides() {
        let (corpus, labels) = toy();
        let model = train(corpus, labels, &settings(), |_| ());
        assert_eq!(found(&model, "Mr Beijing spoke"), [("Beijing".to_owned(), 0)]);
        assert_eq!(found(&model, "Huang spoke in Beijing").last(), Some(&("Beijing".to_owned(), 1)));
        assert_eq!(found(&model, "Mr Xi Jinping spoke in New Delhi").len(), 2);
    }

    #[test]
    fn the_convention_asked_for_is_followed() {
        let model = |domain| {
            let (corpus, labels) = toy();
            train(corpus, labels, &Settings { domain, ..settings() }, |_| ())
        };
        assert_eq!(found(&model(1), "Beijing"), []);
        assert_eq!(found(&model(0), "Beijing"), [("Beijing".to_owned(), 1)]);
    }

    #[test]
    fn twice_gives_the_same_bytes_and_survives_the_file() {
        let train = || {
            let (corpus, labels) = toy();
            train(corpus, labels, &settings(), |_| ()).write()
        };
        let bytes = train();
        assert_eq!(bytes, train());
        let mut writer = Writer::new("test", 1);
        writer.section("crf", &bytes);
        let file = writer.finish();
        let again = Crf::read(&mut Reader::open(&file, "test", 1).unwrap().section("crf").unwrap()).unwrap();
        assert_eq!(again.write(), bytes);
        assert_eq!(found(&again, "Mr Beijing spoke"), [("Beijing".to_owned(), 0)]);
    }

    #[test]
    fn probabilities_sum_to_one_and_agree_with_enumeration() {
        let (corpus, labels) = toy();
        let model = train(corpus, labels, &Settings { passes: 3, ..settings() }, |_| ());
        let words = "Mr Xi Beijing";
        let mut lattice = Lattice::default();
        model.score(&features(words), &mut lattice);
        let scores = lattice.scores_mut().to_vec();
        let count = model.labels().len();
        let mut masses = std::collections::BTreeMap::new();
        let mut total = 0.0f64;
        for code in 0..count.pow(3) {
            let path = [code % count, code / count % count, code / count / count];
            let steps = [(None, path[0]), (Some(path[0]), path[1]), (Some(path[1]), path[2])];
            if steps.iter().any(|(from, to)| !model.labels().allows(*from, Some(*to)))
                || !model.labels().allows(Some(path[2]), None)
            {
                continue;
            }
            let score: f32 = steps
                .iter()
                .enumerate()
                .map(|(unit, (from, to))| {
                    scores[unit * count + to] + model.transition(from.map(|l| l as Label), *to as Label)
                })
                .sum();
            let mass = f64::from(score).exp();
            total += mass;
            masses.insert(path, mass);
        }
        model.marginals(&mut lattice);
        for unit in 0..3 {
            let sum: f32 = (0..count).map(|l| model.probability(&lattice, unit, l as Label)).sum();
            assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        }
        for (path, mass) in &masses {
            let labels = path.map(|l| l as Label);
            let probability = model.path_probability(&lattice, 0, &labels);
            assert!((f64::from(probability) - mass / total).abs() < 1e-3, "{path:?}");
        }
        let likely = masses.iter().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0.map(|l| l as Label);
        let mut labelling = Vec::new();
        model.score(&features(words), &mut lattice);
        model.best(&mut lattice, &mut labelling);
        assert_eq!(labelling, likely);
    }
}
