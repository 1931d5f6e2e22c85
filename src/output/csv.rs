//! CSV: a folder with one file for each table, RFC 4180, UTF-8, a header line.

use std::fs::File;
use std::io;
use std::path::Path;

use super::file::create_folder;
use super::tables::{self, Cell, TABLES};
use super::{Columns, Format, Writer};
use crate::Record;

/// The tables as files of a folder.
pub(super) const FOLDER: Format =
    Format { name: "csv", suffixes: &[".csv"], needs_text: false, create: Folder::create };

struct Folder {
    files: Vec<::csv::Writer<File>>,
    doc: i64,
    columns: Columns,
}

impl Folder {
    fn create(path: &Path, columns: Columns) -> io::Result<Box<dyn Writer>> {
        create_folder(path)?;
        let mut files = Vec::new();
        for table in &TABLES {
            let mut file = ::csv::Writer::from_path(path.join(format!("{}.csv", table.name)))?;
            file.write_record(table.columns.iter().map(|(name, _)| name))?;
            files.push(file);
        }
        Ok(Box::new(Folder { files, doc: 0, columns }))
    }
}

impl Writer for Folder {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.doc += 1;
        let files = &mut self.files;
        tables::rows(record, self.doc, self.columns, |table, row| {
            let fields = row.iter().map(|cell| match cell {
                Cell::Null => String::new(),
                Cell::Integer(value) => value.to_string(),
                Cell::Real(value) => value.to_string(),
                Cell::Text(text) => (*text).to_owned(),
                Cell::Made(text) => text.clone(),
            });
            Ok(files[table].write_record(fields)?)
        })
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        for file in &mut self.files {
            file.flush()?;
            file.get_ref().sync_all()?;
        }
        Ok(())
    }
}
