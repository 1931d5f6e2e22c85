//! Writing records, and reading them back.
//!
//! A run writes JSON Lines ([`log`]); every other format is made from records,
//! by one writer each, registered in [`FORMATS`]. So restarts, order and dead
//! letters are the business of one place, and `convert` is the same code.
//! [`mod@file`] writes beside the target and renames when whole, so that a file
//! with the final name is never half a result; [`check`] proves that a record
//! fits its text.

mod brat;
pub mod check;
mod conll;
mod csv;
pub mod file;
pub mod log;
#[cfg(feature = "parquet")]
mod parquet;
pub mod records;
mod spacy;
#[cfg(feature = "sqlite")]
mod sqlite;
mod tables;
mod tokens;
mod web_annotation;

use std::io::{self, Write};
use std::path::Path;

use thiserror::Error;

use crate::Record;
use file::{Beside, WholeFile};

/// The name of the format that everything else is made from.
pub const JSONL: &str = "jsonl";

/// Writes records in one format.
pub trait Writer {
    /// Adds one.
    ///
    /// # Errors
    /// When it cannot be written, or lacks what the format needs.
    fn write(&mut self, record: &Record) -> io::Result<()>;

    /// Ends the output.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// A format to write.
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// How the names of its files end, without compression.
    suffixes: &'static [&'static str],
    /// Whether records must carry their text.
    pub needs_text: bool,
    /// Starts an output at a path where nothing is yet.
    create: fn(&Path, Columns) -> io::Result<Box<dyn Writer>>,
}

/// What goes into tables beyond what is always there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Columns {
    /// The text of articles, when records carry it.
    pub text: bool,
}

/// All formats.
pub static FORMATS: &[Format] = &[
    Format { name: JSONL, suffixes: &[".jsonl", ".ndjson"], needs_text: false, create: Lines::create },
    #[cfg(feature = "parquet")]
    parquet::NESTED,
    #[cfg(feature = "parquet")]
    parquet::TABLES_IN_FOLDER,
    #[cfg(feature = "sqlite")]
    sqlite::DATABASE,
    csv::FOLDER,
    conll::COLUMNS,
    brat::STANDOFF,
    web_annotation::PAGES,
    spacy::DOCS,
];

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The format of that name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that a path's name says; JSON Lines when it says nothing.
pub fn of_path(path: &Path) -> &'static Format {
    let name = path.to_string_lossy().to_lowercase();
    let name = crate::input::compression::strip_suffix(&name);
    // The longest says most: `.spacy.jsonl` is no plain `.jsonl`.
    let ends = |format: &&Format| {
        let suffixes = format.suffixes.iter().filter(|suffix| name.ends_with(*suffix));
        suffixes.map(|suffix| suffix.len()).max()
    };
    FORMATS.iter().filter(|format| ends(format).is_some()).max_by_key(ends).unwrap_or(&FORMATS[0])
}

/// Why records cannot be converted.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// They cannot be read.
    #[error(transparent)]
    Read(#[from] records::ReadError),
    /// They cannot be written.
    #[error("cannot write {path}: {error}")]
    Write {
        /// What was to be written.
        path: String,
        /// What is wrong.
        error: io::Error,
    },
}

/// Writes the records of a file in another format.
///
/// # Errors
/// When they cannot be read or written; nothing then stands at `target` that did not before.
pub fn convert(from: &Path, format: &Format, target: &Path, text: bool) -> Result<(), ConvertError> {
    convert_all(&[from], format, target, text)
}

/// Writes the records of some files, one after the other, in one output.
///
/// # Errors
/// As [`convert`].
pub fn convert_all(from: &[&Path], format: &Format, target: &Path, text: bool) -> Result<(), ConvertError> {
    let fault = |error| ConvertError::Write { path: target.display().to_string(), error };
    let beside = Beside::new(target).map_err(fault)?;
    let mut writer = (format.create)(beside.path(), Columns { text }).map_err(fault)?;
    for path in from {
        for record in records::open(path)? {
            writer.write(&record?).map_err(fault)?;
        }
    }
    writer.finish().map_err(fault)?;
    beside.rename().map_err(fault)
}

/// One record a line.
struct Lines(WholeFile);

impl Lines {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        Ok(Box::new(Lines(WholeFile::create(path)?)))
    }
}

impl Writer for Lines {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, record)?;
        self.0.write_all(b"\n")
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}

/// The text of a record for a format that cannot do without.
fn text_of(record: &Record) -> io::Result<&str> {
    record.text.as_deref().ok_or_else(|| {
        let message = format!(
            "record {:?} carries no text, which this format needs: extract with --with-text",
            record.id
        );
        io::Error::other(message)
    })
}
