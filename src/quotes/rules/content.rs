//! What is reported: the quote or the clause on either side of a cue.

use std::ops::Range;

use super::{Grammar, OF, THAT, TO};
use crate::quotes::reading::Pos;
use crate::quotes::words::{Classes, Form, Verb, word};

impl Grammar<'_> {
    /// The quote that follows at `from`, with "," or ":" and adverbial phrases between.
    pub(super) fn quote_after(&self, from: usize) -> Option<Range<usize>> {
        let mut at = from;
        let mut words = 0;
        while let Some(unit) = self.units.get(at) {
            match unit.pos {
                Pos::Quote => {
                    let words = self.reading.stretches.get(unit.quoted as usize).map_or(0, |s| s.words);
                    return (words >= 2).then_some(at..self.quote_end(at));
                }
                Pos::Finite | Pos::Subordinator if unit.word != THAT => return None,
                Pos::Stop | Pos::Semicolon => return None,
                _ => words += 1,
            }
            if words > 14 {
                return None;
            }
            at += 1;
        }
        None
    }

    /// End of the content that begins with the quote at `at`: the sentence when text goes on without an attribution.
    pub(super) fn quote_end(&self, at: usize) -> usize {
        let mut end = at + 1;
        // Quotes one after the other.
        while self.pos(end) == Some(Pos::Quote) {
            end += 1;
        }
        if end < self.units.len() && !matches!(self.units[end].pos, Pos::Stop | Pos::Comma) {
            end = self.sentence_end(end);
        }
        end
    }

    /// Where the block's last words end, its full stop left out.
    pub(super) fn sentence_end(&self, _from: usize) -> usize {
        let mut end = self.units.len();
        while end > 0 && matches!(self.units[end - 1].pos, Pos::Stop | Pos::Other) {
            end -= 1;
        }
        end
    }

    /// Whether the clause goes on after a parenthetical cue: "S, he said, S".
    pub(super) fn resumes(&self, at: usize) -> bool {
        self.pos(at + 1) == Some(Pos::Comma)
    }

    pub(super) fn resumed(&self, at: usize) -> Option<Range<usize>> {
        // ", he said on Tuesday, and …": the second comma opens the rest.
        let comma = (at + 1..self.units.len().min(at + 12))
            .find(|&i| matches!(self.units[i].pos, Pos::Comma | Pos::Quote | Pos::Stop))?;
        match self.units[comma].pos {
            Pos::Quote => Some(comma..self.quote_end(comma)),
            Pos::Stop => {
                (self.pos(comma + 1) == Some(Pos::Quote)).then(|| comma + 1..self.quote_end(comma + 1))
            }
            _ => {
                let next = self.units.get(comma + 1)?;
                if next.pos == Pos::Quote {
                    return Some(comma + 1..self.quote_end(comma + 1));
                }
                let end = self.sentence_end(comma);
                (comma == at + 1 && next.pos != Pos::Ing && end > comma + 2 && !next.is(Classes::RELATIVE))
                    .then_some(comma + 1..end)
            }
        }
    }

    /// The clause or quote left of `end` (exclusive): from the block's start, or from where the last attribution stopped.
    pub(super) fn content_left(&self, end: usize) -> Option<Range<usize>> {
        let mut stop = end;
        while stop > 0 && matches!(self.units[stop - 1].pos, Pos::Comma | Pos::Dash | Pos::Stop | Pos::Other)
        {
            stop -= 1;
        }
        let mut start = 0;
        for earlier in self.earlier {
            let last = earlier
                .content
                .iter()
                .map(|c| c.end)
                .chain([earlier.cue.end])
                .chain(earlier.speaker.iter().map(|s| s.end))
                .filter(|&e| e <= stop)
                .max()
                .unwrap_or(0);
            start = start.max(last);
        }
        while start < stop
            && matches!(
                self.units[start].pos,
                Pos::Comma | Pos::Coordinator | Pos::Dash | Pos::Stop | Pos::Other | Pos::Semicolon
            )
        {
            start += 1;
        }
        if start >= stop {
            return None;
        }
        let quotes = self.units[start..stop].iter().any(|u| u.pos == Pos::Quote);
        let finite = self.units[start..stop].iter().any(|u| u.pos == Pos::Finite);
        if self.units[stop - 1].pos == Pos::Quote && !finite {
            // Only the quotes next to the attribution, when what precedes is no clause.
            let mut first = stop;
            while first > start && self.units[first - 1].pos == Pos::Quote {
                first -= 1;
            }
            let lead = stop - start;
            if first > start
                && lead > 1
                && matches!(self.units[first - 1].pos, Pos::Comma | Pos::Colon | Pos::Stop | Pos::Dash)
            {
                start = first;
            }
        }
        (quotes || finite && stop - start >= 3).then_some(start..stop)
    }

    /// What the verb at `at` reports to its right.
    pub(super) fn content_right(&self, at: usize, verb: Verb) -> Option<Range<usize>> {
        let end = self.sentence_end(at);
        let next = self.units.get(at + 1)?;
        if self.pos(at + 1) == Some(Pos::Quote) {
            let words = self.reading.stretches.get(next.quoted as usize).map_or(0, |s| s.words);
            return (words >= 2 || self.pos(at + 2).is_some_and(|p| p != Pos::Stop))
                .then(|| at + 1..self.quote_end(at + 1));
        }
        if next.pos == Pos::Comma || next.pos == Pos::Colon {
            return self.quote_after(at + 1);
        }
        // "that", directly or after an addressee, a time or a place.
        let mut i = at + 1;
        while i < end && i - at <= 18 {
            let unit = &self.units[i];
            if unit.word == THAT && (i == at + 1 || !self.relative_that(i)) {
                return (end > i + 2).then_some(i..end);
            }
            if unit.pos == Pos::Finite
                || unit.pos == Pos::Quote
                || unit.is(Classes::RELATIVE) && unit.pos == Pos::Subordinator
            {
                break;
            }
            i += 1;
        }
        // A quote after an addressee or a time: "told the BBC: Q", "said on Monday, Q".
        if let Some(quote) = self.quote_after(at + 1) {
            let between = &self.units[at + 1..quote.start];
            if between.last().is_some_and(|u| matches!(u.pos, Pos::Comma | Pos::Colon)) || between.is_empty()
            {
                return Some(quote);
            }
        }
        if !verb.classes.any(Classes::CLAUSAL) {
            // "called him a "liar"": the words after the verb up to the quote's end.
            let quote = (at + 1..end.min(at + 12)).find(|&i| self.units[i].pos == Pos::Quote)?;
            let clear = self.units[at + 1..quote]
                .iter()
                .all(|u| !matches!(u.pos, Pos::Finite | Pos::Comma | Pos::Stop));
            return clear.then(|| at + 1..quote + 1);
        }
        self.bare_clause(at, verb, end)
    }

    /// Whether the "that" at `at` follows a noun it could describe ("the letter that").
    pub(super) fn relative_that(&self, at: usize) -> bool {
        at > 0 && self.units[at - 1].pos == Pos::Noun && self.pos(at + 1) == Some(Pos::Finite)
    }

    /// A clause without "that": "said he was tired", "told reporters he was tired", "asked whether".
    pub(super) fn bare_clause(&self, at: usize, verb: Verb, end: usize) -> Option<Range<usize>> {
        let mut start = at + 1;
        if verb.classes.any(Classes::ADDRESSED) && self.pos(start).is_some_and(|p| p.head() || p.nominal()) {
            start = if self.units[start].pos == Pos::Pronoun { start + 1 } else { self.addressee_end(start) };
        }
        while start < end
            && (self.units[start].is(Classes::DAY)
                || self.units[start].pos == Pos::Adverb && !self.units[start].is(Classes::NEGATION))
        {
            start += 1;
        }
        // "said on Tuesday the plan": one prepositional phrase of time or place.
        if start < end
            && self.units[start].pos == Pos::Preposition
            && self.units.get(start + 1).is_some_and(|u| u.is(Classes::DAY))
        {
            start += 2;
        }
        let first = self.units.get(start)?;
        let question = first.is(Classes::COMPLEMENTIZER) && first.pos == Pos::Subordinator;
        let opens = matches!(
            first.pos,
            Pos::Name
                | Pos::Noun
                | Pos::Pronoun
                | Pos::Determiner
                | Pos::Adjective
                | Pos::Number
                | Pos::Participle
                | Pos::Quote
        ) || question
            || first.pos == Pos::Preposition
                && verb.form != Form::Gerund
                && start == at + 1
                && first.word != TO
                && self.comma_clause(start, end);
        if !opens || end <= start + 1 {
            return None;
        }
        // A finite verb must follow before the clause breaks off.
        let limit = self.units[start..end]
            .iter()
            .position(|u| matches!(u.pos, Pos::Semicolon))
            .map_or(end, |i| start + i);
        let finite =
            self.units[start + 1..limit].iter().position(|u| u.pos == Pos::Finite || u.pos == Pos::Quote)?;
        (finite < 25).then_some(start..end)
    }

    pub(super) fn comma_clause(&self, start: usize, end: usize) -> bool {
        self.units[start..end]
            .iter()
            .position(|u| u.pos == Pos::Comma)
            .is_some_and(|comma| self.units[start + comma..end].iter().any(|u| u.pos == Pos::Finite))
    }

    /// End of the noun phrase that "told" addresses.
    pub(super) fn addressee_end(&self, start: usize) -> usize {
        let mut at = start;
        let mut noun = false;
        while at < self.units.len() {
            let unit = &self.units[at];
            let joins = match unit.pos {
                Pos::Name | Pos::Noun | Pos::Number => true,
                Pos::Determiner | Pos::Adjective => !noun,
                Pos::Possessive => true,
                Pos::Preposition => {
                    noun && (unit.word == OF || unit.word == word("at") || unit.word == word("in"))
                        && self.units.get(at + 1).is_some_and(|u| u.pos.nominal())
                }
                _ => false,
            };
            if !joins {
                break;
            }
            noun |= unit.pos.head();
            at += 1;
        }
        at
    }
}
