//! Bytes 32 at a time with AVX2, and a word's sixteen with SSE2, which every x86-64 processor has.

use std::arch::x86_64::*;

use super::{BATCH, BLOCK, Classes, Lanes, SHORT};

/// The third level of x86-64.
#[derive(Clone, Copy)]
pub struct V3(());

impl V3 {
    /// None when the processor lacks it.
    #[inline]
    pub fn new() -> Option<V3> {
        crate::processor::is_v3().then_some(V3(()))
    }
}

impl Lanes for V3 {
    #[inline(always)]
    fn sort(self, batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
        // SAFETY: the value is only made on a processor that has AVX2.
        unsafe { sort(batch) }
    }
}

/// How many ASCII letters and digits `bytes` begins with.
#[inline(always)]
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

#[target_feature(enable = "avx2")]
#[inline]
fn sort(batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
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
    let kinds = |bytes: &[u8; 32]| {
        let (parts, _) = bytes.as_chunks();
        let bytes = _mm256_set_m128i(load(&parts[1]), load(&parts[0]));
        let upper_halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
        let kinds =
            _mm256_and_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, upper_halves));
        let lower = _mm256_and_si256(kinds, _mm256_set1_epi8(0b1100));
        let bits = |found| _mm256_movemask_epi8(found) as u32;
        [!bits(_mm256_cmpeq_epi8(kinds, zero)), !bits(_mm256_cmpeq_epi8(lower, zero)), bits(bytes)]
    };
    let mut sorted = [Classes::default(); BATCH];
    for (block, classes) in batch.as_chunks::<BLOCK>().0.iter().zip(&mut sorted) {
        let (halves, _) = block.as_chunks();
        let (one, other) = (kinds(&halves[0]), kinds(&halves[1]));
        let [alnum, lower, wide] =
            std::array::from_fn(|kind| u64::from(one[kind]) | u64::from(other[kind]) << 32);
        *classes = Classes { alnum, lower, wide };
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
