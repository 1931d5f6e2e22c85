//! Quotes that no cue of their own reports: they go on with what somebody
//! said before, in the same paragraph or the next, or wait for the cue that
//! follows.

use super::attribution::{Attribution, held};
use super::marks::Repair;
use super::reading::{NONE, Pos, Reading};

/// Gives each quote that no attribution holds to the one it continues.
///
/// The rule that stands in where there is no trained judge: a whole-sentence
/// quote in the paragraph of an attribution continues it (98.8 % right on
/// training articles); a quote whose paragraph was reopened always does; a
/// paragraph that is one quote continues the paragraph before when that one
/// ended in speech or in a colon.
pub fn attach(reading: &Reading, found: &mut [Attribution]) {
    found.sort_by_key(|a| a.cue.start);
    let held = held(reading, found);
    if (held.iter().zip(&reading.stretches)).all(|(&held, stretch)| held || stretch.words < 2) {
        return;
    }
    let mut ends = Ends::new(found);
    let mut outside = Outside { block: NONE, words: 0 };
    for (id, stretch) in reading.stretches.iter().enumerate() {
        if stretch.words < 2 || held[id] {
            continue;
        }
        if let Some((owner, last)) = ends.last_before(stretch.tokens.start, found)
            && continues(reading, &found[owner], last, id, &mut outside)
        {
            found[owner].add(stretch.tokens.clone());
            ends.added.push((stretch.tokens.end, owner));
        }
    }
}

/// Where cues and pieces of content end, and whose they are, in text order.
struct Ends {
    all: Vec<(u32, usize)>,
    /// Of the pieces added since.
    added: Vec<(u32, usize)>,
}

impl Ends {
    fn new(found: &[Attribution]) -> Self {
        let each = found.iter().enumerate();
        let mut all: Vec<(u32, usize)> = each
            .flat_map(|(i, a)| a.content.iter().map(|r| r.end).chain([a.cue.end]).map(move |end| (end, i)))
            .collect();
        all.sort_unstable();
        Ends { all, added: Vec::new() }
    }

    /// The attribution with its cue before `at` whose content or cue stands last before it, and where that ends.
    fn last_before(&self, at: u32, found: &[Attribution]) -> Option<(usize, u32)> {
        let last = |ends: &[(u32, usize)]| {
            let end = ends.partition_point(|e| e.0 <= at);
            ends[..end].iter().rev().find(|e| found[e.1].cue.end <= at).copied()
        };
        last(&self.all).max(last(&self.added)).map(|(end, owner)| (owner, end))
    }
}

/// Unquoted words of the block asked for last.
struct Outside {
    block: u32,
    words: usize,
}

impl Outside {
    fn of(&mut self, reading: &Reading, block: u32) -> usize {
        if self.block != block {
            let tokens = reading.blocks[block as usize].tokens.clone();
            let unquoted = |t: &u32| reading.is_word(*t as usize) && reading.quoted[*t as usize] == NONE;
            *self = Outside { block, words: tokens.filter(unquoted).count() };
        }
        self.words
    }
}

/// More words than this between, and a quote of the same block does not go on with another.
const NEAR: usize = 8;

/// Whether stretch `id` goes on with what `owner` says, which last ends at `last`.
fn continues(reading: &Reading, owner: &Attribution, last: u32, id: usize, outside: &mut Outside) -> bool {
    let stretch = &reading.stretches[id];
    let distance = stretch.paragraph.saturating_sub(reading.paragraph[last as usize - 1]);
    let quoted_before = owner.content.iter().any(|r| reading.quoted[r.end as usize - 1] != NONE);
    let previous = id.checked_sub(1).map(|p| &reading.stretches[p]);
    let reopened =
        previous.is_some_and(|p| p.quoted.repair == Repair::Reopened && p.paragraph + 1 == stretch.paragraph);
    let between =
        (last..stretch.tokens.start).filter(|&t| reading.is_word(t as usize)).take(NEAR + 1).count();
    let same_block = reading.block_of[owner.cue.start as usize] == stretch.block;
    match distance {
        _ if reopened && distance <= 1 => true,
        0 if same_block => between <= NEAR,
        0 => (quoted_before || between == 0) && outside.of(reading, stretch.block) == 0,
        1 => {
            let colon =
                (0..stretch.tokens.start).rev().take(3).any(|t| reading.pos[t as usize] == Pos::Colon);
            (colon || quoted_before && between == 0) && outside.of(reading, stretch.block) == 0
        }
        _ => false,
    }
}
