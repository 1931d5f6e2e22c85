//! Records as four flat tables: documents, mentions, entities, quotes.
//!
//! CSV, SQLite and flat Parquet are these tables; their columns are said here
//! and nowhere else. `doc` numbers the records of an output from 1 and joins
//! the tables; `article` is the record's id, which need not be unique.

use std::io;
use std::path::Path;

use serde_json::Value;

use super::file::create_folder;
use super::{Columns, Writer};
use crate::Record;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Integer,
    Real,
    Text,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'r> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'r str),
    Made(String),
}

impl<'r> Cell<'r> {
    fn text(value: Option<&'r str>) -> Self {
        value.map_or(Cell::Null, Cell::Text)
    }

    fn integer(value: Option<u32>) -> Self {
        value.map_or(Cell::Null, |value| Cell::Integer(value.into()))
    }

    #[cfg(feature = "parquet")]
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            Cell::Made(text) => Some(text),
            _ => None,
        }
    }
}

/// A table: its name and columns.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Type)],
}

use Type::{Integer, Real, Text};

/// The tables.
pub(super) static TABLES: [Table; 4] = [
    Table {
        name: "documents",
        columns: &[
            ("doc", Integer),
            ("article", Text),
            ("title", Text),
            ("date", Text),
            ("offsets", Text),
            ("sentences", Integer),
            ("mentions", Integer),
            ("entities", Integer),
            ("quotes", Integer),
            ("meta", Text),
            ("notes", Text),
            ("text", Text),
            ("cluster", Text),
            ("cluster_is", Text),
            ("cluster_first", Text),
            ("cluster_similarity", Real),
        ],
    },
    Table {
        name: "mentions",
        columns: &[
            ("doc", Integer),
            ("article", Text),
            ("id", Integer),
            ("start", Integer),
            ("end", Integer),
            ("text", Text),
            ("type", Text),
            ("entity", Integer),
            ("entity_name", Text),
            ("confidence", Real),
            ("by", Text),
        ],
    },
    Table {
        name: "entities",
        columns: &[
            ("doc", Integer),
            ("article", Text),
            ("id", Integer),
            ("type", Text),
            ("name", Text),
            ("gender", Text),
            ("titles", Text),
            ("links", Text),
            ("mentions", Integer),
        ],
    },
    Table {
        name: "quotes",
        columns: &[
            ("doc", Integer),
            ("article", Text),
            ("id", Integer),
            ("kind", Text),
            ("start", Integer),
            ("end", Integer),
            ("text", Text),
            ("segments", Text),
            ("speaker_text", Text),
            ("speaker_start", Integer),
            ("speaker_end", Integer),
            ("speaker_entity", Integer),
            ("speaker_name", Text),
            ("cue_text", Text),
            ("cue_start", Integer),
            ("cue_end", Integer),
            ("stance", Text),
            ("confidence", Real),
            ("by", Text),
            ("quote_key", Text),
            ("context", Text),
        ],
    },
];

/// A file that holds one table.
pub(super) trait TableFile: Sized {
    /// How its name ends, behind the name of the table.
    const ENDING: &str;

    fn create(path: &Path, table: &'static Table) -> io::Result<Self>;
    fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()>;
    fn finish(self) -> io::Result<()>;
}

/// A folder with one file for each table.
pub(super) struct Folder<F> {
    files: Vec<F>,
    doc: i64,
    columns: Columns,
}

impl<F: TableFile + 'static> Folder<F> {
    pub(super) fn create(path: &Path, columns: Columns) -> io::Result<Box<dyn Writer>> {
        create_folder(path)?;
        let file =
            |table: &'static Table| F::create(&path.join(format!("{}.{}", table.name, F::ENDING)), table);
        let files = TABLES.iter().map(file).collect::<io::Result<_>>()?;
        Ok(Box::new(Folder::<F> { files, doc: 0, columns }))
    }
}

impl<F: TableFile> Writer for Folder<F> {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.doc += 1;
        rows(record, self.doc, self.columns, |table, row| self.files[table].add(row))
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.files.into_iter().try_for_each(F::finish)
    }
}

/// Gives the rows of a record, each with the index of its table.
pub(super) fn rows<'r>(
    record: &'r Record,
    doc: i64,
    columns: Columns,
    mut row: impl FnMut(usize, &[Cell<'r>]) -> io::Result<()>,
) -> io::Result<()> {
    let key = [Cell::Integer(doc), Cell::Text(&record.id)];
    let cluster = record.cluster.as_ref();
    let count = |length: usize| Cell::Integer(length as i64);
    let meta = |name: &str| match record.meta.get(name) {
        Some(Value::String(text)) => Cell::Text(text.as_str()),
        Some(Value::Null) | None => Cell::Null,
        Some(other) => Cell::Made(other.to_string()),
    };
    let listed = |list: &[String]| if list.is_empty() { Cell::Null } else { Cell::Made(list.join("|")) };
    let object = |map: &serde_json::Map<String, Value>| {
        if map.is_empty() { Cell::Null } else { Cell::Made(serde_json::to_string(map).unwrap_or_default()) }
    };
    let mut give = |table: usize, rest: &[Cell<'r>]| row(table, &[&key[..], rest].concat());
    give(
        0,
        &[
            meta("title"),
            meta("date"),
            Cell::Made(record.offsets.to_string()),
            count(record.sentences.len()),
            count(record.mentions.len()),
            count(record.entities.len()),
            count(record.quotes.len()),
            object(&record.meta),
            listed(&record.notes),
            Cell::text(record.text.as_deref().filter(|_| columns.text)),
            Cell::text(cluster.map(|cluster| cluster.id.as_str())),
            cluster.map_or(Cell::Null, |cluster| Cell::Made(named(cluster.standing))),
            Cell::text(cluster.map(|cluster| cluster.first.as_str())),
            cluster.map_or(Cell::Null, |cluster| Cell::Real(rounded(cluster.similarity))),
        ],
    )?;
    for mention in &record.mentions {
        let name = record.entities.get(mention.entity as usize).map(|entity| entity.name.as_str());
        give(
            1,
            &[
                Cell::Integer(mention.id.into()),
                Cell::Integer(mention.start.into()),
                Cell::Integer(mention.end.into()),
                Cell::Text(&mention.text),
                Cell::Text(mention.kind.name()),
                Cell::Integer(mention.entity.into()),
                Cell::text(name),
                Cell::Real(rounded(mention.confidence)),
                Cell::Made(named(mention.by)),
            ],
        )?;
    }
    for entity in &record.entities {
        give(
            2,
            &[
                Cell::Integer(entity.id.into()),
                Cell::Text(entity.kind.name()),
                Cell::Text(&entity.name),
                entity.gender.map_or(Cell::Null, |gender| Cell::Made(named(gender))),
                listed(&entity.titles),
                object(&entity.links),
                count(entity.mentions.len()),
            ],
        )?;
    }
    for quote in &record.quotes {
        let (speaker, cue) = (quote.speaker.as_ref(), quote.cue.as_ref());
        let segments: Vec<String> = quote.segments.iter().map(|s| format!("{}-{}", s.start, s.end)).collect();
        give(
            3,
            &[
                Cell::Integer(quote.id.into()),
                Cell::Made(named(quote.kind)),
                Cell::Integer(quote.start.into()),
                Cell::Integer(quote.end.into()),
                Cell::Text(&quote.text),
                Cell::Made(segments.join("|")),
                Cell::text(speaker.map(|speaker| speaker.text.as_str())),
                Cell::integer(speaker.map(|speaker| speaker.start)),
                Cell::integer(speaker.map(|speaker| speaker.end)),
                Cell::integer(speaker.and_then(|speaker| speaker.entity)),
                Cell::text(speaker.and_then(|speaker| speaker.name.as_deref())),
                Cell::text(cue.map(|cue| cue.text.as_str())),
                Cell::integer(cue.map(|cue| cue.start)),
                Cell::integer(cue.map(|cue| cue.end)),
                listed(&quote.stance.iter().map(named).collect::<Vec<_>>()),
                Cell::Real(rounded(quote.confidence)),
                Cell::Text(&quote.by),
                Cell::Text(&quote.quote_key),
                Cell::text(quote.context.as_ref().map(|context| context.text.as_str())),
            ],
        )?;
    }
    Ok(())
}

/// Two decimals, without the tail that a wider float shows.
fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

/// The name that a value has on the wire.
pub(super) fn named(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}
