//! Finds the bytes at which a sentence could end, sixty-four at a time.
//!
//! The set is `. ! ?`, line breaks, `)` (list labels) and the rare last or
//! first bytes of `…`, `•`, `⁃`, `。`, `！`, `？`. What such a byte means is
//! for [`super::sentence`] to say; here is only the search.

/// Bytes per mask.
const BLOCK: usize = 64;

/// Blocks that are searched at once, so that the way to the instructions that fit the processor is
/// gone once for all of them.
const BATCH: usize = 8;

/// Walks the candidate positions of a text in order.
#[derive(Clone)]
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    /// Where the batch begins.
    batch: usize,
    /// The candidates of its blocks, lowest bit first; past the end of the text there are none.
    masks: [u64; BATCH],
    /// Which block of the batch is the current one.
    block: usize,
    /// Which blocks of the batch have candidates, one bit each.
    live: u32,
    /// The candidates of the current block that are still to come.
    mask: u64,
    finder: Finder,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Scanner::with(Finder::best(), text)
    }

    fn with(finder: Finder, text: &'t [u8]) -> Self {
        let mut scanner = Scanner { text, batch: 0, masks: [0; BATCH], block: 0, live: 0, mask: 0, finder };
        scanner.load(0);
        scanner
    }

    /// The next candidate; each is given once.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            // The next block that has any.
            let later = self.live & (u32::MAX << self.block << 1);
            if later != 0 {
                self.block = later.trailing_zeros() as usize;
                self.mask = self.masks[self.block % BATCH];
            } else {
                let next = self.batch + BATCH * BLOCK;
                if next >= self.text.len() {
                    return None;
                }
                self.load(next);
            }
        }
        let at = self.batch + self.block * BLOCK + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    /// Drops every candidate before `at`.
    #[inline]
    pub(super) fn seek(&mut self, at: usize) {
        let block = self.batch + self.block * BLOCK;
        if at >= block + BLOCK {
            if at >= self.batch + BATCH * BLOCK {
                self.load((at & !(BLOCK - 1)).min(self.text.len()));
            } else {
                self.block = (at - self.batch) / BLOCK;
                self.mask = self.masks[self.block % BATCH];
            }
        }
        let block = self.batch + self.block * BLOCK;
        if at > block {
            self.mask &= u64::MAX.checked_shl((at - block) as u32).unwrap_or(0);
        }
    }

    /// Searches the batch that begins at `batch`.
    fn load(&mut self, batch: usize) {
        let rest = &self.text[batch..];
        let (blocks, rest) = rest[..rest.len().min(BATCH * BLOCK)].as_chunks::<BLOCK>();
        let (found, after) = self.masks.split_at_mut(blocks.len());
        self.finder.candidates(blocks, found);
        after.fill(0);
        if let Some(last) = after.first_mut().filter(|_| !rest.is_empty()) {
            // Zero is no candidate.
            let mut padded = [0; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            self.finder.candidates(&[padded], std::slice::from_mut(last));
        }
        self.batch = batch;
        self.block = 0;
        self.mask = self.masks[0];
        let live = self.masks.iter().enumerate().map(|(block, &mask)| u32::from(mask != 0) << block);
        self.live = live.sum();
    }
}

/// Whether a line could go on with the sentence of the one before it: somewhere, a line break is
/// followed by a small letter or by white space that is no line break. At times it says so of lines
/// that begin with one of `{|}~`.
pub(super) fn lines_go_on(text: &[u8]) -> bool {
    let Some(after) = text.get(1..) else { return false };
    let finder = Finder::best();
    let (blocks, last) = text[..after.len()].as_chunks::<BLOCK>();
    let (blocks_after, last_after) = after.as_chunks::<BLOCK>();
    finder.lines_go_on(blocks, blocks_after) || plain_lines_go_on(last, last_after)
}

/// What [`lines_go_on`] says, told plainly, of bytes and those that come after them.
fn plain_lines_go_on(bytes: &[u8], after: &[u8]) -> bool {
    let breaks = |byte: u8| matches!(byte, b'\n' | b'\r');
    let goes_on = |after: u8| matches!(after, b'a'..=b'z' | b' ' | b'\t' | 0x0C);
    bytes.iter().zip(after).any(|(&byte, &after)| breaks(byte) && goes_on(after))
}

/// The ASCII bytes of the set.
const ASCII: [u8; 6] = *b".!?\n\r)";

/// Its other bytes.
const BEYOND: [u8; 5] = [0xA6, 0xA2, 0x83, 0xE3, 0xEF];

/// Whether a byte is in the set.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn is_candidate(byte: u8) -> bool {
    ASCII.contains(&byte) || BEYOND.contains(&byte)
}

/// Which bytes of a block are what, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters {
    pub upper: u64,
    pub lower: u64,
    pub space: u64,
    /// Digits, hyphens and apostrophes.
    pub inner: u64,
}

/// Sorts the bytes of the block that begins at `start`; past the end of the text there is nothing.
#[inline]
pub(super) fn letters(text: &[u8], start: usize) -> Letters {
    let rest = &text[start..];
    match rest.first_chunk::<BLOCK>() {
        Some(block) => simd::letters(block),
        None => {
            let mut padded = [0; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            simd::letters(&padded)
        }
    }
}

/// Bytes that [`word`] looks at.
pub(super) const WORD: usize = 16;

/// Which of the next bytes are ASCII letters, and which of them capitals, one bit each.
#[inline]
pub(super) fn word(bytes: &[u8; WORD]) -> (u32, u32) {
    simd::word(bytes)
}

use simd::Finder;

/// Sixteen bytes at a time with SSE2, which every x86-64 processor has; the search for candidates,
/// through which every byte goes, with AVX2 where there is that.
#[cfg(target_arch = "x86_64")]
mod simd {
    use std::arch::x86_64::*;

    use super::{ASCII, BEYOND, BLOCK, Letters, WORD};

    #[target_feature(enable = "sse2")]
    #[inline]
    fn load<const N: usize>(block: &[u8; N], part: usize) -> __m128i {
        let eight = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&block[at..at + 8]);
            i64::from_le_bytes(bytes)
        };
        _mm_set_epi64x(eight(16 * part + 8), eight(16 * part))
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn is(bytes: __m128i, byte: u8) -> __m128i {
        _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8))
    }

    /// Whether a byte lies in `low..=high`, both ASCII.
    #[target_feature(enable = "sse2")]
    #[inline]
    fn within(bytes: __m128i, low: u8, high: u8) -> __m128i {
        let above = _mm_cmpgt_epi8(bytes, _mm_set1_epi8(low as i8 - 1));
        _mm_and_si128(above, _mm_cmplt_epi8(bytes, _mm_set1_epi8(high as i8 + 1)))
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn any<const N: usize>(bytes: __m128i, set: [u8; N]) -> __m128i {
        let mut found = _mm_setzero_si128();
        for byte in set {
            found = _mm_or_si128(found, is(bytes, byte));
        }
        found
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn bits(found: __m128i, part: usize) -> u64 {
        u64::from(_mm_movemask_epi8(found) as u16) << (16 * part)
    }

    /// Finds candidates in the way that suits the processor.
    #[derive(Clone, Copy)]
    pub(super) struct Finder {
        /// Only true when the processor was asked and said that it has AVX2.
        avx2: bool,
    }

    impl Finder {
        #[inline]
        pub(super) fn best() -> Finder {
            Finder { avx2: crate::processor::is_v3() }
        }

        /// What suits every processor.
        #[cfg(test)]
        pub(super) fn plain() -> Finder {
            Finder { avx2: false }
        }

        /// For each block a mask with one bit for each byte that is in the set.
        #[inline]
        pub(super) fn candidates(self, blocks: &[[u8; BLOCK]], masks: &mut [u64]) {
            if self.avx2 {
                // SAFETY: the field is only true on a processor that has AVX2.
                unsafe { find_avx2(blocks, masks) }
            } else {
                // SAFETY: SSE2 is part of every x86-64 processor.
                unsafe { find(blocks, masks) }
            }
        }

        /// What [`super::lines_go_on`] says, of blocks and those that begin a byte later.
        pub(super) fn lines_go_on(self, blocks: &[[u8; BLOCK]], after: &[[u8; BLOCK]]) -> bool {
            if self.avx2 {
                // SAFETY: the field is only true on a processor that has AVX2.
                unsafe { lines_go_on_avx2(blocks, after) }
            } else {
                super::plain_lines_go_on(blocks.as_flattened(), after.as_flattened())
            }
        }
    }

    /// A table for [`is_one_of`]: from the low half of a byte to the one byte of the set that has it,
    /// 0xFF where there is none.
    const fn by_low_half<const N: usize>(set: [u8; N]) -> [u8; 16] {
        let mut table = [0xFF; 16];
        let mut i = 0;
        while i < N {
            assert!(table[(set[i] & 15) as usize] == 0xFF, "two bytes of the set share their low half");
            table[(set[i] & 15) as usize] = set[i];
            i += 1;
        }
        table
    }

    /// Where `bytes` have one of the ASCII bytes whose table is `set`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn is_one_of(set: &[u8; 16], bytes: __m256i) -> __m256i {
        let set = _mm256_broadcastsi128_si256(load(set, 0));
        _mm256_cmpeq_epi8(_mm256_shuffle_epi8(set, bytes), bytes)
    }

    /// Half a block.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn half(block: &[u8; BLOCK], half: usize) -> __m256i {
        _mm256_set_m128i(load(block, 2 * half + 1), load(block, 2 * half))
    }

    #[target_feature(enable = "avx2")]
    fn lines_go_on_avx2(blocks: &[[u8; BLOCK]], after: &[[u8; BLOCK]]) -> bool {
        const BREAKS: [u8; 16] = by_low_half(*b"\n\r");
        const SPACES: [u8; 16] = by_low_half(*b" \t\x0C");
        let mut found = _mm256_setzero_si256();
        for (block, after) in blocks.iter().zip(after) {
            for i in 0..2 {
                let after = half(after, i);
                let small = _mm256_cmpgt_epi8(after, _mm256_set1_epi8(b'a' as i8 - 1));
                let goes_on = _mm256_or_si256(small, is_one_of(&SPACES, after));
                let breaks = is_one_of(&BREAKS, half(block, i));
                found = _mm256_or_si256(found, _mm256_and_si256(breaks, goes_on));
            }
        }
        _mm256_movemask_epi8(found) != 0
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits_avx2(low: __m256i, high: __m256i) -> u64 {
        let bits = |found| u64::from(_mm256_movemask_epi8(found) as u32);
        bits(low) | bits(high) << 32
    }

    #[target_feature(enable = "avx2")]
    fn find_avx2(blocks: &[[u8; BLOCK]], masks: &mut [u64]) {
        const MARKS: [u8; 16] = by_low_half(ASCII);
        for (block, mask) in blocks.iter().zip(masks) {
            let (low, high) = (half(block, 0), half(block, 1));
            let mut found = [is_one_of(&MARKS, low), is_one_of(&MARKS, high)];
            if _mm256_movemask_epi8(_mm256_or_si256(low, high)) != 0 {
                for byte in BEYOND {
                    let byte = _mm256_set1_epi8(byte as i8);
                    found[0] = _mm256_or_si256(found[0], _mm256_cmpeq_epi8(low, byte));
                    found[1] = _mm256_or_si256(found[1], _mm256_cmpeq_epi8(high, byte));
                }
            }
            *mask = bits_avx2(found[0], found[1]);
        }
    }

    /// What [`super::plain_letters`] says.
    #[inline]
    pub(super) fn letters(block: &[u8; BLOCK]) -> Letters {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { sort(block) }
    }

    /// What [`super::word`] says.
    #[inline]
    pub(super) fn word(bytes: &[u8; WORD]) -> (u32, u32) {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { sort_word(bytes) }
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn sort_word(bytes: &[u8; WORD]) -> (u32, u32) {
        let bytes = load(bytes, 0);
        let upper = within(bytes, b'A', b'Z');
        let letters = _mm_or_si128(upper, within(bytes, b'a', b'z'));
        (_mm_movemask_epi8(letters) as u32, _mm_movemask_epi8(upper) as u32)
    }

    #[target_feature(enable = "sse2")]
    fn find(blocks: &[[u8; BLOCK]], masks: &mut [u64]) {
        for (block, mask) in blocks.iter().zip(masks) {
            let parts = [load(block, 0), load(block, 1), load(block, 2), load(block, 3)];
            *mask = 0;
            for (i, bytes) in parts.into_iter().enumerate() {
                *mask |= bits(any(bytes, ASCII), i);
            }
            let all = _mm_or_si128(_mm_or_si128(parts[0], parts[1]), _mm_or_si128(parts[2], parts[3]));
            if _mm_movemask_epi8(all) != 0 {
                for (i, bytes) in parts.into_iter().enumerate() {
                    *mask |= bits(any(bytes, BEYOND), i);
                }
            }
        }
    }

    #[target_feature(enable = "sse2")]
    #[inline]
    fn sort(block: &[u8; BLOCK]) -> Letters {
        let mut letters = Letters::default();
        for part in 0..4 {
            let bytes = load(block, part);
            letters.upper |= bits(within(bytes, b'A', b'Z'), part);
            letters.lower |= bits(within(bytes, b'a', b'z'), part);
            letters.space |= bits(is(bytes, b' '), part);
            letters.inner |= bits(_mm_or_si128(within(bytes, b'0', b'9'), any(bytes, *b"-'")), part);
        }
        letters
    }
}

/// Byte by byte, for the compiler to make the best of.
#[cfg(not(target_arch = "x86_64"))]
mod simd {
    use super::{BLOCK, Letters, WORD, is_candidate};

    #[derive(Clone, Copy)]
    pub(super) struct Finder;

    impl Finder {
        pub(super) fn best() -> Finder {
            Finder
        }

        #[cfg(test)]
        pub(super) fn plain() -> Finder {
            Finder
        }

        pub(super) fn candidates(self, blocks: &[[u8; BLOCK]], masks: &mut [u64]) {
            for (block, mask) in blocks.iter().zip(masks) {
                let bit = |(i, &byte): (usize, &u8)| u64::from(is_candidate(byte)) << i;
                *mask = block.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit);
            }
        }

        pub(super) fn lines_go_on(self, blocks: &[[u8; BLOCK]], after: &[[u8; BLOCK]]) -> bool {
            super::plain_lines_go_on(blocks.as_flattened(), after.as_flattened())
        }
    }

    pub(super) fn letters(block: &[u8; BLOCK]) -> Letters {
        super::plain_letters(block)
    }

    pub(super) fn word(bytes: &[u8; WORD]) -> (u32, u32) {
        super::plain_word(bytes)
    }
}

/// What [`word`] says, told plainly.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_word(bytes: &[u8; WORD]) -> (u32, u32) {
    let bits = |of: fn(&u8) -> bool| (0..WORD).map(|i| u32::from(of(&bytes[i])) << i).sum();
    (bits(u8::is_ascii_alphabetic), bits(u8::is_ascii_uppercase))
}

/// What [`letters`] says, told plainly.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_letters(block: &[u8; BLOCK]) -> Letters {
    let mut letters = Letters::default();
    for (i, byte) in block.iter().enumerate() {
        match byte {
            b'A'..=b'Z' => letters.upper |= 1 << i,
            b'a'..=b'z' => letters.lower |= 1 << i,
            b' ' => letters.space |= 1 << i,
            b'0'..=b'9' | b'-' | b'\'' => letters.inner |= 1 << i,
            _ => {}
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sees_lines_that_go_on(text in "[ -z\n\r\t]{0,300}|[A-Z\n]{0,300}", more in "[A-Z]{0,150}\n[A-Za-z ][A-Z]{0,150}") {
            for text in [text.clone(), text + &more] {
                let text = text.as_bytes();
                let small = |next: u8| next.is_ascii_lowercase() || matches!(next, b' ' | b'\t' | 0x0C);
                let plain = text.windows(2).any(|pair| matches!(pair[0], b'\n' | b'\r') && small(pair[1]));
                prop_assert_eq!(lines_go_on(text), plain);
                prop_assert_eq!(!text.is_empty() && plain_lines_go_on(text, &text[1..]), plain);
            }
        }

        #[test]
        fn finds_what_a_plain_loop_finds(text in prop::collection::vec(any::<u8>(), 0..1400), skip in 0usize..1450) {
            let plain: Vec<usize> = (0..text.len()).filter(|&i| is_candidate(text[i])).collect();
            for finder in [Finder::best(), Finder::plain()] {
                let mut scanner = Scanner::with(finder, &text);
                let found: Vec<usize> = std::iter::from_fn(|| scanner.next()).collect();
                prop_assert_eq!(&found, &plain);
            }

            let first = plain.first().copied();
            let rest: Vec<usize> = plain.into_iter().filter(|&i| i >= skip && Some(i) != first).collect();
            for finder in [Finder::best(), Finder::plain()] {
                let mut scanner = Scanner::with(finder, &text);
                scanner.next();
                scanner.seek(skip);
                let found: Vec<usize> = std::iter::from_fn(|| scanner.next()).collect();
                prop_assert_eq!(&found, &rest);
            }
        }

        #[test]
        fn sorts_as_a_plain_loop_sorts(block in prop::array::uniform32(any::<u8>()), text in "[ -~]{32}") {
            let mut both = [0; BLOCK];
            both[..32].copy_from_slice(&block);
            both[32..].copy_from_slice(text.as_bytes());
            prop_assert_eq!(letters(&both, 0), plain_letters(&both));
            for part in both.windows(WORD).filter_map(|part| part.first_chunk()) {
                prop_assert_eq!(word(part), plain_word(part));
            }
        }
    }
}
