//! Feature weights of a trained model: key → one small integer per label.
//!
//! Weights are eight-bit integers with one common scale, so that scores are
//! sums of integers: exact, whatever the order in which they are added.
//!
//! Keys lie in rising order, as in the file, their weights beside them: opening
//! a table is one pass from front to back. Keys are as good as random, so their
//! top bits lead to a *bucket* of a few of them, which are compared all at once.

use super::file::{Cursor, ModelError, put_varint};
use super::hash::{ADAPTED, Key};
use super::room::Room;
use crate::processor::{fetch, for_processors};

/// Weights by feature key.
#[derive(Clone, Debug)]
pub struct Table {
    /// Labels per row.
    labels: usize,
    /// Bytes per row: [`stride`] of `labels`.
    stride: usize,
    /// Value of one step.
    scale: f32,
    /// Where the keys of each bucket begin; after the last, where they end.
    starts: Vec<u32>,
    /// How a key leads to its bucket: without and with the bit [`ADAPTED`], which halves the
    /// keys unequally.
    ways: [Way; 2],
    /// Rising, and [`AHEAD`] zeros behind the last.
    keys: Room<Key>,
    /// The weights of each key.
    rows: Room<i8>,
}

/// The buckets of one half of the keys.
#[derive(Clone, Copy, Debug, Default)]
struct Way {
    shift: u32,
    first: u32,
}

/// Keys that are compared together.
const AHEAD: usize = 8;

/// Keys in a bucket, at most, on average.
const CROWD: usize = 3;

/// Keys that are looked up together.
const WAVE: usize = 64;

/// Integer scores are added in groups of this many.
pub(crate) const LANES: usize = 8;

/// Width of a row: rows of several labels are added in whole registers.
fn stride(labels: usize) -> usize {
    if labels == 1 { 1 } else { labels.next_multiple_of(LANES) }
}

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
        let kept: Vec<_> = quantised.filter(|(_, row)| row.iter().any(|&w| w != 0)).collect();
        let mut table = Table::empty(labels, step, kept.len());
        for (at, (key, row)) in kept.iter().enumerate() {
            table.keys[at] = *key;
            table.rows[at * table.stride..][..labels].copy_from_slice(row);
        }
        table.fill_buckets();
        table
    }

    /// Room for `count` rows.
    fn empty(labels: usize, scale: f32, count: usize) -> Self {
        let stride = stride(labels);
        let (keys, rows) = (Room::new(count + AHEAD), Room::new(count * stride));
        Table { labels, stride, scale, starts: Vec::new(), ways: [Way::default(); 2], keys, rows }
    }

    /// Finds where each bucket begins. Keys must be rising.
    fn fill_buckets(&mut self) {
        let keys = &self.keys[..self.keys.len() - AHEAD];
        let plain = keys.partition_point(|key| key & ADAPTED == 0);
        self.starts.clear();
        let mut next = 0;
        for (way, half) in self.ways.iter_mut().zip([&keys[..plain], &keys[plain..]]) {
            let buckets = half.len().div_ceil(CROWD).next_power_of_two();
            *way = Way {
                shift: ADAPTED.trailing_zeros() - buckets.trailing_zeros(),
                first: self.starts.len() as u32,
            };
            let before = self.starts.len();
            self.starts.resize(before + buckets, next);
            // Where the last key of the bucket before ends.
            for key in half {
                next += 1;
                if let Some(start) = self.starts.get_mut(way.bucket(*key) + 1) {
                    *start = next;
                }
            }
            let mut start = 0;
            for bucket in &mut self.starts[before..] {
                start = start.max(*bucket);
                *bucket = start;
            }
        }
        self.starts.push(next);
    }

    /// Number of features with a weight.
    pub fn len(&self) -> usize {
        self.keys.len() - AHEAD
    }

    /// Whether no feature has a weight.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Width of a row of integer scores: 1, or a multiple of eight, at least the number of labels.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// What one unit of an integer score is worth.
    pub fn scale(&self) -> f32 {
        self.scale
    }

    /// The weights of a feature, one per label and zeros up to the stride.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&[i8]> {
        let bucket = self.bucket(key);
        let (from, to) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let row = from + self.keys[from..to].iter().position(|&other| other == key)?;
        Some(&self.rows[row * self.stride..][..self.stride])
    }

    #[inline]
    fn bucket(&self, key: Key) -> usize {
        self.ways[usize::from(key & ADAPTED != 0)].bucket(key)
    }

    /// Adds the weights of all `keys` to `scores`, which is [`stride`](Table::stride) wide.
    #[inline]
    pub fn add(&self, keys: &[Key], scores: &mut [i32]) {
        add(self, keys, scores);
    }

    /// The sum of the first label's weights of all `keys`.
    #[inline]
    pub fn sum(&self, keys: &[Key]) -> i32 {
        sum(self, keys)
    }

    /// Calls `take` with the weights of each of `keys` that has any, in their order.
    ///
    /// First where, then what: whether a feature has a weight is as good as random, so nothing in the
    /// first rounds branches on it, and the lookups do not wait for each other.
    #[inline(always)]
    fn each(&self, keys: &[Key], mut take: impl FnMut(&[i8])) {
        let (known, rows) = (&self.keys[..], &self.rows[..]);
        for keys in keys.chunks(WAVE) {
            let mut found = [0; WAVE];
            keys.iter().for_each(|&key| fetch(&self.starts, self.bucket(key)));
            for (&key, at) in keys.iter().zip(&mut found) {
                *at = self.starts[self.bucket(key)];
                fetch(known, *at as usize);
            }
            let mut count = 0;
            for (at, &key) in keys.iter().enumerate() {
                let from = found[at] as usize;
                let size = self.starts[self.bucket(key) + 1] as usize - from;
                let mut hits = alike(&known[from..], key);
                if size >= AHEAD {
                    // One bucket in a thousand.
                    let place = known[from..from + size].iter().position(|&other| other == key);
                    hits = place.map_or(0, |_| 1);
                    found[count] = (from + place.unwrap_or(0)) as u32;
                } else {
                    hits &= (1 << size) - 1;
                    found[count] = from as u32 + hits.trailing_zeros() % AHEAD as u32;
                }
                fetch(rows, found[count] as usize * self.stride);
                count += usize::from(hits != 0);
            }
            for &row in &found[..count] {
                let start = row as usize * self.stride;
                take(&rows[start..start + self.stride]);
            }
        }
    }

    /// Rows in order of their keys: distance from the key before, which labels
    /// have a weight (a bit each), their weights.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        put_varint(to, self.labels as u64);
        to.extend(self.scale.to_le_bytes());
        put_varint(to, self.len() as u64);
        let mut last = 0;
        for (&key, row) in self.keys.iter().zip(self.rows.chunks_exact(self.stride)) {
            put_varint(to, u64::from(key - last));
            last = key;
            let row = &row[..self.labels];
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
        let masks = labels.div_ceil(8);
        if labels == 0 || labels > super::labels::MAX_LABELS || count > cursor.rest().len() / (1 + masks) {
            return Err(cursor.malformed("its size makes no sense"));
        }
        let mut table = Table::empty(labels, scale, count);
        let (mut last, mut last_mask) = (0u64, 0);
        for (key, row) in table.keys.iter_mut().zip(table.rows.chunks_exact_mut(table.stride)) {
            last += cursor.varint()?;
            *key = Key::try_from(last).map_err(|_| cursor.malformed("its keys are out of order"))?;
            for (&mask, group) in cursor.take(masks)?.iter().zip(row.chunks_mut(LANES)) {
                let weights = spread(mask, cursor.ahead());
                cursor.take(mask.count_ones() as usize)?;
                match group {
                    [only] => *only = weights[0],
                    group => group.copy_from_slice(&weights),
                }
                last_mask = mask;
            }
            if last_mask >> ((labels - 1) % LANES) > 1 {
                return Err(cursor.malformed("a weight of a label that there is not"));
            }
        }
        table.fill_buckets();
        Ok(table)
    }
}

for_processors! {
    fn add(table: &Table, keys: &[Key], scores: &mut [i32]) {
        table.each(keys, |row| {
            for (to, from) in scores.chunks_exact_mut(LANES).zip(row.chunks_exact(LANES)) {
                for lane in 0..LANES {
                    to[lane] += i32::from(from[lane]);
                }
            }
        });
    }
}

for_processors! {
    fn sum(table: &Table, keys: &[Key]) -> i32 {
        let mut sum = 0;
        table.each(keys, |row| sum += i32::from(row[0]));
        sum
    }
}

impl Way {
    #[inline]
    fn bucket(self, key: Key) -> usize {
        (self.first + ((key & !ADAPTED) >> self.shift)) as usize
    }
}

/// The first of eight `weights` at the places whose bits are set in `mask`, zeros elsewhere. How many
/// there are is as good as random: nothing branches on it.
#[inline]
fn spread(mask: u8, weights: [u8; LANES]) -> [i8; LANES] {
    /// For every mask which weight goes to which place; the ninth is zero.
    static PLACES: [[u8; LANES]; 256] = {
        let mut places = [[LANES as u8; LANES]; 256];
        let mut mask = 0;
        while mask < 256 {
            let (mut at, mut count) = (0, 0);
            while at < LANES {
                if mask >> at & 1 != 0 {
                    places[mask][at] = count;
                    count += 1;
                }
                at += 1;
            }
            mask += 1;
        }
        places
    };
    let mut from = [0; 2 * LANES];
    from[..LANES].copy_from_slice(&weights);
    PLACES[usize::from(mask)].map(|place| from[usize::from(place) % from.len()] as i8)
}

/// A bit for each of the first eight `keys` that is `key`.
#[inline]
fn alike(keys: &[Key], key: Key) -> u32 {
    let Some(keys) = keys.first_chunk::<AHEAD>() else { return 0 };
    keys.iter().enumerate().fold(0, |bits, (at, &other)| bits | u32::from(other == key) << at)
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
