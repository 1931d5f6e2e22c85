//! Features of a quote without a cue of its own and an attribution that may
//! own it.

use std::ops::Range;

use super::sink::Sink;
use crate::annotations::Case;
use crate::quotes::Source;
use crate::quotes::attribution::Attribution;
use crate::quotes::emit::Tally;
use crate::quotes::marks::Repair;
use crate::quotes::reading::{NONE, Pos, Reading};

/// A quote belongs to one of the last three attributions, or the next.
const BEFORE: usize = 3;

/// An attribution that may own a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its index.
    pub index: usize,
    /// Whether its cue stands behind the quote.
    pub behind: bool,
    /// How many others stand between.
    pub rank: u64,
}

/// The attributions (in order of their cues) that may own the stretch `id`.
pub fn candidates(source: &Source<'_>, id: usize, found: &[Attribution]) -> Vec<Candidate> {
    let reading = source.reading;
    let stretch = &reading.stretches[id];
    let split = found.partition_point(|a| a.cue.start < stretch.tokens.start);
    let paragraph = |a: &Attribution| reading.paragraph[a.cue.start as usize];
    let mut out: Vec<Candidate> = found[..split]
        .iter()
        .enumerate()
        .rev()
        .take(BEFORE)
        .filter(|(_, a)| stretch.paragraph.saturating_sub(paragraph(a)) <= 6)
        .enumerate()
        .map(|(rank, (index, _))| Candidate { index, behind: false, rank: rank as u64 })
        .collect();
    let index = found.partition_point(|a| a.cue.start < stretch.tokens.end);
    if found.get(index).is_some_and(|next| paragraph(next).saturating_sub(stretch.paragraph) <= 1) {
        out.push(Candidate { index, behind: true, rank: 0 });
    }
    out
}

/// How much of each attribution's content is quoted, kept up to date: content may grow long.
pub struct Kinds(Vec<Tally>);

impl Kinds {
    /// Of attributions as they are.
    pub fn new(reading: &Reading, found: &[Attribution]) -> Self {
        Kinds(found.iter().map(|a| Tally::of(reading, &a.content)).collect())
    }

    /// Takes in a piece that an attribution is given.
    pub fn add(&mut self, reading: &Reading, index: usize, piece: &Range<u32>) {
        self.0[index] += Tally::of(reading, std::slice::from_ref(piece));
    }
}

/// The features of a candidate.
pub fn features(
    source: &Source<'_>,
    id: usize,
    found: &[Attribution],
    kinds: &Kinds,
    candidate: Candidate,
    sink: &mut Sink,
) {
    sink.clear();
    let reading = source.reading;
    let stretch = &reading.stretches[id];
    let owner = &found[candidate.index];
    let side = u64::from(candidate.behind);
    let shape = shape(source, id);
    for (number, value) in shape.iter().enumerate() {
        sink.add(10 + number as u16, &[*value]);
    }
    let cue = owner.cue.start;
    let last = if candidate.behind {
        owner.content.first().map_or(cue, |r| r.start.min(cue))
    } else {
        owner.content.last().map_or(cue, |r| (r.end - 1).max(cue))
    };
    let gap = if candidate.behind {
        stretch.tokens.end..last.max(stretch.tokens.end)
    } else {
        (last + 1).min(stretch.tokens.start)..stretch.tokens.start
    };
    let words = gap.clone().take(200).filter(|&t| reading.is_word(t as usize)).count();
    let gap_class = match words {
        0 => 0,
        1..=2 => 1,
        3..=7 => 2,
        8..=19 => 3,
        _ => 4,
    };
    let mut quoted: Vec<u32> =
        gap.take(200).map(|t| reading.quoted[t as usize]).filter(|&q| q != NONE).collect();
    quoted.dedup();
    let paragraphs = u64::from(reading.paragraph[last as usize].abs_diff(stretch.paragraph)).min(3);
    let sentences =
        u64::from(reading.sentence[stretch.tokens.start as usize].abs_diff(reading.sentence[last as usize]))
            .min(4);
    let kind_class = if owner.content.is_empty() { 9 } else { kinds.0[candidate.index].kind() as u64 };
    // How many cues stand in a range; they stand in text order.
    let cues = |range: Range<u32>| {
        let first = found.partition_point(|a| a.cue.start < range.start);
        found[first..].iter().take_while(|a| a.cue.start < range.end).take(2).count() as u64
    };
    let others = cues(cue.min(stretch.tokens.start) + 1..cue.max(stretch.tokens.start));
    let own = cues(reading.blocks[stretch.block as usize].tokens.clone());
    let key: [u64; 8] = [
        gap_class,
        paragraphs,
        kind_class,
        sentences,
        others,
        own,
        candidate.rank,
        quoted.len().min(2) as u64,
    ];
    let lemma = source.lemma(cue);
    sink.add(0, &[]);
    sink.add(1, &[side, candidate.rank]);
    sink.add(2, &[u64::from(reading.block_of[cue as usize] == stretch.block), side]);
    sink.add(3, &[lemma]);
    sink.add(4, &[kind_class, lemma]);
    sink.add(5, &[reading.words[last as usize]]);
    sink.add(6, &[reading.words.get(cue as usize + 1).copied().unwrap_or(1)]);
    let end = reading.blocks[reading.block_of[cue as usize] as usize].tokens.end - 1;
    sink.add(7, &[reading.words[end as usize]]);
    sink.add(8, &[u64::from(end - cue < 4)]);
    sink.add(9, &[lemma, paragraphs.min(2), u64::from(words > 0), kind_class]);
    // The quote before was reopened by this one.
    let reopened = id.checked_sub(1).is_some_and(|p| {
        let previous = &reading.stretches[p];
        previous.quoted.repair == Repair::Reopened
            && previous.paragraph + 1 == stretch.paragraph
            && owner.covers(&previous.tokens) > 0
    });
    sink.add(30, &[u64::from(reopened), side]);
    for (i, &a) in key.iter().enumerate() {
        let i = i as u64;
        sink.add(40, &[i, side, a]);
        for (number, &value) in shape.iter().enumerate().filter(|(n, _)| *n < 7) {
            sink.add(41, &[i, side, a, number as u64, value]);
        }
        for (j, &b) in key.iter().enumerate().skip(i as usize + 1) {
            sink.add(42, &[i, side, a, j as u64, b]);
        }
    }
}

/// What the quote looks like: length, case, last mark, place, neighbours.
fn shape(source: &Source<'_>, id: usize) -> [u64; 10] {
    let reading = source.reading;
    let stretch = &reading.stretches[id];
    let tokens = stretch.tokens.clone();
    let words = match stretch.words {
        n @ 0..=3 => n,
        4..=5 => 4,
        6..=9 => 6,
        _ => 10,
    };
    let is_word = |t: &u32| reading.is_word(*t as usize);
    let case = |t: u32| source.found.tokens[t as usize].case;
    let capital = |t: u32| !matches!(case(t), Case::Lower | Case::None);
    let first = tokens.clone().find(is_word);
    let stop = tokens
        .clone()
        .rev()
        .find(|&t| reading.pos[t as usize] != Pos::Other)
        .map_or(0, |t| if is_word(&t) { 1 } else { reading.words[t as usize] });
    let paragraph = stretch.paragraph;
    let starts = tokens.start == 0 || reading.paragraph[tokens.start as usize - 1] != paragraph;
    let ends = tokens.end as usize >= reading.len() || reading.paragraph[tokens.end as usize] != paragraph;
    let block = &reading.blocks[stretch.block as usize].tokens;
    let outside = block.clone().take(400).filter(|t| !tokens.contains(t) && is_word(t)).take(3).count();
    let capitals = tokens.clone().filter(is_word).take(12).filter(|&t| capital(t)).count() as u64;
    let share = capitals * 4 / u64::from(stretch.words.clamp(1, 12)) * 2 + u64::from(stretch.words < 8);
    let finite = tokens.clone().any(|t| reading.pos[t as usize] == Pos::Finite);
    [
        u64::from(words),
        u64::from(first.is_some_and(capital)),
        stop,
        u64::from(starts) + 2 * u64::from(ends),
        outside as u64,
        if starts { 1 } else { reading.words[tokens.start as usize - 1] },
        u64::from(finite),
        if ends { 1 } else { reading.words[tokens.end as usize] },
        if starts { 1 } else { source.tag(tokens.start - 1) },
        share,
    ]
}
