//! Quotes that punctuation alone attributes, one file per pattern.
//!
//! [`SIEVES`] is the order in which they run; each adds attributions and may
//! take over what an earlier stage gave to a verb.

use super::attribution::Attribution;
use super::reading::Reading;
use crate::Annotations;

mod dash;
mod headline;
mod transcript;

/// What a sieve looks at.
pub struct Article<'a> {
    /// The text.
    pub text: &'a str,
    /// The layers found so far.
    pub found: &'a Annotations,
    /// The article as the quote stage reads it.
    pub reading: &'a Reading,
}

/// A pattern: adds what it finds under its own name (`by`).
pub type Sieve = fn(&Article<'_>, &mut Vec<Attribution>);

/// All patterns, in the order they run.
pub const SIEVES: &[Sieve] = &[transcript::run, headline::run, dash::run];
