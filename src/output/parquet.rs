//! Parquet: one file nested as the schema, or a folder with one flat file for each table.
//!
//! Written without Arrow. A value tree is cut into columns by its schema after
//! Dremel (Melnik et al. 2010): each leaf of the schema gets its values with a
//! repetition level (which list goes on) and a definition level (how much of
//! the path is there). See [`Shredder`].

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;
use parquet::record::reader::RowIter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::Type;
use serde_json::{Value, json};

use super::tables::{self, Cell, Folder, Table, TableFile};
use super::{Columns, Format, Writer};
use crate::Record;

/// One file, nested.
pub(super) const NESTED: Format =
    Format { name: "parquet", suffixes: &[".parquet"], needs_text: false, create: Nested::create };

/// A folder of flat files.
pub(super) const TABLES_IN_FOLDER: Format =
    Format { name: "parquet-tables", suffixes: &[], needs_text: false, create: Folder::<Flat>::create };

/// The schema of nested records: that of JSON, with objects of any keys as JSON or as pairs.
const SCHEMA: &str = "message record {
    required binary id (STRING);
    required binary offsets (STRING);
    optional binary title (STRING);
    optional binary date (STRING);
    optional binary meta (JSON);
    optional binary text (STRING);
    required group notes (LIST) { repeated group list { required binary element (STRING); } }
    required group sentences (LIST) { repeated group list { required group element {
        required int64 start; required int64 end; } } }
    required group entities (LIST) { repeated group list { required group element {
        required int64 id; required binary type (STRING); required binary name (STRING);
        required group links (LIST) { repeated group list { required group element {
            required binary source (STRING); required binary id (STRING); } } }
        optional binary gender (STRING);
        required group titles (LIST) { repeated group list { required binary element (STRING); } }
        required group mentions (LIST) { repeated group list { required int64 element; } } } } }
    required group mentions (LIST) { repeated group list { required group element {
        required int64 id; required int64 start; required int64 end; required binary text (STRING);
        required binary type (STRING); required int64 entity; required double confidence; required binary by (STRING); } } }
    required group quotes (LIST) { repeated group list { required group element {
        required int64 id; required binary kind (STRING); required int64 start; required int64 end;
        required binary text (STRING);
        required group segments (LIST) { repeated group list { required group element {
            required int64 start; required int64 end; } } }
        optional group speaker { required int64 start; required int64 end; required binary text (STRING);
            optional int64 entity; optional binary name (STRING); }
        optional group cue { required int64 start; required int64 end; required binary text (STRING); }
        required group stance (LIST) { repeated group list { required binary element (STRING); } }
        required double confidence; required binary by (STRING); required binary quote_key (STRING);
        optional group context { required int64 start; required int64 end; required binary text (STRING); } } } }
    optional group cluster { required binary id (STRING); required binary is (STRING);
        required binary first (STRING); required double similarity; }
}";

/// Bytes of values after which a row group is written.
const GROUP: usize = 16 << 20;

/// The values of one leaf.
enum Values {
    Integers(Vec<i64>),
    Reals(Vec<f64>),
    Bytes(Vec<ByteArray>),
}

struct Leaf {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

/// Cuts value trees into columns and writes them in row groups.
struct Shredder {
    schema: Arc<Type>,
    leaves: Vec<Leaf>,
    bytes: usize,
    writer: SerializedFileWriter<File>,
}

fn fault(error: parquet::errors::ParquetError) -> io::Error {
    io::Error::other(error)
}

impl Shredder {
    fn create(path: &Path, schema: &str) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(schema).map_err(fault)?);
        let level = ZstdLevel::try_new(3).map_err(fault)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by(concat!("saidwho ", env!("CARGO_PKG_VERSION")).to_owned());
        let file = File::create(path)?;
        let writer = SerializedFileWriter::new(file, Arc::clone(&schema), Arc::new(properties.build()))
            .map_err(fault)?;
        let mut leaves = Vec::new();
        add_leaves(&schema, &mut leaves);
        Ok(Shredder { schema, leaves, bytes: 0, writer })
    }

    fn add(&mut self, row: &Value) -> io::Result<()> {
        let schema = Arc::clone(&self.schema);
        let mut at = 0;
        for field in schema.get_fields() {
            self.field(field, row.get(field.name()).unwrap_or(&Value::Null), Levels::default(), &mut at)?;
        }
        if self.bytes >= GROUP {
            self.flush()?;
        }
        Ok(())
    }

    /// Takes the value of a field; `leaf` counts the leaves before it and is moved behind it.
    fn field(&mut self, field: &Type, value: &Value, levels: Levels, leaf: &mut usize) -> io::Result<()> {
        let here = *leaf;
        let Levels { depth, definition, repetition } = levels;
        match field.get_basic_info().repetition() {
            Repetition::REQUIRED => self.value(field, value, levels, leaf),
            Repetition::OPTIONAL if value.is_null() => self.absent(field, levels, leaf),
            Repetition::OPTIONAL => {
                self.value(field, value, Levels { depth, definition: definition + 1, repetition }, leaf)
            }
            Repetition::REPEATED => {
                let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
                if items.is_empty() {
                    return self.absent(field, levels, leaf);
                }
                for (index, item) in items.iter().enumerate() {
                    *leaf = here;
                    // The first item goes on with the list around, the others with this one.
                    let repetition = if index == 0 { repetition } else { depth + 1 };
                    self.value(
                        field,
                        item,
                        Levels { depth: depth + 1, definition: definition + 1, repetition },
                        leaf,
                    )?;
                }
                Ok(())
            }
        }
    }

    /// Takes a value that is there.
    fn value(&mut self, field: &Type, value: &Value, levels: Levels, leaf: &mut usize) -> io::Result<()> {
        if field.is_group() {
            let fields = field.get_fields();
            for child in fields {
                let inner = match child.name() {
                    // A list is a group around a repeated group around its elements.
                    "list" => value,
                    "element" => value,
                    name => value.get(name).unwrap_or(&Value::Null),
                };
                self.field(child, inner, levels, leaf)?;
            }
            return Ok(());
        }
        let column = &mut self.leaves[*leaf];
        let wrong = || io::Error::other(format!("field {} cannot hold {value}", field.name()));
        self.bytes += 8;
        match &mut column.values {
            Values::Integers(values) => values.push(value.as_i64().ok_or_else(wrong)?),
            Values::Reals(values) => {
                // Without the tail that a wider float shows.
                let real = value.as_f64().ok_or_else(wrong)?;
                values.push((real * 1e4).round() / 1e4);
            }
            Values::Bytes(values) => {
                let text = value.as_str().ok_or_else(wrong)?;
                self.bytes += text.len();
                values.push(ByteArray::from(text));
            }
        }
        column.definitions.push(levels.definition);
        column.repetitions.push(levels.repetition);
        *leaf += 1;
        Ok(())
    }

    /// Marks all leaves of a field as not there.
    fn absent(&mut self, field: &Type, levels: Levels, leaf: &mut usize) -> io::Result<()> {
        if field.is_group() {
            for child in field.get_fields() {
                self.absent(child, levels, leaf)?;
            }
            return Ok(());
        }
        self.leaves[*leaf].definitions.push(levels.definition);
        self.leaves[*leaf].repetitions.push(levels.repetition);
        self.bytes += 4;
        *leaf += 1;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.leaves.iter().all(|leaf| leaf.definitions.is_empty()) {
            return Ok(());
        }
        let mut group = self.writer.next_row_group().map_err(fault)?;
        for leaf in &mut self.leaves {
            let Some(mut column) = group.next_column().map_err(fault)? else {
                return Err(io::Error::other("fewer columns than the schema has"));
            };
            let (definitions, repetitions) =
                (Some(leaf.definitions.as_slice()), Some(leaf.repetitions.as_slice()));
            let written = match &leaf.values {
                Values::Integers(values) => {
                    column.typed::<Int64Type>().write_batch(values, definitions, repetitions)
                }
                Values::Reals(values) => {
                    column.typed::<DoubleType>().write_batch(values, definitions, repetitions)
                }
                Values::Bytes(values) => {
                    column.typed::<ByteArrayType>().write_batch(values, definitions, repetitions)
                }
            };
            written.map_err(fault)?;
            column.close().map_err(fault)?;
            leaf.clear();
        }
        group.close().map_err(fault)?;
        self.bytes = 0;
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        let file = self.writer.into_inner().map_err(fault)?;
        file.sync_all()
    }
}

impl Leaf {
    fn clear(&mut self) {
        self.definitions.clear();
        self.repetitions.clear();
        match &mut self.values {
            Values::Integers(values) => values.clear(),
            Values::Reals(values) => values.clear(),
            Values::Bytes(values) => values.clear(),
        }
    }
}

/// The place of a value: lists around it, how much of its path is there, and which list it goes on with.
#[derive(Clone, Copy, Default)]
struct Levels {
    depth: i16,
    definition: i16,
    repetition: i16,
}

fn add_leaves(field: &Type, leaves: &mut Vec<Leaf>) {
    if field.is_group() {
        for child in field.get_fields() {
            add_leaves(child, leaves);
        }
        return;
    }
    let values = match field.get_physical_type() {
        Physical::INT64 => Values::Integers(Vec::new()),
        Physical::DOUBLE => Values::Reals(Vec::new()),
        _ => Values::Bytes(Vec::new()),
    };
    leaves.push(Leaf { values, definitions: Vec::new(), repetitions: Vec::new() });
}

struct Nested(Shredder);

impl Nested {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        Ok(Box::new(Nested(Shredder::create(path, SCHEMA)?)))
    }
}

/// The record as a tree that fits the schema.
fn nested(record: &Record) -> io::Result<Value> {
    let text = |name: &str| match record.meta.get(name) {
        Some(Value::String(text)) => Value::String(text.clone()),
        _ => Value::Null,
    };
    let (title, date) = (text("title"), text("date"));
    let mut row = serde_json::to_value(record)?;
    row["title"] = title;
    row["date"] = date;
    row["meta"] =
        if record.meta.is_empty() { Value::Null } else { serde_json::to_string(&record.meta)?.into() };
    for entity in row["entities"].as_array_mut().into_iter().flatten() {
        let links = entity["links"].as_object().into_iter().flatten();
        let links: Vec<Value> = links
            .map(|(source, id)| json!({"source": source, "id": id.as_str().unwrap_or_default()}))
            .collect();
        entity["links"] = links.into();
    }
    Ok(row)
}

impl Writer for Nested {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.0.add(&nested(record)?)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}

/// Records read back from a nested file.
pub(super) struct Rows(RowIter<'static>);

/// Opens the rows of a nested file.
pub(super) fn rows(file: File) -> io::Result<Rows> {
    Ok(Rows(SerializedFileReader::new(file).map_err(fault)?.into_iter()))
}

impl Iterator for Rows {
    type Item = Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.0.next()?.map_err(|error| error.to_string());
        Some(row.and_then(|row| unnested(row.to_json_value()).map_err(|error| error.to_string())))
    }
}

/// The record of a row: what [`nested`] did, undone.
fn unnested(mut row: Value) -> serde_json::Result<Record> {
    let Some(fields) = row.as_object_mut() else { return serde_json::from_value(row) };
    fields.insert("schema".into(), crate::record::SCHEMA.into());
    let meta = fields.get("meta").and_then(Value::as_str).map(serde_json::from_str).transpose()?;
    fields.insert("meta".into(), meta.unwrap_or_else(|| json!({})));
    for entity in fields.get_mut("entities").and_then(Value::as_array_mut).into_iter().flatten() {
        let pairs = entity["links"].as_array().into_iter().flatten();
        let pair = |link: &Value| Some((link["source"].as_str()?.to_owned(), link["id"].clone()));
        entity["links"] = Value::Object(pairs.filter_map(pair).collect());
    }
    serde_json::from_value(row)
}

struct Flat {
    file: Shredder,
    table: &'static Table,
}

impl TableFile for Flat {
    const ENDING: &str = "parquet";

    fn create(path: &Path, table: &'static Table) -> io::Result<Self> {
        let field = |(name, kind): &(&str, tables::Type)| match kind {
            tables::Type::Integer => format!("optional int64 {name};"),
            tables::Type::Real => format!("optional double {name};"),
            tables::Type::Text => format!("optional binary {name} (STRING);"),
        };
        let fields: Vec<String> = table.columns.iter().map(field).collect();
        let schema = format!("message {} {{ {} }}", table.name, fields.join(" "));
        Ok(Flat { file: Shredder::create(path, &schema)?, table })
    }

    fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        let values = self.table.columns.iter().zip(row).map(|((name, _), cell)| {
            let value = match cell {
                Cell::Integer(value) => Value::from(*value),
                Cell::Real(value) => Value::from(*value),
                other => other.as_text().map_or(Value::Null, Value::from),
            };
            ((*name).to_owned(), value)
        });
        self.file.add(&Value::Object(values.collect()))
    }

    fn finish(self) -> io::Result<()> {
        self.file.finish()
    }
}
