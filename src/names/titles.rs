//! Titles and roles of the persons of an article, as written: "President", "CEO of GSMA Ltd".

use std::ops::Range;

use super::function_words::Class;
use crate::Span;
use crate::annotations::{Annotations, Entity, EntityType, Gender, TokenKind};
use crate::gazetteer::{Gazetteer, Phrase};

/// Longest role after a name, in tokens: what is longer is a clause.
const LONGEST_ROLE: usize = 16;

/// What stands around one mention.
#[derive(Clone, Debug, Default)]
pub(super) struct Titles {
    /// The titles and roles, in text order.
    pub spans: Vec<Span>,
    /// What an honorific before the name tells: "Mrs." → female.
    pub gender: Option<Gender>,
}

/// The titles around each mention, by mention number; empty for what is no person.
pub(super) fn find(text: &str, found: &Annotations, lists: &Gazetteer) -> Vec<Titles> {
    let mut phrases: Vec<(Range<u32>, Phrase<'_>)> = Vec::new();
    let mut roles: Vec<(Range<u32>, Phrase<'_>)> = Vec::new();
    lists.phrases("title").find(text, &found.tokens, &mut phrases);
    lists.phrases("role").find(text, &found.tokens, &mut roles);
    let mut out = vec![Titles::default(); found.mentions.len()];
    for (id, mention) in found.mentions.iter().enumerate() {
        if mention.kind != EntityType::Person {
            continue;
        }
        before(text, found, mention.tokens.start, &phrases, &roles, &mut out[id]);
        after(text, found, mention.tokens.end, &phrases, &roles, &mut out[id]);
    }
    out
}

/// The titles of an entity: those of its mentions, each once, the first to come first.
pub(super) fn of_entity(text: &str, entity: &Entity, titles: &[Titles]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    if entity.kind != EntityType::Person {
        return out;
    }
    for span in entity.mentions.iter().flat_map(|m| &titles[m.index()].spans) {
        let title = span.of(text).split_whitespace().collect::<Vec<_>>().join(" ");
        if !out.iter().any(|known| known.eq_ignore_ascii_case(&title)) {
            out.push(title);
        }
    }
    out
}

/// Titles that end where the name starts: "Prime Minister", "former U.S. Secretary of State".
fn before(
    text: &str,
    found: &Annotations,
    start: u32,
    titles: &[(Range<u32>, Phrase<'_>)],
    roles: &[(Range<u32>, Phrase<'_>)],
    out: &mut Titles,
) {
    let mut at = start;
    let mut title: Option<Range<u32>> = None;
    // Several may stand together: "Vice President and Prime Minister Sheikh".
    while let Some((range, phrase)) = ending_at(at, titles).or_else(|| ending_at(at, roles)) {
        let gender = match phrase.get("gender") {
            "M" => Some(Gender::Male),
            "F" => Some(Gender::Female),
            _ => None,
        };
        out.gender = out.gender.or(gender);
        // "Mr." is an address, no title.
        if phrase.get("kind") != "honorific" {
            let end = title.as_ref().map_or(range.end, |t| t.end);
            title = Some(range.start..end);
        }
        at = range.start;
    }
    if let Some(range) = title {
        let same_line = !found.span_of(range.start..start).of(text).contains('\n');
        if same_line {
            out.spans.push(found.span_of(range));
        }
    }
}

/// Roles set off by a comma behind the name: ", chief executive of GSMA Ltd and member of its council,".
fn after(
    text: &str,
    found: &Annotations,
    end: u32,
    titles: &[(Range<u32>, Phrase<'_>)],
    roles: &[(Range<u32>, Phrase<'_>)],
    out: &mut Titles,
) {
    let tokens = &found.tokens;
    let word = |at: usize| tokens.get(at).map_or("", |t| t.span.of(text));
    let comma = end as usize;
    if word(comma) != "," {
        return;
    }
    let mut start = comma + 1;
    let close = (start..tokens.len().min(start + LONGEST_ROLE)).find(|&at| {
        tokens[at].kind == TokenKind::Punctuation
            && matches!(word(at), "," | "." | ";" | ")" | ":" | "--" | "–" | "—")
    });
    let Some(close) = close else { return };
    // ", said he had …" is a clause, not a role.
    if (start..close).any(|at| Class::Clause.has(word(at))) {
        return;
    }
    while start < close && matches!(word(start), "the" | "a" | "an" | "also" | "his" | "her") {
        start += 1;
    }
    // "CEO of GSMA Ltd and also member of …" are two.
    let mut piece = start;
    while piece < close {
        let split = (piece + 1..close)
            .find(|&at| word(at) == "and" && role_in(at + 1..close.min(at + 5), titles, roles));
        let stop = split.unwrap_or(close);
        let head_reach = stop.min(piece + 5);
        if role_in(piece..head_reach, titles, roles) && stop > piece {
            out.spans.push(found.span_of(piece as u32..stop as u32));
        } else {
            return;
        }
        piece = stop + 1;
        while piece < close && matches!(word(piece), "the" | "a" | "an" | "also" | "and") {
            piece += 1;
        }
    }
}

/// Whether a title or role begins within these tokens.
fn role_in(
    within: Range<usize>,
    titles: &[(Range<u32>, Phrase<'_>)],
    roles: &[(Range<u32>, Phrase<'_>)],
) -> bool {
    [titles, roles].iter().any(|phrases| {
        let first = phrases.partition_point(|(range, _)| (range.start as usize) < within.start);
        phrases[first..]
            .iter()
            .take_while(|(range, _)| (range.start as usize) < within.end)
            .any(|(range, phrase)| range.end as usize <= within.end && phrase.get("kind") != "honorific")
    })
}

/// The phrase that ends just before token `end`.
fn ending_at<'a, 'p>(
    end: u32,
    phrases: &'a [(Range<u32>, Phrase<'p>)],
) -> Option<&'a (Range<u32>, Phrase<'p>)> {
    let next = phrases.partition_point(|(range, _)| range.start < end);
    phrases[..next].last().filter(|(range, _)| range.end == end)
}
