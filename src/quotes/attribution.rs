//! What the stage works on between finding and writing: a cue with its
//! content and its speaker, in tokens.

use std::ops::Range;

/// One attribution as it is being built.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// The words that report, possibly one punctuation mark.
    pub cue: Range<u32>,
    /// Content in pieces: sorted, not overlapping, not touching.
    pub content: Vec<Range<u32>>,
    /// The words that name the speaker.
    pub speaker: Option<Range<u32>>,
    /// Probability that it is right.
    pub confidence: f32,
    /// The rule or model that decided.
    pub by: &'static str,
}

impl Attribution {
    /// Adds a piece of content, joined with those it touches.
    pub fn add(&mut self, piece: Range<u32>) {
        if piece.is_empty() {
            return;
        }
        self.content.push(piece);
        self.content.sort_by_key(|r| r.start);
        let mut joined: Vec<Range<u32>> = Vec::with_capacity(self.content.len());
        for piece in self.content.drain(..) {
            match joined.last_mut() {
                Some(last) if piece.start <= last.end => last.end = last.end.max(piece.end),
                _ => joined.push(piece),
            }
        }
        self.content = joined;
    }

    /// How many tokens of `range` its content covers.
    pub fn covers(&self, range: &Range<u32>) -> u32 {
        shared(&self.content, range)
    }

    /// Number of content tokens.
    pub fn size(&self) -> u32 {
        self.content.iter().map(|r| r.end - r.start).sum()
    }
}

/// How many tokens of `range` the sorted `pieces` cover.
pub fn shared(pieces: &[Range<u32>], range: &Range<u32>) -> u32 {
    pieces.iter().map(|r| r.end.min(range.end).saturating_sub(r.start.max(range.start))).sum()
}
