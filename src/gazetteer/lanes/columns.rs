//! What a wave knows of its words, in columns that lanes go along.

use super::LANES;

/// Those of many things that are kept: each is written, and written over when it is not, so that the
/// processor need not foresee which.
#[derive(Default)]
pub struct Kept<T> {
    places: Vec<T>,
    count: usize,
}

impl<T: Copy + Default> Kept<T> {
    /// Begins anew, for as many as `most`.
    #[inline(always)]
    pub fn begin(&mut self, most: usize) {
        self.count = 0;
        self.room(most);
    }

    /// Makes room for so many more.
    #[inline(always)]
    pub fn room(&mut self, more: usize) {
        // Lanes write all of them, whatever is kept.
        let length = self.count + more + LANES;
        if self.places.len() < length {
            self.places.resize(length, T::default());
        }
    }

    /// Writes `these` from the place `at` behind those that are kept.
    #[inline(always)]
    pub(super) fn write<const N: usize>(&mut self, at: usize, these: [T; N]) {
        if let Some(places) = self.places.get_mut(self.count + at..).and_then(|rest| rest.first_chunk_mut()) {
            *places = these;
        }
    }

    /// Keeps the next `count` of those that were written.
    #[inline(always)]
    pub(super) fn keep(&mut self, count: usize) {
        self.count += count;
    }

    #[inline(always)]
    pub fn put(&mut self, one: T, keep: bool) {
        self.write(0, [one]);
        self.keep(usize::from(keep));
    }

    /// Keeps of those from the place `first` on only the ones that fit.
    #[inline(always)]
    pub fn retain(&mut self, first: usize, fits: impl Fn(T) -> bool) {
        let count = std::mem::replace(&mut self.count, first);
        for at in first..count {
            let one = self.places[at];
            self.put(one, fits(one));
        }
    }

    #[inline(always)]
    pub fn all(&self) -> &[T] {
        &self.places[..self.count]
    }

    /// All of them by lanes, each with where it begins and which of it there are, one bit each; behind
    /// the last is what was there before.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(super) fn lanes(&self) -> impl Iterator<Item = (usize, u8, &[T; LANES])> {
        let firsts = (0..self.count).step_by(LANES);
        let lanes = firsts.zip(self.places.as_chunks().0);
        lanes.map(|(first, lane)| (first, u8::MAX >> LANES.saturating_sub(self.count - first), lane))
    }
}

/// The words of a wave.
#[derive(Default)]
pub struct Words {
    /// First byte of each.
    pub starts: Kept<u32>,
    /// One past the last byte; like the next, it may be longer.
    pub ends: Vec<u32>,
    /// Hash of its folded form.
    pub hashes: Vec<u64>,
}

impl Words {
    /// How many there are.
    #[inline(always)]
    pub fn count(&self) -> usize {
        self.starts.count
    }

    /// Makes the other columns long enough for lanes.
    #[inline(always)]
    pub(super) fn level(&mut self) {
        let length = self.starts.places.len().next_multiple_of(LANES);
        if self.ends.len() < length {
            self.ends.resize(length, 0);
            self.hashes.resize(length, 0);
        }
    }
}

/// Words that stand a space behind first ones.
#[derive(Default)]
pub struct Seconds {
    /// The number of the first word of each.
    pub firsts: Kept<u32>,
    pub words: Words,
    /// The key of both words.
    pub keys: Vec<u64>,
}

impl Seconds {
    /// Begins anew, for as many as `most`.
    #[inline(always)]
    pub(super) fn begin(&mut self, most: usize) {
        self.firsts.begin(most);
        self.words.starts.begin(most);
    }

    /// Makes the column of keys as long as that of hashes.
    #[inline(always)]
    pub(super) fn level(&mut self) {
        if self.keys.len() < self.words.hashes.len() {
            self.keys.resize(self.words.hashes.len(), 0);
        }
    }
}
