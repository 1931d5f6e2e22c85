//! Feature weights of a trained model: key → one small integer per label.
//!
//! Weights are eight-bit integers with one common scale, so that scores are
//! sums of integers: exact, whatever the order in which they are added.

use super::file::{Cursor, ModelError, put_varint};
use super::hash::Key;
use super::prefetch::fetch;

/// Weights by feature key.
#[derive(Clone, Debug)]
pub struct Table {
    /// Labels per row.
    labels: usize,
    /// Bytes per row: `labels` rounded up so that rows add in whole registers.
    stride: usize,
    /// Value of one step.
    scale: f32,
    /// One byte of each slot's key, 0 for a free slot: small enough to stay in
    /// the cache, so that most keys without weights are turned away there. The
    /// first eight stand behind the last again.
    marks: Vec<u8>,
    /// Open addressing, a power of two, at most half full: key, row.
    slots: Vec<(Key, u32)>,
    shift: u32,
    rows: Vec<i8>,
}

/// Marks that are looked at together.
const AHEAD: usize = 8;

/// Keys that are looked up together.
const WAVE: usize = 64;

/// Integer scores are added in groups of this many.
pub(crate) const LANES: usize = 8;

impl Table {
    /// Quantises `rows` (key, one weight per label). Weights smaller than
    /// half a step vanish, and so do rows of nothing but zeros. The step grows
    /// when the largest weight would not fit.
    pub(crate) fn quantise(labels: usize, mut rows: Vec<(Key, &[f32])>, step: f32) -> Self {
        rows.sort_by_key(|&(key, _)| key);
        let largest = rows.iter().flat_map(|(_, weights)| *weights).fold(0.0f32, |top, w| top.max(w.abs()));
        let step = step.max(largest / 127.0);
        let quantised = rows.iter().map(|(key, weights)| {
            let row = weights.iter().map(|w| (w / step).round().clamp(-127.0, 127.0) as i8);
            (*key, row.collect::<Vec<i8>>())
        });
        let stride = labels.next_multiple_of(LANES);
        let (mut keys, mut kept) = (Vec::new(), Vec::new());
        for (key, row) in quantised.filter(|(_, row)| row.iter().any(|&w| w != 0)) {
            keys.push(key);
            kept.extend_from_slice(&row);
            kept.resize(keys.len() * stride, 0);
        }
        Table::build(labels, step, &keys, kept)
    }

    /// The table of `keys`, whose weights are `rows` of the stride of `labels`.
    fn build(labels: usize, scale: f32, keys: &[Key], rows: Vec<i8>) -> Self {
        let stride = labels.next_multiple_of(LANES);
        let capacity = (2 * keys.len()).next_power_of_two().max(AHEAD);
        let mut table = Table {
            labels,
            stride,
            scale,
            marks: vec![0; capacity + AHEAD],
            slots: vec![(0, 0); capacity],
            shift: 32 - capacity.trailing_zeros(),
            rows,
        };
        for (index, &key) in keys.iter().enumerate() {
            let mut at = table.home(key);
            while table.marks[at] != 0 {
                at = (at + 1) & (capacity - 1);
            }
            table.marks[at] = mark(key);
            table.slots[at] = (key, index as u32);
        }
        let (first, behind) = table.marks.split_at_mut(capacity);
        behind.copy_from_slice(&first[..AHEAD]);
        table
    }

    /// Keys are well mixed but for their top bit, so the bits below it choose the slot.
    #[inline]
    fn home(&self, key: Key) -> usize {
        ((key << 1) >> self.shift) as usize & (self.slots.len() - 1)
    }

    /// Number of features with a weight.
    pub fn len(&self) -> usize {
        self.rows.len() / self.stride
    }

    /// Whether no feature has a weight.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Width of a row of integer scores: a multiple of eight, at least the number of labels.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// What one unit of an integer score is worth.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    #[inline]
    fn row(&self, key: Key) -> Option<usize> {
        let wanted = mark(key);
        let mut at = self.home(key);
        loop {
            match self.marks[at] {
                0 => return None,
                mark if mark == wanted && self.slots[at].0 == key => return Some(self.slots[at].1 as usize),
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The weights of a feature, one per label and zeros up to the stride.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&[i8]> {
        let start = self.row(key)? * self.stride;
        Some(&self.rows[start..start + self.stride])
    }

    /// Adds the weights of all `keys` to `scores`, which is [`stride`](Table::stride) wide.
    #[inline]
    pub fn add(&self, keys: &[Key], scores: &mut [i32]) {
        self.each(keys, |row| {
            for (to, from) in scores.chunks_exact_mut(LANES).zip(row.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    to[lane] += i32::from(from[lane]);
                }
            }
        });
    }

    /// The sum of the first label's weights of all `keys`.
    #[inline]
    pub fn sum(&self, keys: &[Key]) -> i32 {
        let mut sum = 0;
        self.each(keys, |row| sum += i32::from(row[0]));
        sum
    }

    /// Calls `take` with the weights of each of `keys` that has any, in their order.
    ///
    /// First where, then what: whether a feature has a weight is as good as random, so nothing in the
    /// first round branches on it, and the lookups do not wait for each other.
    #[inline]
    fn each(&self, keys: &[Key], mut take: impl FnMut(&[i8])) {
        for keys in keys.chunks(WAVE) {
            let mut found = [(0, 0); WAVE];
            let mut count = 0;
            keys.iter().for_each(|&key| fetch(&self.marks, self.home(key)));
            for &key in keys {
                let (at, may) = self.look(key);
                found[count] = (key, at as u32);
                count += usize::from(may);
            }
            let found = &mut found[..count];
            found.iter().for_each(|&(_, at)| fetch(&self.slots, at as usize));
            for (key, at) in found.iter_mut() {
                let (there, row) = self.slots[*at as usize];
                // Another key with the same mark, or a crowd, is one in a hundred.
                let row = if there == *key { Some(row as usize) } else { self.row(*key) };
                *at = row.map_or(u32::MAX, |row| row as u32);
                fetch(&self.rows, row.unwrap_or(0) * self.stride);
            }
            for &(_, row) in found.iter().filter(|found| found.1 != u32::MAX) {
                let start = row as usize * self.stride;
                take(&self.rows[start..start + self.stride]);
            }
        }
    }

    /// The slot that may hold `key`, by the marks of eight slots, and whether there is one.
    #[inline]
    fn look(&self, key: Key) -> (usize, bool) {
        const ONES: u64 = u64::MAX / 255;
        let home = self.home(key);
        let mut marks = [0; 8];
        marks.copy_from_slice(&self.marks[home..home + 8]);
        let marks = u64::from_le_bytes(marks);
        // The lowest bit set is that of the first mark alike, or of the first free slot.
        let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & ONES << 7;
        let alike = zeros(marks ^ (u64::from(mark(key)) * ONES));
        let ends = zeros(marks);
        let may = alike.trailing_zeros() <= ends.trailing_zeros();
        let at = home + (alike.trailing_zeros() as usize / 8) % 8;
        (at & (self.slots.len() - 1), may)
    }

    /// Rows in order of their keys: distance from the key before, which labels
    /// have a weight (a bit each), their weights.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        let used = self.slots.iter().zip(&self.marks).filter(|(_, mark)| **mark != 0);
        let mut slots: Vec<_> = used.map(|(slot, _)| slot).collect();
        slots.sort_unstable();
        put_varint(to, self.labels as u64);
        to.extend(self.scale.to_le_bytes());
        put_varint(to, slots.len() as u64);
        let mut last = 0;
        for &(key, row) in slots {
            put_varint(to, u64::from(key - last));
            last = key;
            let start = row as usize * self.stride;
            let row = &self.rows[start..start + self.labels];
            for group in row.chunks(8) {
                to.push(group.iter().enumerate().fold(0, |mask, (at, &w)| mask | u8::from(w != 0) << at));
            }
            to.extend(row.iter().filter(|&&w| w != 0).map(|&w| w as u8));
        }
    }

    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, ModelError> {
        let labels = cursor.varint()? as usize;
        let scale = cursor.f32()?;
        let count = cursor.varint()? as usize;
        if labels == 0 || labels > super::labels::MAX_LABELS || count > 1 << 28 {
            return Err(cursor.malformed("its size makes no sense"));
        }
        let stride = labels.next_multiple_of(LANES);
        let mut keys = Vec::new();
        let mut rows = Vec::new();
        let mut last = 0u64;
        for _ in 0..count {
            last += cursor.varint()?;
            keys.push(Key::try_from(last).map_err(|_| cursor.malformed("its keys are out of order"))?);
            let start = rows.len();
            rows.resize(start + stride, 0);
            let masks = cursor.take(labels.div_ceil(8))?;
            for (group, &mask) in rows[start..].chunks_exact_mut(8).zip(masks) {
                let mut mask = mask;
                let weights = cursor.take(mask.count_ones() as usize)?;
                for &weight in weights {
                    group[mask.trailing_zeros() as usize] = weight as i8;
                    mask &= mask - 1;
                }
            }
            if rows[start + labels..].iter().any(|&weight| weight != 0) {
                return Err(cursor.malformed("a weight of a label that there is not"));
            }
        }
        Ok(Table::build(labels, scale, &keys, rows))
    }
}

/// A byte of the key that has little to do with its home slot; never 0.
#[inline]
fn mark(key: Key) -> u8 {
    (key as u8) | 1 << 7
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::file::{Reader, Writer};
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::btree_map(any::<Key>(), prop::collection::vec(-3.0f32..3.0, 9), 0..200),
        ) {
            let list = rows.iter().map(|(k, v)| (*k, v.as_slice())).collect();
            let table = Table::quantise(9, list, 0.1);
            let mut bytes = Vec::new();
            table.write(&mut bytes);
            let mut writer = Writer::new("test", 1);
            writer.section("table", &bytes);
            let file = writer.finish();
            let again = Table::read(&mut Reader::open(&file, "test", 1).unwrap().section("table").unwrap()).unwrap();
            let mut rewritten = Vec::new();
            again.write(&mut rewritten);
            prop_assert_eq!(&bytes, &rewritten);
            let expected: BTreeMap<_, Vec<i8>> = rows
                .iter()
                .map(|(k, v)| (*k, v.iter().map(|w| (w / 0.1).round() as i8).collect::<Vec<_>>()))
                .filter(|(_, v)| v.iter().any(|&w| w != 0))
                .collect();
            prop_assert_eq!(again.len(), expected.len());
            for key in rows.keys() {
                prop_assert_eq!(again.get(*key).map(|row| row[..9].to_vec()), expected.get(key).cloned());
            }
            // Together they are the sum, also with keys that are not there.
            let keys: Vec<Key> = rows.keys().flat_map(|key| [*key, key ^ 1, key ^ 1 << 20]).collect();
            let mut sums = vec![0; again.stride()];
            again.add(&keys, &mut sums);
            let rows = || keys.iter().filter_map(|key| again.get(*key));
            for (label, sum) in sums.iter().enumerate() {
                prop_assert_eq!(*sum, rows().map(|row| i32::from(row[label])).sum::<i32>());
            }
            prop_assert_eq!(again.sum(&keys), sums[0]);
        }
    }
}
