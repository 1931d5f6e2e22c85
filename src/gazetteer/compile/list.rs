//! Reading lists: TSV with a header comment, a line of column names, and rows.

use super::fold;
use super::layout::{MAX_WORDS, Policy};

/// Where and why a list cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    /// The file.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for ListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for ListError {}

/// What a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Entities of the type with this number.
    Entities(u8),
    /// Given names.
    Given,
    /// Surnames.
    Surnames,
    /// A closed set of phrases of this name.
    Set(String),
}

impl Content {
    /// By the `type` of the manifest.
    pub fn from_name(name: &str) -> Self {
        match name {
            "person" => Content::Entities(0),
            "organization" => Content::Entities(1),
            "place" => Content::Entities(2),
            "given" => Content::Given,
            "surname" => Content::Surnames,
            other => Content::Set(other.to_owned()),
        }
    }
}

/// What the manifest says about a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListInfo {
    /// Path below the manifest's folder.
    pub file: String,
    /// What it holds.
    pub content: Content,
    /// When its names match, where the row does not say otherwise.
    pub policy: Policy,
}

impl ListInfo {
    /// The file's name without folder and endings.
    pub fn name(&self) -> &str {
        let base = self.file.rsplit('/').next().unwrap_or(&self.file);
        base.split('.').next().unwrap_or(base)
    }
}

/// A table of text: its columns and rows.
pub struct Table<'t> {
    file: &'t str,
    /// Names of the columns.
    pub columns: Vec<&'t str>,
    rest: &'t str,
    line: usize,
}

impl<'t> Table<'t> {
    /// Reads the header of `text`.
    ///
    /// # Errors
    /// When there is no line of column names, or one is empty or twice there.
    pub fn new(file: &'t str, text: &'t str) -> Result<Self, ListError> {
        let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut line = 0;
        while !rest.is_empty() {
            let (head, tail) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = tail;
            line += 1;
            let head = head.strip_suffix('\r').unwrap_or(head);
            if head.starts_with('#') || head.trim().is_empty() {
                continue;
            }
            let columns: Vec<&str> = head.split('\t').map(str::trim).collect();
            for (index, column) in columns.iter().enumerate() {
                if column.is_empty() || columns[..index].contains(column) {
                    return Err(ListError {
                        file: file.to_owned(),
                        line,
                        message: format!("column {} has no name of its own: \"{column}\"", index + 1),
                    });
                }
            }
            return Ok(Table { file, columns, rest, line });
        }
        Err(ListError {
            file: file.to_owned(),
            line: 0,
            message: "no line of column names (name, aliases, kind …)".to_owned(),
        })
    }

    /// The number of the column `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| *column == name)
    }

    /// An error at the row that was read last.
    pub fn error(&self, message: impl Into<String>) -> ListError {
        ListError { file: self.file.to_owned(), line: self.line, message: message.into() }
    }

    /// The next row's fields into `fields`; false at the end.
    ///
    /// # Errors
    /// When a row has more fields than there are columns.
    pub fn next(&mut self, fields: &mut Vec<&'t str>) -> Result<bool, ListError> {
        while !self.rest.is_empty() {
            let (head, tail) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
            self.rest = tail;
            self.line += 1;
            let head = head.strip_suffix('\r').unwrap_or(head);
            if head.starts_with('#') || head.is_empty() {
                continue;
            }
            fields.clear();
            fields.extend(head.split('\t'));
            if fields.len() > self.columns.len() {
                let (found, expected) = (fields.len(), self.columns.len());
                return Err(self.error(format!("{found} fields, but {expected} columns")));
            }
            fields.resize(self.columns.len(), "");
            return Ok(true);
        }
        Ok(false)
    }
    /// The next row of a closed set: its fields and the phrases that it has, the first column and
    /// what stands between bars in the column `aliases`; false at the end.
    ///
    /// # Errors
    /// As [`Table::next`], and when a phrase is none.
    pub fn next_phrases(
        &mut self,
        fields: &mut Vec<&'t str>,
        phrases: &mut Vec<&'t str>,
    ) -> Result<bool, ListError> {
        if !self.next(fields)? {
            return Ok(false);
        }
        let aliases = self.column("aliases").map_or("", |column| fields[column]);
        phrases.clear();
        phrases.push(fields[0]);
        phrases.extend(aliases.split('|').filter(|alias| !alias.is_empty()));
        for phrase in phrases {
            check_phrase(phrase).map_err(|message| self.error(message))?;
        }
        Ok(true)
    }
}

/// Whether a closed set can hold `phrase`.
///
/// # Errors
/// When it has no letter or digit, or too many words.
pub fn check_phrase(phrase: &str) -> Result<(), String> {
    let mut words = Vec::new();
    fold::words(phrase, &mut words);
    match words.len() {
        1..=MAX_WORDS => Ok(()),
        _ => Err(format!("\"{phrase}\" has no letter or digit, or more than {MAX_WORDS} words")),
    }
}
