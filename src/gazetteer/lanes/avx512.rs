//! Bytes 64 at a time and words eight at a time with AVX-512.

use std::arch::x86_64::*;

use super::super::compile::fold::{K, Separator};
use super::super::compile::layout::{SMALL_WORDS, SPREAD};
use super::{BATCH, BLOCK, Classes, Joins, Kept, LANES, Lanes, Plain, SHORT, Seconds, Words, follows, read};

/// The fourth level of x86-64, and what sorts bytes together (VBMI2).
#[derive(Clone, Copy)]
pub struct V4(());

impl V4 {
    /// None when the processor lacks it.
    #[inline]
    pub fn new() -> Option<V4> {
        crate::processor::is_v4().then_some(V4(()))
    }
}

impl Lanes for V4 {
    #[inline(always)]
    fn sort(self, batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
        // SAFETY: the value is only made on a processor that has what the function needs.
        unsafe { sort(batch) }
    }

    #[inline(always)]
    fn put(self, mask: u64, block: u32, starts: &mut Kept<u32>) {
        // SAFETY: as above.
        unsafe { put(mask, block, starts) }
    }

    #[inline(always)]
    fn read(self, text: &str, words: &mut Words) {
        words.level();
        let Words { starts, ends, hashes } = words;
        let columns = ends.as_chunks_mut().0.iter_mut().zip(hashes.as_chunks_mut().0);
        for ((_, there, starts), (ends, hashes)) in starts.lanes().zip(columns) {
            // SAFETY: as above.
            let other = unsafe { read_eight(text.as_bytes(), starts, ends, hashes) };
            for lane in lanes_of(there & other) {
                (ends[lane], hashes[lane]) = read(text, starts[lane] as usize);
            }
        }
    }

    #[inline(always)]
    fn sift(self, filter: &[u8], words: &Words, longer: &mut Kept<u32>, single: &mut Kept<u32>) {
        longer.begin(words.count());
        single.begin(words.count());
        let (filter, _) = filter.as_chunks();
        for ((first, there, _), hashes) in words.starts.lanes().zip(words.hashes.as_chunks().0) {
            // SAFETY: as above.
            unsafe {
                let (more, alone) = sift_eight(filter, hashes);
                keep(numbers(first as u32), there & more, longer);
                keep(numbers(first as u32), there & alone, single);
            }
        }
    }

    #[inline(always)]
    fn follow(
        self,
        text: &str,
        joins: Joins<'_>,
        words: &Words,
        longer: &Kept<u32>,
        seconds: &mut Seconds,
        far: &mut Kept<u32>,
    ) {
        if joins.inner.len() < SMALL_WORDS {
            // No name has a word in lower case.
            return Plain.follow(text, joins, words, longer, seconds, far);
        }
        seconds.begin(longer.all().len());
        far.begin(longer.all().len());
        let Seconds { firsts, words: next, .. } = seconds;
        for (_, there, numbers) in longer.lanes() {
            // SAFETY: as above.
            unsafe {
                let (ends, near, other) = follow_eight(text, joins, &words.ends, numbers, there);
                let numbers = load(numbers);
                keep(numbers, near, firsts);
                keep(_mm256_add_epi32(ends, _mm256_set1_epi32(1)), near, &mut next.starts);
                keep(numbers, other, far);
            }
        }
    }

    #[inline(always)]
    fn join(self, filter: &[u8], words: &Words, seconds: &mut Seconds, joined: &mut Kept<u32>) {
        seconds.level();
        let Seconds { firsts, words: next, keys } = seconds;
        joined.begin(next.count());
        let (filter, _) = filter.as_chunks();
        let columns = next.hashes.as_chunks().0.iter().zip(keys.as_chunks_mut().0);
        for ((first, there, which), (hashes, keys)) in firsts.lanes().zip(columns) {
            // SAFETY: as above.
            unsafe {
                let passed = join_eight(filter, &words.hashes, which, hashes, keys, there);
                keep(numbers(first as u32), passed, joined);
            }
        }
    }
}

/// The lanes whose bits are set.
#[inline(always)]
fn lanes_of(mut mask: u8) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (lane < LANES).then_some(lane)
    })
}

#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn sort(batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
    let mut sorted = [Classes::default(); BATCH];
    for (block, classes) in batch.as_chunks::<BLOCK>().0.iter().zip(&mut sorted) {
        // SAFETY: a block is as long as what is loaded.
        let bytes = unsafe { _mm512_loadu_si512(block.as_ptr().cast()) };
        let alnum = !others(bytes);
        let lower = within(bytes, b'a', b'z');
        *classes = Classes { alnum, lower, wide: _mm512_movepi8_mask(bytes) };
    }
    sorted
}

/// Which bytes are no ASCII letters or digits.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn others(bytes: __m512i) -> u64 {
    let letters = within(_mm512_or_si512(bytes, _mm512_set1_epi8(0x20)), b'a', b'z');
    !(letters | within(bytes, b'0', b'9'))
}

/// Which bytes are in `low..=high`.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn within(bytes: __m512i, low: u8, high: u8) -> u64 {
    let above = _mm512_sub_epi8(bytes, _mm512_set1_epi8(low as i8));
    _mm512_cmple_epu8_mask(above, _mm512_set1_epi8((high - low) as i8))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
#[inline]
fn put(mask: u64, block: u32, starts: &mut Kept<u32>) {
    /// Places that are written at once.
    const MANY: usize = 16;
    let count = mask.count_ones() as usize;
    // SAFETY: an array of 64 bytes.
    let bytes = unsafe { _mm512_loadu_si512(NUMBERS.as_ptr().cast()) };
    let packed = _mm512_maskz_compress_epi8(mask, bytes);
    let places = |part: __m128i| {
        let places = _mm512_add_epi32(_mm512_cvtepu8_epi32(part), _mm512_set1_epi32(block as i32));
        let mut many = [0; MANY];
        // SAFETY: sixteen numbers of four bytes.
        unsafe { _mm512_storeu_si512(many.as_mut_ptr().cast(), places) }
        many
    };
    starts.write(0, places(_mm512_castsi512_si128(packed)));
    // Of 64 bytes every second begins a word at most.
    if count > MANY {
        starts.write(MANY, places(_mm512_extracti32x4_epi32::<1>(packed)));
    }
    starts.keep(count);
}

/// The bytes 0 to 63.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut at = 0;
    while at < BLOCK {
        numbers[at] = at as u8;
        at += 1;
    }
    numbers
};

/// Reads the words at `starts`; returns which of them are to be read in another way.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512cd")]
#[inline]
fn read_eight(text: &[u8], starts: &[u32; LANES], ends: &mut [u32; LANES], hashes: &mut [u64; LANES]) -> u8 {
    let Some(last) = text.len().checked_sub(SHORT) else { return u8::MAX };
    // SAFETY: eight numbers of four bytes.
    let starts = unsafe { _mm256_loadu_si256(starts.as_ptr().cast()) };
    let at = _mm512_cvtepu32_epi64(starts);
    let whole = _mm512_cmple_epu64_mask(at, _mm512_set1_epi64(last as i64));
    let zero = _mm512_setzero_si512();
    // SAFETY: sixteen bytes of the text follow wherever the mask lets something be read, eight for
    // the first reading and eight for the second.
    let (low, high) = unsafe {
        (
            _mm512_mask_i64gather_epi64::<1>(zero, whole, at, text.as_ptr().cast()),
            _mm512_mask_i64gather_epi64::<1>(zero, whole, at, text.as_ptr().add(SHORT / 2).cast()),
        )
    };
    // What comes before the first byte that is no letter, in the first half and in the second.
    let (in_low, in_high) = (before(low), before(high));
    let full = _mm512_cmpeq_epi64_mask(in_low, _mm512_set1_epi64(-1));
    let in_high = _mm512_maskz_mov_epi64(full, in_high);
    // The byte after the word, which must be there and ASCII.
    let next = |of: __m512i| {
        let one_more = _mm512_or_si512(_mm512_slli_epi64(of, 8), _mm512_set1_epi64(0xFF));
        _mm512_andnot_si512(of, one_more)
    };
    let after = _mm512_or_si512(
        _mm512_and_si512(low, next(in_low)),
        _mm512_maskz_and_epi64(full, high, next(in_high)),
    );
    let wide = _mm512_test_epi64_mask(after, _mm512_set1_epi8(-128));
    let long = _mm512_cmpeq_epi64_mask(in_high, _mm512_set1_epi64(-1));

    let lower = _mm512_set1_epi8(0x20);
    let low = _mm512_and_si512(_mm512_or_si512(low, lower), in_low);
    let high = _mm512_and_si512(_mm512_or_si512(high, lower), in_high);
    let hash = mix(low, high);

    let missing = _mm512_add_epi64(_mm512_lzcnt_epi64(in_low), _mm512_lzcnt_epi64(in_high));
    let length = _mm512_sub_epi64(_mm512_set1_epi64(SHORT as i64), _mm512_srli_epi64::<3>(missing));
    let end = _mm512_cvtepi64_epi32(_mm512_add_epi64(at, length));
    // SAFETY: eight numbers of four bytes and eight of eight.
    unsafe {
        _mm256_storeu_si256(ends.as_mut_ptr().cast(), end);
        _mm512_storeu_si512(hashes.as_mut_ptr().cast(), hash);
    }
    !whole | wide | long
}

/// A mask of the bytes of each lane that come before its first which is no ASCII letter or digit.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn before(bytes: __m512i) -> __m512i {
    let others = _mm512_movm_epi8(others(bytes));
    _mm512_andnot_si512(others, _mm512_add_epi64(others, _mm512_set1_epi64(-1)))
}

/// Which of the hashes are of words from which a name goes on, and which of names by themselves.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
#[inline]
fn sift_eight(filter: &[[u8; 8]], hashes: &[u64; LANES]) -> (u8, u8) {
    if filter.is_empty() {
        return (0, 0);
    }
    // SAFETY: eight numbers of eight bytes.
    let hash = unsafe { _mm512_loadu_si512(hashes.as_ptr().cast()) };
    // See `layout::first`.
    let place = _mm512_mul_epu32(_mm512_srli_epi64::<32>(hash), _mm512_set1_epi64(filter.len() as i64));
    let place = _mm512_srli_epi64::<32>(place);
    // SAFETY: a fraction of the length is a place in it.
    let bits = unsafe { _mm512_i64gather_epi64::<8>(place, filter.as_ptr().cast()) };
    let has = |at| has_bit(bits, at);
    let any = has(hash) & has(_mm512_srli_epi64::<6>(hash));
    let more = has(_mm512_srli_epi64::<12>(hash));
    let alone = has(_mm512_srli_epi64::<18>(hash)) & has(_mm512_srli_epi64::<24>(hash));
    (any & more, any & alone)
}

/// What follows eight of the words: where these end, behind which a space and a word stand with which
/// a name may go on, and behind which it may go on in another way. See [`super::follows`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
#[inline]
fn follow_eight(
    text: &str,
    joins: Joins<'_>,
    ends: &[u32],
    which: &[u32; LANES],
    there: u8,
) -> (__m256i, u8, u8) {
    /// Bytes that are read after a word.
    const NEXT: usize = 4;
    let zero = _mm256_setzero_si256();
    let which = load(which);
    let there = there & _mm256_cmplt_epu32_mask(which, _mm256_set1_epi32(ends.len() as i32));
    // SAFETY: the mask lets only numbers of ends pass.
    let ends = unsafe { _mm256_mmask_i32gather_epi32::<4>(zero, there, which, ends.as_ptr().cast()) };
    let at = _mm512_cvtepu32_epi64(ends);
    let last = text.len().saturating_sub(NEXT) as i64;
    let whole = there & _mm512_cmple_epu64_mask(at, _mm512_set1_epi64(last));
    let whole = if text.len() < NEXT { 0 } else { whole };
    // SAFETY: four bytes of the text follow wherever the mask lets something be read.
    let next = unsafe { _mm512_mask_i64gather_epi32::<1>(zero, whole, at, text.as_ptr().cast()) };

    let byte = |at: u32| _mm256_set1_epi32((0xFF_u32 << (8 * at)) as i32);
    let (wide, lower, alnum) = kinds(next);
    let in_alnum = _mm256_movm_epi8(alnum);
    let touches = _mm256_test_epi32_mask(in_alnum, byte(1));
    let is_wide = |of| _mm256_test_epi32_mask(_mm256_movm_epi8(wide), of);
    let is_lower = _mm256_test_epi32_mask(_mm256_movm_epi8(lower), byte(1));

    // See `layout::small_words`.
    let letters = _mm256_and_si256(next, in_alnum);
    let letter = |at: u32, bits: i32, to: u32| {
        let letter = _mm256_srlv_epi32(letters, _mm256_set1_epi32(8 * at as i32));
        _mm256_sllv_epi32(_mm256_and_si256(letter, _mm256_set1_epi32(bits)), _mm256_set1_epi32(to as i32))
    };
    let third = _mm256_maskz_mov_epi32(_mm256_test_epi32_mask(in_alnum, byte(2)), letter(3, 7, 0));
    let small = _mm256_or_si256(_mm256_or_si256(letter(1, 31, 8), letter(2, 31, 3)), third);
    let four = _mm256_srli_epi32::<2>(small);
    // SAFETY: three letters give less than `SMALL_WORDS`, and the set is not shorter.
    let lengths = unsafe { _mm256_i32gather_epi32::<4>(joins.inner.as_ptr().cast(), four) };
    let within = _mm256_slli_epi32::<3>(_mm256_and_si256(small, _mm256_set1_epi32(3)));
    let known = _mm256_test_epi32_mask(_mm256_srlv_epi32(lengths, within), _mm256_set1_epi32(0xFF));
    let later = _mm256_set1_epi32(!0xFF);
    let inner = !is_lower | is_wide(later) | known;

    let mark = _mm256_and_si256(next, byte(0));
    let has = |set: u128| {
        let part = |at: u32| (set >> (32 * at)) as u32 as i32;
        let parts = _mm256_setr_epi32(part(0), part(1), part(2), part(3), 0, 0, 0, 0);
        let part = _mm256_permutexvar_epi32(_mm256_srli_epi32::<5>(mark), parts);
        let bit = _mm256_and_si256(mark, _mm256_set1_epi32(31));
        _mm256_test_epi32_mask(part, _mm256_sllv_epi32(_mm256_set1_epi32(1), bit))
    };
    let is = |char: u8| _mm256_cmpeq_epi32_mask(mark, _mm256_set1_epi32(i32::from(char)));
    let own = has(joins.own);
    let goes_on = touches & own & inner;
    let near = goes_on & is(b' ');
    let pair = _mm256_and_si256(next, _mm256_set1_epi32(0xFFFF));
    let blank = _mm256_cmpeq_epi32_mask(pair, _mm256_set1_epi32(i32::from_le_bytes(*b"\n\n\0\0")));
    let apart = has(joins.marks) & !touches & !(blank | is(b',') & !own);
    let other = !near & (is_wide(byte(0)) | goes_on | apart);
    let (mut near, mut other) = (near & whole, other & whole);
    let last = there & !whole;
    if last != 0 {
        let mut places = [0; LANES];
        // SAFETY: eight numbers of four bytes.
        unsafe { _mm256_storeu_si256(places.as_mut_ptr().cast(), ends) }
        for lane in lanes_of(last) {
            let (is_near, is_other) = follows(text, joins, places[lane] as usize);
            near |= u8::from(is_near) << lane;
            other |= u8::from(is_other) << lane;
        }
    }
    (ends, near, other)
}

/// Which bytes are beyond ASCII, which are letters in lower case, and which letters or digits.
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
#[inline]
fn kinds(bytes: __m256i) -> (u32, u32, u32) {
    let within = |bytes: __m256i, low: u8, high: u8| {
        let above = _mm256_sub_epi8(bytes, _mm256_set1_epi8(low as i8));
        _mm256_cmple_epu8_mask(above, _mm256_set1_epi8((high - low) as i8))
    };
    let letters = within(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), b'a', b'z');
    (_mm256_movepi8_mask(bytes), within(bytes, b'a', b'z'), letters | within(bytes, b'0', b'9'))
}

/// Writes the keys of eight first words and the words behind them, and says which the filter lets pass.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
#[inline]
fn join_eight(
    filter: &[[u8; 8]],
    firsts: &[u64],
    which: &[u32; LANES],
    seconds: &[u64; LANES],
    keys: &mut [u64; LANES],
    there: u8,
) -> u8 {
    let which = load(which);
    let there = there & _mm256_cmplt_epu32_mask(which, _mm256_set1_epi32(firsts.len() as i32));
    let zero = _mm512_setzero_si512();
    // SAFETY: the mask lets only numbers of first words pass; eight numbers of eight bytes.
    let (first, second) = unsafe {
        (
            _mm512_mask_i32gather_epi64::<8>(zero, there, which, firsts.as_ptr().cast()),
            _mm512_loadu_si512(seconds.as_ptr().cast()),
        )
    };
    // See `fold::extend`.
    let key = mix(first, _mm512_add_epi64(second, _mm512_set1_epi64(Separator::Space as i64)));
    // SAFETY: eight numbers of eight bytes.
    unsafe { _mm512_storeu_si512(keys.as_mut_ptr().cast(), key) }
    if filter.is_empty() {
        return 0;
    }
    // See `layout::bloom`.
    let spread = _mm512_mullo_epi64(key, _mm512_set1_epi64(SPREAD as i64));
    let place = _mm512_mul_epu32(_mm512_srli_epi64::<32>(spread), _mm512_set1_epi64(filter.len() as i64));
    let place = _mm512_srli_epi64::<32>(place);
    // SAFETY: a fraction of the length is a place in it.
    let bits = unsafe { _mm512_i64gather_epi64::<8>(place, filter.as_ptr().cast()) };
    let has = |at| has_bit(bits, at);
    there & has(spread) & has(_mm512_srli_epi64::<6>(spread)) & has(_mm512_srli_epi64::<12>(spread))
}

/// Which lanes of `bits` have the bit at `at`, modulo 64.
#[target_feature(enable = "avx512f")]
#[inline]
fn has_bit(bits: __m512i, at: __m512i) -> u8 {
    let at = _mm512_and_si512(at, _mm512_set1_epi64(63));
    _mm512_test_epi64_mask(bits, _mm512_sllv_epi64(_mm512_set1_epi64(1), at))
}

/// See [`fold::mix`](super::super::compile::fold).
#[target_feature(enable = "avx512f,avx512dq")]
#[inline]
fn mix(first: __m512i, second: __m512i) -> __m512i {
    let [one, other, both] = K.map(|k| _mm512_set1_epi64(k as i64));
    let mixed = _mm512_xor_si512(_mm512_mullo_epi64(first, one), _mm512_mullo_epi64(second, other));
    let mixed = _mm512_mullo_epi64(_mm512_xor_si512(mixed, _mm512_srli_epi64::<32>(mixed)), both);
    _mm512_xor_si512(mixed, _mm512_srli_epi64::<29>(mixed))
}

#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn load(eight: &[u32; LANES]) -> __m256i {
    // SAFETY: eight numbers of four bytes.
    unsafe { _mm256_loadu_si256(eight.as_ptr().cast()) }
}

/// The numbers from `first` on.
#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn numbers(first: u32) -> __m256i {
    _mm256_add_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(first as i32))
}

/// Keeps the numbers whose bits are set.
#[target_feature(enable = "avx512f,avx512vl,popcnt")]
#[inline]
fn keep(numbers: __m256i, mask: u8, kept: &mut Kept<u32>) {
    let packed = _mm256_maskz_compress_epi32(mask, numbers);
    let mut lanes = [0; LANES];
    // SAFETY: eight numbers of four bytes.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), packed) }
    kept.write(0, lanes);
    kept.keep(mask.count_ones() as usize);
}
