//! Articles with hand-marked attributions, as JSON Lines.
//!
//! Each line holds `text` and `quotes`; each quote `segments` (or `start` and
//! `end`), and where known `speaker`, `cue` (each with `start` and `end`) and
//! `finite` (whether an indirect quote holds a finite verb). Offsets count code
//! points.

use std::ops::Range;

use serde_json::Value;
use thiserror::Error;

use crate::Annotations;
use crate::annotations::QuoteKind;
use crate::quotes::attribution::shared;
use crate::quotes::emit::kind;
use crate::quotes::source::Source;
use crate::quotes::words::{Classes, Lexicon, word, word_in_text};
use crate::syntax::Tag;

/// Why training data cannot be used.
#[derive(Debug, Error)]
#[error("{file}:{line}: {what}")]
pub struct GoldError {
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// One hand-marked attribution, in bytes of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// Content in pieces.
    pub segments: Vec<Range<usize>>,
    /// The words that name the speaker.
    pub speaker: Option<Range<usize>>,
    /// The words that report.
    pub cue: Option<Range<usize>>,
    /// Whether the content is a clause.
    pub finite: bool,
}

/// One article with its attributions.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkedArticle {
    /// The text.
    pub text: String,
    /// Its attributions.
    pub marked: Vec<Marked>,
}

/// Reads training data; `file` is for messages.
///
/// # Errors
/// At the first line that is no article.
pub fn read(file: &str, contents: &str) -> Result<Vec<MarkedArticle>, GoldError> {
    let lines = contents.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            article(line).map_err(|what| GoldError { file: file.to_owned(), line: number + 1, what })
        })
        .collect()
}

fn article(line: &str) -> Result<MarkedArticle, String> {
    let value: Value = serde_json::from_str(line).map_err(|e| format!("no JSON: {e}"))?;
    let text = value["text"].as_str().ok_or("no field \"text\"")?.to_owned();
    let mut bytes: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    bytes.push(text.len());
    let range = |start: &Value, end: &Value| -> Result<Range<usize>, String> {
        let at = |v: &Value| v.as_u64().and_then(|n| bytes.get(n as usize).copied());
        match (at(start), at(end)) {
            (Some(start), Some(end)) if start <= end => Ok(start..end),
            _ => Err(format!(
                "offsets {start} and {end} are outside the text of {} characters",
                bytes.len() - 1
            )),
        }
    };
    let span = |v: &Value| if v.is_object() { range(&v["start"], &v["end"]).map(Some) } else { Ok(None) };
    let quotes = value["quotes"].as_array().ok_or("no field \"quotes\"")?;
    let marked = quotes.iter().map(|q| {
        let segments = match q["segments"].as_array() {
            Some(list) => list.iter().map(|s| range(&s[0], &s[1])).collect::<Result<_, _>>()?,
            None => vec![range(&q["start"], &q["end"])?],
        };
        Ok::<_, String>(Marked {
            segments,
            speaker: span(&q["speaker"])?,
            cue: span(&q["cue"])?,
            finite: q["finite"].as_bool().unwrap_or(true),
        })
    });
    Ok(MarkedArticle { marked: marked.collect::<Result<_, _>>()?, text })
}

/// A hand-marked attribution in tokens.
#[derive(Clone, Debug)]
pub struct Gold {
    /// The token that heads the cue.
    pub cue: u32,
    /// Content in pieces.
    pub content: Vec<Range<u32>>,
    /// The words that name the speaker.
    pub speaker: Option<Range<u32>>,
    /// Whether something was said or written.
    pub reporting: bool,
    /// Reporting, and no indirect quote without a finite verb.
    pub core: bool,
}

impl Gold {
    /// Intersection over union of its content and `content`.
    pub fn overlap(&self, content: &[Range<u32>]) -> f32 {
        let size = |pieces: &[Range<u32>]| pieces.iter().map(|r| r.end - r.start).sum::<u32>();
        let both: u32 = content.iter().map(|r| shared(&self.content, r)).sum();
        let all = size(&self.content) + size(content) - both;
        if all == 0 { 0.0 } else { both as f32 / all as f32 }
    }
}

/// The article's attributions in tokens, in the order of their cues; those without a cue are left out.
pub fn align(source: &Source<'_>, lexicon: &Lexicon, article: &MarkedArticle) -> Vec<Gold> {
    let found = source.found;
    let mut gold: Vec<Gold> = article
        .marked
        .iter()
        .filter_map(|m| {
            let cue_tokens = tokens(found, m.cue.as_ref()?);
            let cue = cue_head(source, cue_tokens.clone())?;
            let mut content: Vec<Range<u32>> =
                m.segments.iter().map(|s| tokens(found, s)).filter(|r| !r.is_empty()).collect();
            content.sort_by_key(|r| r.start);
            if content.is_empty() {
                return None;
            }
            let speaker = m.speaker.as_ref().map(|s| tokens(found, s)).filter(|r| !r.is_empty());
            let written = m.cue.clone().map(|c| article.text[c].to_lowercase()).unwrap_or_default();
            let reporting = written.contains("according to")
                || !written.contains(char::is_alphanumeric)
                || written
                    .split(|c: char| !c.is_alphanumeric() && c != '-')
                    .any(|w| lexicon.get(word_in_text(w)).reports());
            let core = reporting && (m.finite || kind(source.reading, &content) != QuoteKind::Indirect);
            Some(Gold { cue, content, speaker, reporting, core })
        })
        .collect();
    gold.sort_by_key(|g| g.cue);
    gold.dedup_by_key(|g| g.cue);
    gold
}

/// The tokens that share a byte with `range`.
fn tokens(found: &Annotations, range: &Range<usize>) -> Range<u32> {
    let start = found.tokens.partition_point(|t| t.span.end() <= range.start);
    let end = found.tokens.partition_point(|t| t.span.start() < range.end);
    start as u32..end.max(start) as u32
}

/// The word that stands for a cue of several: "according", else the last verb that is no auxiliary, else a noun.
fn cue_head(source: &Source<'_>, cue: Range<u32>) -> Option<u32> {
    let reading = source.reading;
    if let Some(t) = cue.clone().find(|&t| reading.words[t as usize] == word("according")) {
        return Some(t);
    }
    let verb = |t: u32| {
        if source.trees.parsed(t) {
            source.trees.tags[t as usize].is_verb()
        } else {
            reading.entries[t as usize].verb.is_some()
        }
    };
    let auxiliary = |t: u32| {
        reading.entries[t as usize].classes.any(Classes::AUXILIARY) || reading.words[t as usize] == word("to")
    };
    let mut verbs = cue.clone().filter(|&t| verb(t)).peekable();
    let mut last = None;
    while let Some(t) = verbs.next() {
        last = Some(t);
        if !auxiliary(t) || verbs.peek().is_none() {
            return last;
        }
    }
    let noun = |t: u32| {
        source.trees.parsed(t)
            && matches!(source.trees.tags[t as usize], Tag::Noun | Tag::NounPlural | Tag::Proper)
    };
    last.or_else(|| cue.clone().find(|&t| noun(t)))
        .or_else(|| cue.clone().find(|&t| reading.is_word(t as usize)))
        .or((!cue.is_empty()).then_some(cue.start))
}
