//! Who reports: the noun phrase that is the subject of a verb.

use std::ops::Range;

use super::{AND, FOR, Grammar, OF, Subject};
use crate::quotes::reading::{Pos, Unit};
use crate::quotes::words::Classes;

impl Grammar<'_> {
    /// The subject before the verb at `at`.
    pub(super) fn subject_left(&self, at: usize) -> Option<Subject> {
        let mut end = at;
        while end > 0 {
            let unit = &self.units[end - 1];
            let skip = unit.pos == Pos::Adverb
                || unit.is(Classes::AUXILIARY) && unit.pos != Pos::Name
                || unit.is(Classes::NEGATION)
                || unit.is(Classes::DAY) && end >= 2 && self.units[end - 2].pos.head();
            if !skip {
                break;
            }
            end -= 1;
        }
        let last = end.checked_sub(1)?;
        match self.units[last].pos {
            Pos::Pronoun if self.units[last].is(Classes::SUBJECT.or(Classes::PRONOUN)) => {
                Some(Subject { span: last..end, from: last, borrowed: false })
            }
            Pos::Subordinator if self.units[last].is(Classes::RELATIVE) => {
                Some(Subject { span: last..end, from: last, borrowed: false })
            }
            Pos::Comma | Pos::Dash | Pos::Bracket => self.subject_before_comma(at, last),
            Pos::Coordinator => self.borrowed(at),
            pos if pos.head() || pos == Pos::Possessive || pos == Pos::Adjective => {
                let start = self.phrase_start(end)?;
                Some(Subject { span: start..end, from: start, borrowed: false })
            }
            _ => self.with_relative(end).or_else(|| self.borrowed(at)),
        }
    }

    /// "a diplomat who asked not to be named": the phrase with the relative clause that ends at `end`.
    fn with_relative(&self, end: usize) -> Option<Subject> {
        let clause = self.units[..end]
            .iter()
            .rev()
            .take(12)
            .take_while(|u| !matches!(u.pos, Pos::Comma | Pos::Quote | Pos::Stop | Pos::Semicolon))
            .count();
        let opens =
            |i: &usize| self.units[*i].is(Classes::RELATIVE) && self.units[*i].pos == Pos::Subordinator;
        let who = (end - clause..end).find(opens)?;
        let start = self.phrase_start(who)?;
        Some(Subject { span: start..end, from: start, borrowed: false })
    }

    /// Start of the noun phrase that ends at `end`, with its "of" and "for" phrases.
    pub(super) fn phrase_start(&self, end: usize) -> Option<usize> {
        let mut start = end;
        let mut noun = false;
        while start > 0 {
            let unit = &self.units[start - 1];
            let joins = match unit.pos {
                Pos::Coordinator if unit.word == AND => {
                    start >= 2
                        && self.units[start - 2].pos.head()
                        && !self.finite_in_clause(start - 1)
                        && noun
                }
                Pos::Preposition => {
                    noun && start >= 2
                        && (self.units[start - 2].pos.head() || self.units[start - 2].pos == Pos::Bracket)
                        && !self.clause_opener(start - 1)
                }
                Pos::Pronoun => !noun && start == end,
                Pos::Quote => self.nickname(start - 1),
                pos => pos.nominal(),
            };
            if !joins {
                break;
            }
            noun |= unit.pos.head();
            start -= 1;
        }
        // A quote that only names ("the "Iron Lady" said") stays outside; a determiner closes the phrase.
        (noun && start < end).then_some(start)
    }

    /// Whether the quote at `at` stands inside a name: "Ana "Lulu" Costa".
    fn nickname(&self, at: usize) -> bool {
        let short = self.reading.stretches.get(self.units[at].quoted as usize).is_some_and(|s| s.words <= 2);
        short
            && at > 0
            && self.units[at - 1].pos == Pos::Name
            && self.units.get(at + 1).is_some_and(|u| u.pos == Pos::Name)
    }

    /// Whether the phrase before the preposition at `at` begins its clause with a preposition itself ("On Tuesday in Rome").
    pub(super) fn clause_opener(&self, at: usize) -> bool {
        let mut i = at;
        while i > 0 && self.units[i - 1].pos.nominal() {
            i -= 1;
        }
        i > 0
            && self.units[i - 1].pos == Pos::Preposition
            && (i == 1 || matches!(self.units[i - 2].pos, Pos::Comma | Pos::Stop))
    }

    /// Whether a finite verb stands before `at` in the same clause.
    pub(super) fn finite_in_clause(&self, at: usize) -> bool {
        self.units[..at]
            .iter()
            .rev()
            .take_while(|u| {
                !matches!(u.pos, Pos::Comma | Pos::Quote | Pos::Semicolon | Pos::Colon | Pos::Subordinator)
            })
            .any(|u| u.pos == Pos::Finite)
    }

    /// The subject when a comma stands before the verb: "N, the chair of N, said".
    pub(super) fn subject_before_comma(&self, at: usize, comma: usize) -> Option<Subject> {
        // The segments between commas, from the verb leftwards, up to the first that is a clause of its own.
        let mut end = comma;
        let mut candidate: Option<Subject> = None;
        let mut steps = 0;
        loop {
            let start = self.units[..end]
                .iter()
                .rposition(|u| {
                    matches!(u.pos, Pos::Comma | Pos::Dash | Pos::Semicolon | Pos::Bracket)
                        || u.pos == Pos::Quote && self.long_quote(u)
                })
                .map_or(0, |i| i + 1);
            let segment = &self.units[start..end];
            let relative =
                segment.first().is_some_and(|u| u.is(Classes::RELATIVE) && u.pos == Pos::Subordinator);
            let finite = segment.iter().any(|u| u.pos == Pos::Finite);
            let opener = segment.first().map(|u| u.pos);
            if !finite
                && !matches!(
                    opener,
                    Some(Pos::Preposition | Pos::Ing | Pos::Subordinator | Pos::Participle | Pos::Adverb)
                        | None
                )
            {
                let skip = usize::from(opener == Some(Pos::Coordinator));
                if let Some(head) = self.phrase_at(start + skip, end) {
                    let own = head.end == end || !matches!(self.units[head.end].pos, Pos::Quote);
                    if own {
                        candidate = Some(Subject { span: head, from: start, borrowed: false });
                    }
                }
            } else if finite && !relative {
                // "Smith, who leads the party and is 60, said": a relative clause may hold commas; a main clause ends the search.
                if let Some(inner) =
                    segment.iter().position(|u| u.is(Classes::RELATIVE) && u.pos == Pos::Subordinator)
                    && let Some(head) = self.phrase_at(start, start + inner)
                    && head.end == start + inner
                {
                    // "a scientist who …" may itself describe a name further left.
                    candidate = Some(Subject { span: head, from: start, borrowed: false });
                } else {
                    break;
                }
            }
            steps += 1;
            if start == 0
                || steps > 6
                || self.units[start - 1].pos == Pos::Quote
                || self.units[start - 1].pos == Pos::Semicolon
            {
                break;
            }
            end = start - 1;
        }
        if self.units[at].pos == Pos::Ing || candidate.is_none() {
            return self.borrowed(at);
        }
        candidate
    }

    pub(super) fn long_quote(&self, unit: &Unit) -> bool {
        self.reading.stretches.get(unit.quoted as usize).is_some_and(|s| s.words > 6)
    }

    /// The noun phrase that begins at `start` (adverbs skipped), not beyond `end`.
    pub(super) fn phrase_at(&self, start: usize, end: usize) -> Option<Range<usize>> {
        let mut at = start;
        while at < end && self.units[at].pos == Pos::Adverb {
            at += 1;
        }
        let first = at;
        let mut noun = false;
        while at < end {
            let unit = &self.units[at];
            let joins = match unit.pos {
                Pos::Pronoun => !noun && at == first,
                Pos::Preposition => {
                    noun && at + 1 < end
                        && self.units[at + 1].pos.nominal()
                        && (unit.word == OF || unit.word == FOR || self.units[first].pos != Pos::Name)
                }
                Pos::Coordinator => {
                    noun && unit.word == AND && at + 1 < end && self.units[at + 1].pos.nominal()
                }
                Pos::Quote => noun && at + 1 < end && self.nickname(at),
                Pos::Bracket => noun && self.bracketed(at, end),
                Pos::Participle => !noun,
                Pos::Base => false,
                pos => pos.nominal(),
            };
            if !joins {
                break;
            }
            noun |= unit.pos.head();
            let pronoun = unit.pos == Pos::Pronoun;
            at += 1;
            if pronoun {
                break;
            }
        }
        noun.then_some(first..at)
    }

    /// Whether the bracket at `at` opens or closes a short party label: "(D-Ohio)".
    pub(super) fn bracketed(&self, at: usize, end: usize) -> bool {
        self.units[at..end.min(at + 5)].iter().skip(1).any(|u| u.pos == Pos::Bracket)
            || self.units[at.saturating_sub(4)..at].iter().any(|u| u.pos == Pos::Bracket)
    }

    /// The subject of an earlier verb of the block, for "…, adding that" and "… and said".
    pub(super) fn borrowed(&self, at: usize) -> Option<Subject> {
        if let Some(last) = self.earlier.last()
            && let Some(speaker) = &last.speaker
            && (speaker.end <= at)
        {
            return Some(Subject { span: speaker.clone(), from: at, borrowed: true });
        }
        // The first noun phrase before the first finite verb.
        let finite = self.units[..at].iter().position(|u| u.pos == Pos::Finite)?;
        let mut start = 0;
        for i in (0..finite).rev() {
            if matches!(
                self.units[i].pos,
                Pos::Comma | Pos::Quote | Pos::Subordinator | Pos::Semicolon | Pos::Colon
            ) {
                start = i + 1;
                break;
            }
        }
        let mut end = finite;
        while end > start && self.units[end - 1].pos == Pos::Adverb {
            end -= 1;
        }
        let span = if end > start && self.units[end - 1].pos == Pos::Pronoun {
            end - 1..end
        } else {
            self.phrase_start(end)?..end
        };
        Some(Subject { span, from: at, borrowed: true })
    }

    /// The subject after an inverted verb: "said Huang", "said the minister".
    pub(super) fn subject_right(&self, at: usize) -> Option<Range<usize>> {
        let start = at + 1;
        let unit = self.units.get(start)?;
        match unit.pos {
            Pos::Pronoun if unit.is(Classes::SUBJECT) => Some(start..start + 1),
            Pos::Name | Pos::Noun | Pos::Determiner | Pos::Adjective | Pos::Number
                if !unit.is(Classes::DAY) =>
            {
                // "said Monday" names nobody.
                self.phrase_at(start, self.units.len())
            }
            _ => None,
        }
    }
}
