//! SQLite: the tables with indexes, and `quotes_fts`, a full-text index over quotes and speakers.

use std::io;
use std::path::Path;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use super::tables::{self, Cell, TABLES, Type};
use super::{Columns, Format, Writer};
use crate::Record;

/// A database file.
pub(super) const DATABASE: Format = Format {
    name: "sqlite",
    suffixes: &[".sqlite", ".sqlite3", ".db"],
    needs_text: false,
    create: Database::create,
};

/// Records of one transaction: many enough to be fast, few enough to be small.
const BATCH: i64 = 1000;

struct Database {
    connection: Connection,
    inserts: Vec<String>,
    doc: i64,
    columns: Columns,
}

impl Database {
    fn create(path: &Path, columns: Columns) -> io::Result<Box<dyn Writer>> {
        let connection = Connection::open(path).map_err(io::Error::other)?;
        // The file gets its name when it is whole; until then a journal protects nothing.
        let mut sql = String::from("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;\n");
        let mut inserts = Vec::new();
        for table in &TABLES {
            let columns: Vec<String> = table
                .columns
                .iter()
                .map(|(name, kind)| {
                    let kind = match (*kind, *name, table.name) {
                        (_, "doc", "documents") => "INTEGER PRIMARY KEY",
                        (Type::Integer, ..) => "INTEGER",
                        (Type::Real, ..) => "REAL",
                        (Type::Text, ..) => "TEXT",
                    };
                    format!("\"{name}\" {kind}")
                })
                .collect();
            sql += &format!("CREATE TABLE {} ({});\n", table.name, columns.join(", "));
            let marks = vec!["?"; table.columns.len()].join(", ");
            inserts.push(format!("INSERT INTO {} VALUES ({marks})", table.name));
        }
        sql += "BEGIN;";
        connection.execute_batch(&sql).map_err(io::Error::other)?;
        Ok(Box::new(Database { connection, inserts, doc: 0, columns }))
    }
}

const INDEXES: &str = "
    CREATE INDEX documents_article ON documents (article);
    CREATE INDEX documents_date ON documents (date);
    CREATE INDEX mentions_doc ON mentions (doc);
    CREATE INDEX mentions_text ON mentions (text);
    CREATE INDEX entities_doc ON entities (doc);
    CREATE INDEX entities_name ON entities (name, type);
    CREATE INDEX quotes_doc ON quotes (doc);
    CREATE INDEX documents_cluster ON documents (cluster);
    CREATE INDEX quotes_key ON quotes (quote_key);
    CREATE INDEX quotes_speaker ON quotes (speaker_name);
    CREATE VIRTUAL TABLE quotes_fts USING fts5 (text, speaker_name, content='quotes', content_rowid='rowid', tokenize='unicode61 remove_diacritics 2');
    INSERT INTO quotes_fts (quotes_fts) VALUES ('rebuild');
    COMMIT;
";

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Integer(value) => ValueRef::Integer(*value),
            Cell::Real(value) => ValueRef::Real(*value),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Made(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl Writer for Database {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.doc += 1;
        let Database { connection, inserts, doc, columns } = self;
        tables::rows(record, *doc, *columns, |table, row| {
            let mut insert = connection.prepare_cached(&inserts[table]).map_err(io::Error::other)?;
            insert.execute(params_from_iter(row)).map_err(io::Error::other)?;
            Ok(())
        })?;
        if *doc % BATCH == 0 {
            connection.execute_batch("COMMIT; BEGIN;").map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.connection.execute_batch(INDEXES).map_err(io::Error::other)?;
        self.connection.close().map_err(|(_, error)| io::Error::other(error))
    }
}
