//! The arguments that say what is read and how; shared by all commands that read articles.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use clap::Args;

use crate::input::source::{self, Source};
use crate::input::{self, Cut, Fields, Kind, Limits, Meta, Place, Sink};

#[derive(Args)]
pub(super) struct Inputs {
    /// Files, folders, globs, or - for standard input: plain text (one article a file) or JSON Lines (one article a line), also gzip- or zstd-compressed.
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<String>,
    /// JSON field that holds the id; dotted paths reach inside. Without an id: source:line.
    #[arg(long, value_name = "FIELD", default_value = "id")]
    id_field: String,
    /// JSON field that holds the text.
    #[arg(long, value_name = "FIELD", default_value = "text")]
    text_field: String,
    /// JSON field that holds the title; it goes to meta.title and is not analysed.
    #[arg(long, value_name = "FIELD", default_value = "title")]
    title_field: String,
    /// Other fields that pass through: all, none, or a list (a,b.c).
    #[arg(long, value_name = "FIELDS", default_value = "all")]
    meta: Meta,
    /// Longest record in MB; longer ones are set aside.
    #[arg(long, value_name = "MB", default_value_t = 64)]
    max_doc_mb: usize,
}

impl Inputs {
    pub(super) fn sources(&self) -> anyhow::Result<Vec<Source>> {
        Ok(source::expand(&self.inputs)?)
    }

    pub(super) fn fields(&self) -> Fields {
        Fields {
            id: self.id_field.clone(),
            text: self.text_field.clone(),
            title: self.title_field.clone(),
            meta: self.meta.clone(),
        }
    }

    fn limits(&self) -> Limits {
        Limits { record: self.max_doc_mb.max(1) << 20 }
    }

    /// Cuts all sources into records. A source that cannot be opened is one broken record.
    pub(super) fn read(
        &self,
        sources: &[Source],
        read: &Arc<AtomicU64>,
        sink: &mut Sink<'_>,
    ) -> ControlFlow<()> {
        for source in sources {
            let name = source.name();
            match source.open(Arc::clone(read)) {
                Ok(bytes) => input::read(&name, bytes, self.limits(), sink)?,
                Err(error) => {
                    let place = Place { source: name, record: 1 };
                    sink(Cut::broken(place, Kind::Text, Vec::new(), format!("cannot open: {error}")))?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}
