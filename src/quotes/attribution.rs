//! What the stage works on between finding and writing: a cue with its
//! content and its speaker, in tokens.

use std::ops::Range;

use foldhash::HashMap;

use super::reading::Reading;

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

/// A rule that finds attributions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// What stands in `by`.
    pub name: &'static str,
    /// The share of its finds that are right.
    pub confidence: f32,
}

impl Attribution {
    /// What a rule found. The pieces of content stand in text order and may touch.
    pub fn found(
        rule: Rule,
        cue: Range<u32>,
        content: impl IntoIterator<Item = Range<u32>>,
        speaker: Option<Range<u32>>,
    ) -> Self {
        let Rule { name, confidence } = rule;
        let mut found = Attribution { cue, content: Vec::new(), speaker, confidence, by: name };
        content.into_iter().for_each(|piece| found.add(piece));
        found
    }

    /// Adds a piece of content, joined with those it touches.
    pub fn add(&mut self, piece: Range<u32>) {
        if piece.is_empty() {
            return;
        }
        match self.content.last_mut() {
            // Most pieces come in text order.
            Some(last) if piece.start > last.end => self.content.push(piece),
            None => self.content.push(piece),
            Some(last) if piece.start >= last.start => last.end = last.end.max(piece.end),
            Some(_) => {
                self.content.push(piece);
                self.content.sort_by_key(|r| r.start);
                self.content.dedup_by(|next, last| {
                    let touch = next.start <= last.end;
                    if touch {
                        last.end = last.end.max(next.end);
                    }
                    touch
                });
            }
        }
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
    let first = pieces.partition_point(|r| r.end <= range.start);
    let rest = pieces[first..].iter().take_while(|r| r.start < range.end);
    rest.map(|r| r.end.min(range.end) - r.start.max(range.start)).sum()
}

/// Which quoted stretches one attribution holds at least half of.
pub fn held(reading: &Reading, found: &[Attribution]) -> Vec<bool> {
    let stretches = &reading.stretches;
    let mut held = vec![false; stretches.len()];
    let mut shares: Vec<(usize, u32)> = Vec::new();
    for a in found {
        shares.clear();
        for piece in &a.content {
            let first = stretches.partition_point(|s| s.tokens.end <= piece.start);
            let inside = stretches[first..].iter().take_while(|s| s.tokens.start < piece.end);
            for (id, s) in (first..).zip(inside) {
                let both = piece.end.min(s.tokens.end) - piece.start.max(s.tokens.start);
                match shares.last_mut() {
                    Some(last) if last.0 == id => last.1 += both,
                    _ => shares.push((id, both)),
                }
            }
        }
        for &(id, both) in &shares {
            let tokens = &stretches[id].tokens;
            held[id] |= both * 2 >= tokens.end - tokens.start;
        }
    }
    held
}

/// Finds attributions by where their content stands, so that nobody asks all of them.
#[derive(Default)]
pub struct Places {
    by_place: HashMap<u32, Vec<usize>>,
}

/// Tokens of one place.
const PLACE: u32 = 64;

impl Places {
    /// The places of all of them.
    pub fn of(found: &[Attribution]) -> Self {
        let mut places = Places::default();
        found.iter().enumerate().for_each(|(index, a)| places.add(index, &a.content));
        places
    }

    /// Notes that the attribution with number `index` has this content.
    pub fn add(&mut self, index: usize, content: &[Range<u32>]) {
        for place in places(content) {
            let here = self.by_place.entry(place).or_default();
            if here.last() != Some(&index) {
                here.push(index);
            }
        }
    }

    /// The numbers of those that may share tokens with `content`, some perhaps twice.
    pub fn near<'a>(&'a self, content: &'a [Range<u32>]) -> impl Iterator<Item = usize> + 'a {
        places(content).filter_map(|place| self.by_place.get(&place)).flatten().copied()
    }
}

fn places(content: &[Range<u32>]) -> impl Iterator<Item = u32> + '_ {
    content.iter().filter(|r| !r.is_empty()).flat_map(|r| r.start / PLACE..(r.end - 1) / PLACE + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULE: Rule = Rule { name: "test", confidence: 1.0 };

    proptest! {
        #[test]
        fn pieces_are_what_was_added(pieces in prop::collection::vec((0u32..60, 0u32..6), 0..20)) {
            let mut a = Attribution::found(RULE, 0..1, [], None);
            let mut tokens = [false; 70];
            for (start, size) in pieces {
                a.add(start..start + size);
                tokens[start as usize..(start + size) as usize].fill(true);
            }
            for t in 0..70u32 {
                prop_assert_eq!(a.covers(&(t..t + 1)) == 1, tokens[t as usize]);
            }
            prop_assert!(a.content.windows(2).all(|w| w[0].end < w[1].start));
            prop_assert_eq!(a.size() as usize, tokens.iter().filter(|t| **t).count());
        }

        #[test]
        fn who_shares_tokens_is_near(
            contents in prop::collection::vec((0u32..900, 1u32..200, 0u32..50, 1u32..200), 1..12),
        ) {
            let pieces = |&(start, size, gap, more): &(u32, u32, u32, u32)| {
                [start..start + size, start + size + gap + 1..start + size + gap + 1 + more]
            };
            let mut places = Places::default();
            for (index, content) in contents.iter().enumerate() {
                places.add(index, &pieces(content));
            }
            for a in &contents {
                for (index, b) in contents.iter().enumerate() {
                    let both: u32 = pieces(a).iter().map(|r| shared(&pieces(b), r)).sum();
                    prop_assert!(both == 0 || places.near(&pieces(a)).any(|near| near == index));
                }
            }
        }
    }
}
