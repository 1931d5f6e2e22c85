//! From the tagger's spans to the mentions of an article.
//!
//! A user's own list entries win over everything. A name the tagger is sure of
//! in one place and does not see in another counts there too, but only where
//! it is a whole run of capitalised words: a part of a longer run is another
//! name more often than not. So does a run that an acronym stands for, and
//! the head of a longer name with its article: "the Bank".

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::FixedState;

use super::reading::{Reading, line};
use super::tagger::{Tagged, Tagger};
use super::words::flag;
use super::{edges, grammar};
use crate::annotations::{EntityId, EntityType, Mention, NamedBy};
use crate::gazetteer::{Gazetteer, Hit};
use crate::learn::hash;

/// A name must be this sure somewhere to count elsewhere.
const SURE: f32 = 0.9;
/// How much of the confidence a repeat keeps.
const KEPT: f32 = 0.8;

/// The mentions of an article, in order, not overlapping.
pub(crate) fn settle(
    tagger: &Tagger,
    reading: &Reading<'_>,
    lists: &Gazetteer,
    hits: &[Hit],
    tagged: &[Tagged],
) -> Vec<Mention> {
    let mut mentions: Vec<Mention> = Vec::new();
    let mut taken = vec![false; reading.words.len()];
    own_lists(reading, lists, hits, &mut taken, &mut mentions);
    for name in tagged {
        let Some(kind) = tagger.kind(name.kind) else { continue };
        if taken[name.tokens.clone()].iter().any(|&t| t) {
            continue;
        }
        taken[name.tokens.clone()].fill(true);
        let confidence = tagger.calibration.probability(name.probability);
        let tokens = name.tokens.start as u32..name.tokens.end as u32;
        mentions.push(mention(reading, tokens, kind, confidence, NamedBy::Tagger));
    }
    // What is dropped is seen too: no repeat may claim it.
    for name in tagged.iter().filter(|name| tagger.kind(name.kind).is_none()) {
        taken[name.tokens.clone()].fill(true);
    }
    let mut grammatical = Vec::new();
    grammar::find(reading, &taken, &mentions, &mut grammatical);
    for (tokens, kind) in grammatical {
        taken[tokens.clone()].fill(true);
        let tokens = tokens.start as u32..tokens.end as u32;
        mentions.push(mention(reading, tokens, kind, grammar::CONFIDENCE, NamedBy::Grammar));
    }
    repeat(reading, &mut taken, &mut mentions);
    mentions.sort_by_key(|m| m.tokens.start);
    grammar::join_bodies(reading, &mut mentions);
    spelled_out(reading, &mut mentions);
    heads(reading, &mut mentions);
    mentions
}

/// Names of a user's own lists, longest first where they overlap.
fn own_lists(
    reading: &Reading<'_>,
    lists: &Gazetteer,
    hits: &[Hit],
    taken: &mut [bool],
    mentions: &mut Vec<Mention>,
) {
    let mut own: Vec<(&Hit, EntityType)> = hits
        .iter()
        .filter_map(|hit| Some((hit, lists.entries(hit.name).find(|entry| entry.is_user())?.kind())))
        .collect();
    own.sort_by_key(|(hit, _)| (std::cmp::Reverse(hit.tokens.len()), hit.tokens.start));
    for (hit, kind) in own {
        let tokens = hit.tokens.start as usize..hit.tokens.end as usize;
        if !taken[tokens.clone()].iter().any(|&t| t) {
            taken[tokens].fill(true);
            mentions.push(mention(reading, hit.tokens.clone(), kind, 1.0, NamedBy::List));
        }
    }
}

/// The words of a token range as one number.
fn spelling(reading: &Reading<'_>, tokens: Range<usize>) -> u64 {
    tokens.fold(0, |hash, at| hash::join(hash, reading.word(at).exact))
}

/// Adds the names that stand elsewhere in the article and were not seen here.
fn repeat(reading: &Reading<'_>, taken: &mut [bool], mentions: &mut Vec<Mention>) {
    let mut names: HashMap<u64, Option<(EntityType, f32)>, FixedState> = HashMap::default();
    for mention in mentions.iter().filter(|m| m.confidence >= SURE) {
        let tokens = mention.tokens.start as usize..mention.tokens.end as usize;
        let known =
            names.entry(spelling(reading, tokens)).or_insert(Some((mention.kind, mention.confidence)));
        // A name of two types is no evidence for either.
        if known.is_some_and(|(kind, _)| kind != mention.kind) {
            *known = None;
        }
    }
    if names.is_empty() {
        return;
    }
    for mut run in reading.capital_runs() {
        without_article(reading, &mut run);
        let free = !taken[run.clone()].iter().any(|&t| t);
        // A capital at the start of a sentence or in a headline says nothing.
        let plain = reading.line(run.start) & (line::FIRST | line::CAPITALS | line::TITLE_CASE) == 0;
        if !free || (run.len() == 1 && !plain) {
            continue;
        }
        if let Some(Some((kind, confidence))) = names.get(&spelling(reading, run.clone())) {
            taken[run.clone()].fill(true);
            let tokens = run.start as u32..run.end as u32;
            mentions.push(mention(reading, tokens, *kind, confidence * KEPT, NamedBy::Repeat));
        }
    }
}

/// "The" at the start of a sentence is no part of the name behind it.
fn without_article(reading: &Reading<'_>, run: &mut Range<usize>) {
    if run.len() > 1 && reading.text(run.start) == "The" {
        run.start += 1;
    }
}

/// Adds the runs of capitalised words that an organization's acronym of the
/// same article stands for: the tagger may take "World Internet Conference"
/// for an event and drop it; where "WIC" is an organization, so is that.
/// `mentions` are in order, before and after.
fn spelled_out(reading: &Reading<'_>, mentions: &mut Vec<Mention>) {
    let mut acronyms: HashMap<&str, f32, FixedState> = HashMap::default();
    for mention in mentions.iter().filter(|m| m.kind == EntityType::Organization) {
        let name = mention.span.of(reading.source);
        // Two letters stand for too much.
        if name.len() > 2 && name.bytes().all(|b| b.is_ascii_uppercase()) {
            let confidence = acronyms.entry(name).or_default();
            *confidence = confidence.max(mention.confidence);
        }
    }
    if acronyms.is_empty() {
        return;
    }
    let mut added = Vec::new();
    for mut run in reading.capital_runs() {
        without_article(reading, &mut run);
        let initials: String = run.clone().filter_map(|at| reading.text(at).chars().next()).collect();
        let Some(confidence) = acronyms.get(initials.as_str()) else { continue };
        added.push((run, confidence * KEPT));
    }
    add_organizations(reading, added, mentions);
}

/// Adds "the Bank" where an organization named before begins or ends with
/// that word: "Bank of England". `mentions` are in order, before and after.
fn heads(reading: &Reading<'_>, mentions: &mut Vec<Mention>) {
    let mut first_named: HashMap<u64, u32, FixedState> = HashMap::default();
    for mention in mentions.iter().filter(|m| m.kind == EntityType::Organization && m.tokens.len() > 1) {
        for at in [mention.tokens.start, mention.tokens.end - 1] {
            let word = reading.word(at as usize);
            if word.is(flag::ORGANIZATION_HEAD) {
                first_named.entry(word.low).or_insert(mention.tokens.end);
            }
        }
    }
    if first_named.is_empty() {
        return;
    }
    let mut added = Vec::new();
    for mut run in reading.capital_runs() {
        without_article(reading, &mut run);
        let at = run.start;
        let alone = run.len() == 1
            && at > 0
            && reading.text(at - 1).eq_ignore_ascii_case("the")
            && reading.line(at) & (line::CAPITALS | line::TITLE_CASE) == 0
            && !(run.end < reading.words.len() && matches!(reading.text(run.end), "of" | "for" | "on"));
        let named = first_named.get(&reading.word(at).low).is_some_and(|&end| end as usize <= at);
        if !alone || !named {
            continue;
        }
        added.push((run, grammar::CONFIDENCE));
    }
    add_organizations(reading, added, mentions);
}

/// Adds those of `runs` that overlap no mention, each as sure as it says, and keeps the order.
fn add_organizations(reading: &Reading<'_>, runs: Vec<(Range<usize>, f32)>, mentions: &mut Vec<Mention>) {
    let free = |tokens: &Range<u32>| {
        let next = mentions.partition_point(|m| m.tokens.end <= tokens.start);
        mentions.get(next).is_none_or(|m| tokens.end <= m.tokens.start)
    };
    let mut added: Vec<Mention> = runs
        .into_iter()
        .map(|(run, confidence)| (run.start as u32..run.end as u32, confidence))
        .filter(|(tokens, _)| free(tokens))
        .map(|(tokens, confidence)| {
            mention(reading, tokens, EntityType::Organization, confidence, NamedBy::Repeat)
        })
        .collect();
    mentions.append(&mut added);
    mentions.sort_by_key(|m| m.tokens.start);
}

/// A mention, not yet of any entity.
fn mention(
    reading: &Reading<'_>,
    tokens: Range<u32>,
    kind: EntityType,
    confidence: f32,
    by: NamedBy,
) -> Mention {
    let span = edges::span(reading.source, reading.found, tokens.clone());
    Mention { span, tokens, kind, entity: EntityId(0), confidence, by }
}
