//! Until when one article may be worked on.

use std::time::Instant;

/// What a stage asks now and then whether to go on. Once it has passed, the rest may be left undone:
/// nothing of the article is kept.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// One at this moment; [`Deadline::default`] never passes.
    pub fn at(moment: Instant) -> Self {
        Deadline(Some(moment))
    }

    /// Whether it has passed. Without a deadline no clock is read.
    #[inline]
    pub fn passed(self) -> bool {
        self.0.is_some_and(|moment| Instant::now() >= moment)
    }
}
