//! Passives: whom they name as the speaker behind "by", or that they name nobody.

use std::ops::Range;

use super::{Grammar, Reported, THAT};
use crate::quotes::reading::{Pos, Unit};
use crate::quotes::words::{Classes, Form, Word, word};

const BY: Word = word("by");
const IT: Word = word("it");

/// How far behind the verb its agent may begin, in units: "announced late on Thursday by".
const AWAY: usize = 6;

/// How far behind the agent "that" may stand: "by the palace, in a statement on Friday, that".
const APART: usize = 14;

impl Grammar<'_> {
    /// The passive verb at `at`: by its own form and a form of "be" before it, whatever it is tagged.
    pub(super) fn is_passive(&self, at: usize) -> bool {
        self.units[at].entry.verb.is_some_and(|verb| verb.form == Form::Past)
            && self.auxiliary(at, Classes::BE)
    }

    /// What the passive verb at `at` reports.
    pub(super) fn passive(&self, at: usize) -> Option<Reported> {
        self.agent_that(at).or_else(|| self.quote_passive(at))
    }

    /// "It was announced by N that S" and "they were told by N that S".
    pub(super) fn agent_that(&self, at: usize) -> Option<Reported> {
        let verb = self.units[at].entry.verb?;
        let subject = self.subject_left(at)?;
        let expletive = subject.span.len() == 1 && self.units[subject.span.start].word == IT;
        let fits = expletive || verb.classes.any(Classes::ADDRESSED);
        let stop = |u: &Unit| matches!(u.pos, Pos::Stop | Pos::Semicolon);
        fits.then(|| self.agent_clause(at, stop))?
    }

    /// "Told by N that S, they …": the verb begins a sentence and says what its subject heard.
    pub(super) fn fronted_agent(&self, at: usize) -> Option<Reported> {
        let verb = self.units[at].entry.verb?;
        let begins = at.checked_sub(1).is_none_or(|before| self.units[before].pos == Pos::Stop);
        let fits = begins && verb.form == Form::Past && verb.classes.any(Classes::ADDRESSED);
        let stop = |u: &Unit| matches!(u.pos, Pos::Stop | Pos::Semicolon | Pos::Comma);
        fits.then(|| self.agent_clause(at, stop))?
    }

    /// "by N that S" behind the verb at `at`, up to what ends it.
    fn agent_clause(&self, at: usize, stop: impl Fn(&Unit) -> bool) -> Option<Reported> {
        let by = self.agent(at)?;
        let speaker = self.phrase_at(by + 1, self.units.len()).filter(|s| s.start == by + 1)?;
        let that = self.that_behind(&speaker)?;
        let end = self.sentence_end(that);
        let end = self.units[that..end].iter().position(stop).map_or(end, |i| that + i);
        // "by papers seen by the Herald that S": what describes the agent belongs to it.
        let described = self.pos(speaker.end) == Some(Pos::Participle);
        let speaker = if described { speaker.start..that } else { speaker };
        let content = that..end;
        (content.len() > 2).then(|| self.reported(at, Some(speaker), vec![content], "passive-agent", 0.85))
    }

    /// The "by" that names the agent of the verb at `at`; only times may stand between.
    fn agent(&self, at: usize) -> Option<usize> {
        let mut by = at + 1;
        while by <= at + AWAY {
            let unit = self.units.get(by)?;
            let time = unit.pos == Pos::Adverb
                || unit.is(Classes::DAY)
                || unit.pos == Pos::Preposition && self.units.get(by + 1).is_some_and(|u| u.is(Classes::DAY));
            match unit.word {
                BY => break,
                _ if time => by += 1,
                _ => return None,
            }
        }
        let next = self.units.get(by + 1)?;
        (self.units[by].word == BY && !next.is(Classes::DAY) && next.pos != Pos::Number).then_some(by)
    }

    /// The "that" behind the agent which opens what is reported.
    fn that_behind(&self, agent: &Range<usize>) -> Option<usize> {
        let end = self.units.len().min(agent.end + APART);
        let that = (agent.end..end).find(|&i| self.units[i].word == THAT)?;
        let broken = |u: &Unit| {
            matches!(u.pos, Pos::Finite | Pos::Quote | Pos::Stop | Pos::Semicolon | Pos::Colon)
                || u.is(Classes::RELATIVE.or(Classes::COMPLEMENTIZER))
        };
        // "by a man that lives there": a relative clause.
        let relative = self.pos(that + 1) == Some(Pos::Finite);
        (!relative && !self.units[agent.end..that].iter().any(broken)).then_some(that)
    }

    /// "Q, they were told": quoted words that nobody is said to have spoken.
    fn quote_passive(&self, at: usize) -> Option<Reported> {
        let from = self.subject_left(at).filter(|subject| !subject.borrowed)?.from;
        let left = self.content_left(from)?;
        let quote = self.units[left.clone()].last().is_some_and(|u| u.pos == Pos::Quote);
        quote.then(|| self.reported(at, None, vec![left], "quote-passive-cue", 0.6))
    }
}
