//! The labels of a sequence model and which may follow which.
//!
//! [`Labels::bilou`] is the scheme of Ratinov & Roth (2009, "Design Challenges
//! and Misconceptions in Named Entity Recognition"): Begin, Inside, Last,
//! Outside, Unit. Hard constraints make every labelling a list of spans.

use std::ops::Range;

use super::file::{Cursor, ModelError, put_string, put_varint};

/// The number of a label.
pub type Label = u8;

/// A set of labels with the transitions that are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    names: Vec<String>,
    /// Row-major, from × to; the last row is the start, the last column the end.
    allowed: Vec<bool>,
}

/// Most labels a model can have.
pub const MAX_LABELS: usize = 255;

impl Labels {
    /// Labels in which `allow(from, to)` says what may follow; `None` as
    /// `from` is the start of a sequence, `None` as `to` its end.
    ///
    /// # Panics
    /// With no labels or more than [`MAX_LABELS`]: a programmer's error.
    pub fn new<S: Into<String>>(
        names: impl IntoIterator<Item = S>,
        allow: impl Fn(Option<usize>, Option<usize>) -> bool,
    ) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        assert!((1..=MAX_LABELS).contains(&names.len()), "{} labels", names.len());
        let ends = || (0..names.len()).map(Some).chain([None]);
        let allowed = ends().flat_map(|from| ends().map(move |to| (from, to)));
        let allowed = allowed.map(|(from, to)| allow(from, to)).collect();
        Labels { names, allowed }
    }

    /// Labels that may follow one another in any order.
    pub fn free<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Labels::new(names, |_, _| true)
    }

    /// `O` and, for each type, `B-`, `I-`, `L-` and `U-`: label
    /// `1 + 4 × type + part`, see [`Part`].
    pub fn bilou<S: AsRef<str>>(types: impl IntoIterator<Item = S>) -> Self {
        let mut names = vec!["O".to_owned()];
        for kind in types {
            names.extend(["B-", "I-", "L-", "U-"].map(|part| format!("{part}{}", kind.as_ref())));
        }
        Labels::new(names, |from, to| {
            let part = |label: Option<usize>| label.and_then(|l| Part::of(l as Label));
            match (part(from), part(to)) {
                // An open span goes on, with the same type.
                (Some((kind, Part::Begin | Part::Inside)), next) => {
                    matches!(next, Some((k, Part::Inside | Part::Last)) if k == kind)
                }
                // None is open: nothing to go on with.
                (_, next) => !matches!(next, Some((_, Part::Inside | Part::Last))),
            }
        })
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Never: there is at least one.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The name of a label.
    pub fn name(&self, label: Label) -> &str {
        &self.names[label as usize]
    }

    /// The label of a name.
    pub fn find(&self, name: &str) -> Option<Label> {
        self.names.iter().position(|n| n == name).map(|at| at as Label)
    }

    /// Whether `to` may follow `from`; `None` stands for the start and the end.
    #[inline]
    pub fn allows(&self, from: Option<usize>, to: Option<usize>) -> bool {
        let count = self.len();
        self.allowed[from.unwrap_or(count) * (count + 1) + to.unwrap_or(count)]
    }

    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        put_varint(to, self.len() as u64);
        for name in &self.names {
            put_string(to, name);
        }
        to.extend(self.allowed.iter().map(|&a| u8::from(a)));
    }

    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, ModelError> {
        let count = cursor.varint()? as usize;
        if !(1..=MAX_LABELS).contains(&count) {
            return Err(cursor.malformed(format!("it has {count} labels")));
        }
        let mut names = Vec::with_capacity(count);
        for _ in 0..count {
            names.push(cursor.string()?.to_owned());
        }
        let allowed = cursor.take((count + 1) * (count + 1))?.iter().map(|&b| b != 0).collect();
        let labels = Labels { names, allowed };
        // Without a way from every label onwards a search could end in nothing.
        let onwards = |from| (0..count).map(Some).chain([None]).any(|to| labels.allows(from, to));
        if (0..count).map(Some).chain([None]).all(onwards) {
            Ok(labels)
        } else {
            Err(cursor.malformed("a label allows nothing after it"))
        }
    }
}

/// Where in a span a unit stands, in the BILOU scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Part {
    /// First of several.
    Begin,
    /// Between first and last.
    Inside,
    /// Last of several.
    Last,
    /// The only one.
    Unit,
}

impl Part {
    /// The type's number and the part of a BILOU label; none for `O`.
    #[inline]
    pub fn of(label: Label) -> Option<(u8, Part)> {
        let inner = label.checked_sub(1)?;
        let part = match inner % 4 {
            0 => Part::Begin,
            1 => Part::Inside,
            2 => Part::Last,
            _ => Part::Unit,
        };
        Some((inner / 4, part))
    }

    /// The BILOU label of this part of type `kind`.
    #[inline]
    pub fn label(self, kind: u8) -> Label {
        1 + 4 * kind + self as u8
    }
}

/// Labels `range` as one span of type `kind`.
pub fn mark(labels: &mut [Label], range: Range<usize>, kind: u8) {
    let count = range.len();
    for (at, label) in labels[range].iter_mut().enumerate() {
        let part = match (at, at + 1 == count) {
            (0, true) => Part::Unit,
            (0, false) => Part::Begin,
            (_, true) => Part::Last,
            _ => Part::Inside,
        };
        *label = part.label(kind);
    }
}

/// The spans of a BILOU labelling with their types, in order.
pub fn spans(labels: &[Label]) -> impl Iterator<Item = (Range<usize>, u8)> + '_ {
    let mut start = 0;
    labels.iter().enumerate().filter_map(move |(at, &label)| {
        let (kind, part) = Part::of(label)?;
        if matches!(part, Part::Begin | Part::Unit) {
            start = at;
        }
        matches!(part, Part::Last | Part::Unit).then_some((start..at + 1, kind))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bilou_allows_only_whole_spans() {
        let labels = Labels::bilou(["person", "place"]);
        let at = |name: &str| labels.find(name).map(|l| l as usize);
        let may = |from: &str, to: &str| labels.allows(at(from), at(to));
        assert!(may("O", "B-person") && may("L-person", "U-place") && may("B-place", "L-place"));
        assert!(!may("B-person", "L-place") && !may("O", "I-person") && !may("U-place", "L-place"));
        assert!(!may("B-person", "O") && !labels.allows(at("I-place"), None));
        assert!(labels.allows(None, at("B-place")) && !labels.allows(None, at("L-place")));
        assert!(labels.allows(at("U-person"), None));
    }

    #[test]
    fn spans_come_back() {
        let mut labels = vec![0; 8];
        mark(&mut labels, 0..1, 1);
        mark(&mut labels, 1..4, 0);
        mark(&mut labels, 6..8, 2);
        assert_eq!(spans(&labels).collect::<Vec<_>>(), [(0..1, 1), (1..4, 0), (6..8, 2)]);
    }
}
