//! The rows of a list file as they stand there, and how they are read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};

use super::super::compile::list::ListError;
use super::columns::{Columns, UserRow};
use super::{Format, ListFile};

/// A row that is still to be read.
pub enum Record<'f> {
    /// Fields with tabs between them.
    Tsv(&'f str),
    Csv(csv::StringRecord),
    /// A JSON object.
    Json(&'f str),
}

/// Goes through the rows of a file in order.
pub struct Records<'f> {
    file: &'f ListFile,
    source: Source<'f>,
}

enum Source<'f> {
    /// Lines and their numbers; those that are empty or comments count.
    Tsv(std::iter::Enumerate<std::str::Split<'f, char>>),
    Csv(Box<csv::Reader<&'f [u8]>>),
    Json(std::iter::Enumerate<std::str::Lines<'f>>),
}

impl<'f> Records<'f> {
    /// The rows of `file`, and how they are to be read.
    ///
    /// # Errors
    /// When it does not say, or wrongly, which columns there are.
    pub fn of(file: &'f ListFile) -> Result<(Self, Reader), ListError> {
        let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
        let source = match file.format {
            Format::Tsv => Source::Tsv(text.split('\n').enumerate()),
            Format::Csv => {
                let mut reader = csv::ReaderBuilder::new();
                reader.has_headers(false).flexible(true).comment(Some(b'#'));
                Source::Csv(Box::new(reader.from_reader(text.as_bytes())))
            }
            Format::Jsonl => Source::Json(text.lines().enumerate()),
        };
        let mut records = Records { file, source };
        if let Format::Jsonl = file.format {
            return Ok((records, Reader::default()));
        }
        let (line, head) = match records.next() {
            Some(record) => record?,
            None => return Err(file.error(0, "no line of column names (name, type …)")),
        };
        let columns = Columns::of(&head.fields()).map_err(|message| file.error(line, message))?;
        Ok((records, Reader { columns: Some(columns) }))
    }
}

impl<'f> Iterator for Records<'f> {
    type Item = Result<(usize, Record<'f>), ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Tsv(lines) => {
                let mut lines =
                    lines.map(|(index, line)| (index + 1, line.strip_suffix('\r').unwrap_or(line)));
                let (number, line) = lines.find(|(_, line)| !line.is_empty() && !line.starts_with('#'))?;
                Some(Ok((number, Record::Tsv(line))))
            }
            Source::Csv(reader) => {
                let mut record = csv::StringRecord::new();
                match reader.read_record(&mut record) {
                    Ok(true) => {
                        let line = record.position().map_or(0, |p| p.line() as usize);
                        Some(Ok((line, Record::Csv(record))))
                    }
                    Ok(false) => None,
                    Err(error) => {
                        let line = error.position().map_or(0, |p| p.line() as usize);
                        Some(Err(self.file.error(line, format!("no CSV: {error}"))))
                    }
                }
            }
            Source::Json(lines) => {
                let (index, line) = lines.find(|(_, line)| !line.trim().is_empty())?;
                Some(Ok((index + 1, Record::Json(line))))
            }
        }
    }
}

impl Record<'_> {
    /// The fields of a row that needs no names for them.
    fn fields(&self) -> Vec<&str> {
        match self {
            Record::Tsv(line) => line.split('\t').collect(),
            Record::Csv(record) => record.iter().collect(),
            Record::Json(_) => Vec::new(),
        }
    }
}

/// Knows which column is what.
#[derive(Clone, Default)]
pub struct Reader {
    /// Those of the last row, in JSONL; none before the first.
    columns: Option<Columns>,
}

impl Reader {
    /// Calls `found` with the row, or with what is wrong with it.
    pub fn read<T>(
        &mut self,
        record: &Record<'_>,
        found: impl FnOnce(Result<UserRow<'_>, String>) -> T,
    ) -> T {
        let Record::Json(line) = record else {
            return match &self.columns {
                Some(columns) => found(columns.row(&record.fields())),
                None => found(Err("no line of column names".to_owned())),
            };
        };
        let fields = match fields(line) {
            Ok(fields) => fields,
            Err(error) => return found(Err(format!("no JSON object: {error}"))),
        };
        let names = || fields.iter().map(|(name, _)| name.as_ref());
        let columns = match self.columns.take().filter(|columns| columns.are(names())) {
            Some(columns) => columns,
            None => match Columns::of(&names().collect::<Vec<_>>()) {
                Ok(columns) => columns,
                Err(message) => return found(Err(message)),
            },
        };
        let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_ref()).collect();
        let result = found(columns.row(&values));
        self.columns = Some(columns);
        result
    }
}

/// A name and a value of a JSON object.
type Field<'l> = (Cow<'l, str>, Cow<'l, str>);

/// The fields of a JSON object as text, in their order; arrays with bars, those of an object in it (`links`)
/// as fields of their own.
fn fields(line: &str) -> serde_json::Result<Vec<Field<'_>>> {
    let mut reader = serde_json::Deserializer::from_str(line);
    let fields = reader.deserialize_map(Object)?;
    reader.end()?;
    Ok(fields)
}

struct Object;

impl<'l> Visitor<'l> for Object {
    type Value = Vec<Field<'l>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'l>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(Text(name)) = object.next_key()? {
            match object.next_value()? {
                Value::Text(text) => fields.push((name, text)),
                Value::Other(other) => flatten(&name, &other, &mut fields),
            }
        }
        Ok(fields)
    }
}

/// A string, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'l>(#[serde(borrow)] Cow<'l, str>);

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Value<'l> {
    #[serde(borrow)]
    Text(Cow<'l, str>),
    Other(serde_json::Value),
}

/// A JSON value as text.
fn flatten<'l>(name: &str, value: &serde_json::Value, into: &mut Vec<Field<'l>>) {
    use serde_json::Value;
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let mut put = |name: &str, value: String| into.push((name.to_owned().into(), value.into()));
    match value {
        Value::Array(values) => put(name, values.iter().map(text).collect::<Vec<_>>().join("|")),
        Value::Object(fields) => fields.iter().for_each(|(name, value)| put(name, text(value))),
        other => put(name, text(other)),
    }
}
