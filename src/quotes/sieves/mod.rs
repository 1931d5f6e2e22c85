//! Quotes that punctuation alone attributes, one file per pattern.
//!
//! [`SIEVES`] is the order in which they run; each adds attributions and may
//! take over what an earlier stage gave to a verb.

use super::attribution::Attribution;
use super::source::Source;

mod anaphor;
mod colon;
mod dash;
mod headline;
mod transcript;
mod wording;

/// A pattern: adds what it finds under its own name (`by`).
pub type Sieve = fn(&Source<'_>, &mut Vec<Attribution>);

/// All patterns, in the order they run.
pub const SIEVES: &[Sieve] =
    &[transcript::run, headline::run, dash::run, wording::run, anaphor::run, colon::run];
