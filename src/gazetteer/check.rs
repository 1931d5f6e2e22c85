//! What is wrong or doubtful in a user's lists, before they are used.

use std::collections::HashMap;
use std::path::PathBuf;

use foldhash::fast::FixedState;

use super::compile::Batch;
use super::compile::layout::NEVER;
use super::compile::list::ListError;
use super::{Gazetteer, user};
use crate::annotations::EntityType;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row cannot be used.
    Error,
    /// The row is used, but perhaps not as meant.
    Warning,
}

/// Something about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// Where and what.
    pub at: ListError,
}

/// The closed sets whose words are risky names when they stand alone.
const RISKY: [(&str, &str); 6] = [
    ("generic", "a word that names nothing"),
    ("demonym", "a nationality"),
    ("title", "a title"),
    ("role", "a role"),
    ("organization-head", "a common noun"),
    ("place-word", "a common noun"),
];

/// Reads lists and calls `found` with what is wrong, in the order of files and
/// lines; gives the number of rows.
///
/// Errors are rows that cannot be read and names that can never match;
/// warnings are names that stand twice with the same type, that other lists
/// know as another type, and single words that are common words.
///
/// # Errors
/// When a file cannot be read at all.
pub fn check(paths: &[PathBuf], mut found: impl FnMut(Finding)) -> Result<usize, ListError> {
    let shipped = Gazetteer::shipped();
    let mut seen: HashMap<(String, u8), String, FixedState> = HashMap::default();
    let mut rows = 0;
    for file in user::read_all(paths)? {
        let name = file.path.display().to_string();
        let mut report = |severity, line, message: String| {
            found(Finding { severity, at: ListError { file: name.clone(), line, message } });
        };
        let whole = file.rows(|line, row| {
            rows += 1;
            let user::UserRow { kind, row, .. } = match row {
                Ok(row) => row,
                Err(message) => {
                    report(Severity::Error, line, message);
                    return Ok(());
                }
            };
            if let Err(message) = Batch::default().push(&row) {
                report(Severity::Error, line, message);
            }
            let key = (super::key(row.name), kind);
            let place = format!("{name}:{line}");
            match seen.get(&key) {
                Some(first) => {
                    report(Severity::Warning, line, format!("\"{}\" stands already at {first}", row.name))
                }
                None => {
                    seen.insert(key, place);
                }
            }
            if kind == NEVER {
                return Ok(());
            }
            let kind = EntityType::ALL[usize::from(kind)];
            let other = shipped
                .find(row.name)
                .flat_map(|id| shipped.entries(id))
                .filter(|entry| entry.kind() != kind)
                .max_by(|a, b| a.prominence().total_cmp(&b.prominence()));
            if let Some(other) = other {
                let message = format!(
                    "\"{}\" is also the {} {} (list {}); say mode override if it never means that",
                    row.name,
                    other.kind(),
                    other.name(),
                    other.list()
                );
                report(Severity::Warning, line, message);
            }
            if let Some(what) = common(row.name) {
                report(
                    Severity::Warning,
                    line,
                    format!("\"{}\" is also {what}: it will match often", row.name),
                );
            }
            Ok(())
        });
        if let Err(at) = whole {
            found(Finding { severity: Severity::Error, at });
        }
    }
    Ok(rows)
}

/// What a name is beside a name, if it is a common word.
fn common(name: &str) -> Option<&'static str> {
    let lists = Gazetteer::shipped();
    if let Some((_, what)) = RISKY.iter().find(|(set, _)| lists.phrases(set).get(name).is_some()) {
        return Some(what);
    }
    if name.contains(' ') {
        return None;
    }
    let facts = lists.word(name);
    match (facts.given, facts.surname) {
        (Some(given), _) if given.frequency >= 6 => Some("a given name"),
        (_, Some(surname)) if surname >= 6 => Some("a surname"),
        _ => None,
    }
}
