//! A noun that says what was said: "her allegation that the files were burned".

use super::{Attribution, Finds, Source};
use crate::quotes::attribution::Rule;
use crate::quotes::judge::{clause, grammar};
use crate::quotes::reading::Pos;
use crate::quotes::words::{Classes, word};

const RULE: Rule = Rule { name: "noun-that", confidence: 0.7 };

pub(super) fn run(source: &Source<'_>, out: &mut Finds) {
    let reading = source.reading;
    for t in 0..reading.len().saturating_sub(2) as u32 {
        let noun = reading.entries[t as usize].classes.any(Classes::NOUN_CUE)
            && reading.words[t as usize + 1] == word("that")
            && reading.pos[t as usize] == Pos::Noun;
        if !noun || !source.trees.parsed(t) {
            continue;
        }
        let opinion = clause::opinion(source, t);
        let (Some(owner), [content]) = (opinion.speaker, opinion.content.as_slice()) else { continue };
        if owner.end > t || !clause::finite(source, content) {
            continue;
        }
        let (mut content, cue) = (content.clone(), t..t + 1);
        content.end = grammar::second_predicate(source, &content);
        // Who rejects a claim does not make it.
        let whole = owner.start..content.end;
        out.drop(owner.start.saturating_sub(3)..t + 1, |a| {
            a.cue.start == t || a.covers(&cue) > 0 && a.covers(&whole) * 2 > a.size()
        });
        out.add(Attribution::found(RULE, cue, [content], Some(owner)));
    }
}
