//! Reading documents: from what the user names to [`crate::Document`]s.
//!
//! Three steps, each with its own room. [`source`] expands files, folders,
//! globs and `-` into a list; a *format* cuts a byte stream into records (one
//! file per format, registered in [`FORMATS`]); [`Cut::parse`] turns a record
//! into a document. Cutting is cheap and runs on the reading thread, parsing
//! runs on the workers.
//!
//! Nothing here ends a run: a broken record becomes a [`Cut`] with a fault, and
//! the next one is read.

pub mod compression;
pub mod decode;
pub mod fields;
mod json;
mod lines;
pub mod source;
mod text;

use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::Document;
pub use fields::{Fields, Meta};

/// Where a record stands in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user would name it; members of archives as `archive!member`.
    pub source: Arc<str>,
    /// The number of the record in it, from 1: the line of JSONL, 1 for a text file.
    pub record: u64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.source, self.record)
    }
}

/// What a record is made of, hence how it is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A JSON object whose fields are mapped by [`Fields`].
    Json,
    /// Plain text, all of it the article.
    Text,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 2] = [Kind::Json, Kind::Text];

    /// The name dead letters carry.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Json => "json",
            Kind::Text => "text",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One record, cut from its source but not yet understood.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Where it stands.
    pub place: Place,
    /// What it is made of.
    pub kind: Kind,
    /// Its bytes; empty when they could not be read or were too many.
    pub raw: Vec<u8>,
    /// Why it cannot be parsed, when that is known already.
    pub fault: Option<String>,
}

/// What became of a record.
#[derive(Debug)]
pub enum Parsed {
    /// An article, with what had to be put right to read it.
    Document(Document, Vec<String>),
    /// No article and none expected, such as an image in a web archive: counted, not an error.
    PassedOver(String),
    /// Broken: goes to the dead letters with this reason.
    SetAside(String),
}

impl Cut {
    /// A record that could not be cut whole.
    pub fn broken(place: Place, kind: Kind, raw: Vec<u8>, reason: impl Into<String>) -> Self {
        Cut { place, kind, raw, fault: Some(reason.into()) }
    }

    /// Understands the record.
    pub fn parse(&self, fields: &Fields) -> Parsed {
        if let Some(fault) = &self.fault {
            return Parsed::SetAside(fault.clone());
        }
        match self.kind {
            Kind::Json => json::parse(self, fields),
            Kind::Text => text::parse(self),
        }
    }
}

/// Takes the records in order; [`ControlFlow::Break`] ends the reading.
pub type Sink<'a> = dyn FnMut(Cut) -> ControlFlow<()> + 'a;

/// Bounds of what is held in memory at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest record in bytes; longer ones are set aside unread.
    pub record: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { record: 64 << 20 }
    }
}

/// A way to cut a byte stream into records.
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// Whether a stream with this name (lower case, without compression suffix) and first bytes is of this format.
    detects: fn(name: &str, head: &[u8]) -> bool,
    /// Cuts the stream. An error ends this stream, not the run.
    read: fn(&mut Stream<'_>, &mut Sink<'_>) -> io::Result<ControlFlow<()>>,
}

/// A stream that is being cut.
pub struct Stream<'a> {
    source: Arc<str>,
    bytes: &'a mut dyn BufRead,
    limits: Limits,
    /// Records cut so far.
    record: u64,
}

impl Stream<'_> {
    /// The place of the next record.
    fn place(&mut self) -> Place {
        self.record += 1;
        Place { source: Arc::clone(&self.source), record: self.record }
    }
}

/// All formats, the surest signs first; the last takes whatever is left.
pub static FORMATS: &[Format] = &[json::LINES, text::FILE];

/// How many bytes a format may look at to recognise itself.
const HEAD: usize = 4096;

/// Cuts one stream, whatever its format and compression, into records.
///
/// A stream that breaks off is reported as one broken record, after those that could be read.
pub fn read(
    source: &Arc<str>,
    bytes: Box<dyn BufRead + '_>,
    limits: Limits,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let mut place = Place { source: Arc::clone(source), record: 0 };
    let outcome = (|| {
        let mut bytes = compression::open(bytes)?;
        let head = compression::peek(&mut *bytes, HEAD)?;
        let name = compression::strip_suffix(&source.to_lowercase()).to_owned();
        let format = FORMATS.iter().find(|format| (format.detects)(&name, &head)).unwrap_or(&text::FILE);
        let mut bytes = io::BufReader::with_capacity(1 << 16, io::Read::chain(&head[..], bytes));
        let mut stream = Stream { source: Arc::clone(source), bytes: &mut bytes, limits, record: 0 };
        let flow = (format.read)(&mut stream, sink);
        place.record = stream.record;
        flow
    })();
    match outcome {
        Ok(flow) => flow,
        Err(error) => {
            place.record += 1;
            sink(Cut::broken(place, Kind::Text, Vec::new(), format!("cannot read on: {error}")))
        }
    }
}
