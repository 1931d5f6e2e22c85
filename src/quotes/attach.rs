//! Quotes that no cue of their own reports: they go on with what somebody
//! said before, in the same paragraph or the next, or wait for the cue that
//! follows.

use super::attribution::Attribution;
use super::marks::Repair;
use super::reading::{Pos, Reading};

/// Gives each quote that no attribution holds to the one it continues.
///
/// The rule that stands in where there is no trained judge: a whole-sentence
/// quote in the paragraph of an attribution continues it (98.8 % right on
/// training articles); a quote whose paragraph was reopened always does; a
/// paragraph that is one quote continues the paragraph before when that one
/// ended in speech or in a colon.
pub fn attach(reading: &Reading, found: &mut [Attribution]) {
    found.sort_by_key(|a| a.cue.start);
    for id in 0..reading.stretches.len() {
        let stretch = &reading.stretches[id];
        if stretch.words < 2 || held(found, &stretch.tokens) {
            continue;
        }
        if let Some(owner) = owner(reading, found, id) {
            found[owner].add(stretch.tokens.clone());
        }
    }
}

/// Whether an attribution holds most of the range.
fn held(found: &[Attribution], range: &std::ops::Range<u32>) -> bool {
    found.iter().any(|a| a.covers(range) * 2 >= range.end - range.start)
}

fn owner(reading: &Reading, found: &[Attribution], id: usize) -> Option<usize> {
    let stretch = &reading.stretches[id];
    let block = &reading.blocks[stretch.block as usize];
    // The attribution whose content or cue stands last before the quote.
    let end_of =
        |a: &Attribution| a.content.iter().map(|r| r.end).filter(|&e| e <= stretch.tokens.start).max();
    let (owner, last) = found
        .iter()
        .enumerate()
        .filter(|(_, a)| a.cue.end <= stretch.tokens.start)
        .map(|(i, a)| (i, end_of(a).unwrap_or(0).max(a.cue.end)))
        .max_by_key(|&(i, end)| (end, i))?;
    let distance = stretch.paragraph.saturating_sub(reading.paragraph[last as usize - 1]);
    let outside = (block.tokens.start..block.tokens.end)
        .filter(|t| !(stretch.tokens.start..stretch.tokens.end).contains(t))
        .filter(|&t| reading.is_word(t as usize) && reading.quoted[t as usize] == super::reading::NONE)
        .count();
    let quoted_before =
        found[owner].content.iter().any(|r| reading.quoted[r.end as usize - 1] != super::reading::NONE);
    let previous = id.checked_sub(1).map(|p| &reading.stretches[p]);
    let reopened =
        previous.is_some_and(|p| p.quoted.repair == Repair::Reopened && p.paragraph + 1 == stretch.paragraph);
    let between = (last..stretch.tokens.start).filter(|&t| reading.is_word(t as usize)).count();
    let same_block = reading.block_of[found[owner].cue.start as usize] == stretch.block;
    match distance {
        _ if reopened && distance <= 1 => Some(owner),
        0 if same_block => (between <= 8).then_some(owner),
        0 => (outside == 0 && (quoted_before || between == 0)).then_some(owner),
        1 if outside == 0 => {
            let colon =
                (0..stretch.tokens.start).rev().take(3).any(|t| reading.pos[t as usize] == Pos::Colon);
            (colon || quoted_before && between == 0).then_some(owner)
        }
        _ => None,
    }
}
