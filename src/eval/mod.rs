//! The scores, by definitions that stay the same from model to model.
//!
//! Gold and predictions are JSON Lines matched by `id`. Gold offsets are
//! Unicode code points. A prediction file holds either the scorer's own form
//! or records of schema `saidwho/1` in any unit; which one is seen line by line.
//!
//! Here lives the comparison of spans. What counts as right is said at the top
//! of each score: [`names`], [`entities`], [`quotes`], [`sentences`]. [`gold`] reads the
//! gold that people write by hand.

mod chars;
pub mod entities;
pub mod gold;
pub mod names;
pub mod quotes;
pub mod sentences;
mod speech;

use std::collections::HashMap;

use serde_json::Value;
use thiserror::Error;

use crate::record::SCHEMA;
use crate::{Record, Unit};

/// What is wrong with a file of gold or predictions.
#[derive(Debug, Error)]
pub enum EvalError {
    /// A line that is no JSON or lacks a field.
    #[error("line {line}: {reason}")]
    Line {
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// An article of one file has no match in the other.
    #[error("{count} predicted articles are not in the gold, e.g. {example:?}")]
    Extra {
        /// How many.
        count: usize,
        /// One of them.
        example: String,
    },
    /// An article of the gold was not predicted, where each must be.
    #[error("no prediction for article {0:?}")]
    Missing(String),
    /// A span outside of the text.
    #[error("article {id:?}: span {start}..{end} lies outside of the text")]
    Span {
        /// The article.
        id: String,
        /// First unit.
        start: usize,
        /// One past the last.
        end: usize,
    },
}

/// One line of a file.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which line, from 1.
    pub number: usize,
    /// The article's id.
    pub id: String,
    /// The whole object.
    pub value: Value,
}

impl Line {
    fn error(&self, reason: impl Into<String>) -> EvalError {
        EvalError::Line { line: self.number, reason: reason.into() }
    }

    fn text(&self) -> Result<Vec<char>, EvalError> {
        let text = self.value["text"].as_str().ok_or_else(|| self.error("no \"text\""))?;
        Ok(text.chars().collect())
    }

    fn list(&self, field: &str) -> Result<&[Value], EvalError> {
        let list = self.value[field].as_array().ok_or_else(|| self.error(format!("no list \"{field}\"")))?;
        Ok(list)
    }

    /// The record, when the line is one; its offsets turned into code points of `text`.
    fn record(&self, text: &[char]) -> Result<Option<Record>, EvalError> {
        if self.value["schema"] != SCHEMA {
            return Ok(None);
        }
        let mut record: Record =
            serde_json::from_value(self.value.clone()).map_err(|error| self.error(error.to_string()))?;
        if record.offsets != Unit::Char {
            to_chars(&mut record, text)
                .ok_or_else(|| self.error("a span lies outside of the gold's text"))?;
        }
        Ok(Some(record))
    }
}

/// Reads the lines of a file. Of two lines with the same id the later one counts, in the place of the first.
///
/// # Errors
/// When a line is no JSON object or has no id.
pub fn lines(file: &str) -> Result<Vec<Line>, EvalError> {
    let mut lines: Vec<Line> = Vec::new();
    let mut by_id: HashMap<String, usize> = HashMap::new();
    for (index, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let number = index + 1;
        let value: Value = serde_json::from_str(line)
            .map_err(|error| EvalError::Line { line: number, reason: error.to_string() })?;
        let id = match &value["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return Err(EvalError::Line { line: number, reason: "no \"id\"".into() }),
        };
        let line = Line { number, id: id.clone(), value };
        match by_id.get(&id) {
            Some(&at) => lines[at] = line,
            None => {
                by_id.insert(id, lines.len());
                lines.push(line);
            }
        }
    }
    Ok(lines)
}

/// The lines by id.
fn by_id(lines: &[Line]) -> HashMap<&str, &Line> {
    lines.iter().map(|line| (line.id.as_str(), line)).collect()
}

/// Turns byte or UTF-16 offsets into code points; `None` when one lies outside of the text.
fn to_chars(record: &mut Record, text: &[char]) -> Option<()> {
    let mut chars = HashMap::new();
    let mut at = 0u32;
    for (index, char) in text.iter().enumerate() {
        chars.insert(at, index as u32);
        at += match record.offsets {
            Unit::Char => 1,
            Unit::Byte => char.len_utf8() as u32,
            Unit::Utf16 => char.len_utf16() as u32,
        };
    }
    chars.insert(at, text.len() as u32);
    let turn = |start: &mut u32, end: &mut u32| {
        *start = *chars.get(start)?;
        *end = *chars.get(end)?;
        Some(())
    };
    for sentence in &mut record.sentences {
        turn(&mut sentence.start, &mut sentence.end)?;
    }
    for mention in &mut record.mentions {
        turn(&mut mention.start, &mut mention.end)?;
    }
    for quote in &mut record.quotes {
        turn(&mut quote.start, &mut quote.end)?;
        for segment in &mut quote.segments {
            turn(&mut segment.start, &mut segment.end)?;
        }
        if let Some(cue) = &mut quote.cue {
            turn(&mut cue.start, &mut cue.end)?;
        }
        if let Some(speaker) = &mut quote.speaker {
            turn(&mut speaker.start, &mut speaker.end)?;
        }
    }
    record.offsets = Unit::Char;
    Some(())
}

/// A span given as `{"start": …, "end": …}` or `[start, end]`, in code points.
fn span(value: &Value) -> Option<(usize, usize)> {
    let (start, end) = match value {
        Value::Array(pair) => (pair.first()?, pair.get(1)?),
        other => (&other["start"], &other["end"]),
    };
    Some((start.as_u64()? as usize, end.as_u64()? as usize))
}

/// Precision, recall and their harmonic mean in percent, and the counts they come from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Prf {
    /// Precision.
    pub p: f64,
    /// Recall.
    pub r: f64,
    /// F1.
    pub f1: f64,
    /// Right ones.
    pub tp: usize,
    /// Predicted ones.
    pub pred: usize,
    /// Gold ones.
    pub gold: usize,
}

impl Prf {
    /// From counts, percentages rounded to so many decimals.
    fn new(tp: usize, pred: usize, gold: usize, decimals: usize) -> Self {
        let (p, r) = (share(tp, pred), share(tp, gold));
        let percent = |value: f64| round(100.0 * value, decimals);
        Prf { p: percent(p), r: percent(r), f1: f1_percent(p, r, decimals), tp, pred, gold }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn f1_percent(p: f64, r: f64, decimals: usize) -> f64 {
    if p + r == 0.0 { 0.0 } else { round(200.0 * p * r / (p + r), decimals) }
}

/// To the nearest decimal of the exact value, ties to even, as Python's `round`.
fn round(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value)
}
