//! Which words report: candidates and their features for two scores,
//! *reporting* and *any attribution*.

use super::sink::Sink;
use crate::annotations::Case;
use crate::quotes::Source;
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::words::Classes;
use crate::syntax::{Label, Tag};

/// Edge of the article or of the sentence.
const EDGE: u64 = 1;

/// Words that a clause after a cue may begin with.
const CLAUSE_WORDS: Classes = Classes::COMPLEMENTIZER.or(Classes::SUBORDINATOR);

/// The features of token `t` as a cue.
pub fn features(source: &Source<'_>, t: u32, sink: &mut Sink) {
    sink.clear();
    words(source, t, sink);
    surroundings(source, t, sink);
    if !source.reading.is_word(t as usize) {
        punctuation(source, t, sink);
    }
    if source.trees.parsed(t) {
        tree(source, t, sink);
    }
}

fn words(source: &Source<'_>, t: u32, sink: &mut Sink) {
    let reading = source.reading;
    let at = |d: i64| -> Option<usize> {
        let index = usize::try_from(i64::from(t) + d).ok()?;
        (index < reading.len() && reading.paragraph[index] == reading.paragraph[t as usize]).then_some(index)
    };
    let w = |d| at(d).map_or(EDGE, |i| reading.words[i]);
    let g = |d| at(d).map_or(EDGE, |i| source.tag(i as u32));
    let (lemma, tag) = (source.lemma(t), source.tag(t));
    sink.add(0, &[]);
    sink.add(1, &[w(0)]);
    sink.add(2, &[lemma]);
    sink.add(3, &[tag]);
    sink.add(4, &[w(0), tag]);
    sink.add(5, &[source.suffix(t)]);
    for d in [-3i64, -2, -1, 1, 2, 3] {
        sink.add(6, &[d as u64, w(d)]);
        sink.add(7, &[d as u64, g(d)]);
    }
    sink.add(8, &[w(-1), lemma]);
    sink.add(9, &[lemma, w(1)]);
    sink.add(10, &[g(-1), tag, g(1)]);
    sink.add(11, &[g(1), g(2)]);
    sink.add(12, &[lemma, g(1), g(2)]);
    sink.add(13, &[lemma, g(-1), g(-2)]);
    let verb = reading.entries[t as usize].verb;
    sink.add(
        14,
        &[u64::from(verb.is_some()), u64::from(verb.is_some_and(|v| v.classes.any(Classes::PRIVATE)))],
    );
}

fn surroundings(source: &Source<'_>, t: u32, sink: &mut Sink) {
    let reading = source.reading;
    let lemma = source.lemma(t);
    let block = &reading.blocks[reading.block_of[t as usize] as usize].tokens;
    let quoted = reading.quoted[t as usize] != NONE;
    sink.add(20, &[u64::from(quoted)]);
    sink.add(21, &[u64::from(quoted), lemma]);
    let near = |d: u32| match d {
        0..=3 => u64::from(d),
        4..=6 => 4,
        7..=12 => 5,
        _ => 9,
    };
    if !quoted {
        let left = (1..=12u32)
            .find(|&d| t >= block.start + d && reading.quoted[(t - d) as usize] != NONE)
            .unwrap_or(99);
        let right =
            (1..12u32).find(|&d| t + d < block.end && reading.quoted[(t + d) as usize] != NONE).unwrap_or(99);
        sink.add(22, &[near(left)]);
        sink.add(23, &[near(right)]);
        sink.add(24, &[near(left), near(right)]);
        sink.add(25, &[lemma, u64::from(left < 99), u64::from(right < 99)]);
        // What holds for every reporting verb, also for those that training never saw.
        let listed =
            reading.entries[t as usize].verb.map_or(0, |v| 1 + u64::from(v.classes.any(Classes::PRIVATE)));
        let tag = |at: u32| if block.contains(&at) { source.tag(at) } else { EDGE };
        sink.add(34, &[listed, near(left), near(right), tag(t + 1)]);
        sink.add(35, &[listed, near(left), near(right), tag(t.wrapping_sub(1))]);
        sink.add(36, &[listed, near(left), source.tag(t)]);
    }
    let place = if t == block.start {
        0
    } else if t + 2 >= block.end {
        2
    } else {
        1
    };
    sink.add(26, &[place]);
    if let Some(d) =
        (1..9u32).find(|&d| t + d < block.end && reading.entries[(t + d) as usize].classes.any(CLAUSE_WORDS))
    {
        sink.add(27, &[reading.words[(t + d) as usize], u64::from(d == 1)]);
    }
    let comma = (1..=12u32)
        .find(|&d| t >= block.start + d && reading.pos[(t - d) as usize] == Pos::Comma)
        .unwrap_or(99);
    sink.add(28, &[near(comma)]);
    let nominal = (1..=5u32).find(|&d| {
        t >= block.start + d && matches!(reading.pos[(t - d) as usize], Pos::Name | Pos::Noun | Pos::Pronoun)
    });
    if let Some(d) = nominal {
        let s = t - d;
        let who =
            if reading.pos[s as usize] == Pos::Pronoun { reading.words[s as usize] } else { source.tag(s) };
        sink.add(29, &[who, near(d)]);
    }
    let finite = |range: std::ops::Range<u32>| {
        range.filter(|&k| reading.pos[k as usize] == Pos::Finite).count() as u64
    };
    let right = finite(t + 1..block.end.min(t + 15));
    let left = finite(block.start.max(t.saturating_sub(15))..t);
    sink.add(31, &[right.min(3)]);
    sink.add(32, &[lemma, right.min(2)]);
    sink.add(33, &[left.min(3)]);
}

/// A colon or dash: what stands left of it in its paragraph.
fn punctuation(source: &Source<'_>, t: u32, sink: &mut Sink) {
    let reading = source.reading;
    let tokens = &source.found.paragraphs[reading.paragraph[t as usize] as usize].tokens;
    let left: Vec<u32> = (tokens.start..t).rev().take(8).filter(|&k| reading.is_word(k as usize)).collect();
    let case = |k: &u32| source.found.tokens[*k as usize].case;
    let capitals = left.iter().all(|k| !matches!(case(k), Case::Lower));
    let upper = !left.is_empty() && left.iter().all(|k| case(k) == Case::Upper);
    let first = u64::from(reading.paragraph[t as usize] == 0);
    let count = left.len().min(6) as u64;
    let next = u64::from((t as usize + 1) < reading.len() && reading.quoted[t as usize + 1] != NONE);
    let previous = u64::from(t > 0 && reading.quoted[t as usize - 1] != NONE);
    let verb = u64::from(left.iter().any(|&k| reading.pos[k as usize] == Pos::Finite));
    let w = reading.words[t as usize];
    for (template, value) in [
        (40, first),
        (41, count),
        (42, u64::from(capitals)),
        (43, u64::from(upper)),
        (44, verb),
        (45, next),
        (46, previous),
    ] {
        sink.add(template, &[w, value]);
    }
    sink.add(47, &[w, first, u64::from(capitals), u64::from(upper), count]);
    sink.add(48, &[w, next, u64::from(capitals), first]);
}

fn tree(source: &Source<'_>, t: u32, sink: &mut Sink) {
    let (reading, trees) = (source.reading, source.trees);
    let lemma = source.lemma(t);
    let label = trees.labels[t as usize] as u64;
    let head = trees.heads[t as usize];
    sink.add(50, &[label]);
    sink.add(51, &[source.lemma(head), label]);
    sink.add(52, &[source.tag(head), label]);
    let mut kinds: Vec<u64> = Vec::new();
    for &child in trees.children(t) {
        let relation = trees.labels[child as usize];
        let kind = relation as u64 * 2 + u64::from(child > t);
        kinds.push(kind);
        match relation {
            Label::Subject | Label::PassiveSubject => {
                sink.add(53, &[source.lemma(child)]);
                sink.add(54, &[source.tag(child), u64::from(child > t)]);
            }
            Label::ClausalComplement => {
                sink.add(56, &[lemma]);
                sink.add(57, &[u64::from(reading.quoted[child as usize] != NONE), u64::from(child < t)]);
            }
            Label::Object => {
                sink.add(58, &[lemma, source.lemma(child)]);
                sink.add(59, &[source.lemma(child)]);
            }
            Label::Prepositional => sink.add(60, &[lemma, reading.words[child as usize]]),
            _ => {}
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    for &kind in &kinds {
        sink.add(61, &[kind]);
        sink.add(62, &[lemma, kind]);
    }
    const FRAME: &[Label] = &[
        Label::ClausalComplement,
        Label::Subject,
        Label::PassiveSubject,
        Label::Object,
        Label::OpenComplement,
        Label::Parataxis,
        Label::Marker,
        Label::Prepositional,
        Label::Dative,
        Label::Negation,
    ];
    let frame = kinds.iter().filter(|&&k| FRAME.iter().any(|&l| l as u64 == k / 2));
    let frame = frame.fold(7u64, |hash, &k| crate::learn::hash::join(hash, k));
    sink.add(63, &[frame]);
    sink.add(64, &[frame, lemma]);
}

/// Whether the part of speech of token `t` can be a cue's at all.
pub fn possible(source: &Source<'_>, t: u32) -> bool {
    !source.trees.parsed(t)
        || !matches!(
            source.trees.tags[t as usize],
            Tag::Determiner | Tag::PronounPossessive | Tag::Possessive | Tag::Pronoun
        )
}
