//! What a CRF is trained on: sequences of units, each unit with its features and its label.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::crf::Features;
use super::hash::{ADAPTED, Key, within};
use super::labels::Label;

/// Sequences with their labels, ready to train on.
#[derive(Clone, Debug, Default)]
pub struct Corpus {
    /// Feature keys, later rows of the weight matrix, of all units one after the other.
    pub(super) keys: Vec<Key>,
    pub(super) unit_ends: Vec<usize>,
    pub(super) labels: Vec<Label>,
    pub(super) sequences: Vec<Sequence>,
}

/// A sequence of a corpus: its units, and the training set that it is from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sequence {
    pub start: u32,
    pub end: u32,
    pub domain: u16,
}

impl Corpus {
    /// Adds a sequence with one label per unit from training set `domain`.
    ///
    /// # Panics
    /// When there are not as many labels as units: a programmer's error.
    pub fn push(&mut self, features: &Features, labels: &[Label], domain: u16) {
        assert_eq!(features.len(), labels.len(), "one label per unit");
        if labels.is_empty() {
            return;
        }
        let start = self.labels.len() as u32;
        for unit in 0..features.len() {
            for &key in features.unit(unit) {
                self.keys.push(key);
                if key & ADAPTED != 0 {
                    self.keys.push(within(key, domain));
                }
            }
            self.unit_ends.push(self.keys.len());
        }
        self.labels.extend(labels);
        self.sequences.push(Sequence { start, end: self.labels.len() as u32, domain });
    }

    /// The same sequences with those features only for whose row `chosen` says so.
    pub(super) fn part(&self, chosen: impl Fn(Key) -> bool) -> Corpus {
        let mut keys = Vec::with_capacity(self.keys.len());
        let mut start = 0;
        let unit_ends = self.unit_ends.iter().map(|&end| {
            keys.extend(self.keys[start..end].iter().filter(|row| chosen(**row)));
            start = end;
            keys.len()
        });
        let unit_ends = unit_ends.collect();
        Corpus { keys, unit_ends, labels: self.labels.clone(), sequences: self.sequences.clone() }
    }

    /// Number of sequences.
    pub fn len(&self) -> usize {
        self.sequences.len()
    }

    /// Whether there are no sequences.
    pub fn is_empty(&self) -> bool {
        self.sequences.is_empty()
    }

    /// Number of units in all sequences.
    pub fn units(&self) -> usize {
        self.labels.len()
    }

    /// Number of features of all units, those of the sets included.
    pub fn features(&self) -> usize {
        self.keys.len()
    }

    /// Replaces keys by rows, numbered in order of appearance, and drops the rare ones.
    pub(super) fn compact(mut self, min_count: u32) -> (Corpus, Vec<Key>) {
        let mut counts: HashMap<Key, u32, FixedState> = HashMap::default();
        for &key in &self.keys {
            *counts.entry(key).or_default() += 1;
        }
        // From here on the map holds row numbers.
        const NEW: u32 = u32::MAX;
        const RARE: u32 = u32::MAX - 1;
        counts.values_mut().for_each(|count| *count = if *count < min_count { RARE } else { NEW });
        let mut keys = Vec::new();
        let (mut read, mut write) = (0, 0);
        for end in &mut self.unit_ends {
            while read < *end {
                let key = self.keys[read];
                read += 1;
                let Some(row) = counts.get_mut(&key).filter(|row| **row != RARE) else { continue };
                if *row == NEW {
                    *row = keys.len() as u32;
                    keys.push(key);
                }
                self.keys[write] = *row;
                write += 1;
            }
            *end = write;
        }
        self.keys.truncate(write);
        self.keys.shrink_to_fit();
        (self, keys)
    }
}
