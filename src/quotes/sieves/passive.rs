//! Passives that name who spoke behind "by": "it was announced by the palace that …".
//!
//! They are rare in news, so that no model learns them; the construction leaves no doubt.

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::NONE;
use crate::quotes::rules;
use crate::quotes::words::{Classes, word};

const RULE: Rule = Rule { name: "passive-agent", confidence: 0.85 };

/// How far before "by" the verb may stand, in units.
const BEFORE: usize = 6;

/// Units on either side that are looked at.
const REACH: usize = 120;

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    let by = word("by");
    let mut last = NONE;
    for t in (0..reading.len() as u32).filter(|&t| reading.words[t as usize] == by) {
        if reading.quoted[t as usize] != NONE {
            continue;
        }
        let units = reading.block_units(reading.block_of[t as usize] as usize);
        let at = units.partition_point(|u| u.end <= t);
        let first = at.saturating_sub(REACH);
        let units = &units[first..units.len().min(at + REACH)];
        let at = at - first;
        let passive = |i: usize| {
            let verb = units[i].entry.verb.is_some() && !units[i].is(Classes::AUXILIARY);
            verb.then(|| rules::passive_agent(reading, units, i))?
        };
        let Some(found) = (at.saturating_sub(BEFORE)..at).rev().find_map(passive) else { continue };
        let cue = units[found.cue.start].start;
        if cue == last {
            continue;
        }
        last = cue;
        let tokens = |r: &std::ops::Range<usize>| units[r.start].start..units[r.end - 1].end;
        let content: Vec<_> = found.content.iter().map(tokens).collect();
        out.drop(cue..cue + 1, |_| true);
        out.add(Attribution::found(RULE, cue..cue + 1, content, found.speaker.as_ref().map(tokens)));
    }
}
