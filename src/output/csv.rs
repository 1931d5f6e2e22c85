//! CSV: a folder with one file for each table, RFC 4180, UTF-8, a header line.

use std::fs::File;
use std::io;
use std::path::Path;

use super::Format;
use super::tables::{Cell, Folder, Table, TableFile};

/// The tables as files of a folder.
pub(super) const FOLDER: Format =
    Format { name: "csv", suffixes: &[".csv"], needs_text: false, create: Folder::<Lines>::create };

struct Lines(::csv::Writer<File>);

impl TableFile for Lines {
    const ENDING: &str = "csv";

    fn create(path: &Path, table: &'static Table) -> io::Result<Self> {
        let mut file = ::csv::Writer::from_path(path)?;
        file.write_record(table.columns.iter().map(|(name, _)| name))?;
        Ok(Lines(file))
    }

    fn add(&mut self, row: &[Cell<'_>]) -> io::Result<()> {
        let fields = row.iter().map(|cell| match cell {
            Cell::Null => String::new(),
            Cell::Integer(value) => value.to_string(),
            Cell::Real(value) => value.to_string(),
            Cell::Text(text) => (*text).to_owned(),
            Cell::Made(text) => text.clone(),
        });
        Ok(self.0.write_record(fields)?)
    }

    fn finish(mut self) -> io::Result<()> {
        self.0.flush()?;
        self.0.get_ref().sync_all()
    }
}
