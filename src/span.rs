//! Where something stands in the text: a half-open range of bytes.
//!
//! Every layer speaks in [`Span`]s of the original text; nothing else carries
//! positions. Characters and UTF-16 units appear only when a record is
//! written, see [`crate::offsets`].

use std::fmt;
use std::ops::Range;

/// A half-open byte range of a document's text.
///
/// Spans are `u32` inside: documents are bounded to 2 GiB (see
/// [`crate::Document::new`]), and half the size means twice as many in a
/// cache line.
///
/// ```
/// use saidwho::Span;
/// let text = "Xi said";
/// let span = Span::new(0, 2);
/// assert_eq!(span.of(text), "Xi");
/// assert_eq!(format!("{span:?}"), "0..2");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The bytes `start..end`. An `end` before `start` gives an empty span at `start`.
    #[inline]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end && end <= u32::MAX as usize, "span {start}..{end}");
        Span { start: start as u32, end: end.max(start) as u32 }
    }

    /// First byte.
    #[inline]
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// One past the last byte.
    #[inline]
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Length in bytes.
    #[inline]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it covers nothing.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The text it covers.
    ///
    /// # Panics
    /// When the span was made for another text and does not fall on
    /// character boundaries of this one.
    #[inline]
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// As a range of `usize`, to slice with.
    #[inline]
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }

    /// Whether `other` lies wholly inside.
    #[inline]
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte at `offset` lies inside.
    #[inline]
    pub fn covers(self, offset: usize) -> bool {
        self.start() <= offset && offset < self.end()
    }

    /// Whether the two share at least one byte.
    #[inline]
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that holds both.
    #[inline]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Span::new(range.start, range.end)
    }
}
