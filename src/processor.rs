//! What is asked of the processor itself: memory before it is needed, and what it can do.
//!
//! Neither the weights of a model nor the tables of an index fit the nearest
//! caches, and where the next entry lies is as good as random. Whoever knows many
//! places at once asks for all of them first and so waits once instead of each
//! time.

#[cfg(target_arch = "x86_64")]
use std::sync::LazyLock;

/// Asks for the cache line where `items[index]` begins. A hint: it changes nothing, and does nothing
/// where the processor is not known or there is no such item.
#[inline(always)]
pub fn fetch<T>(items: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(item) = items.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: needs SSE, which every x86-64 has; a prefetch reads nothing that a program can see,
        // and the pointer is that of an item.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, index);
}

/// Whether the processor has what the third level of x86-64 adds: AVX2, and counting and shifting of
/// bits in one step. Nearly all made since 2013 have.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn is_v3() -> bool {
    static IS: LazyLock<bool> = LazyLock::new(|| {
        is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt")
    });
    *IS
}

/// Whether it has what the fourth level adds, AVX-512, and the sorting of bytes that came with the
/// next generation (VBMI2): Intel's servers since 2021 and AMD's processors since 2022.
#[cfg(target_arch = "x86_64")]
#[inline]
pub fn is_v4() -> bool {
    static IS: LazyLock<bool> = LazyLock::new(|| {
        is_v3()
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi2")
    });
    *IS
}

/// Compiles a function for the processors of which [`is_v3`] is true: call it for no others.
macro_rules! v3 {
    ($($function:tt)*) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        $($function)*
    };
}
pub(crate) use v3;

/// The same for those of which [`is_v4`] is true.
macro_rules! v4 {
    ($($function:tt)*) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vbmi2")]
        $($function)*
    };
}
pub(crate) use v4;

/// Compiles a function for every processor, and again for those of the third and the fourth level of
/// x86-64; each call goes to the one that suits the processor. All do the same: numbers are added in
/// the same order.
macro_rules! for_processors {
    ($(#[$about:meta])* $see:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block) => {
        $(#[$about])*
        $see fn $name($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn plain($($argument: $type),*) $(-> $result)? $body

            $crate::processor::v3! {
                fn v3($($argument: $type),*) $(-> $result)? {
                    plain($($argument),*)
                }
            }
            $crate::processor::v4! {
                fn v4($($argument: $type),*) $(-> $result)? {
                    plain($($argument),*)
                }
            }
            #[cfg(target_arch = "x86_64")]
            if $crate::processor::is_v4() {
                // SAFETY: the processor was asked and has what the function needs.
                return unsafe { v4($($argument),*) };
            } else if $crate::processor::is_v3() {
                // SAFETY: as above.
                return unsafe { v3($($argument),*) };
            }
            plain($($argument),*)
        }
    };
}
pub(crate) use for_processors;
