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

use crate::learn::file::{Cursor, ModelError};
use crate::learn::hash::Key;

/// Ways in a set.
pub(super) const WAYS: usize = 16;

/// A view of weights: `W` labels a row.
#[derive(Clone, Copy)]
pub(super) struct Table<'b, const W: usize> {
    /// The tags of each set, sixteen bits each, little-endian.
    tags: &'b [[u8; 2 * WAYS]],
    /// The rows, sixteen for each set.
    rows: &'b [[u8; W]],
    mask: u32,
}

impl<'b, const W: usize> Table<'b, W> {
    /// Takes a table off a section of the model.
    pub fn read(cursor: &mut Cursor<'b>) -> Result<Self, ModelError> {
        let sets = cursor.u32()? as usize;
        if !sets.is_power_of_two() || sets > 1 << 16 {
            return Err(cursor.malformed("its number of sets makes no sense"));
        }
        let (tags, _) = cursor.take(sets * WAYS * 2)?.as_chunks();
        let (rows, _) = cursor.take(sets * WAYS * W)?.as_chunks();
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
    pub fn get(&self, key: Key) -> Option<&'b [u8; W]> {
        let (hits, row) = self.find(key);
        if hits == 0 { None } else { Some(&self.rows[row]) }
    }

    /// The summed weights of all `keys`: exact, whatever their order.
    ///
    /// At most 256 keys, so that sixteen bits hold every sum.
    #[inline]
    pub fn score<const N: usize>(&self, keys: &[Key; N]) -> [i16; W] {
        const { assert!(N <= 256) };
        // First where, then what: the lookups do not wait for each other's rows.
        let mut found = [0u32; N];
        let mut count = 0;
        for &key in keys {
            // Whether a feature is found is as good as random: nothing here branches on it.
            let (hits, row) = self.find(key);
            found[count] = row as u32;
            count += usize::from(hits != 0);
        }
        let mut sum = [0i16; W];
        for &row in &found[..count] {
            let row = &self.rows[row as usize];
            for (to, from) in sum.iter_mut().zip(row) {
                *to += i16::from(*from as i8);
            }
        }
        sum
    }
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
pub(super) fn write<const W: usize>(sets: usize, rows: &[(Key, usize, [i8; W])], to: &mut Vec<u8>) {
    let mut tags = vec![0u16; sets * WAYS];
    let mut weights = vec![[0i8; W]; sets * WAYS];
    for &(key, at, row) in rows {
        tags[at] = tag_of(key);
        weights[at] = row;
    }
    to.extend((sets as u32).to_le_bytes());
    to.extend(tags.iter().flat_map(|tag| tag.to_le_bytes()));
    to.extend(weights.iter().flatten().map(|&weight| weight as u8));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::learn::file::{Reader, Writer};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_weightiest_are_found_and_summed(
            rows in prop::collection::btree_map(any::<Key>(), (0.0f32..9.0, prop::array::uniform4(any::<i8>())), 1..200),
        ) {
            let sets = 4;
            let placed = place(sets, rows.iter().map(|(key, row)| (row.0, *key)).collect());
            prop_assert!(placed.len() <= sets * WAYS);
            let full: Vec<_> = placed.iter().map(|&(key, at)| (key, at, rows[&key].1)).collect();
            let mut bytes = Vec::new();
            write(sets, &full, &mut bytes);
            let mut writer = Writer::new("test", 1);
            writer.section("table", &bytes);
            let file = writer.finish();
            let reader = Reader::open(&file, "test", 1).unwrap();
            let table = Table::<4>::read(&mut reader.section("table").unwrap()).unwrap();
            for &(key, _, row) in &full {
                prop_assert_eq!(table.get(key).map(|r| r.map(|w| w as i8)), Some(row));
                let twice = table.score(&[key, key]);
                prop_assert_eq!(twice, row.map(|w| 2 * i16::from(w)));
            }
            // What has no place shares the tag of a weightier feature, or is lighter than its whole set.
            for (key, row) in &rows {
                let set: Vec<_> = placed.iter().map(|p| p.0).filter(|p| *p as usize % sets == *key as usize % sets).collect();
                let shares = set.iter().any(|other| tag_of(*other) == tag_of(*key));
                prop_assert!(shares || set.iter().all(|other| rows[other].0 >= row.0));
            }
        }
    }
}
