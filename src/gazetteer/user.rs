//! People's own lists: TSV, CSV or JSONL files, and folders of them.
//!
//! | column | meaning |
//! |---|---|
//! | `name` | the name; the only column that must be there beside `type` |
//! | `type` | `person`, `organization`, `place`, or `never`: this is no name, whatever other lists say |
//! | `aliases` | other names, separated by a vertical bar; in JSONL also an array |
//! | `id` | the entity's id; several as `key:value`, separated by spaces |
//! | `mode` | `add` (default), or `override`: the shipped lists' meanings of this name do not count |
//! | `case` | when the name matches: `title`: capitals where the list has them; `upper` (default): also a single word in all capitals; `exact`: as listed; `any`. Several words match in ALL CAPITALS always |
//! | `kind`, `country`, `prominence`, `gender`, `population`, `lat`, `lon` | as in the shipped lists |
//!
//! Every other column reaches the entity's `links` under its own name.
//! TSV and CSV start with a line of column names; lines that start with `#`
//! are comments.

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::compile::layout::{NEVER, Policy};
use super::compile::list::ListError;
use super::compile::{Builder, ListMeta, Row};

/// Endings of list files, before a packer's `.gz` or `.zst`.
const ENDINGS: [&str; 4] = ["tsv", "csv", "jsonl", "ndjson"];

/// The prominence of a user's own names, where the list does not say: above any shipped one.
const OWN: f32 = 10.0;

/// One list file, read.
pub struct ListFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    format: Format,
}

#[derive(Clone, Copy)]
enum Format {
    Tsv,
    Csv,
    Jsonl,
}

/// A row of a user's list, checked.
pub struct UserRow<'r> {
    /// Number of the entity type, or [`NEVER`].
    pub kind: u8,
    /// Whether the lists below do not count.
    pub overrides: bool,
    /// The rest, but for `links`.
    pub row: Row<'r>,
    /// What reaches the entity's links.
    pub links: Vec<(&'r str, &'r str)>,
}

/// All list files at `paths`, those of folders in the order of their names.
///
/// # Errors
/// When a path cannot be read, is no list, or is not UTF-8.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<ListFile>, ListError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            let mut walk = ignore::WalkBuilder::new(path);
            walk.standard_filters(false).hidden(true).sort_by_file_path(Path::cmp);
            for found in walk.build() {
                let found = found.map_err(|e| whole(path, e.to_string()))?;
                if found.file_type().is_some_and(|t| t.is_file()) && format(found.path()).is_some() {
                    files.push(read(found.path())?);
                }
            }
            if files.len() == before {
                return Err(whole(
                    path,
                    "no list in this folder: they end in .tsv, .csv or .jsonl".to_owned(),
                ));
            }
        } else {
            files.push(read(path)?);
        }
    }
    Ok(files)
}

fn whole(path: &Path, message: String) -> ListError {
    ListError { file: path.display().to_string(), line: 0, message }
}

fn format(path: &Path) -> Option<(Format, Option<&str>)> {
    let name = path.file_name()?.to_str()?;
    let (name, packed) = match name.rsplit_once('.')? {
        (name, packer @ ("gz" | "zst")) => (name, Some(packer)),
        _ => (name, None),
    };
    let ending = ENDINGS
        .iter()
        .find(|ending| name.rsplit_once('.').is_some_and(|(_, e)| e.eq_ignore_ascii_case(ending)))?;
    let format = match *ending {
        "tsv" => Format::Tsv,
        "csv" => Format::Csv,
        _ => Format::Jsonl,
    };
    Some((format, packed))
}

fn read(path: &Path) -> Result<ListFile, ListError> {
    // A name that is mistyped may have no ending, too: say that first.
    let found = fs::metadata(path).map_err(|e| whole(path, e.to_string()))?;
    let (format, packed) = format(path)
        .filter(|_| found.is_file())
        .ok_or_else(|| whole(path, "cannot tell what it is: name it .tsv, .csv or .jsonl".to_owned()))?;
    let bytes = fs::read(path).map_err(|e| whole(path, e.to_string()))?;
    let unpacked = match packed {
        Some("zst") => zstd::decode_all(&bytes[..]),
        Some(_) => {
            let mut out = Vec::new();
            flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out).map(|_| out)
        }
        None => Ok(bytes),
    };
    let bytes = unpacked.map_err(|e| whole(path, format!("cannot be unpacked: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count() + 1;
        let message = "not UTF-8: save the file as UTF-8".to_owned();
        ListError { file: path.display().to_string(), line, message }
    })?;
    Ok(ListFile { path: path.to_owned(), text, format })
}

impl ListFile {
    /// Calls `found` with line and row, or with what is wrong with the row, for each row of the file.
    ///
    /// # Errors
    /// When the file as a whole is no list; and what `found` gives.
    pub fn rows(
        &self,
        mut found: impl FnMut(usize, Result<UserRow<'_>, String>) -> Result<(), ListError>,
    ) -> Result<(), ListError> {
        match self.format {
            Format::Tsv => self.tsv(&mut found),
            Format::Csv => self.csv(&mut found),
            Format::Jsonl => self.jsonl(&mut found),
        }
    }

    fn error(&self, line: usize, message: impl Into<String>) -> ListError {
        ListError { file: self.path.display().to_string(), line, message: message.into() }
    }

    fn tsv(&self, found: &mut Found<'_>) -> Result<(), ListError> {
        let mut columns: Option<Columns> = None;
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        let mut fields: Vec<&str> = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            fields.clear();
            fields.extend(line.split('\t'));
            match &columns {
                None => columns = Some(Columns::of(&fields).map_err(|m| self.error(index + 1, m))?),
                Some(columns) => found(index + 1, columns.row(&fields))?,
            }
        }
        columns.map(|_| ()).ok_or_else(|| self.error(0, "no line of column names (name, type …)"))
    }

    fn csv(&self, found: &mut Found<'_>) -> Result<(), ListError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .from_reader(self.text.strip_prefix('\u{feff}').unwrap_or(&self.text).as_bytes());
        let mut columns: Option<Columns> = None;
        let mut record = csv::StringRecord::new();
        loop {
            let more = reader.read_record(&mut record).map_err(|e| {
                self.error(e.position().map_or(0, |p| p.line() as usize), format!("no CSV: {e}"))
            })?;
            if !more {
                break;
            }
            let line = record.position().map_or(0, |p| p.line() as usize);
            let fields: Vec<&str> = record.iter().collect();
            match &columns {
                None => columns = Some(Columns::of(&fields).map_err(|m| self.error(line, m))?),
                Some(columns) => found(line, columns.row(&fields))?,
            }
        }
        columns.map(|_| ()).ok_or_else(|| self.error(0, "no line of column names (name, type …)"))
    }

    fn jsonl(&self, found: &mut Found<'_>) -> Result<(), ListError> {
        for (index, line) in self.text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let object: serde_json::Map<String, serde_json::Value> = match serde_json::from_str(line) {
                Ok(object) => object,
                Err(error) => {
                    found(index + 1, Err(format!("no JSON object: {error}")))?;
                    continue;
                }
            };
            let mut fields = Vec::new();
            for (key, value) in &object {
                flatten(key, value, &mut fields);
            }
            let names: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
            let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_str()).collect();
            match Columns::of(&names) {
                Ok(columns) => found(index + 1, columns.row(&values))?,
                Err(message) => found(index + 1, Err(message))?,
            }
        }
        Ok(())
    }
}

type Found<'f> = dyn FnMut(usize, Result<UserRow<'_>, String>) -> Result<(), ListError> + 'f;

/// A JSON value as text; arrays with bars, an object (`links`) as fields of its own.
fn flatten(key: &str, value: &serde_json::Value, into: &mut Vec<(String, String)>) {
    use serde_json::Value;
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    match value {
        Value::Array(values) => {
            into.push((key.to_owned(), values.iter().map(text).collect::<Vec<_>>().join("|")));
        }
        Value::Object(fields) => into.extend(fields.iter().map(|(key, value)| (key.clone(), text(value)))),
        other => into.push((key.to_owned(), text(other))),
    }
}

/// Which column is what.
struct Columns {
    /// By the order of [`KNOWN`].
    known: [Option<usize>; KNOWN.len()],
    others: Vec<(String, usize)>,
    count: usize,
}

const KNOWN: [&str; 13] = [
    "name",
    "type",
    "aliases",
    "id",
    "mode",
    "case",
    "kind",
    "country",
    "prominence",
    "gender",
    "population",
    "lat",
    "lon",
];

impl Columns {
    fn of(names: &[&str]) -> Result<Self, String> {
        let mut columns = Columns { known: [None; KNOWN.len()], others: Vec::new(), count: names.len() };
        for (index, name) in names.iter().enumerate() {
            let name = name.trim();
            match KNOWN.iter().position(|known| name.eq_ignore_ascii_case(known)) {
                Some(known) if columns.known[known].is_some() => {
                    return Err(format!("two columns \"{name}\""));
                }
                Some(known) => columns.known[known] = Some(index),
                None if name.is_empty() => return Err(format!("column {} has no name", index + 1)),
                None => columns.others.push((name.to_owned(), index)),
            }
        }
        for needed in [0, 1] {
            if columns.known[needed].is_none() {
                return Err(format!(
                    "no column \"{}\": a list has columns name and type (person, organization, place, never), and others as needed",
                    KNOWN[needed]
                ));
            }
        }
        Ok(columns)
    }

    fn row<'r>(&'r self, fields: &[&'r str]) -> Result<UserRow<'r>, String> {
        if fields.len() > self.count {
            return Err(format!("{} fields, but {} columns", fields.len(), self.count));
        }
        let text = |known: usize| {
            self.known[known].and_then(|index| fields.get(index)).map_or("", |field| field.trim())
        };
        let number = |known: usize| match text(known) {
            "" => Ok(None),
            field => field
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
                .map(Some)
                .ok_or_else(|| format!("{} \"{field}\" is no number", KNOWN[known])),
        };
        let kind = match text(1).to_ascii_lowercase().as_str() {
            "person" | "per" => 0,
            "organization" | "organisation" | "org" => 1,
            "place" | "location" | "loc" | "gpe" => 2,
            "never" => NEVER,
            other => return Err(format!("type \"{other}\" is none of person, organization, place, never")),
        };
        let (never, overrides) = match text(4) {
            "" | "add" => (false, false),
            "override" => (false, true),
            "never" => (true, false),
            other => return Err(format!("mode \"{other}\" is none of add, override, never")),
        };
        if text(0).is_empty() {
            return Err("no name".to_owned());
        }
        let id = text(3);
        let mut links: Vec<(&str, &str)> = Vec::new();
        // An id with no key of its own is one text, spaces and all.
        if !id.is_empty() && !id.split(' ').all(|part| part.contains(':')) {
            links.push(("id", id));
        }
        for (key, index) in &self.others {
            if let Some(value) = fields.get(*index).map(|f| f.trim()).filter(|f| !f.is_empty()) {
                links.push((key.as_str(), value));
            }
        }
        let case = text(5);
        let row = Row {
            name: text(0),
            aliases: text(2),
            subtype: text(6),
            country: text(7),
            id: if links.first().is_some_and(|l| l.0 == "id") { "" } else { id },
            links: &[],
            prominence: number(8)?.map_or(OWN, |p| p as f32),
            female: match text(9) {
                "" => None,
                "F" | "f" | "female" => Some(true),
                "M" | "m" | "male" => Some(false),
                other => return Err(format!("gender \"{other}\" is neither M nor F")),
            },
            population: number(10)?.unwrap_or(0.0) as u64,
            coordinates: match (number(11)?, number(12)?) {
                (Some(lat), Some(lon)) => Some((lat as f32, lon as f32)),
                _ => None,
            },
            policy: match case {
                "" => None,
                case => Some(
                    Policy::from_name(case)
                        .ok_or_else(|| format!("case \"{case}\" is none of exact, title, upper, any"))?,
                ),
            },
        };
        Ok(UserRow { kind: if never { NEVER } else { kind }, overrides, row, links })
    }
}

/// The index of a user's lists, and the names that can never match.
///
/// # Errors
/// When a row is malformed or the lists hold more than an index can.
pub fn compile(files: &[ListFile]) -> Result<(Vec<u8>, Vec<ListError>), ListError> {
    let mut builder = Builder::default();
    let mut left_out = Vec::new();
    for file in files {
        let name =
            file.path.file_name().and_then(|n| n.to_str()).unwrap_or("").split('.').next().unwrap_or("");
        let mut numbers: HashMap<(u8, bool), u8, foldhash::fast::FixedState> = HashMap::default();
        file.rows(|line, row| {
            let found = row.map_err(|message| file.error(line, message))?;
            let key = (found.kind, found.overrides);
            let number = match numbers.get(&key) {
                Some(&number) => number,
                None => {
                    let meta = ListMeta {
                        name: name.to_owned(),
                        kind: found.kind,
                        user: true,
                        overrides: found.overrides,
                    };
                    let number = builder.list(meta, Policy::Upper).map_err(|m| file.error(line, m))?;
                    numbers.insert(key, number);
                    number
                }
            };
            let row = Row { links: &found.links, ..found.row };
            if let Err(message) = builder.entry(number, &row) {
                let problem = file.error(line, message);
                builder.left_out(problem.clone());
                left_out.push(problem);
            }
            Ok(())
        })?;
    }
    let first = files.first().map_or_else(String::new, |file| file.path.display().to_string());
    let index = builder.finish().map_err(|message| ListError { file: first, line: 0, message })?;
    Ok((index, left_out))
}
