//! Questions without marks before what reports them: "Is the bridge safe? asked the mayor", "Will it
//! rain, she wondered, or hold?"

use std::ops::Range;

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{Pos, Reading, Unit};
use crate::quotes::rules;
use crate::quotes::words::{Classes, Word, word};

const RULE: Rule = Rule { name: "question-cue", confidence: 0.8 };

/// Longest question, in units.
const REACH: usize = 60;

const ASKED: &[Word] = &[
    word("asked"),
    word("asks"),
    word("wondered"),
    word("wonders"),
    word("inquired"),
    word("inquires"),
    word("enquired"),
    word("enquires"),
    word("queried"),
    word("queries"),
];

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    for t in (0..reading.len() as u32).filter(|&t| ASKED.contains(&reading.words[t as usize])) {
        let units = reading.block_units(reading.block_of[t as usize] as usize);
        let at = units.partition_point(|u| u.end <= t);
        let Some((content, speaker)) = (at < REACH).then(|| asked(reading, units, at)).flatten() else {
            continue;
        };
        let tokens = |r: &Range<usize>| units[r.start].start..units[r.end - 1].end;
        out.drop(t..t + 1, |_| true);
        let content: Vec<_> = content.iter().map(tokens).collect();
        out.add(Attribution::found(RULE, t..t + 1, content, speaker.as_ref().map(tokens)));
    }
}

/// What is asked, and who asks, in units.
type Asked = (Vec<Range<usize>>, Option<Range<usize>>);

/// The question around the verb at `at`, and who asks; nobody where somebody "was asked".
fn asked(reading: &Reading, units: &[Unit], at: usize) -> Option<Asked> {
    let mark = units[..at].iter().rposition(|u| matches!(u.pos, Pos::Comma | Pos::Stop | Pos::Quote))?;
    let ends = |u: &Unit| matches!(u.pos, Pos::Comma | Pos::Stop);
    if !ends(&units[mark]) || mark < 3 || !question(&units[..mark]) {
        return None;
    }
    let (speaker, behind) = if mark + 1 == at {
        let subject = rules::subject_behind(reading, units, at)?;
        let behind = subject.end;
        (Some(subject), behind)
    } else {
        let words = &units[mark + 1..at];
        let passive = words.iter().any(|u| u.is(Classes::BE));
        let subject = rules::subject_of(reading, units, at).filter(|s| s.start == mark + 1)?;
        ((!passive).then_some(subject), at + 1)
    };
    let first = 0..mark + usize::from(units[mark].pos == Pos::Stop);
    let mut content = vec![first];
    let last = units.len() - usize::from(units.last().is_some_and(|u| u.pos == Pos::Stop));
    match units.get(behind).map(|u| u.pos) {
        // ", when they lied before?"
        Some(Pos::Comma) if units.last().is_some_and(|u| u.word == word("?")) && behind + 2 < last => {
            content.push(behind + 1..last);
        }
        _ => {}
    }
    Some((content, speaker))
}

/// Whether the units open as a question does: with a verb before its subject, or a question word.
fn question(units: &[Unit]) -> bool {
    let opens = |u: &Unit| u.is(Classes::AUXILIARY);
    let first = &units[0];
    let asks = first.is(Classes::COMPLEMENTIZER) && !matches!(first.word, THAT | IF | WHETHER);
    // "When the rain stopped, he asked …" is no question: there the verb stands behind its subject.
    let inverted = units.iter().take(4).skip(1).any(opens);
    let no_quote = units.iter().all(|u| u.pos != Pos::Quote);
    no_quote && (opens(first) && !opens(&units[1]) || asks && inverted)
}

const THAT: Word = word("that");
const IF: Word = word("if");
const WHETHER: Word = word("whether");
