//! Weight rows, found by feature key, in place.
//!
//! A table is laid out as a set-associative cache is in hardware: a key's low
//! bits choose a set of sixteen ways, its high sixteen bits are compared with
//! the sixteen tags of the set in a few vector instructions, and a hit says
//! which row holds the weights. There is no probing and nothing to build when
//! the file is opened. Where more than sixteen features want the same set,
//! the weightiest stay: pruning and layout are one step, and the tags (two
//! bytes a feature) stay in the second-level cache while most lookups miss.
//!
//! Two features that agree in set and tag share a row; among 2^14 sets that
//! happens to one lookup in 4,000.
//!
//! A weight has four bits, and a row one exponent for all its weights (block
//! floating point): small rows stay exact, and a row of 31 labels is sixteen
//! bytes. Against eight bits a weight this costs a tenth of a point of
//! agreement and halves the table, which the cache thanks for.

use crate::learn::file::{Cursor, ModelError};
use crate::learn::hash::Key;
use crate::processor::fetch;

/// Ways in a set.
pub(super) const WAYS: usize = 16;

/// Greatest exponent of a row.
const EXPONENTS: u32 = 5;
/// Units in the greatest weight: a weight is a number of units from -8 to 7, times 2 to the exponent.
pub(super) const UNITS: f32 = 7.5 * (1 << EXPONENTS) as f32;

/// A view of rows of `B` bytes, which hold the weights of 2 `B` - 1 labels.
///
/// Byte `i` holds label `i` in its low half and label `B + i` in its high
/// half, but for the last high half, which is the exponent.
#[derive(Clone, Copy)]
pub(super) struct Table<'b, const B: usize> {
    /// The tags of each set, sixteen bits each, little-endian.
    tags: &'b [[u8; 2 * WAYS]],
    /// The rows, sixteen for each set.
    rows: &'b [[u8; B]],
    mask: u32,
}

impl<'b, const B: usize> Table<'b, B> {
    /// Takes a table off a section of the model.
    pub fn read(cursor: &mut Cursor<'b>) -> Result<Self, ModelError> {
        let sets = cursor.u32()? as usize;
        if !sets.is_power_of_two() || sets > 1 << 16 {
            return Err(cursor.malformed("its number of sets makes no sense"));
        }
        let (tags, _) = cursor.take(sets * WAYS * 2)?.as_chunks();
        let (rows, _) = cursor.take(sets * WAYS * B)?.as_chunks();
        Ok(Table { tags, rows, mask: sets as u32 - 1 })
    }

    /// A bit for each way that holds `key`, at most one, and the number of its row if there is one.
    #[inline(always)]
    fn find(&self, key: Key) -> (u32, usize) {
        let set = (key & self.mask) as usize;
        let hits = ways(&self.tags[set], tag_of(key));
        (hits, set * WAYS + hits.trailing_zeros() as usize % WAYS)
    }

    /// The row of `key`.
    #[inline]
    pub fn get(&self, key: Key) -> Option<&'b [u8; B]> {
        let (hits, row) = self.find(key);
        if hits == 0 { None } else { Some(&self.rows[row]) }
    }

    /// The summed weights of all `keys`, in units: exact, whatever their order.
    ///
    /// Labels are numbered through both halves; the last has no meaning.
    /// At most 128 keys, so that sixteen bits hold every sum.
    #[inline(always)]
    pub fn score<const N: usize>(&self, keys: &[Key; N]) -> [[i16; B]; 2] {
        const { assert!((N * 8) << EXPONENTS <= 1 << 15) };
        // First where, then what: the lookups do not wait for each other's rows.
        let mut found = [0u32; N];
        let mut count = 0;
        keys.iter().for_each(|&key| fetch(self.tags, (key & self.mask) as usize));
        for &key in keys {
            // Whether a feature is found is as good as random: nothing here branches on it.
            let (hits, row) = self.find(key);
            found[count] = row as u32;
            count += usize::from(hits != 0);
        }
        found[..count].iter().for_each(|&row| fetch(self.rows, row as usize));
        let [mut low, mut high] = [[0i16; B]; 2];
        for &row in &found[..count] {
            let row = &self.rows[row as usize];
            let unit = 1i16 << (row[B - 1] >> 4);
            for at in 0..B {
                let pair = i16::from(row[at]);
                low[at] += (pair << 12 >> 12) * unit;
                high[at] += (pair << 8 >> 12) * unit;
            }
        }
        [low, high]
    }
}

/// Rounds a row of weights, of which the greatest anywhere has [`UNITS`] units, to four bits each.
///
/// `weights` are at most 2 `B` - 1.
pub(super) fn quantise<const B: usize>(weights: &[f32]) -> [u8; B] {
    debug_assert!(weights.len() < 2 * B);
    let greatest = weights.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
    let exponent = (0..EXPONENTS).find(|&e| greatest <= 7.5 * (1 << e) as f32).unwrap_or(EXPONENTS);
    let unit = (1 << exponent) as f32;
    let nibble = |at: usize| {
        weights.get(at).map_or(0, |weight| (weight / unit).round().clamp(-8.0, 7.0) as i8 as u8 & 0xF)
    };
    std::array::from_fn(|at| {
        let high = if at == B - 1 { exponent as u8 } else { nibble(B + at) };
        nibble(at) | high << 4
    })
}

/// A bit for each way of a set that has the tag.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn ways(set: &[u8; 2 * WAYS], tag: u16) -> u32 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi16, _mm_movemask_epi8, _mm_packs_epi16, _mm_set_epi64x, _mm_set1_epi16,
    };
    let (words, _) = set.as_chunks::<8>();
    let word = |at: usize| i64::from_le_bytes(words[at]);
    // SAFETY: these need nothing but SSE2, which every x86-64 has, and touch no memory.
    unsafe {
        let tag = _mm_set1_epi16(tag as i16);
        let low = _mm_cmpeq_epi16(_mm_set_epi64x(word(1), word(0)), tag);
        let high = _mm_cmpeq_epi16(_mm_set_epi64x(word(3), word(2)), tag);
        _mm_movemask_epi8(_mm_packs_epi16(low, high)) as u32
    }
}

/// A bit for each way of a set that has the tag.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn ways(set: &[u8; 2 * WAYS], tag: u16) -> u32 {
    let (tags, _) = set.as_chunks::<2>();
    let bit = |(way, bytes): (usize, &[u8; 2])| u32::from(u16::from_le_bytes(*bytes) == tag) << way;
    tags.iter().enumerate().map(bit).fold(0, |hits, bit| hits | bit)
}

/// What is compared within a set. Zero marks a free way, so no key has it.
#[inline]
fn tag_of(key: Key) -> u16 {
    ((key >> 16) as u16).max(1)
}

/// The key of template `template` with up to three values, in this order.
#[inline(always)]
pub(super) fn key(template: usize, (a, b, c): (u64, u64, u64)) -> Key {
    let mut hash =
        (a ^ (template as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ hash >> 32 ^ b.rotate_left(13)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash = (hash ^ hash >> 29 ^ c.rotate_left(29)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    (hash ^ hash >> 32) as Key
}

/// Chooses which features a table of `sets` sets holds: in each set the
/// sixteen of greatest importance. `candidates` are importance and key.
/// Returns the keys with the row of each.
pub(super) fn place(sets: usize, mut candidates: Vec<(f32, Key)>) -> Vec<(Key, usize)> {
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut tags = vec![[0u16; WAYS]; sets];
    let mut placed = Vec::new();
    for (_, key) in candidates {
        let set = key as usize & (sets - 1);
        for (way, tag) in tags[set].iter_mut().enumerate() {
            if *tag == tag_of(key) {
                break; // would share the row of a weightier feature
            }
            if *tag == 0 {
                *tag = tag_of(key);
                placed.push((key, set * WAYS + way));
                break;
            }
        }
    }
    placed
}

/// Writes what [`Table::read`] reads: rows at their [`place`]s.
pub(super) fn write<const B: usize>(sets: usize, rows: &[(Key, usize, [u8; B])], to: &mut Vec<u8>) {
    let mut tags = vec![0u16; sets * WAYS];
    let mut weights = vec![[0u8; B]; sets * WAYS];
    for &(key, at, row) in rows {
        tags[at] = tag_of(key);
        weights[at] = row;
    }
    to.extend((sets as u32).to_le_bytes());
    to.extend(tags.iter().flat_map(|tag| tag.to_le_bytes()));
    to.extend(weights.as_flattened());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::learn::file::{Reader, Writer};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_weightiest_are_found(
            rows in prop::collection::btree_map(any::<Key>(), (0.0f32..9.0, prop::array::uniform4(any::<u8>())), 1..200),
        ) {
            let sets = 4;
            let placed = place(sets, rows.iter().map(|(key, row)| (row.0, *key)).collect());
            prop_assert!(placed.len() <= sets * WAYS);
            let full: Vec<_> = placed.iter().map(|&(key, at)| (key, at, rows[&key].1)).collect();
            with_table(sets, &full, |table| {
                for (key, _, row) in &full {
                    assert_eq!(table.get(*key), Some(row));
                }
            });
            // What has no place shares the tag of a weightier feature, or is lighter than its whole set.
            for (key, row) in &rows {
                let set: Vec<_> = placed.iter().map(|p| p.0).filter(|p| *p as usize % sets == *key as usize % sets).collect();
                let shares = set.iter().any(|other| tag_of(*other) == tag_of(*key));
                prop_assert!(shares || set.iter().all(|other| rows[other].0 >= row.0));
            }
        }

        #[test]
        fn weights_come_back_within_half_a_step(weights in prop::array::uniform7(-1.0f32..1.0), size in 0.0f32..UNITS) {
            let weights = weights.map(|weight| weight * size);
            let greatest = weights.iter().fold(0.0f32, |most, weight| most.max(weight.abs()));
            with_table(1, &[(7 << 16, 0, quantise::<4>(&weights))], |table| {
                let found = table.score(&[7 << 16, 8 << 16]);
                for (weight, found) in weights.iter().zip(found.as_flattened()) {
                    // Half a step, or a whole one at the upper end of the range.
                    let step = (greatest / 7.5).max(1.0);
                    assert!((weight - f32::from(*found)).abs() <= 1.01 * step, "{weight} {found}");
                }
            });
        }
    }

    fn with_table<const B: usize>(
        sets: usize,
        rows: &[(Key, usize, [u8; B])],
        then: impl FnOnce(Table<'_, B>),
    ) {
        let mut bytes = Vec::new();
        write(sets, rows, &mut bytes);
        let mut writer = Writer::new("test", 1);
        writer.section("table", &bytes);
        let file = writer.finish();
        let reader = Reader::open(&file, "test", 1).unwrap();
        then(Table::read(&mut reader.section("table").unwrap()).unwrap());
    }

    #[test]
    fn sums_are_exact() {
        let rows = [
            (1 << 16, 0, quantise::<4>(&[3.0, -7.0, 0.0, 7.0, -1.0])),
            (2 << 16, 1, quantise(&[64.0, -224.0])),
        ];
        with_table(1, &rows, |table| {
            assert_eq!(table.score(&[1 << 16, 2 << 16, 3 << 16]).as_flattened()[..5], [67, -231, 0, 7, -1]);
            assert_eq!(table.score(&[2 << 16; 2]).as_flattened()[..2], [128, -448]);
        });
    }
}
