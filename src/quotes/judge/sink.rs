//! Where features go.

use crate::learn::hash::{Key, join, key};

/// Collects the feature keys of one case.
#[derive(Default)]
pub struct Sink {
    /// What was added.
    pub keys: Vec<Key>,
}

impl Sink {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.keys.clear();
    }

    /// Adds the feature of a template with its values, in this order.
    #[inline]
    pub fn add(&mut self, template: u16, values: &[u64]) {
        let value = values.iter().fold(0, |hash, &value| join(hash, value));
        self.keys.push(key(template, value));
    }

    /// The features as the classifiers take them.
    pub fn pairs(&self) -> impl Iterator<Item = (Key, f32)> + '_ {
        self.keys.iter().map(|&key| (key, 1.0))
    }
}

/// A number as one of few classes: how many of `cuts` it reaches.
#[inline]
pub fn bucket(value: f32, cuts: &[f32]) -> u64 {
    cuts.iter().filter(|&&cut| value >= cut).count() as u64
}

/// A distance with its direction: 1, 2, 3, 4–6, 7–12, 13–25, more.
#[inline]
pub fn distance(from: i64) -> u64 {
    let size = match from.unsigned_abs() {
        n @ 0..=3 => n,
        4..=6 => 4,
        7..=12 => 5,
        13..=25 => 6,
        _ => 7,
    };
    size * 2 + u64::from(from < 0)
}
