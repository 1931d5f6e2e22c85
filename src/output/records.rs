//! Records read back: from JSON Lines, compressed or not, and from nested Parquet.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::Record;
use crate::input::{compression, decode, fault};
use crate::record::SCHEMA;

/// Why records cannot be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {error}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line or row is no record.
    #[error("{path}:{number}: no record of saidwho extract: {reason}")]
    Record {
        /// The file.
        path: PathBuf,
        /// Of the line or row, from 1.
        number: u64,
        /// What is wrong.
        reason: String,
    },
}

/// The records of a file, one by one.
pub struct Records {
    path: PathBuf,
    stored: Stored,
    number: u64,
}

/// How they are stored.
enum Stored {
    Lines(Box<dyn BufRead>, Vec<u8>),
    #[cfg(feature = "parquet")]
    Rows(super::parquet::Rows),
}

/// Opens a file of records; `-` is standard input. What it is is told by its first bytes.
///
/// # Errors
/// When it cannot be opened.
pub fn open(path: &Path) -> Result<Records, ReadError> {
    let broken = |error| ReadError::File { path: path.to_owned(), error };
    let raw: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(broken)?);
        #[cfg(feature = "parquet")]
        if file.fill_buf().map_err(broken)?.starts_with(b"PAR1") {
            let rows = super::parquet::rows(file.into_inner()).map_err(broken)?;
            return Ok(Records { path: path.to_owned(), stored: Stored::Rows(rows), number: 0 });
        }
        let head = file.fill_buf().map_err(broken)?;
        if head.starts_with(b"PAR1") || head.starts_with(b"SQLite format 3") {
            let message = "records are read from JSON Lines or nested Parquet (convert from those)";
            return Err(broken(io::Error::other(message)));
        }
        Box::new(file)
    };
    let bytes = compression::open(raw).and_then(decode::unmarked).map_err(broken)?;
    Ok(Records { path: path.to_owned(), stored: Stored::Lines(bytes, Vec::new()), number: 0 })
}

impl Iterator for Records {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let found = loop {
            self.number += 1;
            let (bytes, line) = match &mut self.stored {
                Stored::Lines(bytes, line) => (bytes, line),
                #[cfg(feature = "parquet")]
                Stored::Rows(rows) => break rows.next()?,
            };
            line.clear();
            match bytes.read_until(b'\n', line) {
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => continue,
                Ok(_) => break serde_json::from_slice::<Record>(line).map_err(|error| fault(&error)),
                Err(error) => return Some(Err(ReadError::File { path: self.path.clone(), error })),
            }
        };
        let wrong = |reason| ReadError::Record { path: self.path.clone(), number: self.number, reason };
        Some(match found {
            Ok(record) if record.schema == SCHEMA => Ok(record),
            Ok(record) => Err(wrong(format!("its schema is {:?}, not {SCHEMA:?}", record.schema))),
            Err(reason) => Err(wrong(reason)),
        })
    }
}
