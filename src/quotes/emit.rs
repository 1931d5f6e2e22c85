//! From attributions in tokens to quotes in spans: edges trimmed, kinds told,
//! overlaps resolved, in text order.

use std::ops::Range;

use super::attribution::{Attribution, Places, shared};
use super::reading::{NONE, Pos, Reading};
use super::sieves::LABELLED;
use super::stance::stance;
use super::words::word;
use crate::Annotations;
use crate::annotations::{EntityId, Quote, QuoteKind, Speaker};

/// Drops attributions whose content another, surer one already claims.
pub fn without_overlaps(mut found: Vec<Attribution>) -> Vec<Attribution> {
    found.retain(|a| !a.content.is_empty());
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.cue.start.cmp(&b.cue.start)));
    let mut kept: Vec<Attribution> = Vec::with_capacity(found.len());
    let mut places = Places::default();
    for a in found {
        let clash = places.near(&a.content).any(|at| {
            let b: &Attribution = &kept[at];
            let both: u32 = a.content.iter().map(|r| shared(&b.content, r)).sum();
            both > 0 && both * 2 >= a.size() + b.size() - both
        });
        if !clash {
            places.add(kept.len(), &a.content);
            kept.push(a);
        }
    }
    kept.sort_by_key(|a| (a.content.first().map_or(0, |r| r.start), a.cue.start));
    kept
}

/// The quote of an attribution; none when nothing but punctuation is left of its content.
pub fn quote(
    found: &Annotations,
    reading: &Reading,
    a: &Attribution,
    entity: Option<EntityId>,
) -> Option<Quote> {
    let pieces: Vec<Range<u32>> = a.content.iter().filter_map(|piece| trim(reading, piece.clone())).collect();
    let bare = |piece: &Range<u32>| {
        piece.end - piece.start == 1 && reading.pos[piece.start as usize] == Pos::Pronoun
    };
    // "It was announced that …": the "it" is no content.
    let pieces: Vec<Range<u32>> =
        if pieces.iter().all(bare) { pieces } else { pieces.into_iter().filter(|p| !bare(p)).collect() };
    if pieces.is_empty() {
        return None;
    }
    let speaker = a
        .speaker
        .clone()
        .and_then(|words| trim_speaker(reading, words))
        .map(|words| Speaker { span: found.span_of(words), entity });
    Some(Quote {
        // What follows a speaker's label in a transcript are his words, without marks.
        kind: if a.by == LABELLED { QuoteKind::Direct } else { kind(reading, &pieces) },
        segments: pieces.into_iter().map(|piece| found.span_of(piece)).collect(),
        speaker,
        cue: (!a.cue.is_empty()).then(|| found.span_of(a.cue.clone())),
        stance: stance(reading, a.cue.start),
        confidence: a.confidence,
        by: a.by,
    })
}

/// Words of some content, and how many of them stand between marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    words: u32,
    quoted: u32,
}

impl Tally {
    /// Of these pieces.
    pub fn of(reading: &Reading, pieces: &[Range<u32>]) -> Self {
        let mut tally = Tally::default();
        for t in pieces.iter().cloned().flatten().filter(|&t| reading.is_word(t as usize)) {
            tally.words += 1;
            tally.quoted += u32::from(reading.quoted[t as usize] != NONE);
        }
        tally
    }

    /// Direct when all words stand between marks, indirect when none does.
    pub fn kind(self) -> QuoteKind {
        match self.quoted {
            0 => QuoteKind::Indirect,
            q if q == self.words => QuoteKind::Direct,
            _ => QuoteKind::Mixed,
        }
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.words += other.words;
        self.quoted += other.quoted;
    }
}

/// The kind of a quote with these pieces.
pub fn kind(reading: &Reading, pieces: &[Range<u32>]) -> QuoteKind {
    Tally::of(reading, pieces).kind()
}

/// Takes a leading "that" and outer punctuation off, but keeps the marks and stops of a quote.
fn trim(reading: &Reading, piece: Range<u32>) -> Option<Range<u32>> {
    let Range { mut start, mut end } = piece;
    let outside = |t: u32| reading.quoted[t as usize] == NONE;
    let loose = |t: u32| {
        outside(t)
            && matches!(
                reading.pos[t as usize],
                Pos::Comma | Pos::Colon | Pos::Semicolon | Pos::Dash | Pos::Stop | Pos::Other
            )
    };
    while start < end && loose(start) {
        start += 1;
    }
    while start < end && loose(end - 1) {
        end -= 1;
    }
    // "That is nonsense": there it stands for a thing.
    let opens =
        |t: u32| reading.words[t as usize] == word("that") && reading.pos[t as usize + 1] != Pos::Finite;
    if start + 1 < end && outside(start) && opens(start) {
        start += 1;
        while start < end && loose(start) {
            start += 1;
        }
    }
    (start..end).any(|t| reading.is_word(t as usize)).then_some(start..end)
}

/// Takes commas, brackets and a possessive ending off the speaker's words.
fn trim_speaker(reading: &Reading, words: Range<u32>) -> Option<Range<u32>> {
    let Range { mut start, mut end } = words;
    while start < end && !reading.is_word(start as usize) {
        start += 1;
    }
    while start < end
        && (!reading.is_word(end as usize - 1) || reading.pos[end as usize - 1] == Pos::Possessive)
        && !abbreviated(reading, end - 1)
    {
        end -= 1;
    }
    (start < end).then_some(start..end)
}

fn abbreviated(reading: &Reading, t: u32) -> bool {
    reading.mention[t as usize] != NONE
}
