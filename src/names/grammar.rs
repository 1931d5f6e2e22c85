//! Names by the grammar of names, where the tagger saw none.
//!
//! Some forms say by themselves what they are: a title with a capitalised name
//! behind it ("Mr Abara"), capitalised words that end in a company's legal
//! form ("Blue Kettle Ltd"), where one has a seat ("Lagos-based"), and the
//! speakers of a transcript ("ABARA: We do."). And a body of a body is one:
//! "Political Bureau of the Central Committee".

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use foldhash::fast::FixedState;

use super::function_words::Class;
use super::reading::{Reading, line};
use super::words::flag;
use crate::annotations::{EntityType, Mention, NamedBy};

/// How sure a name of the grammar is.
pub(crate) const CONFIDENCE: f32 = 0.7;
/// Words of a person's name behind a title, at most.
const LONGEST: usize = 4;

/// The names of the grammar among tokens that are not `taken`, in order.
/// `mentions` are what the tagger saw.
pub(crate) fn find(
    reading: &Reading<'_>,
    taken: &[bool],
    mentions: &[Mention],
    found: &mut Vec<(Range<usize>, EntityType)>,
) {
    // In lines of capitals a run is no unit.
    let unit = |run: &Range<usize>| reading.line(run.start) & (line::CAPITALS | line::TITLE_CASE) == 0;
    for run in reading.capital_runs().filter(unit) {
        found.extend(titled(reading, &run, taken));
        found.extend(company(reading, &run, taken));
        found.extend(seat(reading, &run, taken));
    }
    speakers(reading, taken, mentions, found);
    found.sort_by_key(|(tokens, _)| tokens.start);
}

/// "Mr Abara": everything behind the title, when it is short and no other word of a kind.
fn titled(reading: &Reading<'_>, run: &Range<usize>, taken: &[bool]) -> Option<(Range<usize>, EntityType)> {
    let honorific = |at: usize| Class::Honorific.has(reading.text(at).trim_end_matches('.'));
    let start = run.clone().find(|&at| honorific(at))? + 1;
    // "Mr." may end the run: the period is its own.
    let name = start..run.end;
    let plain =
        |at: usize| !taken[at] && !reading.word(at).is(flag::GENERIC | flag::TITLE | flag::ORGANIZATION_HEAD);
    (!name.is_empty() && name.len() <= LONGEST && name.clone().all(plain))
        .then_some((name, EntityType::Person))
}

/// "Blue Kettle Ltd".
fn company(reading: &Reading<'_>, run: &Range<usize>, taken: &[bool]) -> Option<(Range<usize>, EntityType)> {
    let legal = reading.word(run.end - 1).is(flag::LEGAL) && reading.text(run.end - 1).len() > 2;
    let free = run.clone().all(|at| !taken[at] && !reading.word(at).is(flag::GENERIC));
    (legal && run.len() > 1 && free).then(|| (run.clone(), EntityType::Organization))
}

/// "the UK-based company": a listed place with "-based" behind it.
fn seat(reading: &Reading<'_>, run: &Range<usize>, taken: &[bool]) -> Option<(Range<usize>, EntityType)> {
    let at = run.clone().find(|&at| !matches!(reading.text(at), "The" | "A"))?;
    let listed = reading.word(at).stats.whole[EntityType::Place as usize] > 0;
    (listed && !taken[at] && reading.text(at).ends_with("-based")).then_some((at..at + 1, EntityType::Place))
}

/// "ABARA: We do.": lines that begin with a surname in capitals and a colon,
/// one of a person named elsewhere in the article, or one that begins several lines.
fn speakers(
    reading: &Reading<'_>,
    taken: &[bool],
    mentions: &[Mention],
    found: &mut Vec<(Range<usize>, EntityType)>,
) {
    let mut labels: Vec<Range<usize>> = Vec::new();
    for sentence in reading.sentences() {
        if reading.line(sentence.start) & line::NEW_LINE == 0 {
            continue;
        }
        let run = reading.run(sentence.start);
        let ends = run.end < sentence.end && reading.text(run.end) == ":";
        let name = run.clone().find(|&at| !reading.word(at).is(flag::TITLE)).unwrap_or(run.end)..run.end;
        let capitals = |at: usize| reading.word(at).is(flag::UPPER) && !taken[at];
        if ends && !name.is_empty() && name.len() <= LONGEST && name.clone().all(capitals) {
            labels.push(name);
        }
    }
    if labels.is_empty() {
        return;
    }
    let surnames: HashSet<u64, FixedState> = mentions
        .iter()
        .filter(|m| m.kind == EntityType::Person && !m.tokens.is_empty())
        .map(|m| reading.word(m.tokens.end as usize - 1).low)
        .collect();
    let mut lines: HashMap<u64, u32, FixedState> = HashMap::default();
    for label in &labels {
        *lines.entry(reading.word(label.end - 1).low).or_default() += 1;
    }
    found.extend(labels.into_iter().filter_map(|label| {
        let last = reading.word(label.end - 1);
        // "NOTE:", "REPORTER:", "LONDON:".
        let no_name = |at: usize| {
            let word = reading.word(at);
            word.is(flag::GENERIC | flag::ROLE | flag::ORGANIZATION_HEAD | flag::PLACE_HEAD)
                || word.surname == 0
                    && (word.is(flag::COMMON) || word.stats.whole[EntityType::Place as usize] > 0)
        };
        let again = lines.get(&last.low).is_some_and(|&lines| lines > 1);
        (surnames.contains(&last.low) || again && !label.clone().any(no_name))
            .then_some((label, EntityType::Person))
    }));
}

/// Makes one mention of two organizations that "of" or "of the" joins, when
/// the first ends in the head of a name. `mentions` are in order.
pub(crate) fn join_bodies(reading: &Reading<'_>, mentions: &mut Vec<Mention>) {
    mentions.dedup_by(|next, last| {
        let organizations = next.kind == EntityType::Organization && last.kind == EntityType::Organization;
        if !organizations || last.tokens.is_empty() {
            return false;
        }
        let end = last.tokens.end as usize;
        let between = reading.text_of(end..next.tokens.start as usize);
        let joined = matches!(between, "of" | "of the") && reading.word(end - 1).is(flag::ORGANIZATION_HEAD);
        // A user's own names stay as they are.
        if !joined || next.by == NamedBy::List || last.by == NamedBy::List {
            return false;
        }
        last.span = last.span.join(next.span);
        last.tokens.end = next.tokens.end;
        last.confidence = last.confidence.min(next.confidence);
        last.by = NamedBy::Grammar;
        true
    });
}
