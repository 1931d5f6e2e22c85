//! Fixed phrases that name a speaker without a verb of their own:
//! "in the words of N, Q" and "as N put it, Q".

use std::ops::Range;

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{NONE, Pos, Unit};
use crate::quotes::words::{Word, word};

const RULE: Rule = Rule { name: "set-phrase", confidence: 0.85 };

/// Longest sentence, in units on either side of the phrase.
const REACH: usize = 120;

/// Cues farther away, in tokens, do not report its quote.
const NEAR: u32 = 400;

const IN_THE_WORDS_OF: [Word; 4] = [word("in"), word("the"), word("words"), word("of")];
const AS: Word = word("as");
const PUT: [Word; 2] = [word("put"), word("puts")];
const IT: Word = word("it");

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    for block in 0..reading.blocks.len() {
        let units = reading.block_units(block);
        if !units.iter().any(|u| u.pos == Pos::Quote) {
            continue;
        }
        for at in 0..units.len() {
            let Some((cue, speaker, end)) = words_of(units, at).or_else(|| put_it(units, at)) else {
                continue;
            };
            let tokens = |range: &Range<usize>| units[range.start].start..units[range.end - 1].end;
            let mut content = Vec::new();
            // What stands before the phrase in its sentence, and after it.
            let stop = |u: &Unit| u.pos == Pos::Stop;
            let first = at.saturating_sub(REACH);
            let before = units[first..at].iter().rposition(stop).map_or(first, |i| first + i + 1)..at;
            let limit = units.len().min(end + REACH);
            let after = end..units[end..limit].iter().position(stop).map_or(limit, |i| end + i);
            content.extend([before, after].iter().filter(|r| !r.is_empty()).map(&tokens));
            let quoted = content.iter().cloned().flatten().any(|t: u32| reading.quoted[t as usize] != NONE);
            if !quoted {
                continue;
            }
            let cue = tokens(&cue);
            let all = content[0].start..content[content.len() - 1].end;
            out.drop(units[at].start..units[end - 1].end, |_| true);
            out.drop(all.start.saturating_sub(NEAR)..all.end + NEAR, |a| {
                a.covers(&all) * 2 >= all.end - all.start
            });
            out.add(Attribution::found(RULE, cue, content, Some(tokens(&speaker))));
        }
    }
}

/// "in the words of N": cue, speaker, end of the phrase.
fn words_of(units: &[Unit], at: usize) -> Option<(Range<usize>, Range<usize>, usize)> {
    let phrase = units.get(at..at + 4)?;
    if !phrase.iter().map(|u| u.word).eq(IN_THE_WORDS_OF) {
        return None;
    }
    let end = (at + 4..units.len())
        .find(|&i| matches!(units[i].pos, Pos::Comma | Pos::Quote | Pos::Stop | Pos::Colon))?;
    (end > at + 4).then_some((at..at + 4, at + 4..end, end))
}

/// "as N put it": the verb is the cue.
fn put_it(units: &[Unit], at: usize) -> Option<(Range<usize>, Range<usize>, usize)> {
    if units[at].word != AS {
        return None;
    }
    let verb = (at + 2..units.len().min(at + 10)).find(|&i| PUT.contains(&units[i].word))?;
    let named = units[at + 1..verb]
        .iter()
        .all(|u| !matches!(u.pos, Pos::Comma | Pos::Quote | Pos::Stop | Pos::Finite));
    (named && units.get(verb + 1)?.word == IT).then_some((verb..verb + 1, at + 1..verb, verb + 2))
}
