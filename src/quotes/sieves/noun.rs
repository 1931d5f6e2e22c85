//! A noun that says what was said: "her allegation that the files were burned", "the claim, made by the
//! senator, that …".

use std::ops::Range;

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::judge::{clause, grammar};
use crate::quotes::reading::Pos;
use crate::quotes::words::{Classes, word};

const RULE: Rule = Rule { name: "noun-that", confidence: 0.7 };

/// How far behind the noun "that" may stand, in tokens.
const APART: u32 = 14;

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    for t in 0..reading.len().saturating_sub(2) as u32 {
        let noun = reading.entries[t as usize].classes.any(Classes::NOUN_CUE)
            && reading.pos[t as usize] == Pos::Noun
            && source.trees.parsed(t);
        if !noun {
            continue;
        }
        let Some((owner, mut content)) = owned(source, t).or_else(|| by_agent(source, t)) else { continue };
        if !clause::finite(source, &content) {
            continue;
        }
        let cue = t..t + 1;
        content.end = grammar::second_predicate(source, &content);
        // Who rejects a claim does not make it.
        let whole = owner.start.min(t)..content.end;
        out.drop(whole.start.saturating_sub(3)..owner.end.max(t + 1), |a| {
            a.cue.start == t || a.covers(&cue) > 0 && a.covers(&whole) * 2 > a.size()
        });
        out.add(Attribution::found(RULE, cue, [content], Some(owner)));
    }
}

/// "Her allegation that S": the owner, and S.
fn owned(source: &Source<'_>, noun: u32) -> Option<(Range<u32>, Range<u32>)> {
    if source.reading.words[noun as usize + 1] != word("that") {
        return None;
    }
    let opinion = clause::opinion(source, noun);
    let (owner, [content]) = (opinion.speaker?, opinion.content.as_slice()) else { return None };
    (owner.end <= noun).then(|| (owner, content.clone()))
}

/// "The allegation by N that S", "the claim, made on Monday by N, that S": who made it, and S.
fn by_agent(source: &Source<'_>, noun: u32) -> Option<(Range<u32>, Range<u32>)> {
    let (reading, trees) = (source.reading, source.trees);
    let sentence = &source.found.sentences[reading.sentence[noun as usize] as usize].tokens;
    let end = sentence.end.min(noun + APART);
    let that = (noun + 2..end).find(|&t| reading.words[t as usize] == word("that"))?;
    let by = (noun + 1..that).find(|&t| reading.words[t as usize] == word("by"))?;
    // Nothing but how it was made stands before, nothing but a name behind.
    let made = |t: u32| matches!(reading.pos[t as usize], Pos::Comma | Pos::Participle | Pos::Adverb);
    let comma = u32::from(reading.pos[that as usize - 1] == Pos::Comma);
    let agent = by + 1..that - comma;
    let nominal = |t: u32| reading.pos[t as usize].nominal() || reading.pos[t as usize] == Pos::Preposition;
    let named = !agent.is_empty() && agent.clone().all(nominal) && reading.pos[agent.end as usize - 1].head();
    // "by a man that lives there" describes the man.
    let clause = reading.pos.get(that as usize + 1).is_some_and(|&pos| pos != Pos::Finite);
    let head = trees.heads[that as usize];
    (named && clause && head > that && (noun + 1..by).all(made))
        .then(|| (agent, that..trees.subtree(head).end.min(sentence.end)))
}
