//! Word vectors: skip-gram with negative sampling (Mikolov et al. 2013,
//! "Distributed Representations of Words and Phrases"), one thread, seeded.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::math::sigmoid;
use super::random::Random;

/// How to learn vectors.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Numbers in a vector.
    pub dimensions: usize,
    /// Words to the left and right that count as context, at most.
    pub window: usize,
    /// Random words that are told apart from each real one.
    pub negatives: usize,
    /// Words seen fewer times are left out.
    pub min_count: u32,
    /// Times through the text.
    pub passes: usize,
    /// Rate at the start; it falls to almost 0 in a straight line.
    pub rate: f32,
    /// Share of the text above which a word is skipped now and then.
    pub sample: f64,
    /// Decides everything random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            dimensions: 80,
            window: 3,
            negatives: 5,
            min_count: 5,
            passes: 4,
            rate: 0.025,
            sample: 1e-4,
            seed: 1,
        }
    }
}

/// Takes in text.
#[derive(Debug, Default)]
pub struct Builder {
    index: HashMap<String, u32, FixedState>,
    counts: Vec<u32>,
    text: Vec<u32>,
}

/// Ends a sentence.
const STOP: u32 = u32::MAX;

impl Builder {
    /// Adds a sentence.
    pub fn sentence<S: AsRef<str>>(&mut self, words: impl Iterator<Item = S>) {
        for word in words {
            let word = word.as_ref();
            let id = match self.index.get(word) {
                Some(&id) => id,
                None => {
                    let id = self.counts.len() as u32;
                    self.index.insert(word.to_owned(), id);
                    self.counts.push(0);
                    id
                }
            };
            self.counts[id as usize] += 1;
            self.text.push(id);
        }
        self.text.push(STOP);
    }

    /// Words taken in.
    pub fn words(&self) -> usize {
        self.counts.iter().map(|&c| c as usize).sum()
    }

    /// Learns the vectors.
    pub fn learn(self, settings: &Settings) -> Vectors {
        let Builder { index, counts, text } = self;
        let mut vocabulary: Vec<(u32, String, u32)> = index
            .into_iter()
            .map(|(word, id)| (counts[id as usize], word, id))
            .filter(|w| w.0 >= settings.min_count)
            .collect();
        vocabulary.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut number = vec![STOP - 1; counts.len()];
        for (new, (_, _, old)) in vocabulary.iter().enumerate() {
            number[*old as usize] = new as u32;
        }
        let text: Vec<u32> = text
            .into_iter()
            .map(|w| if w == STOP { STOP } else { number[w as usize] })
            .filter(|w| *w != STOP - 1)
            .collect();
        let counts: Vec<u32> = vocabulary.iter().map(|w| w.0).collect();
        let vectors = skip_gram(&text, &counts, settings);
        let mut units = vectors;
        for vector in units.chunks_exact_mut(settings.dimensions) {
            let length = dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
            vector.iter_mut().for_each(|v| *v /= length);
        }
        Vectors {
            dimensions: settings.dimensions,
            words: vocabulary.into_iter().map(|w| w.1).collect(),
            counts,
            units,
        }
    }
}

/// Vectors of length 1, most frequent word first.
#[derive(Clone, Debug)]
pub struct Vectors {
    dimensions: usize,
    words: Vec<String>,
    counts: Vec<u32>,
    units: Vec<f32>,
}

impl Vectors {
    /// Begins to take in text.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word.
    pub fn word(&self, index: usize) -> &str {
        &self.words[index]
    }

    /// How often it was seen.
    pub fn count(&self, index: usize) -> u32 {
        self.counts[index]
    }

    /// Its vector.
    pub fn unit(&self, index: usize) -> &[f32] {
        &self.units[index * self.dimensions..(index + 1) * self.dimensions]
    }
}

/// The dot product, in eight lanes: a fixed order of additions that a compiler can vectorise.
#[inline]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8.remainder().iter().zip(b8.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a8.zip(b8) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

fn skip_gram(text: &[u32], counts: &[u32], settings: &Settings) -> Vec<f32> {
    let size = settings.dimensions;
    let mut random = Random::new(settings.seed);
    let mut input: Vec<f32> = (0..counts.len() * size).map(|_| (random.unit() - 0.5) / size as f32).collect();
    let mut output = vec![0.0f32; counts.len() * size];
    let total: f64 = counts.iter().map(|&c| f64::from(c)).sum();
    let keep: Vec<f32> = counts
        .iter()
        .map(|&count| {
            let share = f64::from(count) / total / settings.sample;
            ((share.sqrt() + 1.0) / share) as f32
        })
        .collect();
    // A table in which words stand by their count to the power of .75.
    let weights: Vec<f64> =
        counts.iter().map(|&c| f64::from(c).sqrt() * f64::from(c).sqrt().sqrt()).collect();
    let whole: f64 = weights.iter().sum();
    let places = 1 << 20;
    let mut table = Vec::with_capacity(places + counts.len());
    let mut sum = 0.0;
    for (word, weight) in weights.iter().enumerate() {
        sum += weight;
        let end = (sum / whole * places as f64) as usize;
        while table.len() < end {
            table.push(word as u32);
        }
    }
    if table.is_empty() {
        return input;
    }
    let mut done = 0usize;
    let all = (settings.passes * text.len()).max(1);
    let mut kept: Vec<u32> = Vec::new();
    let mut change = vec![0.0f32; size];
    for _ in 0..settings.passes {
        for sentence in text.split(|&word| word == STOP) {
            done += sentence.len() + 1;
            let rate = settings.rate * (1.0 - done as f32 / all as f32).max(1e-4);
            kept.clear();
            kept.extend(sentence.iter().filter(|&&word| random.unit() < keep[word as usize]));
            for (at, &word) in kept.iter().enumerate() {
                let reach = 1 + random.below(settings.window);
                let context = at.saturating_sub(reach)..(at + reach + 1).min(kept.len());
                for other in context.filter(|&other| other != at) {
                    let from = kept[other] as usize * size..(kept[other] as usize + 1) * size;
                    change.fill(0.0);
                    for round in 0..=settings.negatives {
                        let (target, answer) = match round {
                            0 => (word, 1.0),
                            _ => match table[random.below(table.len())] {
                                target if target == word => continue,
                                target => (target, 0.0),
                            },
                        };
                        let source = &input[from.clone()];
                        let target = &mut output[target as usize * size..(target as usize + 1) * size];
                        let step = rate * (answer - sigmoid(dot(source, target)));
                        for ((change, target), source) in change.iter_mut().zip(target).zip(source) {
                            *change += step * *target;
                            *target += step * source;
                        }
                    }
                    for (value, change) in input[from].iter_mut().zip(&change) {
                        *value += change;
                    }
                }
            }
        }
    }
    input
}
