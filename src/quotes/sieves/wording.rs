//! Fixed phrases that name a speaker without a verb of their own:
//! "in the words of N, Q" and "as N put it, Q".

use std::ops::Range;

use super::{Attribution, Source};
use crate::quotes::reading::{NONE, Pos, Unit};
use crate::quotes::words::{Word, word};

/// The `by` of its quotes.
pub const NAME: &str = "set-phrase";

const IN_THE_WORDS_OF: [Word; 4] = [word("in"), word("the"), word("words"), word("of")];
const AS: Word = word("as");
const PUT: [Word; 2] = [word("put"), word("puts")];
const IT: Word = word("it");

pub(super) fn run(source: &Source<'_>, out: &mut Vec<Attribution>) {
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
            let before = units[..at].iter().rposition(|u| u.pos == Pos::Stop).map_or(0, |i| i + 1)..at;
            let after =
                end..units[end..].iter().position(|u| u.pos == Pos::Stop).map_or(units.len(), |i| end + i);
            content.extend([before, after].iter().filter(|r| !r.is_empty()).map(&tokens));
            let quoted = content.iter().cloned().flatten().any(|t: u32| reading.quoted[t as usize] != NONE);
            if !quoted {
                continue;
            }
            let cue = tokens(&cue);
            out.retain(|a| a.cue.end <= units[at].start || a.cue.start >= units[end - 1].end);
            let content_range = content[0].start..content[content.len() - 1].end;
            out.retain(|a| a.covers(&content_range) * 2 < content_range.end - content_range.start);
            out.push(Attribution {
                cue,
                content,
                speaker: Some(tokens(&speaker)),
                confidence: 0.85,
                by: NAME,
            });
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
