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

#[cfg(feature = "archives")]
mod archive;
pub mod compression;
pub mod decode;
pub mod fields;
mod html;
mod http;
mod json;
mod lines;
mod news_xml;
mod ninjs;
#[cfg(feature = "parquet")]
mod parquet;
pub mod source;
mod table;
mod text;
mod warc;

use std::io::{self, BufRead, Read};
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::Document;
pub use fields::{Fields, Meta};
pub(crate) use json::fault;

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
    /// A web page.
    Html,
    /// A record of a web archive: its header, then what the server sent.
    Web,
    /// A news item in XML: NITF or NewsML.
    NewsXml,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 5] = [Kind::Json, Kind::Text, Kind::Html, Kind::Web, Kind::NewsXml];

    /// The name dead letters carry.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Json => "json",
            Kind::Text => "text",
            Kind::Html => "html",
            Kind::Web => "web",
            Kind::NewsXml => "news-xml",
        }
    }

    /// Whether it comes from the web, where anything may turn up.
    pub fn is_web(self) -> bool {
        matches!(self, Kind::Html | Kind::Web)
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
            Kind::Html => html::parse(self),
            Kind::Web => warc::parse(self),
            Kind::NewsXml => news_xml::parse(self),
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
#[derive(Debug)]
pub struct Format {
    /// Its name.
    pub name: &'static str,
    /// Whether a stream with this name (lower case, without compression suffix) and first bytes is of this format.
    detects: fn(name: &str, head: &[u8]) -> bool,
    /// Cuts the stream. An error ends this stream, not the run.
    read: fn(&mut Stream<'_>, &mut Sink<'_>) -> io::Result<ControlFlow<()>>,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<&'static Format> {
        FORMATS.iter().find(|format| format.name == name)
    }
}

/// A stream that is being cut.
pub struct Stream<'a> {
    source: Arc<str>,
    bytes: &'a mut dyn BufRead,
    limits: Limits,
    /// Records cut so far.
    record: u64,
    /// Archives around it.
    #[cfg_attr(not(feature = "archives"), allow(dead_code))]
    depth: usize,
}

impl Stream<'_> {
    /// The place of the next record.
    fn place(&mut self) -> Place {
        self.record += 1;
        Place { source: Arc::clone(&self.source), record: self.record }
    }

    /// The rest of the stream as one record, or a broken one when it is over the limit.
    fn whole(&mut self, kind: Kind) -> io::Result<Cut> {
        let limit = self.limits.record as u64;
        let mut raw = Vec::new();
        (&mut *self.bytes).take(limit + 1).read_to_end(&mut raw)?;
        let place = self.place();
        if raw.len() as u64 > limit {
            // Not read to its end: it may be a bomb.
            return Ok(Cut::broken(place, kind, Vec::new(), too_long("more than the limit", self.limits)));
        }
        Ok(Cut { place, kind, raw, fault: None })
    }

    /// The rest of the stream as a file that can be read at any place.
    #[cfg(any(feature = "archives", feature = "parquet"))]
    fn seekable(&mut self) -> io::Result<std::fs::File> {
        let path = std::path::Path::new(self.source.as_ref());
        if self.depth == 0
            && let Ok(mut file) = std::fs::File::open(path)
        {
            // A file that is not compressed is read in place.
            let mut head = [0; 4];
            if Read::read_exact(&mut file, &mut head).is_ok() && self.bytes.fill_buf()?.starts_with(&head) {
                io::Seek::rewind(&mut file)?;
                return Ok(file);
            }
        }
        let mut file = tempfile::tempfile()?;
        io::copy(self.bytes, &mut file)?;
        io::Seek::rewind(&mut file)?;
        Ok(file)
    }
}

/// The reason for a record over the limit.
fn too_long(bytes: impl std::fmt::Display, limits: Limits) -> String {
    format!("the record has {bytes} bytes, the limit is {}: raise it with --max-doc-mb", limits.record)
}

/// All formats, the surest signs first; the last takes whatever is left.
pub static FORMATS: &[Format] = &[
    #[cfg(feature = "parquet")]
    parquet::FILE,
    #[cfg(feature = "archives")]
    archive::ZIP,
    #[cfg(feature = "archives")]
    archive::TAR,
    warc::ARCHIVE,
    json::LINES,
    json::DOCUMENT,
    table::CSV,
    table::TSV,
    news_xml::FILE,
    html::FILE,
    text::FILE,
];

/// How the reason begins when a stream broke off.
pub(crate) const BROKE_OFF: &str = "cannot read on";

/// Names of formats that begin with a mark whatever they hold: a file without a byte is broken.
const MARKED: [&str; 4] = [".parquet", ".tar", ".tgz", ".zip"];

/// How many bytes a format may look at to recognise itself.
const HEAD: usize = 4096;

/// How deep archives may be nested; deeper ones are set aside.
const DEPTH: usize = 4;

/// Cuts one stream into records; its format and compression are told by content and name, unless `format` is given.
///
/// A stream that breaks off is reported as one broken record, after those that could be read.
pub fn read(
    source: &Arc<str>,
    bytes: Box<dyn BufRead + '_>,
    format: Option<&'static Format>,
    limits: Limits,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    nested(source, bytes, format, limits, 0, sink)
}

/// As [`read`], at a depth of archives.
fn nested(
    source: &Arc<str>,
    bytes: Box<dyn BufRead + '_>,
    format: Option<&'static Format>,
    limits: Limits,
    depth: usize,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let mut place = Place { source: Arc::clone(source), record: 0 };
    if depth > DEPTH {
        place.record = 1;
        return sink(Cut::broken(
            place,
            Kind::Text,
            Vec::new(),
            format!("archives nested deeper than {DEPTH}"),
        ));
    }
    let outcome = (|| {
        let mut bytes = decode::unmarked(compression::open(bytes)?)?;
        let head = compression::peek(&mut *bytes, HEAD)?;
        let name = compression::strip_suffix(&source.to_lowercase()).to_owned();
        if head.is_empty() && MARKED.iter().any(|ending| name.ends_with(ending)) {
            return Err(io::Error::other("the file is empty"));
        }
        let told = || FORMATS.iter().find(|format| (format.detects)(&name, &head)).unwrap_or(&text::FILE);
        let format = format.unwrap_or_else(told);
        let mut bytes = io::BufReader::with_capacity(1 << 16, Read::chain(&head[..], bytes));
        let mut stream = Stream { source: Arc::clone(source), bytes: &mut bytes, limits, record: 0, depth };
        let flow = (format.read)(&mut stream, sink);
        place.record = stream.record;
        flow
    })();
    match outcome {
        Ok(flow) => flow,
        Err(error) => {
            place.record += 1;
            sink(Cut::broken(place, Kind::Text, Vec::new(), format!("{BROKE_OFF}: {error}")))
        }
    }
}
