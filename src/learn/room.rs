//! Memory for what is large and looked into at random: the weights of a model.
//!
//! Asked for page by page, ten megabytes cost thousands of interruptions by the
//! system before the first article is read, and later a wait for the page table
//! at most looks. Where the system has pages of two megabytes, they are used.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::MmapMut;

/// Numbers for which any bits stand, zeros too.
///
/// # Safety
/// Every pattern of bits must be a value, and none have a destructor.
pub(crate) unsafe trait Plain: Copy + Default {}
// SAFETY: integers.
unsafe impl Plain for u8 {}
// SAFETY: integers.
unsafe impl Plain for i8 {}
// SAFETY: integers.
unsafe impl Plain for u32 {}

/// A slice of numbers, zeros at first; a large one begins a page.
#[derive(Debug)]
pub(crate) struct Room<T> {
    memory: Memory<T>,
    length: usize,
}

#[derive(Debug)]
enum Memory<T> {
    Small(Vec<T>),
    Large(MmapMut, PhantomData<T>),
}

/// From so many bytes on it has pages of its own.
const LARGE: usize = 1 << 16;

/// Bytes in a large page.
const PAGE: usize = 2 << 20;

impl<T: Plain> Room<T> {
    /// Room for `length` numbers.
    pub fn new(length: usize) -> Self {
        let bytes = length.saturating_mul(size_of::<T>());
        let memory = match pages(bytes) {
            Some(pages) => Memory::Large(pages, PhantomData),
            None => Memory::Small(vec![T::default(); length]),
        };
        Room { memory, length }
    }
}

/// Pages of zeros, at least `bytes`; none for what is small, and where the system has none to give.
fn pages(bytes: usize) -> Option<MmapMut> {
    if bytes < LARGE {
        return None;
    }
    let bytes = if bytes < PAGE / 2 { bytes } else { bytes.checked_next_multiple_of(PAGE)? };
    let pages = MmapMut::map_anon(bytes).ok()?;
    // Hints: all pages at once, and large ones. Without them it works as well.
    #[cfg(target_os = "linux")]
    let _ = pages.advise(Advice::HugePage).and_then(|()| pages.advise(Advice::PopulateWrite));
    Some(pages)
}

impl<T: Plain> Deref for Room<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.memory {
            Memory::Small(numbers) => numbers,
            // SAFETY: the pages hold `length` numbers, begin at a multiple of any number's size, are
            // filled with zeros by the system, and live as long as `self`; any bits are a number.
            Memory::Large(pages, _) => unsafe {
                std::slice::from_raw_parts(pages.as_ptr().cast(), self.length)
            },
        }
    }
}

impl<T: Plain> DerefMut for Room<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.memory {
            Memory::Small(numbers) => numbers,
            // SAFETY: as above, and nobody else has them.
            Memory::Large(pages, _) => unsafe {
                std::slice::from_raw_parts_mut(pages.as_mut_ptr().cast(), self.length)
            },
        }
    }
}

impl<T: Plain> Clone for Room<T> {
    fn clone(&self) -> Self {
        let mut room = Room::new(self.length);
        room.copy_from_slice(self);
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_or_large_it_is_a_slice_of_zeros() {
        for length in [0, 1, 1000, LARGE / 4, 3 << 20] {
            let mut room = Room::<u32>::new(length);
            assert!(room.len() == length && room.iter().all(|&number| number == 0));
            if let Some(last) = room.last_mut() {
                *last = 7;
                assert_eq!(room.clone().last(), Some(&7));
            }
        }
    }
}
