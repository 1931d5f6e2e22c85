//! How far the writer stands behind a report: "did not say", "would say",
//! "if he says".

use super::reading::{Pos, Reading};
use super::words::{Classes, Word, word};
use crate::annotations::Stance;

/// Reads the stance off the words before the cue.
pub fn stance(reading: &Reading, cue: u32) -> Stance {
    let mut stance = Stance::default();
    let block = &reading.blocks[reading.block_of[cue as usize] as usize].tokens;
    for t in (block.start.max(cue.saturating_sub(5))..cue).rev() {
        let classes = reading.entries[t as usize].classes;
        let auxiliary =
            classes.any(Classes::AUXILIARY.or(Classes::NEGATION)) || reading.pos[t as usize] == Pos::Adverb;
        if !auxiliary {
            break;
        }
        stance.negated |= classes.any(Classes::NEGATION) || ends_in_not(reading.words[t as usize]);
        stance.modal |= classes.any(Classes::MODAL);
    }
    const IF: [Word; 3] = [word("if"), word("whether"), word("unless")];
    stance.hypothetical = (block.start.max(cue.saturating_sub(8))..cue)
        .rev()
        .take_while(|&t| reading.pos[t as usize] != Pos::Comma)
        .any(|t| IF.contains(&reading.words[t as usize]));
    stance
}

fn ends_in_not(w: Word) -> bool {
    const CONTRACTED: [Word; 12] = [
        word("didn't"),
        word("doesn't"),
        word("don't"),
        word("hasn't"),
        word("haven't"),
        word("hadn't"),
        word("won't"),
        word("wouldn't"),
        word("can't"),
        word("couldn't"),
        word("isn't"),
        word("wasn't"),
    ];
    CONTRACTED.contains(&w)
}
