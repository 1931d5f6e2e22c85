//! The lists, their index and the matcher.
//!
//! Lists say what a name *may* be; the names room decides what it is. Here
//! live the compiler that turns lists into an index (shared with `build.rs`),
//! the index and its matcher, the closed word sets, and people's own lists.
//! What stays out: any judgement about a text.
//!
//! ```
//! use saidwho::gazetteer::Gazetteer;
//! let lists = Gazetteer::shipped();
//! for entry in lists.find("United Nations").flat_map(|name| lists.entries(name)) {
//!     println!("{} {} {:?}", entry.kind(), entry.name(), entry.links());
//! }
//! ```

mod entry;
mod sets;

use std::ops::Range;
use std::sync::OnceLock;

pub use entry::{Entries, Entry};
pub use sets::{Given, Phrase, Phrases, TokenStats};

use crate::annotations::Token;

/// A name of the lists: one spelling with its case policy, and everything it can mean.
///
/// Valid for the [`Gazetteer`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u32);

/// A name of the lists found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The tokens it covers, at least one.
    pub tokens: Range<u32>,
    /// What stands there.
    pub name: NameId,
}

/// Lists, compiled: the shipped ones, and a user's own above them.
#[derive(Default)]
pub struct Gazetteer {}

impl Gazetteer {
    /// The lists that the library carries.
    ///
    /// Opened once, in place: nothing is parsed or copied.
    pub fn shipped() -> &'static Gazetteer {
        static SHIPPED: OnceLock<Gazetteer> = OnceLock::new();
        SHIPPED.get_or_init(Gazetteer::default)
    }

    /// Appends every name that starts and ends at token edges, by start, then end.
    ///
    /// All of them, nested and overlapping ones too: which one counts is the
    /// reader's decision (see [`longest`]). Spellings that differ in case or
    /// accents only ("US", "Us") are names of their own, so one span may have
    /// several hits; they follow one another.
    pub fn lookup(&self, _text: &str, _tokens: &[Token], _hits: &mut Vec<Hit>) {}

    /// The names that `name`, as a whole, is a match of.
    pub fn find(&self, _name: &str) -> impl Iterator<Item = NameId> + use<> {
        std::iter::empty()
    }

    /// What `name` can mean, most prominent first.
    pub fn entries(&self, _name: NameId) -> Entries<'_> {
        Entries::default()
    }

    /// How common `word` is as a given name; none when it is not one.
    pub fn given(&self, _word: &str) -> Option<Given> {
        None
    }

    /// How common `word` is as a surname, 1 (rare) to 15; none when it is not one.
    pub fn surname(&self, _word: &str) -> Option<u8> {
        None
    }

    /// In how many listed names `word` occurs, by type and place in the name.
    pub fn token_stats(&self, _word: &str) -> TokenStats {
        TokenStats::default()
    }

    /// The closed set of this type in the manifest: `title`, `role`, `legal-suffix`, `demonym` …
    ///
    /// A set that no list fills is empty.
    pub fn phrases(&self, _set: &str) -> &Phrases {
        static NONE: OnceLock<Phrases> = OnceLock::new();
        NONE.get_or_init(Phrases::default)
    }
}

/// Keeps, of hits that overlap, the one that starts first, and of those the longest.
///
/// All hits of a span that is kept are kept. `hits` come as [`Gazetteer::lookup`] gives them.
pub fn longest(hits: &mut Vec<Hit>) {
    hits.sort_by(|a, b| {
        (a.tokens.start, std::cmp::Reverse(a.tokens.end))
            .cmp(&(b.tokens.start, std::cmp::Reverse(b.tokens.end)))
    });
    let mut kept = 0..0;
    hits.retain(|hit| {
        if hit.tokens.start >= kept.end {
            kept = hit.tokens.clone();
        }
        hit.tokens == kept
    });
}
