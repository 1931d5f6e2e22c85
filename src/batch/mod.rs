//! Bounded runs over many documents.
//!
//! Reading, analysing and writing overlap: one thread cuts records, a pool of
//! workers parses, analyses and serialises them, one thread writes in input
//! order. What is in flight is bounded in bytes, so memory does not depend on
//! the size of the input, and the output does not depend on the number of
//! threads.

mod analyse;
mod checkpoint;
mod dead_letters;
mod ordered;
mod reading;
mod syndication;

pub use analyse::{Analyst, Counts, Done, Language, Outcome, quiet_panics};
pub use checkpoint::{Checkpoint, CheckpointError, Position, Tally};
pub use dead_letters::{DeadLetter, DeadLetters};
pub use ordered::{Bounds, Stopped, run};
pub use reading::{Cutter, Reading, Shard, Taker};
pub use syndication::{Print, Syndication};
