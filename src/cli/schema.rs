//! `saidwho schema`: the JSON Schema of a record.

use std::io::Write;

use clap::Args;

use super::Exit;
use crate::Record;

/// Print the JSON Schema of the records that `extract` writes.
#[derive(Args)]
#[command(after_help = "Example:\n  saidwho schema > saidwho-1.json")]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, &schemars::schema_for!(Record))?;
        writeln!(out)?;
        Ok(Exit::Done)
    }
}
