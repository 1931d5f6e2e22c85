//! The grammar of reporting clauses, read off the surface: which words report,
//! who is their subject and what they report.
//!
//! Works on the units of one block, where a quote is one unit. Needs no
//! parse; its answers stand on their own when there is none, and are evidence
//! for the trained judge when there is.
//!
//! The patterns, with N a noun phrase, V a reporting verb, Q a quote, S a clause:
//! `N V that S`, `N V S`, `N V: Q`, `S, N V`, `Q, N V`, `Q, V N`, `S, N V, S`,
//! `according to N, S`, `…, V-ing that S` (the subject before), `N, appositive, V …`.

use std::ops::Range;

use super::reading::{Pos, QUOTE, Reading, Unit};
use super::words::{Classes, Form, Verb, Word, word};

const THAT: Word = word("that");
const TO: Word = word("to");
const OF: Word = word("of");
const FOR: Word = word("for");
const AND: Word = word("and");
const ACCORDING: Word = word("according");

/// What the grammar reads around one cue, in unit indices of its block.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reported {
    /// The cue.
    pub cue: Range<usize>,
    /// The subject as written.
    pub speaker: Option<Range<usize>>,
    /// Content, in order.
    pub content: Vec<Range<usize>>,
    /// Name of the pattern.
    pub by: &'static str,
    /// How sure the pattern is, by its precision on training articles.
    pub confidence: f32,
}

/// Finds all reporting clauses of a block's units, in text order.
pub fn read(reading: &Reading, units: &[Unit], out: &mut Vec<Reported>) {
    let first = out.len();
    for at in 0..units.len() {
        let grammar = Grammar { reading, units, earlier: &out[first..] };
        if let Some(reported) = grammar.cue(at) {
            out.push(reported);
        }
    }
    clip(units, &mut out[first..]);
}

/// Ends each content where the next reporting clause of the same sentence begins.
fn clip(units: &[Unit], found: &mut [Reported]) {
    for index in 1..found.len() {
        let (before, after) = found.split_at_mut(index);
        let (Some(last), Some(next)) = (before.last_mut(), after.first()) else { continue };
        // What introduces the next clause: its subject when that is its own, else the cue.
        let mut start = next.cue.start;
        if let Some(speaker) = &next.speaker
            && speaker.end <= next.cue.start
            && speaker.start > last.cue.end
        {
            start = speaker.start;
        }
        // A cue inside reported speech belongs to it ("said the court found that …").
        let nested = units[last.cue.end..start]
            .iter()
            .all(|u| !matches!(u.pos, Pos::Comma | Pos::Coordinator | Pos::Semicolon | Pos::Quote));
        if nested || next.content.iter().any(|c| c.start < last.cue.start) {
            continue;
        }
        while start > last.cue.end
            && matches!(
                units[start - 1].pos,
                Pos::Comma | Pos::Coordinator | Pos::Semicolon | Pos::Adverb | Pos::Dash
            )
        {
            start -= 1;
        }
        for piece in &mut last.content {
            if piece.start < start && piece.end > start && piece.start >= last.cue.end {
                piece.end = start;
            }
        }
    }
}

/// A noun phrase found as a subject, and whether it was borrowed from an earlier verb.
struct Subject {
    span: Range<usize>,
    /// Where the subject with its appositives begins: content to the left ends here.
    from: usize,
    borrowed: bool,
}

struct Grammar<'a> {
    reading: &'a Reading,
    units: &'a [Unit],
    earlier: &'a [Reported],
}

impl Grammar<'_> {
    fn cue(&self, at: usize) -> Option<Reported> {
        let unit = self.units[at];
        if unit.word == ACCORDING && self.word(at + 1) == Some(TO) {
            return self.according(at);
        }
        let verb = unit.entry.verb?;
        if !matches!(unit.pos, Pos::Finite | Pos::Base | Pos::Ing | Pos::Participle)
            || verb.classes.any(Classes::PRIVATE)
        {
            return None;
        }
        self.verb(at, verb)
    }

    fn verb(&self, at: usize, verb: Verb) -> Option<Reported> {
        // "to find ways" reports nothing; "to say that" may.
        if at > 0 && self.units[at - 1].word == TO && !matches!(self.word(at + 1), Some(THAT | QUOTE)) {
            return None;
        }
        let passive = self.units[at].pos == Pos::Participle && self.auxiliary(at, Classes::BE);
        let quote_right = self.quote_after(at + 1);
        let right = self.content_right(at, verb);
        let left_subject = if passive { None } else { self.subject_left(at) };
        let right_subject = self.subject_right(at);
        // "Q, said N": the verb follows the quote (or a clause and a comma) directly.
        let before = at.checked_sub(1).map(|i| self.units[i].pos);
        let inverted_place = before.is_some_and(|pos| {
            pos == Pos::Quote
                || pos == Pos::Comma
                    && (at < 2 || self.units[at - 2].pos == Pos::Quote || self.finite_before(at - 1))
        });
        if inverted_place
            && !matches!(self.units[at].pos, Pos::Ing)
            && let Some(span) = right_subject
        {
            let left = self.content_left(at);
            if let Some(left) = left {
                let mut content = vec![left];
                content.extend(self.quote_after(span.end));
                return Some(self.reported(at, Some(span), content, "quote-cue-subject", 0.93));
            }
        }
        let subject = left_subject?;
        let quote_left = subject.from > 0
            && self.units[..subject.from]
                .iter()
                .rev()
                .find(|u| u.pos != Pos::Comma)
                .is_some_and(|u| u.pos == Pos::Quote);
        let comma_left = subject.from > 0
            && matches!(self.units[subject.from - 1].pos, Pos::Comma | Pos::Quote | Pos::Stop);
        if comma_left && !subject.borrowed {
            let at_end = right.is_none();
            let left = self.content_left(subject.from);
            if let Some(left) = left
                && (quote_left || at_end || self.resumes(at))
                && (quote_left || verb.classes.any(Classes::CLAUSAL))
            {
                let mut content = vec![left];
                if let Some(rest) = self.resumed(at) {
                    content.push(rest);
                } else if let Some(right) = &right {
                    content.push(right.clone());
                }
                let by = if quote_left { "quote-subject-cue" } else { "clause-subject-cue" };
                return Some(self.reported(
                    at,
                    Some(subject.span),
                    content,
                    by,
                    if quote_left { 0.95 } else { 0.8 },
                ));
            }
        }
        if let Some(right) = right {
            let by = if quote_right.is_some() { "subject-cue-quote" } else { "subject-cue-clause" };
            let confidence = if quote_right.is_some() {
                0.9
            } else if subject.borrowed {
                0.65
            } else {
                0.75
            };
            return Some(self.reported(at, Some(subject.span), vec![right], by, confidence));
        }
        None
    }

    fn reported(
        &self,
        at: usize,
        speaker: Option<Range<usize>>,
        content: Vec<Range<usize>>,
        by: &'static str,
        confidence: f32,
    ) -> Reported {
        Reported { cue: at..at + 1, speaker, content, by, confidence }
    }

    fn word(&self, at: usize) -> Option<Word> {
        self.units.get(at).map(|u| u.word)
    }

    fn pos(&self, at: usize) -> Option<Pos> {
        self.units.get(at).map(|u| u.pos)
    }

    /// Whether an auxiliary of the class stands before `at`, adverbs between.
    fn auxiliary(&self, at: usize, class: Classes) -> bool {
        self.units[..at]
            .iter()
            .rev()
            .take_while(|u| u.pos == Pos::Adverb || u.is(Classes::AUXILIARY))
            .any(|u| u.is(class))
    }

    fn finite_before(&self, end: usize) -> bool {
        self.units[..end].iter().any(|u| u.pos == Pos::Finite)
    }

    /// The subject before the verb at `at`.
    fn subject_left(&self, at: usize) -> Option<Subject> {
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
            Pos::Quote if self.units[last].pos == Pos::Quote => self.borrowed(at),
            _ => self.borrowed(at),
        }
    }

    /// Start of the noun phrase that ends at `end`, with its "of" and "for" phrases.
    fn phrase_start(&self, end: usize) -> Option<usize> {
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

    /// Whether the phrase before the preposition at `at` begins its clause with a preposition itself ("On Tuesday in Rome").
    fn clause_opener(&self, at: usize) -> bool {
        let mut i = at;
        while i > 0 && self.units[i - 1].pos.nominal() {
            i -= 1;
        }
        i > 0
            && self.units[i - 1].pos == Pos::Preposition
            && (i == 1 || matches!(self.units[i - 2].pos, Pos::Comma | Pos::Stop))
    }

    /// Whether a finite verb stands before `at` in the same clause.
    fn finite_in_clause(&self, at: usize) -> bool {
        self.units[..at]
            .iter()
            .rev()
            .take_while(|u| {
                !matches!(u.pos, Pos::Comma | Pos::Quote | Pos::Semicolon | Pos::Colon | Pos::Subordinator)
            })
            .any(|u| u.pos == Pos::Finite)
    }

    /// The subject when a comma stands before the verb: "N, the chair of N, said".
    fn subject_before_comma(&self, at: usize, comma: usize) -> Option<Subject> {
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

    fn long_quote(&self, unit: &Unit) -> bool {
        self.reading.stretches.get(unit.quoted as usize).is_some_and(|s| s.words > 6)
    }

    /// The noun phrase that begins at `start` (adverbs skipped), not beyond `end`.
    fn phrase_at(&self, start: usize, end: usize) -> Option<Range<usize>> {
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
                Pos::Quote => noun && at + 1 < end && self.units[at + 1].pos == Pos::Name,
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
    fn bracketed(&self, at: usize, end: usize) -> bool {
        self.units[at..end.min(at + 5)].iter().skip(1).any(|u| u.pos == Pos::Bracket)
            || self.units[at.saturating_sub(4)..at].iter().any(|u| u.pos == Pos::Bracket)
    }

    /// The subject of an earlier verb of the block, for "…, adding that" and "… and said".
    fn borrowed(&self, at: usize) -> Option<Subject> {
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
    fn subject_right(&self, at: usize) -> Option<Range<usize>> {
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

    /// The quote that follows at `from`, with "," or ":" and adverbial phrases between.
    fn quote_after(&self, from: usize) -> Option<Range<usize>> {
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
    fn quote_end(&self, at: usize) -> usize {
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
    fn sentence_end(&self, _from: usize) -> usize {
        let mut end = self.units.len();
        while end > 0 && matches!(self.units[end - 1].pos, Pos::Stop | Pos::Other) {
            end -= 1;
        }
        end
    }

    /// Whether the clause goes on after a parenthetical cue: "S, he said, S".
    fn resumes(&self, at: usize) -> bool {
        self.pos(at + 1) == Some(Pos::Comma)
    }

    fn resumed(&self, at: usize) -> Option<Range<usize>> {
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
    fn content_left(&self, end: usize) -> Option<Range<usize>> {
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
    fn content_right(&self, at: usize, verb: Verb) -> Option<Range<usize>> {
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
    fn relative_that(&self, at: usize) -> bool {
        at > 0 && self.units[at - 1].pos == Pos::Noun && self.pos(at + 1) == Some(Pos::Finite)
    }

    /// A clause without "that": "said he was tired", "told reporters he was tired", "asked whether".
    fn bare_clause(&self, at: usize, verb: Verb, end: usize) -> Option<Range<usize>> {
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

    fn comma_clause(&self, start: usize, end: usize) -> bool {
        self.units[start..end]
            .iter()
            .position(|u| u.pos == Pos::Comma)
            .is_some_and(|comma| self.units[start + comma..end].iter().any(|u| u.pos == Pos::Finite))
    }

    /// End of the noun phrase that "told" addresses.
    fn addressee_end(&self, start: usize) -> usize {
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
                Pos::Coordinator => noun && self.units.get(at + 1).is_some_and(|u| u.pos.head()) && false,
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

    /// "According to N, S" and "S, according to N".
    fn according(&self, at: usize) -> Option<Reported> {
        let speaker = self.phrase_at(at + 2, self.units.len())?;
        // The speaker's phrase goes on to the next comma when the content stands before.
        let mut after = speaker.end;
        while after < self.units.len()
            && !matches!(
                self.units[after].pos,
                Pos::Comma | Pos::Stop | Pos::Semicolon | Pos::Dash | Pos::Quote
            )
        {
            after += 1;
        }
        let end = self.sentence_end(at);
        let mut content = Vec::new();
        if at >= 3 {
            content.extend(self.content_left(at));
        }
        if content.is_empty() && after < end {
            let mut start = after;
            while start < end && matches!(self.units[start].pos, Pos::Comma | Pos::Dash) {
                start += 1;
            }
            if start < end {
                content.push(start..end);
            }
        } else if after + 1 < end && self.units[after].pos == Pos::Comma {
            let next = &self.units[after + 1];
            if !next.is(Classes::RELATIVE)
                && self.units[after + 1..end].iter().any(|u| u.pos == Pos::Finite)
                && at > 0
                && self.units[at - 1].pos == Pos::Comma
                && next.pos != Pos::Determiner
            {
                content.push(after + 1..end);
            }
        }
        if content.is_empty() {
            return None;
        }
        Some(Reported {
            cue: at..at + 2,
            speaker: Some(speaker),
            content,
            by: "according-to",
            confidence: 0.85,
        })
    }
}
