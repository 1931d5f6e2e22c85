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

mod columns;
mod records;

use std::collections::HashMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::compile::layout::Policy;
use super::compile::list::ListError;
use super::compile::{Batch, Builder, ListMeta, Row};
pub use columns::UserRow;
use records::{Reader, Record, Records};

/// Endings of list files, before a packer's `.gz` or `.zst`.
const ENDINGS: [&str; 4] = ["tsv", "csv", "jsonl", "ndjson"];

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
        let (records, mut reader) = Records::of(self)?;
        for record in records {
            let (line, record) = record?;
            reader.read(&record, |row| found(line, row))?;
        }
        Ok(())
    }

    /// The name of its lists: the file's up to the first period.
    fn name(&self) -> &str {
        self.path.file_name().and_then(|n| n.to_str()).unwrap_or("").split('.').next().unwrap_or("")
    }

    fn error(&self, line: usize, message: impl Into<String>) -> ListError {
        ListError { file: self.path.display().to_string(), line, message: message.into() }
    }
}

/// The index of a user's lists, and the names that can never match.
///
/// # Errors
/// When a row is malformed or the lists hold more than an index can.
pub fn compile(files: &[ListFile]) -> Result<(Vec<u8>, Vec<ListError>), ListError> {
    let mut compiler = Compiler::default();
    for file in files {
        compiler.file(file)?;
    }
    let first = files.first().map_or_else(String::new, |file| file.path.display().to_string());
    let index = compiler.builder.finish().map_err(|message| ListError { file: first, line: 0, message })?;
    Ok((index, compiler.left_out))
}

#[derive(Default)]
struct Compiler {
    builder: Builder,
    left_out: Vec<ListError>,
}

/// Rows of a file, read and taken apart.
#[derive(Default)]
struct Part {
    batch: Batch,
    rows: Vec<PartRow>,
    /// Why nothing more can be read.
    end: Option<ListError>,
}

struct PartRow {
    line: usize,
    list: ListKey,
    /// Which of its names can never match.
    names: Result<(), String>,
}

/// Number of the entity type, and whether the lists below do not count.
type ListKey = (u8, bool);

/// The lists of an index.
type Lists = HashMap<ListKey, u8, foldhash::fast::FixedState>;

impl Compiler {
    /// Takes a file in. While some of its rows are, the next are read.
    fn file(&mut self, file: &ListFile) -> Result<(), ListError> {
        let (mut records, reader) = Records::of(file)?;
        let mut lists = HashMap::default();
        let mut parts = read_parts(file, &mut records, &reader);
        while !parts.is_empty() {
            let (next, taken) = rayon::join(
                || read_parts(file, &mut records, &reader),
                || parts.into_iter().try_for_each(|part| self.part(file, part, &mut lists)),
            );
            taken?;
            parts = next;
        }
        Ok(())
    }

    fn part(&mut self, file: &ListFile, part: Part, lists: &mut Lists) -> Result<(), ListError> {
        for (number, row) in part.rows.into_iter().enumerate() {
            let list = match lists.get(&row.list) {
                Some(&list) => list,
                None => {
                    let (kind, overrides) = row.list;
                    let meta = ListMeta { name: file.name().to_owned(), kind, user: true, overrides };
                    let list = self.builder.list(meta, Policy::Upper).map_err(|m| file.error(row.line, m))?;
                    lists.insert(row.list, list);
                    list
                }
            };
            self.builder.take(list, &part.batch, number);
            if let Err(message) = row.names {
                let problem = file.error(row.line, message);
                self.builder.left_out(problem.clone());
                self.left_out.push(problem);
            }
        }
        part.end.map_or(Ok(()), Err)
    }
}

/// Reads the next rows of a file, as many at once as are worth it; none at its end.
fn read_parts(file: &ListFile, records: &mut Records<'_>, reader: &Reader) -> Vec<Part> {
    /// Rows of a part, and of all that are read at once.
    const PART: usize = 1 << 11;
    const ALL: usize = 1 << 14;
    let mut found = Vec::with_capacity(ALL);
    let mut end = None;
    for record in records.take(ALL) {
        match record {
            Ok(record) => found.push(record),
            Err(error) => {
                end = Some(error);
                break;
            }
        }
    }
    let parts = found.par_chunks(PART).map(|records| read_part(file, records, reader.clone()));
    let mut parts: Vec<Part> = parts.collect();
    if end.is_some() {
        parts.push(Part { end, ..Part::default() });
    }
    parts
}

fn read_part(file: &ListFile, records: &[(usize, Record<'_>)], mut reader: Reader) -> Part {
    let mut part = Part::default();
    for &(line, ref record) in records {
        reader.read(record, |row| match row {
            Ok(found) => {
                let names = part.batch.push(&Row { links: &found.links, ..found.row });
                part.rows.push(PartRow { line, list: (found.kind, found.overrides), names });
            }
            Err(message) => part.end = Some(file.error(line, message)),
        });
        if part.end.is_some() {
            break;
        }
    }
    part
}
