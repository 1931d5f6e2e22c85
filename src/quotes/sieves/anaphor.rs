//! A sentence that only says who spoke: "“…” Ana Costa said this twice.",
//! "“…” That is what Ana Costa said."

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{Pos, Unit};
use crate::quotes::rules;
use crate::quotes::words::{Classes, Word, word};

const RULE: Rule = Rule { name: "said-this", confidence: 0.8 };

const THIS: [Word; 3] = [word("this"), word("so"), word("that")];
const WHAT: Word = word("what");

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    for stretch in &reading.stretches {
        let block = &reading.blocks[stretch.block as usize];
        // The quote is a sentence of its own, and the next sentence is in its paragraph.
        let alone = block.tokens.start == stretch.tokens.start && block.tokens.end == stretch.tokens.end;
        let next = stretch.block as usize + 1;
        if !alone
            || stretch.words < 2
            || reading.blocks.get(next).is_none_or(|b| b.paragraph != stretch.paragraph)
        {
            continue;
        }
        let units = reading.block_units(next);
        let Some(cue) = cue(units) else { continue };
        let Some(subject) = rules::subject_of(reading, units, cue) else { continue };
        let token = units[cue].start;
        let speaker = units[subject.start].start..units[subject.end - 1].end;
        out.drop(token..token + 1, |_| true);
        out.add(Attribution::found(RULE, token..token + 1, [stretch.tokens.clone()], Some(speaker)));
    }
}

/// The reporting verb whose object stands for the quote.
fn cue(units: &[Unit]) -> Option<usize> {
    let at = units.iter().position(|u| {
        u.entry.verb.is_some_and(|v| v.classes.any(Classes::CLAUSAL)) && u.pos == Pos::Finite
    })?;
    let after = units.get(at + 1)?;
    let this = THIS.contains(&after.word)
        && units.get(at + 2).is_none_or(|u| {
            matches!(u.pos, Pos::Stop | Pos::Preposition | Pos::Adverb | Pos::Comma | Pos::Noun)
        });
    let what = after.pos == Pos::Stop
        && units[..at].iter().take(4).any(|u| u.word == WHAT)
        && THIS.contains(&units[0].word);
    (this || what).then_some(at)
}
