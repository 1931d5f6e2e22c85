//! Names: strict spans and types.
//!
//! Gold: `{"id", "text", "entities": [{"start", "end", "type"}]}` with types
//! PER, ORG, LOC; others are ignored on both sides. Before matching, both
//! sides lose surrounding space, a leading article and a trailing possessive,
//! so that no convention is favoured. Each distinct (start, end, type) counts
//! once. *strict*: all three equal; *span*: type ignored; *overlap*: any common
//! character and the same type.

use std::collections::BTreeSet;

use super::{EvalError, Line, Prf, by_id, chars, f1_percent, round, share, span};
use crate::annotations::EntityType;

/// The types that are scored, in the order they are shown.
pub const TYPES: [&str; 3] = ["PER", "ORG", "LOC"];

/// What is compared.
#[derive(Clone, Debug)]
pub struct Options {
    /// Spans as given, without normalisation.
    pub raw: bool,
    /// Of [`TYPES`], those that count.
    pub types: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options { raw: false, types: TYPES.map(str::to_owned).to_vec() }
    }
}

/// The scores of a set.
#[derive(Clone, Debug)]
pub struct Scores {
    /// By type.
    pub types: Vec<(String, Prf)>,
    /// All types together.
    pub micro: Prf,
    /// Mean of the F1 of the types.
    pub macro_f1: f64,
    /// Types ignored.
    pub span: Prf,
    /// Lenient: precision, recall and F1 only.
    pub overlap: Prf,
    /// Articles.
    pub docs: usize,
    /// Articles without prediction, taken as empty.
    pub missing: usize,
    /// What was wrong.
    pub errors: Vec<Mistake>,
}

/// One wrong answer.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// Predicted but not gold, or the other way round.
    pub predicted: bool,
    /// The article.
    pub id: String,
    /// The words.
    pub text: String,
    /// The type.
    pub kind: String,
    /// The words with some context.
    pub context: String,
}

type Name = (usize, usize, &'static str);

/// Scores `pred` against `gold`.
///
/// # Errors
/// When a line lacks a field, a span lies outside of its text, or an article is predicted that is not in the gold.
pub fn score(gold: &[Line], pred: &[Line], options: &Options) -> Result<Scores, EvalError> {
    let predicted = by_id(pred);
    let known = by_id(gold);
    let extra: Vec<&Line> = pred.iter().filter(|line| !known.contains_key(line.id.as_str())).collect();
    if let Some(first) = extra.first() {
        return Err(EvalError::Extra { count: extra.len(), example: first.id.clone() });
    }
    score_known(gold, &predicted, options)
}

/// Scores each part of the gold by itself, parted by the value of `field`.
///
/// # Errors
/// As [`score`].
pub fn score_by(
    gold: &[Line],
    pred: &[Line],
    options: &Options,
    field: &str,
) -> Result<Vec<(String, Scores)>, EvalError> {
    let predicted = by_id(pred);
    let name = |line: &Line| match &line.value[field] {
        serde_json::Value::String(name) => name.clone(),
        serde_json::Value::Null => "None".to_owned(),
        other => other.to_string(),
    };
    let parts: BTreeSet<String> = gold.iter().map(name).collect();
    let score = |part: String| {
        let lines: Vec<Line> = gold.iter().filter(|line| name(line) == part).cloned().collect();
        Ok((part, score_known(&lines, &predicted, options)?))
    };
    parts.into_iter().map(score).collect()
}

fn score_known(
    gold: &[Line],
    predicted: &std::collections::HashMap<&str, &Line>,
    options: &Options,
) -> Result<Scores, EvalError> {
    let types: Vec<&'static str> =
        TYPES.into_iter().filter(|kind| options.types.iter().any(|wanted| wanted == kind)).collect();
    // Per type: right, predicted, gold.
    let mut counts = vec![[0usize; 3]; types.len()];
    let (mut spans, mut lenient) = ([0usize; 3], [0usize; 2]);
    let (mut missing, mut errors) = (0, Vec::new());
    for line in gold {
        let text = line.text()?;
        let gold = normal(line, &text, line.list("entities")?.iter().map(entity), &types, options.raw)?;
        let found = match predicted.get(line.id.as_str()) {
            None => {
                missing += 1;
                BTreeSet::new()
            }
            Some(pred) => match pred.record(&text)? {
                Some(record) => {
                    let names = record
                        .mentions
                        .iter()
                        .map(|m| Some((m.start as usize, m.end as usize, short(m.kind))));
                    normal(line, &text, names, &types, options.raw)?
                }
                None => normal(line, &text, pred.list("entities")?.iter().map(entity), &types, options.raw)?,
            },
        };
        for (kind, count) in types.iter().zip(&mut counts) {
            let of = |names: &mut dyn Iterator<Item = &Name>| names.filter(|name| name.2 == *kind).count();
            count[0] += of(&mut gold.intersection(&found));
            count[1] += of(&mut found.iter());
            count[2] += of(&mut gold.iter());
        }
        let places = |names: &BTreeSet<Name>| names.iter().map(|n| (n.0, n.1)).collect::<BTreeSet<_>>();
        let (gold_places, found_places) = (places(&gold), places(&found));
        spans[0] += gold_places.intersection(&found_places).count();
        spans[1] += found_places.len();
        spans[2] += gold_places.len();
        lenient[0] += touching(&found, &gold);
        lenient[1] += touching(&gold, &found);
        for name in found.difference(&gold) {
            errors.push(mistake(true, line, &text, *name));
        }
        for name in gold.difference(&found) {
            errors.push(mistake(false, line, &text, *name));
        }
    }
    let sum = |index: usize| counts.iter().map(|count| count[index]).sum::<usize>();
    let (tp, pred, all) = (sum(0), sum(1), sum(2));
    let by_type: Vec<(String, Prf)> = types
        .iter()
        .zip(&counts)
        .map(|(kind, [tp, pred, gold])| (kind.to_string(), Prf::new(*tp, *pred, *gold, 2)))
        .collect();
    let (p, r) = (share(lenient[0], pred), share(lenient[1], all));
    Ok(Scores {
        macro_f1: round(by_type.iter().map(|(_, prf)| prf.f1).sum::<f64>() / types.len().max(1) as f64, 2),
        types: by_type,
        micro: Prf::new(tp, pred, all, 2),
        span: Prf::new(spans[0], spans[1], spans[2], 2),
        overlap: Prf {
            p: round(100.0 * p, 2),
            r: round(100.0 * r, 2),
            f1: f1_percent(p, r, 2),
            ..Prf::default()
        },
        docs: gold.len(),
        missing,
        errors,
    })
}

/// How many of `names` share a character with one of `others` of the same type.
fn touching(names: &BTreeSet<Name>, others: &BTreeSet<Name>) -> usize {
    names
        .iter()
        .filter(|(a, b, kind)| others.iter().any(|(x, y, other)| a < y && x < b && kind == other))
        .count()
}

pub(super) fn short(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "PER",
        EntityType::Organization => "ORG",
        EntityType::Place => "LOC",
    }
}

/// Start, end and type; `None` when a field is missing.
pub(super) fn entity(value: &serde_json::Value) -> Option<(usize, usize, &'static str)> {
    let (start, end) = span(value)?;
    let kind = value["type"].as_str()?;
    Some((start, end, TYPES.into_iter().find(|known| *known == kind).unwrap_or("")))
}

fn normal(
    line: &Line,
    text: &[char],
    names: impl Iterator<Item = Option<Name>>,
    types: &[&'static str],
    raw: bool,
) -> Result<BTreeSet<Name>, EvalError> {
    let mut set = BTreeSet::new();
    for name in names {
        let (start, end, kind) = name.ok_or_else(|| line.error("an entity lacks start, end or type"))?;
        if !types.contains(&kind) {
            continue;
        }
        if start > end || end > text.len() {
            return Err(EvalError::Span { id: line.id.clone(), start, end });
        }
        let (start, end) = trimmed(text, start, end, raw);
        if start < end {
            set.insert((start, end, kind));
        }
    }
    Ok(set)
}

/// Without surrounding space and, unless `raw`, without article and possessive.
pub(super) fn trimmed(text: &[char], mut start: usize, mut end: usize, raw: bool) -> (usize, usize) {
    while start < end && chars::is_space(text[start]) {
        start += 1;
    }
    while end > start && chars::is_space(text[end - 1]) {
        end -= 1;
    }
    if raw {
        return (start, end);
    }
    start += chars::article(&text[start..end]).unwrap_or(0);
    let possessive = match &text[start..end] {
        [.., '\'' | '’', 's'] => 2,
        [.., '\'' | '’'] => 1,
        _ => 0,
    };
    if end - start > possessive {
        end -= possessive;
    }
    (start, end)
}

fn mistake(predicted: bool, line: &Line, text: &[char], (start, end, kind): Name) -> Mistake {
    Mistake {
        predicted,
        id: line.id.clone(),
        text: text[start..end].iter().collect(),
        kind: kind.to_owned(),
        context: text[start.saturating_sub(40)..(start + 40).min(text.len())].iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::lines;

    fn f1(gold: &str, pred: &str) -> Scores {
        score(&lines(gold).unwrap(), &lines(pred).unwrap(), &Options::default()).unwrap()
    }

    const GOLD: &str = r#"{"id":"a","text":"The Élysée’s Zoë met","entities":[{"start":4,"end":10,"type":"ORG"},{"start":13,"end":16,"type":"PER"}]}"#;

    #[test]
    fn articles_and_possessives_do_not_matter_types_do() {
        let scores = f1(
            GOLD,
            r#"{"id":"a","entities":[{"start":0,"end":12,"type":"ORG"},{"start":13,"end":16,"type":"LOC"}]}"#,
        );
        assert_eq!((scores.micro.tp, scores.micro.pred, scores.span.tp), (1, 2, 2));
        assert_eq!(scores.micro.f1, 50.0);
    }

    #[test]
    fn records_are_read_in_their_own_unit() {
        let record = r#"{"schema":"saidwho/1","id":"a","offsets":"byte","sentences":[],"quotes":[],
            "entities":[{"id":0,"type":"person","name":"Zoë","mentions":[0]}],
            "mentions":[{"id":0,"start":17,"end":21,"text":"Zoë","type":"person","entity":0,"confidence":1.0,"by":"list"}]}"#
            .replace('\n', "");
        assert_eq!(f1(GOLD, &record).micro.tp, 1);
    }

    #[test]
    fn an_article_that_is_not_gold_is_an_error() {
        let result = score(&[], &lines(r#"{"id":"x","entities":[]}"#).unwrap(), &Options::default());
        assert!(matches!(result, Err(EvalError::Extra { count: 1, .. })));
    }
}
