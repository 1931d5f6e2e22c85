//! Finds the bytes at which a sentence could end, sixty-four at a time.
//!
//! The set is `. ! ?`, line breaks, `)` (list labels) and the rare last or
//! first bytes of `…`, `•`, `⁃`, `。`, `！`, `？`. What such a byte means is
//! for [`super::sentence`] to say; here is only the search.

/// Bytes per step.
const BLOCK: usize = 64;

/// Walks the candidate positions of a text in order.
#[derive(Clone)]
pub(super) struct Scanner<'t> {
    text: &'t [u8],
    /// Where the current block begins.
    block: usize,
    /// Candidates of the current block that are still to come, lowest bit first.
    mask: u64,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut scanner = Scanner { text, block: 0, mask: 0 };
        scanner.load();
        scanner
    }

    /// The next candidate; each is given once.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.block += BLOCK;
            if self.block >= self.text.len() {
                self.block = self.text.len();
                return None;
            }
            self.load();
        }
        let at = self.block + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    /// Drops every candidate before `at`.
    #[inline]
    pub(super) fn seek(&mut self, at: usize) {
        if at >= self.block + BLOCK {
            self.block = (at & !(BLOCK - 1)).min(self.text.len());
            self.load();
        }
        if at > self.block {
            self.mask &= u64::MAX.checked_shl((at - self.block) as u32).unwrap_or(0);
        }
    }

    #[inline]
    fn load(&mut self) {
        let rest = &self.text[self.block..];
        self.mask = match rest.first_chunk::<BLOCK>() {
            Some(block) => candidates(block),
            None => {
                // Zero is no candidate.
                let mut padded = [0; BLOCK];
                padded[..rest.len()].copy_from_slice(rest);
                candidates(&padded)
            }
        };
    }
}

/// Whether a byte is in the set.
#[cfg(any(test, not(target_arch = "x86_64")))]
const fn is_candidate(byte: u8) -> bool {
    matches!(byte, b'.' | b'!' | b'?' | b'\n' | b'\r' | b')' | 0xA6 | 0xA2 | 0x83 | 0xE3 | 0xEF)
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

use simd::candidates;

/// Sixteen bytes at a time with SSE2, which every x86-64 processor has.
#[cfg(target_arch = "x86_64")]
mod simd {
    use std::arch::x86_64::*;

    use super::{BLOCK, Letters, WORD};

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

    /// One bit for each byte of `block` that is in the set.
    #[inline]
    pub(super) fn candidates(block: &[u8; BLOCK]) -> u64 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { find(block) }
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
    #[inline]
    fn find(block: &[u8; BLOCK]) -> u64 {
        let parts = [load(block, 0), load(block, 1), load(block, 2), load(block, 3)];
        let mut mask = 0;
        for (i, bytes) in parts.into_iter().enumerate() {
            mask |= bits(any(bytes, *b".!?\n\r)"), i);
        }
        let all = _mm_or_si128(_mm_or_si128(parts[0], parts[1]), _mm_or_si128(parts[2], parts[3]));
        if _mm_movemask_epi8(all) != 0 {
            for (i, bytes) in parts.into_iter().enumerate() {
                mask |= bits(any(bytes, [0xA6, 0xA2, 0x83, 0xE3, 0xEF]), i);
            }
        }
        mask
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

    pub(super) fn candidates(block: &[u8; BLOCK]) -> u64 {
        let bit = |(i, &byte): (usize, &u8)| u64::from(is_candidate(byte)) << i;
        block.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit)
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
        fn finds_what_a_plain_loop_finds(text in prop::collection::vec(any::<u8>(), 0..400), skip in 0usize..450) {
            let plain: Vec<usize> = (0..text.len()).filter(|&i| is_candidate(text[i])).collect();
            let mut scanner = Scanner::new(&text);
            let found: Vec<usize> = std::iter::from_fn(|| scanner.next()).collect();
            prop_assert_eq!(&found, &plain);

            let mut scanner = Scanner::new(&text);
            scanner.next();
            scanner.seek(skip);
            let found: Vec<usize> = std::iter::from_fn(|| scanner.next()).collect();
            let first = plain.first().copied();
            let rest: Vec<usize> = plain.into_iter().filter(|&i| i >= skip && Some(i) != first).collect();
            prop_assert_eq!(found, rest);
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
