//! What a scan does to many bytes or words at once, in the way that suits the processor.
//!
//! What a method of [`Lanes`] does by itself is what it means; those for some
//! processors do the same faster. Only ASCII is sorted here; what a byte beyond
//! it belongs to is for [`super::compile::fold`] to say.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod columns;

#[cfg(target_arch = "x86_64")]
pub use self::{avx2::V3, avx512::V4};
pub use columns::{Kept, Seconds, Words};

use super::compile::fold::{self, SHORT, Separator};
use super::compile::layout::{bloom, first, small_words, u64_at};
use super::starts::passes;
use crate::processor::fetch;

/// Bytes per mask.
pub const BLOCK: usize = 64;

/// Blocks that are sorted at once.
pub const BATCH: usize = 4;

/// Words that are read at once.
pub const LANES: usize = 8;

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

/// What may stand between two words, and which words may follow in lower case.
#[derive(Clone, Copy)]
pub struct Joins<'i> {
    /// The ASCII characters across which no name of any index breaks off, one bit each.
    pub marks: u128,
    /// Those of them that this index has between words.
    pub own: u128,
    /// Words in lower case by length and first letters; see [`small_words`].
    pub inner: &'i [u8],
}

impl Joins<'_> {
    /// Whether a mark is of a set.
    #[inline(always)]
    fn has(set: u128, mark: u8) -> bool {
        mark < 0x80 && set >> (mark & 0x7F) & 1 != 0
    }

    /// Whether a name may go on with the word that begins with these letters.
    #[inline(always)]
    fn may_be_inner(&self, [first, mut second, mut third]: [u8; 3]) -> bool {
        let wide = (first | second | third) >= 0x80;
        second *= u8::from(second.is_ascii_alphanumeric());
        third *= u8::from((second != 0) & third.is_ascii_alphanumeric());
        let lengths = self.inner.get(small_words([first, second, third])).copied().unwrap_or(0);
        !first.is_ascii_lowercase() | wide | (lengths != 0)
    }
}

/// One way of doing it.
pub trait Lanes: Copy {
    /// What the bytes of a batch are.
    #[inline(always)]
    fn sort(self, batch: &[u8; BATCH * BLOCK]) -> [Classes; BATCH] {
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

    /// Appends the places of the bytes whose bits are set in the mask of the block at `block`; there
    /// must be room for as many as a block has bytes.
    #[inline(always)]
    fn put(self, mut mask: u64, block: u32, starts: &mut Kept<u32>) {
        /// Places that are written at once: most blocks have no more.
        const FEW: usize = 4;
        let count = mask.count_ones() as usize;
        for at in (0..BLOCK).step_by(FEW) {
            let few: [u32; FEW] = std::array::from_fn(|_| {
                // Without a bit the place is not one of those counted.
                let place = block + mask.trailing_zeros();
                mask &= mask.wrapping_sub(1);
                place
            });
            starts.write(at, few);
            if at + FEW >= count {
                break;
            }
        }
        starts.keep(count);
    }

    /// Reads the words that begin at `starts`.
    #[inline(always)]
    fn read(self, text: &str, words: &mut Words) {
        words.level();
        let columns = words.ends.iter_mut().zip(&mut words.hashes);
        for (&start, (end, hash)) in words.starts.all().iter().zip(columns) {
            (*end, *hash) = read(text, start as usize);
        }
    }

    /// Sorts out with which of the words a name may begin: those from which one goes on, and those
    /// that are a name by themselves.
    #[inline(always)]
    fn sift(self, filter: &[u8], words: &Words, longer: &mut Kept<u32>, single: &mut Kept<u32>) {
        longer.begin(words.count());
        single.begin(words.count());
        for (number, &hash) in words.hashes[..words.count()].iter().enumerate() {
            let (place, any, more, alone) = first(hash, filter.len() / 8);
            let bits = if filter.is_empty() { 0 } else { u64_at(filter, place * 8) };
            let begins = bits & any == any;
            longer.put(number as u32, begins & (bits & more != 0));
            single.put(number as u32, begins & (bits & alone == alone));
        }
    }

    /// Of the words from which names go on, sorts out those behind which a single space stands and then
    /// a word with which one may go on; and those behind which it may go on in another way, `far`.
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
        seconds.begin(longer.all().len());
        far.begin(longer.all().len());
        let Seconds { firsts, words: next, .. } = seconds;
        for &number in longer.all() {
            let end = words.ends[number as usize];
            let (near, other) = follows(text, joins, end as usize);
            firsts.put(number, near);
            next.starts.put(end + 1, near);
            far.put(number, other);
        }
    }

    /// Makes the keys of first and second words, and keeps the numbers of those that the filter lets pass.
    #[inline(always)]
    fn join(self, filter: &[u8], words: &Words, seconds: &mut Seconds, joined: &mut Kept<u32>) {
        seconds.level();
        let Seconds { firsts, words: next, keys } = seconds;
        joined.begin(next.count());
        for ((&number, &hash), key) in firsts.all().iter().zip(&next.hashes).zip(&mut *keys) {
            *key = fold::extend(words.hashes[number as usize], Separator::Space, hash);
            fetch_filter(filter, *key);
        }
        for (number, &key) in keys[..next.count()].iter().enumerate() {
            joined.put(number as u32, passes(filter, key));
        }
    }
}

/// What every processor can do.
#[derive(Clone, Copy)]
pub struct Plain;

impl Lanes for Plain {}

/// Whether a name may go on after a space behind the word that ends at `end`, or else in another way.
#[inline(always)]
fn follows(text: &str, joins: Joins<'_>, end: usize) -> (bool, bool) {
    let bytes = text.as_bytes();
    let [mark, first, second, third] = [0, 1, 2, 3].map(|at| bytes.get(end + at).copied().unwrap_or(0));
    let (wide, own) = (mark >= 0x80, Joins::has(joins.own, mark));
    let touches = first.is_ascii_alphanumeric();
    let goes_on = touches & own & joins.may_be_inner([first, second, third]);
    let near = goes_on & (mark == b' ');
    let ends = (mark == b'\n') & (first == b'\n') | (mark == b',') & !own;
    let apart = Joins::has(joins.marks, mark) & !touches & !ends;
    (near, !near & (wide | goes_on | apart))
}

/// Announces that the filter will be asked for this hash.
#[inline(always)]
pub fn fetch_filter(filter: &[u8], hash: u64) {
    fetch(filter, bloom(hash, filter.len() / 8).0 * 8);
}

/// The word that begins at `start` if it has fewer than sixteen bytes and is ASCII, see [`is_plain`],
/// with what comes after it, and its length.
#[inline(always)]
pub fn short(text: &str, start: usize) -> ([u8; SHORT], usize) {
    let rest = &text.as_bytes()[start..];
    let bytes = match rest.first_chunk() {
        Some(bytes) => *bytes,
        None => {
            let mut padded = [0; SHORT];
            padded[..rest.len()].copy_from_slice(rest);
            padded
        }
    };
    (bytes, run(&bytes))
}

/// Whether the word that [`short`] found is one.
#[inline(always)]
pub fn is_plain(bytes: &[u8; SHORT], length: usize) -> bool {
    bytes.get(length).is_some_and(u8::is_ascii)
}

/// Where the word that begins at `start` ends, and its hash.
#[inline(always)]
pub fn read(text: &str, start: usize) -> (u32, u64) {
    let (bytes, length) = short(text, start);
    match is_plain(&bytes, length) {
        true => ((start + length) as u32, fold::hash_short(&bytes, length)),
        false => read_on(text, start),
    }
}

/// A word that is long or not ASCII.
#[cold]
fn read_on(text: &str, start: usize) -> (u32, u64) {
    let (end, ascii) = fold::word_end(text, start);
    let word = &text[start..end];
    let hash = match ascii {
        true => fold::hash_ascii(word.as_bytes()),
        false => {
            let mut folded = String::new();
            fold::fold(word, &mut folded);
            fold::hash_ascii(folded.as_bytes())
        }
    };
    (end as u32, hash)
}

/// How many ASCII letters and digits `bytes` begins with.
#[inline(always)]
fn run(bytes: &[u8; SHORT]) -> usize {
    #[cfg(target_arch = "x86_64")]
    return avx2::run(bytes);
    #[cfg(not(target_arch = "x86_64"))]
    plain_run(bytes)
}

/// What [`run`] says, told plainly.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn plain_run(bytes: &[u8; SHORT]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::compile::layout::SMALL_WORDS;
    use proptest::prelude::*;

    /// Everything that is said of a text.
    #[derive(Debug, Default, PartialEq)]
    struct Told {
        classes: Vec<[Classes; BATCH]>,
        words: Vec<(u32, u32, u64)>,
        longer: Vec<u32>,
        single: Vec<u32>,
        seconds: Vec<(u32, u32, u64)>,
        firsts: Vec<u32>,
        keys: Vec<u64>,
        far: Vec<u32>,
        joined: Vec<u32>,
    }

    fn told(lanes: impl Lanes, text: &str, filter: &[u8], joins: Joins<'_>) -> Told {
        let rows = |words: &Words| {
            let starts = words.starts.all().iter().zip(&words.ends).zip(&words.hashes);
            starts.map(|((&start, &end), &hash)| (start, end, hash)).collect()
        };
        let mut told = Told::default();
        let mut words = Words::default();
        for (at, bytes) in text.as_bytes().chunks(BATCH * BLOCK).enumerate() {
            let mut batch = [0; BATCH * BLOCK];
            batch[..bytes.len()].copy_from_slice(bytes);
            let classes = lanes.sort(&batch);
            told.classes.push(classes);
            for (block, classes) in classes.iter().enumerate() {
                let starts = classes.alnum & !(classes.alnum << 1);
                let block = (at * BATCH + block) * BLOCK;
                words.starts.room(BLOCK);
                lanes.put(starts, block as u32, &mut words.starts);
            }
        }
        lanes.read(text, &mut words);
        let (mut longer, mut single) = (Kept::default(), Kept::default());
        lanes.sift(filter, &words, &mut longer, &mut single);
        let (mut seconds, mut far, mut joined) = (Seconds::default(), Kept::default(), Kept::default());
        lanes.follow(text, joins, &words, &longer, &mut seconds, &mut far);
        lanes.read(text, &mut seconds.words);
        lanes.join(filter, &words, &mut seconds, &mut joined);
        told.words = rows(&words);
        told.seconds = rows(&seconds.words);
        told.keys = seconds.keys[..seconds.words.count()].to_vec();
        told.firsts = seconds.firsts.all().to_vec();
        [told.longer, told.single, told.far, told.joined] =
            [longer, single, far, joined].map(|kept| kept.all().to_vec());
        told
    }

    proptest! {
        #[test]
        fn all_processors_say_the_same(
            text in "([A-Za-z0-9]{1,20}|[ -~]{0,9}|\\PC{0,9}|[é’]){0,90}",
            filter in prop::collection::vec(any::<[u8; 8]>(), 0..9),
            own in any::<u128>(),
            inner in prop::option::of(prop::collection::vec(any::<u8>(), SMALL_WORDS)),
        ) {
            let filter = filter.as_flattened();
            let marks = fold::marks(|class| class != Separator::Break);
            let joins = Joins { marks, own: own & marks, inner: inner.as_deref().unwrap_or(&[]) };
            let plain = told(Plain, &text, filter, joins);
            #[cfg(target_arch = "x86_64")]
            {
                if let Some(lanes) = V3::new() {
                    prop_assert_eq!(&told(lanes, &text, filter, joins), &plain);
                }
                if let Some(lanes) = V4::new() {
                    prop_assert_eq!(&told(lanes, &text, filter, joins), &plain);
                }
            }
            for part in text.as_bytes().windows(SHORT).filter_map(|part| part.first_chunk()) {
                prop_assert_eq!(run(part), plain_run(part));
            }
            let _ = plain;
        }

        #[test]
        fn all_processors_sort_all_bytes_alike(bytes in prop::collection::vec(any::<u8>(), BATCH * BLOCK)) {
            let batch = bytes.first_chunk().unwrap();
            let plain = Plain.sort(batch);
            #[cfg(target_arch = "x86_64")]
            {
                prop_assert!(V3::new().is_none_or(|lanes| lanes.sort(batch) == plain));
                prop_assert!(V4::new().is_none_or(|lanes| lanes.sort(batch) == plain));
            }
            let _ = plain;
        }
    }
}
