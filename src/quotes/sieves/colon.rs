//! A quote that a colon announces where no verb reports: "The mayor was
//! clear: “No second vote.”", also with the quote in a paragraph of its own.

use super::{Attribution, Source};
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::rules;

/// The `by` of its quotes.
pub const NAME: &str = "colon-quote";

pub(super) fn run(source: &Source<'_>, out: &mut Vec<Attribution>) {
    let reading = source.reading;
    for stretch in &reading.stretches {
        let tokens = stretch.tokens.clone();
        let Some(colon) = tokens.start.checked_sub(1).filter(|&t| reading.pos[t as usize] == Pos::Colon)
        else {
            continue;
        };
        // Speech ends its sentence; a title or a term does not.
        let ended = (tokens.start..tokens.end)
            .rev()
            .find(|&t| reading.pos[t as usize] != Pos::Other)
            .is_some_and(|t| reading.pos[t as usize] == Pos::Stop);
        let apart = stretch.paragraph.saturating_sub(reading.paragraph[colon as usize]);
        if !ended || apart > 1 || out.iter().any(|a| a.covers(&tokens) > 0 || near(reading, a, colon)) {
            continue;
        }
        let units = reading.block_units(reading.block_of[colon as usize] as usize);
        let end = units.partition_point(|u| u.start < colon);
        let Some(subject) = rules::main_subject(reading, &units[..end]) else { continue };
        let words = units[subject.start].start..units[subject.end - 1].end;
        if words.clone().any(|t| reading.quoted[t as usize] != NONE) {
            continue;
        }
        out.push(Attribution {
            cue: colon..colon + 1,
            content: std::iter::once(tokens).collect(),
            speaker: Some(words),
            confidence: 0.6,
            by: NAME,
        });
    }
}

/// Whether a cue stands in the colon's own sentence, before it.
fn near(reading: &crate::quotes::reading::Reading, a: &Attribution, colon: u32) -> bool {
    a.cue.start <= colon
        && a.confidence >= 0.3
        && reading.sentence[a.cue.start as usize] == reading.sentence[colon as usize]
}
