//! Feature keys: what a feature is called inside a model.
//!
//! A feature is a template number and one or two values ("the word to the
//! left is *said*"), folded into a 32-bit [`Key`] without building a string.
//! Models store keys, never the words: nothing of the training text can be
//! read back out of them.
//!
//! The hash is fixed for all time (models depend on it) and reads bytes in
//! little-endian order, so keys are the same on every machine.

/// The name of a feature inside a model.
pub type Key = u32;

/// The bit that marks a feature whose weight may differ between training
/// sets: see [`adapted`].
pub const ADAPTED: Key = 1 << 31;

const A: u64 = 0x9E37_79B9_7F4A_7C15;
const B: u64 = 0xD6E8_FEB8_6659_FD93;

/// Multiplies to 128 bits and folds the halves: one multiplication mixes all bits.
#[inline]
const fn fold(x: u64, y: u64) -> u64 {
    let product = (x as u128).wrapping_mul(y as u128);
    (product as u64) ^ (product >> 64) as u64
}

/// The hash of a piece of text, to give to [`key`] as a value.
#[inline]
pub fn text(text: &str) -> u64 {
    bytes(text.as_bytes())
}

/// The hash of some bytes.
#[inline]
pub fn bytes(bytes: &[u8]) -> u64 {
    let mut hash = A ^ (bytes.len() as u64).wrapping_mul(B);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        hash = fold(hash ^ u64::from_le_bytes(word), B);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        hash = fold(hash ^ u64::from_le_bytes(word), B);
    }
    fold(hash, A)
}

/// Two values as one.
#[inline]
pub const fn join(a: u64, b: u64) -> u64 {
    fold(a ^ A, b.wrapping_add(B)) ^ b
}

/// The key of template `template` with value `value`.
#[inline]
pub const fn key(template: u16, value: u64) -> Key {
    let mixed = fold(value ^ (template as u64 + 1).wrapping_mul(B), A);
    ((mixed ^ mixed >> 32) as u32) & !ADAPTED
}

/// The key of template `template` with two values, in this order.
#[inline]
pub const fn key2(template: u16, first: u64, second: u64) -> Key {
    key(template, join(first, second))
}

/// The same feature, allowed a weight of its own in every training set.
///
/// This is feature augmentation for domain adaptation (Daumé 2007,
/// "Frustratingly Easy Domain Adaptation"): in training the feature counts
/// once for all sets and once for the set at hand; the model keeps the sum of
/// the general weight and that of the set whose convention it is to follow.
#[inline]
pub const fn adapted(key: Key) -> Key {
    key | ADAPTED
}

/// The key of an adapted feature within one training set.
#[inline]
pub(crate) const fn within(key: Key, domain: u16) -> Key {
    let mixed = fold(key as u64 ^ (domain as u64 + 1).wrapping_mul(A), B);
    ((mixed ^ mixed >> 32) as u32) & !ADAPTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_change() {
        // Shipped models depend on these values.
        assert_eq!(text("Xi"), 0xba51_25d5_d463_2de6);
        assert_eq!(key2(7, 1, 2), 0x7c95_a7d3);
        assert_ne!(key(1, 5), key(2, 5));
        assert_ne!(key(1, 5), key(1, 6));
        assert_ne!(key2(1, 5, 6), key2(1, 6, 5));
        assert_eq!(key(1, 5) & ADAPTED, 0);
        assert_eq!(adapted(key(1, 5)) & !ADAPTED, key(1, 5));
        assert_ne!(text("a"), text("a\0"));
        assert_ne!(text("Beijing"), text("beijing"));
    }

    #[test]
    fn keys_spread() {
        let mut keys: Vec<Key> = (0..200_000u64).map(|v| key((v % 50) as u16, v / 50)).collect();
        keys.sort_unstable();
        keys.dedup();
        // 200,000 draws from 2^31: about 9 collisions expected.
        assert!(keys.len() > 199_950, "{} distinct keys of 200,000", keys.len());
    }
}
