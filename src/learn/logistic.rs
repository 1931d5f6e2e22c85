//! Logistic regression over hashed features with values: yes or no, how sure.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::file::{Cursor, ModelError};
use super::hash::Key;
use super::math::sigmoid;
use super::random::Random;
use super::table::Table;

/// One case: features with their values (1 for those that are there or not), and the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Case {
    /// Features and values.
    pub features: Vec<(Key, f32)>,
    /// What the model is to say.
    pub answer: bool,
}

/// A trained classifier.
#[derive(Clone, Debug)]
pub struct Logistic {
    bias: f32,
    table: Table,
}

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Times through the cases.
    pub passes: usize,
    /// Rate of the first pass; it falls to 0 in a straight line.
    pub rate: f32,
    /// Weight of the square of the weights in the loss.
    pub ridge: f32,
    /// A feature seen fewer times is left out.
    pub min_count: u32,
    /// The value of one step of the stored integers.
    pub step: f32,
    /// Decides the order of the cases.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { passes: 15, rate: 0.2, ridge: 1e-5, min_count: 2, step: 0.03, seed: 1 }
    }
}

impl Logistic {
    /// Trains by stochastic gradient with AdaGrad rates; seeded, one thread.
    pub fn train(cases: &[Case], settings: &Settings) -> Self {
        let mut counts: HashMap<Key, u32, FixedState> = HashMap::default();
        for (key, _) in cases.iter().flat_map(|case| &case.features) {
            *counts.entry(*key).or_default() += 1;
        }
        let mut keys: Vec<Key> = counts.iter().filter(|c| *c.1 >= settings.min_count).map(|c| *c.0).collect();
        keys.sort_unstable();
        let rows: HashMap<Key, usize, FixedState> =
            keys.iter().enumerate().map(|(row, key)| (*key, row)).collect();
        let mut weights = vec![0.0f32; keys.len()];
        let mut squares = vec![0.1f32; keys.len()];
        let (mut bias, mut bias_square) = (0.0f32, 0.1f32);
        let mut order: Vec<usize> = (0..cases.len()).collect();
        let mut random = Random::new(settings.seed);
        for pass in 0..settings.passes {
            random.shuffle(&mut order);
            let rate = settings.rate * (1.0 - pass as f32 / settings.passes as f32);
            for &at in &order {
                let case = &cases[at];
                let known =
                    || case.features.iter().filter_map(|(key, value)| Some((*rows.get(key)?, *value)));
                let score = bias + known().map(|(row, value)| weights[row] * value).sum::<f32>();
                let error = sigmoid(score) - f32::from(u8::from(case.answer));
                bias_square += error * error;
                bias -= rate * error / bias_square.sqrt();
                for (row, value) in known() {
                    let gradient = error * value + settings.ridge * weights[row];
                    squares[row] += gradient * gradient;
                    weights[row] -= rate * gradient / squares[row].sqrt();
                }
            }
        }
        let rows = keys.iter().copied().zip(weights.chunks_exact(1)).collect();
        Logistic { bias, table: Table::quantise(1, rows, settings.step) }
    }

    /// The probability of yes.
    pub fn probability(&self, features: impl IntoIterator<Item = (Key, f32)>) -> f32 {
        let weight = |key| self.table.get(key).map_or(0.0, |row| f32::from(row[0]) * self.table.scale());
        sigmoid(self.bias + features.into_iter().map(|(key, value)| value * weight(key)).sum::<f32>())
    }

    /// The probability of yes when every feature has the value 1.
    pub fn probability_of(&self, features: &[Key]) -> f32 {
        sigmoid(self.bias + self.table.sum(features) as f32 * self.table.scale())
    }

    /// Writes it as a section of a model file.
    pub fn write(&self) -> Vec<u8> {
        let mut to = self.bias.to_le_bytes().to_vec();
        self.table.write(&mut to);
        to
    }

    /// Reads it from a section of a model file.
    ///
    /// # Errors
    /// When the section makes no sense.
    pub fn read(cursor: &mut Cursor<'_>) -> Result<Self, ModelError> {
        Ok(Logistic { bias: cursor.f32()?, table: Table::read(cursor)? })
    }
}

#[cfg(test)]
mod tests {
    use super::super::hash::key;
    use super::*;

    #[test]
    fn learns_and_is_sure_where_the_cases_are() {
        // Yes when 1 is there and 2 is not; 3 says nothing.
        let cases: Vec<Case> = (0..400u64)
            .map(|n| {
                let features = (0..3).filter(|bit| n >> bit & 1 == 1).map(|bit| (key(0, bit), 1.0));
                Case { features: features.collect(), answer: n & 3 == 1 }
            })
            .collect();
        let settings = Settings { passes: 50, rate: 0.5, ..Settings::default() };
        let model = Logistic::train(&cases, &settings);
        let ask = |bits: &[u64]| model.probability(bits.iter().map(|bit| (key(0, *bit), 1.0)));
        assert!(ask(&[0]) > 0.9 && ask(&[0, 2]) > 0.9);
        assert!(ask(&[0, 1]) < 0.1 && ask(&[1]) < 0.1 && ask(&[]) < 0.1);
        assert_eq!(model.write(), Logistic::train(&cases, &settings).write());
    }
}
