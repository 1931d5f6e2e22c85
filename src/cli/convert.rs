//! `saidwho convert` and `saidwho merge`: records in, another format or one file out.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::Exit;
use crate::output::file::is_same;
use crate::output::{self, Format};

/// From which records to what.
#[derive(Args)]
struct Way {
    /// Records of `extract`, JSON Lines.
    #[arg(value_name = "RECORDS", required = true)]
    inputs: Vec<PathBuf>,
    /// The file, or the folder, to write.
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// The format, when the name of OUT does not say.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<&'static Format>,
}

/// The formats that can be written, for an argument that names one.
pub(super) fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = PossibleValuesParser::new(output::FORMATS.iter().map(|format| format.name));
    names.try_map(|name| output::named(&name).ok_or("no such format"))
}

/// Write records in another format.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho convert records.jsonl.zst -o news.sqlite
  saidwho convert records.jsonl -o tables --format csv
  saidwho convert records.jsonl -o records.parquet

parquet is nested as the records are; csv and parquet-tables are folders of tables. conll, brat,
web-annotation and spacy need the text: extract --with-text.")]
pub(super) struct Convert {
    #[command(flatten)]
    way: Way,
    /// Put the text of articles into tables, when records carry it.
    #[arg(long)]
    with_text: bool,
}

impl Convert {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        self.way.write(self.with_text)
    }
}

/// Join the outputs of shards in one, in the order given.
#[derive(Args)]
#[command(after_help = "Example:
  saidwho extract dump.jsonl --shard 1/2 -o 1.jsonl & saidwho extract dump.jsonl --shard 2/2 -o 2.jsonl
  saidwho merge 1.jsonl 2.jsonl -o records.jsonl")]
pub(super) struct Merge {
    #[command(flatten)]
    way: Way,
}

impl Merge {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        self.way.write(true)
    }
}

impl Way {
    fn write(&self, with_text: bool) -> anyhow::Result<Exit> {
        let Way { inputs, output, format } = self;
        if inputs.iter().any(|input| is_same(input, output)) {
            bail!("{} is among the inputs: write to another file", output.display());
        }
        let inputs: Vec<&Path> = inputs.iter().map(PathBuf::as_path).collect();
        output::convert_all(&inputs, format.unwrap_or_else(|| output::of_path(output)), output, with_text)?;
        Ok(Exit::Done)
    }
}
