//! B³: how well the mentions of an article are grouped into entities.
//!
//! For each mention, precision is the share of its predicted group that
//! belongs to its gold group, recall the share of its gold group that is in
//! its predicted group; both are averaged over mentions (Bagga and Baldwin,
//! "Algorithms for scoring coreference chains", LREC 1998).
//!
//! A predicted mention is a gold mention when span and type are equal, with
//! articles and possessive endings set aside as in the names score. Two views:
//! *matched* looks only at the mentions that both sides have, so that it judges
//! the grouping alone; *strict* counts a mention that the other side lacks as
//! wrong.

use std::collections::BTreeMap;

use serde_json::Value;

use super::names::{entity, short, trimmed};
use super::{EvalError, Line, by_id};
use crate::Span;
use crate::annotations::EntityType;
use crate::record::MentionRecord;

/// A mention and the number of its group; numbers need only be equal inside one side of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grouped {
    /// Where it stands, in whatever unit both sides share.
    pub span: Span,
    /// Its type.
    pub kind: EntityType,
    /// Its group.
    pub group: u32,
}

/// Sums over documents; [`BCubed::add`] one after another, then ask for the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BCubed {
    precision: f64,
    recall: f64,
    strict_precision: f64,
    strict_recall: f64,
    matched: usize,
    predicted: usize,
    gold: usize,
}

/// Precision, recall and their harmonic mean, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shares {
    /// How much of what was predicted is right.
    pub precision: f64,
    /// How much of the gold was predicted.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

impl Shares {
    fn new(precision: f64, recall: f64) -> Self {
        let sum = precision + recall;
        Shares { precision, recall, f1: if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 } }
    }
}

/// Scores `pred` against `gold`; an article without prediction counts as empty.
///
/// Gold: `{"id", "text", "entities": [{"start", "end", "type", "canonical"}]}`, mentions of one entity having
/// the same `canonical`. Predictions: the same form, or records.
///
/// # Errors
/// When a line lacks a field, a span lies outside of its text, or an article is predicted that is not in the gold.
pub fn score(gold: &[Line], pred: &[Line]) -> Result<BCubed, EvalError> {
    let known = by_id(gold);
    let extra: Vec<&Line> = pred.iter().filter(|line| !known.contains_key(line.id.as_str())).collect();
    if let Some(first) = extra.first() {
        return Err(EvalError::Extra { count: extra.len(), example: first.id.clone() });
    }
    let predicted = by_id(pred);
    let mut sums = BCubed::default();
    for line in gold {
        let text = line.text()?;
        let ours = match predicted.get(line.id.as_str()) {
            None => Vec::new(),
            Some(pred) => match pred.record(&text)? {
                Some(record) => {
                    let named = |m: &MentionRecord| {
                        Some((m.start as usize, m.end as usize, short(m.kind), m.entity.to_string()))
                    };
                    grouped(pred, &text, record.mentions.iter().map(named))?
                }
                None => grouped(pred, &text, pred.list("entities")?.iter().map(given))?,
            },
        };
        sums.add(&grouped(line, &text, line.list("entities")?.iter().map(given))?, &ours);
    }
    Ok(sums)
}

/// Start, end, type and group of a mention.
type Given = (usize, usize, &'static str, String);

/// `None` when a field is missing.
fn given(value: &Value) -> Option<Given> {
    let (start, end, kind) = entity(value)?;
    Some((start, end, kind, value["canonical"].as_str()?.to_owned()))
}

/// The mentions of one line, groups numbered in the order they come; types that are not scored left out.
fn grouped(
    line: &Line,
    text: &[char],
    mentions: impl Iterator<Item = Option<Given>>,
) -> Result<Vec<Grouped>, EvalError> {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut grouped = Vec::new();
    for mention in mentions {
        let (start, end, kind, group) =
            mention.ok_or_else(|| line.error("an entity lacks start, end, type or canonical"))?;
        if start > end || end > text.len() {
            return Err(EvalError::Span { id: line.id.clone(), start, end });
        }
        let (start, end) = trimmed(text, start, end, false);
        let next = numbers.len() as u32;
        let group = *numbers.entry(group).or_insert(next);
        if let Some(kind) = EntityType::ALL.into_iter().find(|&known| short(known) == kind)
            && start < end
        {
            grouped.push(Grouped { span: Span::new(start, end), kind, group });
        }
    }
    Ok(grouped)
}

impl BCubed {
    /// Adds one document.
    pub fn add(&mut self, gold: &[Grouped], predicted: &[Grouped]) {
        let key = |m: &Grouped| (m.span, m.kind);
        let gold_groups: BTreeMap<_, u32> = gold.iter().map(|m| (key(m), m.group)).collect();
        let predicted_groups: BTreeMap<_, u32> = predicted.iter().map(|m| (key(m), m.group)).collect();
        self.gold += gold_groups.len();
        self.predicted += predicted_groups.len();
        let sizes = |groups: &BTreeMap<_, u32>| {
            let mut sizes = BTreeMap::new();
            groups.values().for_each(|&g| *sizes.entry(g).or_insert(0usize) += 1);
            sizes
        };
        let (gold_sizes, predicted_sizes) = (sizes(&gold_groups), sizes(&predicted_groups));
        // Mentions that both sides have, by the pair of their groups.
        let mut shared: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        let mut gold_shared: BTreeMap<u32, usize> = BTreeMap::new();
        let mut predicted_shared: BTreeMap<u32, usize> = BTreeMap::new();
        for (key, &g) in &gold_groups {
            if let Some(&p) = predicted_groups.get(key) {
                *shared.entry((g, p)).or_default() += 1;
                *gold_shared.entry(g).or_default() += 1;
                *predicted_shared.entry(p).or_default() += 1;
                self.matched += 1;
            }
        }
        for (&(g, p), &n) in &shared {
            // Each of the n mentions scores n / size, on both sides.
            let square = (n * n) as f64;
            self.precision += square / predicted_shared[&p] as f64;
            self.recall += square / gold_shared[&g] as f64;
            self.strict_precision += square / predicted_sizes[&p] as f64;
            self.strict_recall += square / gold_sizes[&g] as f64;
        }
    }

    /// Over the mentions that both sides have. Nothing in common scores 0.
    pub fn matched(&self) -> Shares {
        let share = |sum: f64| if self.matched == 0 { 0.0 } else { sum / self.matched as f64 };
        Shares::new(share(self.precision), share(self.recall))
    }

    /// Over all mentions; those that the other side lacks score 0.
    pub fn strict(&self) -> Shares {
        let share = |sum: f64, all: usize| if all == 0 { 0.0 } else { sum / all as f64 };
        Shares::new(share(self.strict_precision, self.predicted), share(self.strict_recall, self.gold))
    }

    /// Mentions on both sides, predicted mentions, gold mentions.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.matched, self.predicted, self.gold)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn groups(numbers: &[(usize, u32)]) -> Vec<Grouped> {
        numbers
            .iter()
            .map(|&(at, group)| Grouped { span: Span::new(at, at + 1), kind: EntityType::Person, group })
            .collect()
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    /// The worked example of the paper: true groups of 5, 2 and 5; joining the small one to a large one costs
    /// less than joining the two large ones.
    #[test]
    fn paper_example() {
        let truth: Vec<_> = (0..12)
            .map(|i| {
                (
                    i,
                    if i < 5 {
                        0
                    } else if i < 7 {
                        1
                    } else {
                        2
                    },
                )
            })
            .collect();
        let joined: Vec<_> = (0..12).map(|i| (i, if i < 5 { 0 } else { 1 })).collect();
        let mut score = BCubed::default();
        score.add(&groups(&truth), &groups(&joined));
        close(score.matched().recall, 1.0);
        // 5 mentions at 1, 2 at 2/7, 5 at 5/7.
        close(score.matched().precision, (5.0 + 4.0 / 7.0 + 25.0 / 7.0) / 12.0);

        let joined: Vec<_> = (0..12).map(|i| (i, if (5..7).contains(&i) { 1 } else { 0 })).collect();
        let mut score = BCubed::default();
        score.add(&groups(&truth), &groups(&joined));
        close(score.matched().precision, 7.0 / 12.0);
    }

    #[test]
    fn a_mention_that_one_side_lacks_costs_only_in_the_strict_view() {
        let mut score = BCubed::default();
        score.add(&groups(&[(0, 1), (2, 1)]), &groups(&[(0, 7), (4, 7)]));
        close(score.matched().f1, 1.0);
        // The found mention: half of its predicted group is right; the other predicted one scores 0.
        close(score.strict().precision, 0.25);
        close(score.strict().recall, 0.25);
        assert_eq!(score.counts(), (1, 2, 2));
    }

    #[test]
    fn another_type_is_another_mention_and_an_article_is_none() {
        let text = r#""text":"The UN and Rome""#;
        let gold = format!(
            r#"{{"id":"a",{text},"entities":[{{"start":4,"end":6,"type":"ORG","canonical":"UN"}},{{"start":11,"end":15,"type":"LOC","canonical":"Rome"}}]}}"#
        );
        let pred = r#"{"id":"a","entities":[{"start":0,"end":6,"type":"ORG","canonical":"x"},{"start":11,"end":15,"type":"PER","canonical":"y"}]}"#;
        let lines = |text: &str| crate::eval::lines(text).unwrap();
        assert_eq!(score(&lines(&gold), &lines(pred)).unwrap().counts(), (1, 2, 2));
        assert!(score(&lines(&gold), &lines(r#"{"id":"b","entities":[]}"#)).is_err());
        assert_eq!(score(&lines(&gold), &[]).unwrap().counts(), (0, 0, 2));
    }
}
