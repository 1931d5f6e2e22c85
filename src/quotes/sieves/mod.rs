//! Quotes that punctuation alone attributes, one file per pattern.
//!
//! [`run`] goes through the patterns in order; each adds attributions and may
//! take over what an earlier stage gave to a verb.

use std::ops::Range;

use super::attribution::Attribution;
use super::source::Source;

mod anaphor;
mod colon;
mod dash;
mod headline;
mod noun;
mod passive;
mod question;
mod transcript;
mod wording;

pub use transcript::LABELLED;

/// A pattern: adds what it finds under its own name (`by`).
type Sieve = fn(&Source<'_>, &mut Finds);

/// All patterns, in the order they run.
const SIEVES: &[Sieve] = &[
    transcript::run,
    headline::run,
    dash::run,
    wording::run,
    anaphor::run,
    colon::run,
    noun::run,
    passive::run,
    question::run,
];

/// Lets every pattern add to `found`, which stands in the order of its cues, before and after.
pub fn run(source: &Source<'_>, found: &mut Vec<Attribution>) {
    found.sort_by_key(|a| a.cue.start);
    let mut finds = Finds { earlier: std::mem::take(found), own: Vec::new(), changed: false };
    for sieve in SIEVES {
        sieve(source, &mut finds);
        finds.settle();
    }
    *found = finds.earlier;
}

/// The `by` of what is taken back.
const TAKEN_BACK: &str = "";

/// What earlier patterns have found, and what the one at work has, each in the order of the cues.
struct Finds {
    earlier: Vec<Attribution>,
    own: Vec<Attribution>,
    changed: bool,
}

impl Finds {
    /// Adds a find; a pattern reads the text from left to right.
    fn add(&mut self, attribution: Attribution) {
        self.changed = true;
        self.own.push(attribution);
    }

    /// How many earlier patterns have found under this name.
    fn count(&self, by: &str) -> usize {
        self.earlier.iter().filter(|a| a.by == by).count()
    }

    /// Takes back those with their cue in `cues` that `against` speaks against.
    fn drop(&mut self, cues: Range<u32>, against: impl Fn(&Attribution) -> bool) {
        for list in [&mut self.earlier, &mut self.own] {
            let first = list.partition_point(|a| a.cue.start < cues.start);
            for a in list[first..].iter_mut().take_while(|a| a.cue.start < cues.end) {
                if against(a) {
                    // It goes when the pattern is through.
                    a.by = TAKEN_BACK;
                    self.changed = true;
                }
            }
        }
    }

    fn settle(&mut self) {
        if self.changed {
            self.earlier.append(&mut self.own);
            self.earlier.retain(|a| a.by != TAKEN_BACK);
            self.earlier.sort_by_key(|a| a.cue.start);
            self.changed = false;
        }
    }
}
