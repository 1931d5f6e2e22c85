//! Sentence boundaries, blind to white space.
//!
//! Gold: `{"id", "text", "sentences": [[start, end], …]}`, or golden rules
//! `{"id", "text", "expected": ["…", …]}`, which a prediction passes or fails.
//! A boundary is the number of characters that are not space before it; the
//! end of the text is none. *inner* leaves out boundaries at line breaks;
//! *quote* counts inner ones with a quotation mark within the three characters
//! before or the two after.

use std::collections::BTreeSet;

use super::{EvalError, Line, by_id, chars, span};

/// Precision, recall and F1 as fractions, with their counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fraction {
    /// Found and gold.
    pub tp: usize,
    /// Found, not gold.
    pub fp: usize,
    /// Gold, not found.
    pub fn_: usize,
}

impl Fraction {
    /// Precision.
    pub fn p(&self) -> f64 {
        super::share(self.tp, self.tp + self.fp)
    }

    /// Recall.
    pub fn r(&self) -> f64 {
        super::share(self.tp, self.tp + self.fn_)
    }

    /// F1.
    pub fn f1(&self) -> f64 {
        let (p, r) = (self.p(), self.r());
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }
}

/// The scores of a set.
#[derive(Clone, Debug)]
pub enum Scores {
    /// Boundaries.
    Boundaries {
        /// All of them.
        all: Fraction,
        /// Not at line breaks.
        inner: Fraction,
        /// At quotation marks.
        quote: Fraction,
        /// The wrong ones: predicted or not, what stands before, what after.
        errors: Vec<(bool, String, String)>,
    },
    /// Golden rules.
    Rules {
        /// Passed.
        passed: usize,
        /// Of so many.
        of: usize,
        /// Text, expected, got.
        failures: Vec<(String, Vec<String>, Vec<String>)>,
    },
}

/// Scores `pred` against `gold`.
///
/// # Errors
/// When a line lacks a field or an article has no prediction.
pub fn score(gold: &[Line], pred: &[Line]) -> Result<Scores, EvalError> {
    let predicted = by_id(pred);
    let rules = gold.first().is_some_and(|line| line.value.get("expected").is_some());
    let (mut passed, mut failures) = (0, Vec::new());
    let (mut all, mut inner, mut quote) = <(Fraction, Fraction, Fraction)>::default();
    let mut errors = Vec::new();
    for line in gold {
        let text = line.text()?;
        let found = predicted.get(line.id.as_str()).ok_or_else(|| EvalError::Missing(line.id.clone()))?;
        let found = spans(found, &text)?;
        if rules {
            let expected: Vec<String> =
                line.list("expected")?.iter().map(|s| collapsed(s.as_str().unwrap_or_default())).collect();
            let got: Vec<String> = found
                .iter()
                .map(|&(start, end)| collapsed(&text[start..end].iter().collect::<String>()))
                .filter(|sentence| !sentence.is_empty())
                .collect();
            if got == expected {
                passed += 1;
            } else {
                failures.push((text.iter().collect(), expected, got));
            }
            continue;
        }
        let page = Page::new(&text);
        let (gold, found) = (page.boundaries(&spans(line, &text)?), page.boundaries(&found));
        for &at in gold.union(&found) {
            let broken = page.breaks.contains(&at);
            for (counts, counted) in
                [(&mut all, true), (&mut inner, !broken), (&mut quote, !broken && page.is_at_quote(at))]
            {
                if counted {
                    match (gold.contains(&at), found.contains(&at)) {
                        (true, true) => counts.tp += 1,
                        (false, _) => counts.fp += 1,
                        (true, false) => counts.fn_ += 1,
                    }
                }
            }
            if !gold.contains(&at) || !found.contains(&at) {
                errors.push((found.contains(&at), page.before(at), page.after(at)));
            }
        }
    }
    Ok(if rules {
        Scores::Rules { passed, of: gold.len(), failures }
    } else {
        Scores::Boundaries { all, inner, quote, errors }
    })
}

/// The sentences of a line in code points.
fn spans(line: &Line, text: &[char]) -> Result<Vec<(usize, usize)>, EvalError> {
    if let Some(record) = line.record(text)? {
        return Ok(record.sentences.iter().map(|s| (s.start as usize, s.end as usize)).collect());
    }
    let read = |value| {
        let (start, end) = span(value).ok_or_else(|| line.error("a sentence is no [start, end]"))?;
        if start > end || end > text.len() {
            return Err(EvalError::Span { id: line.id.clone(), start, end });
        }
        Ok((start, end))
    };
    line.list("sentences")?.iter().map(read).collect()
}

/// White space runs as one space, none at the ends.
fn collapsed(text: &str) -> String {
    text.split(chars::is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A text without its white space.
struct Page {
    /// For each position of the text, how many characters that are not space come before.
    before: Vec<usize>,
    solid: Vec<char>,
    /// Where a line break stands.
    breaks: BTreeSet<usize>,
}

impl Page {
    fn new(text: &[char]) -> Self {
        let mut page =
            Page { before: Vec::with_capacity(text.len() + 1), solid: Vec::new(), breaks: BTreeSet::new() };
        for &char in text {
            page.before.push(page.solid.len());
            if !chars::is_space(char) {
                page.solid.push(char);
            } else if matches!(char, '\n' | '\r') {
                page.breaks.insert(page.solid.len());
            }
        }
        page.before.push(page.solid.len());
        page
    }

    fn boundaries(&self, sentences: &[(usize, usize)]) -> BTreeSet<usize> {
        let end = self.solid.len();
        sentences.iter().map(|&(_, end)| self.before[end]).filter(|&at| 0 < at && at < end).collect()
    }

    fn is_at_quote(&self, at: usize) -> bool {
        let solid = &self.solid;
        let near = &solid[at.saturating_sub(3)..(at + 2).min(solid.len())];
        near.iter().any(|c| matches!(c, '"' | '“' | '”' | '«' | '»'))
            // Single marks only right at the boundary: elsewhere they are apostrophes.
            || matches!(solid[at - 1], '\'' | '’')
            || matches!(solid.get(at), Some('\'' | '‘'))
    }

    fn before(&self, at: usize) -> String {
        self.solid[at.saturating_sub(25)..at].iter().collect()
    }

    fn after(&self, at: usize) -> String {
        self.solid[at..(at + 20).min(self.solid.len())].iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::lines;

    fn boundaries(gold: &str, pred: &str) -> (Fraction, Fraction, Fraction) {
        match score(&lines(gold).unwrap(), &lines(pred).unwrap()).unwrap() {
            Scores::Boundaries { all, inner, quote, .. } => (all, inner, quote),
            Scores::Rules { .. } => panic!("rules"),
        }
    }

    #[test]
    fn space_between_sentences_belongs_to_nobody() {
        let gold =
            r#"{"id":"a","text":"One. “Two.”  Three.\nFour.","sentences":[[0,4],[5,11],[13,19],[20,25]]}"#;
        let pred = r#"{"id":"a","sentences":[[0,5],[5,19],[19,25]]}"#;
        let (all, inner, quote) = boundaries(gold, pred);
        assert_eq!((all.tp, all.fp, all.fn_), (2, 0, 1));
        assert_eq!((inner.tp, inner.fn_), (1, 1));
        assert_eq!((quote.tp, quote.fn_), (1, 1));
    }

    #[test]
    fn golden_rules_pass_or_fail() {
        let gold = "{\"id\":\"a\",\"text\":\"One.  Two.\",\"expected\":[\"One.\",\"Two.\"]}\n{\"id\":\"b\",\"text\":\"A. B.\",\"expected\":[\"A. B.\"]}";
        let pred = "{\"id\":\"a\",\"sentences\":[[0,6],[6,10]]}\n{\"id\":\"b\",\"sentences\":[[0,2],[3,5]]}";
        let scores = score(&lines(gold).unwrap(), &lines(pred).unwrap()).unwrap();
        assert!(matches!(scores, Scores::Rules { passed: 1, of: 2, .. }));
    }
}
