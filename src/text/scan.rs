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

/// One bit for each byte of `block` that is in the set.
#[cfg(target_arch = "x86_64")]
#[inline]
fn candidates(block: &[u8; BLOCK]) -> u64 {
    use std::arch::x86_64::*;
    let mut mask = 0;
    for (i, part) in block.chunks_exact(16).enumerate() {
        let low =
            u64::from_le_bytes([part[0], part[1], part[2], part[3], part[4], part[5], part[6], part[7]]);
        let high = u64::from_le_bytes([
            part[8], part[9], part[10], part[11], part[12], part[13], part[14], part[15],
        ]);
        // SAFETY: these intrinsics need SSE2 only, which every x86-64 processor has.
        #[allow(unused_unsafe)]
        let bits = unsafe {
            let bytes = _mm_set_epi64x(high as i64, low as i64);
            let is = |byte: u8| _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte as i8));
            let or = |a, b| _mm_or_si128(a, b);
            let ends = or(or(is(b'.'), is(b'!')), is(b'?'));
            let lines = or(or(is(b'\n'), is(b'\r')), is(b')'));
            let wide = or(or(or(is(0xA6), is(0xA2)), or(is(0x83), is(0xE3))), is(0xEF));
            _mm_movemask_epi8(or(or(ends, lines), wide)) as u16
        };
        mask |= u64::from(bits) << (16 * i);
    }
    mask
}

/// One bit for each byte of `block` that is in the set.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn candidates(block: &[u8; BLOCK]) -> u64 {
    let mut mask = 0;
    for (i, &byte) in block.iter().enumerate() {
        mask |= u64::from(is_candidate(byte)) << i;
    }
    mask
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
    }
}
