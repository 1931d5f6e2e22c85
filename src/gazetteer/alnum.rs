//! Which bytes of a text are letters and digits, sixty-four or sixteen at a time.
//!
//! Only ASCII is sorted here; what a byte beyond it belongs to is for
//! [`super::compile::fold`] to say.

use super::compile::fold::SHORT;

/// Bytes per mask.
pub const BLOCK: usize = 64;

/// Blocks that are sorted at once.
pub const BATCH: usize = 4;

/// What the bytes of a block are, one bit each, lowest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// ASCII letters and digits.
    pub alnum: u64,
    /// ASCII letters in lower case.
    pub lower: u64,
    /// Bytes of characters beyond ASCII.
    pub wide: u64,
}

/// Sorts bytes in the way that suits the processor.
#[derive(Clone, Copy)]
pub struct Sorter {
    /// Only true when the processor was asked and said that it has AVX2.
    #[cfg(target_arch = "x86_64")]
    avx2: bool,
}

impl Sorter {
    #[cfg(target_arch = "x86_64")]
    pub fn best() -> Sorter {
        Sorter { avx2: crate::processor::is_v3() }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub fn best() -> Sorter {
        Sorter {}
    }

    /// Sorts the blocks from `start` on; past the end of the text there is nothing.
    #[inline]
    pub fn sort(self, text: &[u8], start: usize) -> [Classes; BATCH] {
        let rest = &text[start..];
        match rest.first_chunk() {
            Some(batch) => self.sort_batch(batch),
            None => {
                let mut padded = [0; BATCH * BLOCK];
                padded[..rest.len()].copy_from_slice(rest);
                self.sort_batch(&padded)
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[inline]
    fn sort_batch(self, batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
        if self.avx2 {
            // SAFETY: the field is only true on a processor that has AVX2.
            unsafe { simd::sort_avx2(batch) }
        } else {
            plain_sort(batch)
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn sort_batch(self, batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
        plain_sort(batch)
    }
}

/// How many ASCII letters and digits `bytes` begins with.
#[inline]
pub fn run(bytes: &[u8; SHORT]) -> usize {
    simd::run(bytes)
}

/// A word sixteen bytes at a time with SSE2, which every x86-64 processor has; blocks with AVX2.
#[cfg(target_arch = "x86_64")]
mod simd {
    use std::arch::x86_64::*;

    use super::{BATCH, BLOCK, Classes, SHORT};

    #[inline]
    pub(super) fn run(bytes: &[u8; SHORT]) -> usize {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { count(bytes) }
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn load(bytes: &[u8; SHORT]) -> __m128i {
        let value = u128::from_le_bytes(*bytes);
        _mm_set_epi64x((value >> 64) as i64, value as i64)
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn count(bytes: &[u8; SHORT]) -> usize {
        let bytes = load(bytes);
        // Both bounds are ASCII; bytes beyond it are negative.
        let within = |bytes, low: u8, high: u8| {
            let above = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(low as i8 - 1));
            _mm_and_si128(above, _mm_cmplt_epi8(bytes, _mm_set1_epi8(high as i8 + 1)))
        };
        let letters = within(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), b'a', b'z');
        let found = _mm_or_si128(letters, within(bytes, b'0', b'9'));
        _mm_movemask_epi8(found).trailing_ones() as usize
    }

    /// What [`super::plain_sort`] says.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn sort_avx2(batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
        // A byte is of a kind when the tables for its two halves agree on one bit; for a byte beyond
        // ASCII the shuffle gives none.
        let low = halves(|half| {
            let upper = u8::from(half >= 1) | u8::from(half <= 10) << 1;
            upper | upper << 2 | u8::from(half <= 9) << 4
        });
        let high = halves(|half| match half {
            3 => 1 << 4,
            4..=7 => 1 << (half - 4),
            _ => 0,
        });
        let zero = _mm256_setzero_si256();
        let mut sorted = [Classes::default(); BATCH];
        for (block, classes) in batch.as_chunks::<BLOCK>().0.iter().zip(&mut sorted) {
            for (half, bytes) in block.as_chunks::<32>().0.iter().enumerate() {
                let (parts, _) = bytes.as_chunks();
                let bytes = _mm256_set_m128i(load(&parts[1]), load(&parts[0]));
                let upper_halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
                let kinds = _mm256_and_si256(
                    _mm256_shuffle_epi8(low, bytes),
                    _mm256_shuffle_epi8(high, upper_halves),
                );
                let lower = _mm256_and_si256(kinds, _mm256_set1_epi8(0b1100));
                let bits = |found| u64::from(_mm256_movemask_epi8(found) as u32) << (32 * half);
                let none = u64::from(u32::MAX) << (32 * half);
                classes.alnum |= bits(_mm256_cmpeq_epi8(kinds, zero)) ^ none;
                classes.lower |= bits(_mm256_cmpeq_epi8(lower, zero)) ^ none;
                classes.wide |= bits(bytes);
            }
        }
        sorted
    }

    /// A table for both lanes of a shuffle.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn halves(of: impl Fn(u8) -> u8) -> __m256i {
        let table: [u8; SHORT] = std::array::from_fn(|half| of(half as u8));
        _mm256_broadcastsi128_si256(load(&table))
    }
}

/// Byte by byte, for the compiler to make the best of.
#[cfg(not(target_arch = "x86_64"))]
mod simd {
    pub(super) use super::plain_run as run;
}

/// Byte by byte, for the compiler to make the best of.
fn plain_sort(batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
    let mut sorted = [Classes::default(); BATCH];
    for (block, classes) in batch.as_chunks::<BLOCK>().0.iter().zip(&mut sorted) {
        for (i, byte) in block.iter().enumerate() {
            classes.alnum |= u64::from(byte.is_ascii_alphanumeric()) << i;
            classes.lower |= u64::from(byte.is_ascii_lowercase()) << i;
            classes.wide |= u64::from(!byte.is_ascii()) << i;
        }
    }
    sorted
}

/// What [`run`] says, told plainly.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_run(bytes: &[u8; SHORT]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_a_plain_loop_sorts(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "[ -~]{0,300}", start in 0usize..300) {
            for text in [&bytes, text.as_bytes()] {
                let start = start.min(text.len());
                let mut padded = [0; BATCH * BLOCK];
                let length = (text.len() - start).min(padded.len());
                padded[..length].copy_from_slice(&text[start..start + length]);
                prop_assert_eq!(Sorter::best().sort(text, start), plain_sort(&padded));
                for part in text.windows(SHORT).filter_map(|part| part.first_chunk()) {
                    prop_assert_eq!(run(part), plain_run(part));
                }
            }
        }
    }
}
