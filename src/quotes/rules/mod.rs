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

mod content;
mod passive;
mod subject;

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

impl Reported {
    /// Counts units from so many further back.
    fn shift(&mut self, by: usize) {
        let ranges = self.content.iter_mut().chain(&mut self.speaker).chain([&mut self.cue]);
        ranges.for_each(|range| *range = range.start + by..range.end + by);
    }
}

/// No sentence has more units than this; what has is read in parts, each by itself, so that every
/// look ahead or back stays short.
const LONGEST: usize = 600;

/// Finds all reporting clauses of a block's units, in text order.
pub fn read(reading: &Reading, units: &[Unit], out: &mut Vec<Reported>) {
    for (part, units) in units.chunks(LONGEST).enumerate() {
        let first = out.len();
        for at in 0..units.len() {
            let grammar = Grammar { reading, units, earlier: &out[first..] };
            if let Some(reported) = grammar.cue(at) {
                out.push(reported);
            }
        }
        clip(units, &mut out[first..]);
        if part > 0 {
            out[first..].iter_mut().for_each(|reported| reported.shift(part * LONGEST));
        }
    }
}

/// The subject of the last finite verb of `units` outside subordinate clauses, in unit indices.
pub fn main_subject(reading: &Reading, units: &[Unit]) -> Option<Range<usize>> {
    let verb = units.iter().position(|u| u.pos == Pos::Finite)?;
    subject_of(reading, units, verb)
}

/// What the verb at `at` reports as a passive with its speaker behind "by", if it is one.
pub fn passive_agent(reading: &Reading, units: &[Unit], at: usize) -> Option<Reported> {
    let grammar = Grammar { reading, units, earlier: &[] };
    let verb = units[at].entry.verb?;
    if verb.classes.any(Classes::PRIVATE) {
        return None;
    }
    let passive = grammar.is_passive(at).then(|| grammar.agent_that(at));
    passive.flatten().or_else(|| grammar.fronted_agent(at))
}

/// The subject before the verb at `verb`, in unit indices.
pub fn subject_of(reading: &Reading, units: &[Unit], verb: usize) -> Option<Range<usize>> {
    let grammar = Grammar { reading, units, earlier: &[] };
    grammar.subject_left(verb).filter(|s| !s.borrowed).map(|s| s.span)
}

/// The subject behind an inverted verb at `verb`, in unit indices: "asked the mayor".
pub fn subject_behind(reading: &Reading, units: &[Unit], verb: usize) -> Option<Range<usize>> {
    Grammar { reading, units, earlier: &[] }.subject_right(verb)
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
        // "“…,” sighed N": a past form right behind a quote is a verb, whatever a tagger makes of it.
        let past = verb.form == Form::Past && verb.lemma != unit.word;
        let behind_quote = at > 0 && self.units[at - 1].pos == Pos::Quote;
        let verbal = matches!(unit.pos, Pos::Finite | Pos::Base | Pos::Ing | Pos::Participle);
        if !(verbal || past && behind_quote)
            || verb.classes.any(Classes::PRIVATE) && !(verb.classes.any(Classes::UTTERED) && behind_quote)
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
        let passive = self.is_passive(at);
        let quote_right = self.quote_after(at + 1);
        let right = self.content_right(at, verb);
        let left_subject = self.subject_left(at);
        let right_subject = self.subject_right(at);
        if passive {
            return self.passive(at);
        }
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
