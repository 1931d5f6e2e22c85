//! A quote that a colon announces where no verb reports: "The mayor was
//! clear: “No second vote.”", also with the quote in a paragraph of its own.

use std::ops::Range;

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{NONE, Pos, Reading, Unit};
use crate::quotes::rules;
use crate::quotes::words::Classes;

const RULE: Rule = Rule { name: "colon-quote", confidence: 0.6 };

/// A cue less sure than this speaks for nothing.
const SURE: f32 = 0.3;

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    let mut claimed: Option<Claimed> = None;
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
        if !ended || apart > 1 {
            continue;
        }
        let claimed = claimed.get_or_insert_with(|| Claimed::new(source, out));
        if claimed.holds(tokens.clone()) || claimed.cue_before(reading, colon) {
            continue;
        }
        let units = reading.block_units(reading.block_of[colon as usize] as usize);
        let end = units.partition_point(|u| u.start < colon);
        let Some(subject) = rules::main_subject(reading, &units[..end]) else { continue };
        let words = owner(&units[subject.clone()])
            .unwrap_or_else(|| units[subject.start].start..units[subject.end - 1].end);
        if words.clone().any(|t| reading.quoted[t as usize] != NONE) {
            continue;
        }
        out.add(Attribution::found(RULE, colon..colon + 1, [tokens], Some(words)));
    }
}

/// "His answer", "the minister's reply": whose it is.
fn owner(subject: &[Unit]) -> Option<Range<u32>> {
    let (head, owner) = subject.split_last()?;
    if !head.is(Classes::NOUN_CUE) && head.entry.verb.is_none() {
        return None;
    }
    let first = owner.first()?.start;
    let last = owner.iter().rfind(|u| u.pos == Pos::Possessive || u.is(Classes::POSSESSIVE))?;
    Some(first..last.end)
}

/// What earlier finds leave to nobody else.
struct Claimed {
    /// Of each token, how many tokens before it are somebody's content.
    before: Vec<u32>,
    /// Of each sentence, its first sure cue.
    cues: Vec<u32>,
}

impl Claimed {
    fn new(source: &Source<'_>, finds: &Finds) -> Self {
        let reading = source.reading;
        let mut change = vec![0i32; reading.len() + 1];
        let mut cues = vec![NONE; source.found.sentences.len()];
        for a in finds.earlier.iter().filter(|a| a.confidence >= SURE) {
            for piece in &a.content {
                change[piece.start as usize] += 1;
                change[piece.end as usize] -= 1;
            }
            let first = &mut cues[reading.sentence[a.cue.start as usize] as usize];
            *first = (*first).min(a.cue.start);
        }
        let mut before = Vec::with_capacity(change.len() + 1);
        let (mut depth, mut count) = (0, 0);
        for change in change {
            before.push(count);
            depth += change;
            count += u32::from(depth > 0);
        }
        Claimed { before, cues }
    }

    /// Whether somebody's content shares a token with these.
    fn holds(&self, tokens: Range<u32>) -> bool {
        self.before[tokens.end as usize] > self.before[tokens.start as usize]
    }

    /// Whether a cue stands in the colon's own sentence, before it.
    fn cue_before(&self, reading: &Reading, colon: u32) -> bool {
        let cue = self.cues[reading.sentence[colon as usize] as usize];
        cue <= colon
    }
}
