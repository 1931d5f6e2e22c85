//! The averaged perceptron (Collins 2002; Freund & Schapire 1999) over feature keys.

use crate::learn::hash::Key;

/// Weights while they are learned: exact keys, no collisions but of 32-bit hashes.
pub(super) struct Perceptron<const W: usize> {
    /// Open addressing, a power of two, at most half full: key, row + 1; row 0 means free.
    slots: Vec<(Key, u32)>,
    keys: Vec<Key>,
    weights: Vec<[f32; W]>,
    /// Each weight's changes times the moment of the change: what averaging subtracts.
    changes: Vec<[f32; W]>,
    /// Whether features not seen before get rows.
    open: bool,
    moment: f32,
    /// Greatest weight after averaging.
    greatest: f32,
}

impl<const W: usize> Perceptron<W> {
    /// One that gives a row to every feature it makes a mistake with.
    pub fn open() -> Self {
        Perceptron {
            slots: vec![(0, 0); 1 << 16],
            keys: Vec::new(),
            weights: Vec::new(),
            changes: Vec::new(),
            open: true,
            moment: 1.0,
            greatest: 0.0,
        }
    }

    /// One that knows only these features.
    pub fn closed(keys: impl IntoIterator<Item = Key>) -> Self {
        let mut new = Self::open();
        for key in keys {
            new.insert(key);
        }
        new.open = false;
        new
    }

    fn find(&self, key: Key) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut at = (key as usize).wrapping_mul(0x9E37_79B1) & mask;
        loop {
            match self.slots[at] {
                (_, 0) => return Err(at),
                (found, row) if found == key => return Ok(row as usize - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    fn insert(&mut self, key: Key) -> usize {
        match self.find(key) {
            Ok(row) => row,
            Err(mut free) => {
                if 2 * (self.keys.len() + 1) > self.slots.len() {
                    self.slots = vec![(0, 0); 2 * self.slots.len()];
                    for row in 0..self.keys.len() {
                        if let Err(at) = self.find(self.keys[row]) {
                            self.slots[at] = (self.keys[row], row as u32 + 1);
                        }
                    }
                    free = self.find(key).unwrap_or_else(|at| at);
                }
                self.keys.push(key);
                self.weights.push([0.0; W]);
                self.changes.push([0.0; W]);
                self.slots[free] = (key, self.keys.len() as u32);
                self.keys.len() - 1
            }
        }
    }

    /// The summed weights of `keys`.
    pub fn score<const N: usize>(&self, keys: &[Key; N]) -> [f32; W] {
        let mut found = [0u32; N];
        let mut count = 0;
        for &key in keys {
            if let Ok(row) = self.find(key) {
                found[count] = row as u32;
                count += 1;
            }
        }
        let mut sum = [0.0; W];
        for &row in &found[..count] {
            for (to, from) in sum.iter_mut().zip(&self.weights[row as usize]) {
                *to += from;
            }
        }
        sum
    }

    /// Moves `keys` towards class `right` and away from class `wrong`.
    pub fn update<const N: usize>(&mut self, keys: &[Key; N], right: usize, wrong: usize) {
        for &key in keys {
            let row = match self.find(key) {
                Ok(row) => row,
                Err(_) if self.open => self.insert(key),
                Err(_) => continue,
            };
            let (weights, changes) = (&mut self.weights[row], &mut self.changes[row]);
            weights[right] += 1.0;
            changes[right] += self.moment;
            weights[wrong] -= 1.0;
            changes[wrong] -= self.moment;
        }
    }

    /// Time passes: call once a sentence.
    pub fn tick(&mut self) {
        self.moment += 1.0;
    }

    /// Features with a row.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Replaces the weights by their average over time, and forgets how it came about.
    pub fn average(&mut self) {
        for (weights, changes) in self.weights.iter_mut().zip(&self.changes) {
            for (weight, change) in weights.iter_mut().zip(changes) {
                *weight -= change / self.moment;
            }
        }
        self.changes = Vec::new();
        self.greatest = self.weights.iter().flatten().fold(0.0, |most, weight| most.max(weight.abs()));
    }

    /// How much each feature weighs in all: what pruning sorts by.
    pub fn importance(&self) -> Vec<(f32, Key)> {
        let sum = |row: &[f32; W]| row.iter().map(|weight| weight.abs()).sum();
        self.keys.iter().zip(&self.weights).map(|(&key, row)| (sum(row), key)).collect()
    }

    /// The weights of `key`, in units of which the greatest weight of all has `units`.
    pub fn scaled(&self, key: Key, units: f32) -> [f32; W] {
        let scale = if self.greatest > 0.0 { units / self.greatest } else { 0.0 };
        self.find(key).map_or([0.0; W], |row| self.weights[row].map(|weight| weight * scale))
    }
}
