//! The arguments that say what is read and how; shared by all commands that read articles.

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};

use super::{Exit, complain};
use crate::batch::{Position, Reading, Shard};
use crate::input::source::{self, Source};
use crate::input::{Cut, FORMATS, Fields, Format, Limits, Meta, Parsed, Place};
use crate::{Document, hash};

#[derive(Args)]
pub(super) struct Inputs {
    /// Files, folders, globs, or - for standard input. Text, JSON Lines, JSON, ninjs, CSV, TSV,
    /// Parquet, HTML, NITF, NewsML, WARC, ARC, WET, members of zip and tar; all of them also
    /// compressed by gzip, zstd, bzip2 or xz. Told by content, not only by name.
    #[arg(value_name = "INPUT", default_value = "-")]
    pub(super) inputs: Vec<String>,
    /// The format of all inputs, when it cannot be told.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    from: Option<&'static Format>,
    #[command(flatten)]
    fields: FieldArgs,
    /// At most so many records.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// A share of the records, 0 to 1; the same ones every time.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    sample: Option<f64>,
    /// One of n runs that share the input, such as 1/4.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
}

/// Which field of a record holds what, and how long it may be.
#[derive(Args)]
pub(super) struct FieldArgs {
    /// Field that holds the id; dotted paths reach inside. Without an id: source:record.
    #[arg(long, value_name = "FIELD", default_value = "id")]
    id_field: String,
    /// Field that holds the text.
    #[arg(long, value_name = "FIELD", default_value = "text")]
    text_field: String,
    /// Field that holds the title; it goes to meta.title and is not analysed.
    #[arg(long, value_name = "FIELD", default_value = "title")]
    title_field: String,
    /// Other fields that pass through: all, none, or a list (a,b.c).
    #[arg(long, value_name = "FIELDS", default_value = "all")]
    meta: Meta,
    /// Longest record in MB; longer ones are set aside.
    #[arg(long, value_name = "MB", default_value_t = 64)]
    max_doc_mb: usize,
}

impl FieldArgs {
    pub(super) fn fields(&self) -> Fields {
        Fields {
            id: self.id_field.clone(),
            text: self.text_field.clone(),
            title: self.title_field.clone(),
            meta: self.meta.clone(),
        }
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { record: self.max_doc_mb.max(1) << 20 }
    }

    pub(super) fn describe(&self) -> Value {
        json!([self.id_field, self.text_field, self.title_field, format!("{:?}", self.meta), self.max_doc_mb])
    }
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name));
    names.try_map(|name| Format::named(&name).ok_or("no such format"))
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("give a number from 0 to 1".to_owned()),
    }
}

impl Inputs {
    pub(super) fn sources(&self) -> anyhow::Result<Vec<Source>> {
        let sources = source::expand(&self.inputs)?;
        if sources == [Source::Stdin] && io::stdin().is_terminal() {
            eprintln!("saidwho: reading standard input: type an article, then Ctrl-D (or name files)");
        }
        Ok(sources)
    }

    pub(super) fn fields(&self) -> Fields {
        self.fields.fields()
    }

    /// Gives the articles to `step`, one by one, for commands that write no run. Records that
    /// cannot be read are told on standard error and passed by.
    ///
    /// # Errors
    /// When an input names nothing, and the first one of `step`.
    pub(super) fn articles(
        &self,
        mut step: impl FnMut(&Place, Document) -> anyhow::Result<()>,
    ) -> anyhow::Result<Exit> {
        let (sources, fields) = (self.sources()?, self.fields());
        let (mut exit, mut failed) = (Exit::Done, None);
        let mut take = |_, cut: Cut| {
            match cut.parse(&fields) {
                Parsed::Document(document, _) => failed = step(&cut.place, document).err(),
                Parsed::PassedOver(_) => {}
                Parsed::SetAside(reason) => {
                    complain(&format!("{}: {reason}", cut.place));
                    exit = Exit::SetAside;
                }
            }
            if failed.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        // Whoever breaks off says why.
        let _ = self.reading().read(&sources, Position::default(), 0, &Arc::default(), &mut take);
        failed.map_or(Ok(exit), Err)
    }

    pub(super) fn reading(&self) -> Reading {
        Reading {
            limits: self.fields.limits(),
            format: self.from,
            shard: self.shard,
            sample: self.sample,
            limit: self.limit,
        }
    }

    /// What decides which articles are read, to tell one run from another.
    pub(super) fn describe(&self, sources: &[Source]) -> Value {
        let mut list = hash::Fnv::new();
        for source in sources {
            // Writing into a number cannot fail.
            let _ = writeln!(list, "{}\t{:?}", source.name(), source.size());
        }
        json!({
            "inputs": self.inputs,
            "files": sources.len(),
            "files_hash": format!("{:016x}", list.finish()),
            "from": self.from.map(|format| format.name),
            "fields": self.fields.describe(),
            "limit": self.limit,
            "sample": self.sample,
            "shard": self.shard.map(|shard| shard.to_string()),
        })
    }
}
