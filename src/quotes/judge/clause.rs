//! Who reports what, read off the tree: evidence for the judge beside the
//! surface grammar's.
//!
//! Content is the clausal complement or the clause set beside the cue, or the
//! clause that holds a parenthetical cue; the speaker is the subject, the
//! agent of a passive, or the subject of the verb that the cue hangs on.

use std::ops::Range;

use super::span::Opinion;
use crate::quotes::Source;
use crate::quotes::attribution::shared;
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::words::{Classes, word};
use crate::syntax::{Label, Tag};

/// The tree's opinion about the cue at token `cue`.
pub fn opinion(source: &Source<'_>, cue: u32) -> Opinion {
    let (reading, trees) = (source.reading, source.trees);
    if !trees.parsed(cue) {
        return Opinion::default();
    }
    if reading.words[cue as usize] == word("according") {
        return according(source, cue);
    }
    let (speaker, how) = subject(source, cue, 0);
    let speaker = speaker.map(|s| trim(source, s, cue));
    let mut content: Vec<Range<u32>> = Vec::new();
    for &child in trees.children(cue) {
        let relation = trees.labels[child as usize];
        let quoted = reading.quoted[child as usize] != NONE;
        if matches!(relation, Label::ClausalComplement | Label::Parataxis)
            || relation == Label::AdverbialClause && quoted
        {
            content.push(trees.subtree(child));
        }
    }
    // "the claim that …"
    if trees.tags[cue as usize].is_noun() {
        let clause = |c: u32| {
            matches!(
                trees.labels[c as usize],
                Label::AdjectivalClause | Label::RelativeClause | Label::ClausalComplement
            ) && reading.words[trees.left[c as usize] as usize] == word("that")
        };
        content.clear();
        content.extend(trees.children(cue).iter().filter(|&&c| clause(c)).map(|&c| trees.subtree(c)));
        let owner = trees.children(cue).iter().find(|&&c| trees.labels[c as usize] == Label::Possessor);
        let owner = owner.map(|&c| trees.subtree(c));
        return Opinion { how: 50 + u64::from(owner.is_some()), content, speaker: owner };
    }
    if content.is_empty()
        && matches!(trees.labels[cue as usize], Label::Parataxis | Label::ClausalComplement)
        && matches!(trees.tags[cue as usize], Tag::VerbPast | Tag::VerbThird | Tag::VerbPresent)
    {
        let all = trees.subtree(trees.heads[cue as usize]);
        let own = trees.subtree(cue);
        content.extend([all.start..own.start.max(all.start), own.end.min(all.end)..all.end]);
    }
    if content.is_empty() {
        let open = trees.children(cue).iter().filter(|&&c| trees.labels[c as usize] == Label::OpenComplement);
        content.extend(open.map(|&c| trees.subtree(c)));
    }
    if reading.quoted[cue as usize] == NONE {
        quotes_near(source, cue, speaker.as_ref(), &mut content);
    }
    content.retain(|r| !r.is_empty());
    // Neither the cue nor the speaker is content.
    let own = cue..cue + 1;
    for hole in std::iter::once(own).chain(speaker.clone()) {
        content = content
            .into_iter()
            .flat_map(|r| {
                [r.start..r.end.min(hole.start).max(r.start), r.start.max(hole.end).min(r.end)..r.end]
            })
            .filter(|r| !r.is_empty())
            .collect();
    }
    Opinion { content, speaker, how }
}

/// Adds quotes that stand next to the cue with no more than two words between.
fn quotes_near(source: &Source<'_>, cue: u32, speaker: Option<&Range<u32>>, content: &mut Vec<Range<u32>>) {
    let reading = source.reading;
    let block = reading.block_of[cue as usize];
    let tokens = &reading.blocks[block as usize].tokens;
    let first = reading.stretches.partition_point(|s| s.tokens.start < tokens.start);
    for stretch in reading.stretches[first..].iter().take_while(|s| s.block == block).take(12) {
        let range = stretch.tokens.clone();
        let inside = shared(content, &range) * 2 >= range.end - range.start;
        let gap = if range.end <= cue { range.end..cue } else { cue + 1..range.start.max(cue + 1) };
        let own = |t: &u32| speaker.is_some_and(|s| s.contains(t));
        let near = || {
            gap.end - gap.start < 40
                && gap.clone().filter(|t| reading.is_word(*t as usize) && !own(t)).count() <= 2
        };
        let speaks = speaker.is_some_and(|s| s.start < range.end && range.start < s.end);
        if inside || stretch.words >= 3 && !speaks && near() {
            content.push(range);
        }
    }
    content.sort_by_key(|r| r.start);
}

fn according(source: &Source<'_>, cue: u32) -> Opinion {
    let trees = source.trees;
    let to = trees.children(cue).iter().find(|&&c| source.reading.words[c as usize] == word("to"));
    let object = to.and_then(|&to| {
        trees.children(to).iter().find(|&&c| trees.labels[c as usize] == Label::PrepositionalObject)
    });
    let Some(&object) = object else { return Opinion::default() };
    let speaker = trees.subtree(object);
    let sentence = &source.found.sentences[source.reading.sentence[cue as usize] as usize].tokens;
    let content = vec![sentence.start..cue, speaker.end..sentence.end];
    Opinion {
        content: content.into_iter().filter(|r| !r.is_empty()).collect(),
        speaker: Some(speaker),
        how: 40,
    }
}

/// The subject of the verb at `t`; its own, or that of the verb it hangs on.
pub fn subject(source: &Source<'_>, t: u32, depth: u32) -> (Option<Range<u32>>, u64) {
    let trees = source.trees;
    for &child in trees.children(t) {
        if trees.labels[child as usize].is_subject() {
            return (Some(trees.subtree(child)), 1 + u64::from(child > t));
        }
    }
    for &child in trees.children(t) {
        if trees.labels[child as usize] == Label::Agent {
            let by = trees
                .children(child)
                .iter()
                .find(|&&c| trees.labels[c as usize] == Label::PrepositionalObject);
            if let Some(&by) = by {
                return (Some(trees.subtree(by)), 3);
            }
        }
    }
    let head = trees.heads[t as usize];
    if depth < 3 && head != t {
        let relation = trees.labels[t as usize];
        match relation {
            Label::Conjunct
            | Label::OpenComplement
            | Label::AdverbialClause
            | Label::PrepositionalClause
            | Label::Prepositional
            | Label::ClausalComplement => {
                let (found, _) = subject(source, head, depth + 1);
                if found.is_some() {
                    return (found, 10 + relation as u64);
                }
            }
            Label::AdjectivalClause | Label::RelativeClause
                if matches!(
                    trees.tags[head as usize],
                    Tag::Noun | Tag::NounPlural | Tag::Proper | Tag::ProperPlural
                ) =>
            {
                let start = trees.left[head as usize];
                let end = t.min(trees.left[t as usize]);
                return ((start < end).then_some(start..end), 80 + relation as u64);
            }
            _ => {}
        }
    }
    (None, 0)
}

fn trim(source: &Source<'_>, mut words: Range<u32>, cue: u32) -> Range<u32> {
    if words.contains(&cue) {
        words = if cue - words.start >= words.end - cue { words.start..cue } else { cue + 1..words.end };
    }
    while words.start < words.end
        && !source.reading.is_word(words.end as usize - 1)
        && source.reading.pos[words.end as usize - 1] != Pos::Comma
    {
        words.end -= 1;
    }
    words
}

/// Whether the clause of token range `range` holds a finite verb.
pub fn finite(source: &Source<'_>, range: &Range<u32>) -> bool {
    range.clone().any(|t| {
        source.reading.pos[t as usize] == Pos::Finite
            || source.reading.entries[t as usize].classes.any(Classes::MODAL)
    })
}
