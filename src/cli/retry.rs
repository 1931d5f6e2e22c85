//! `saidwho retry`: dead letters run again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow};
use clap::Args;
use serde_json::json;

use super::Exit;
use super::extract::{Options, Run};
use super::inputs::FieldArgs;
use crate::batch::{Cutter, DeadLetter, Position, Reading};
use crate::input::source::{self, Source};
use crate::input::{Cut, Limits, Sink, fault};

/// Run records again that were set aside.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho retry records.jsonl.dead.jsonl --text-field body -o more.jsonl
  saidwho merge records.jsonl more.jsonl -o all.jsonl

The raw input is taken from the file of errors; where it was too long to be kept there, or the
source broke off, it is read from the source once more.")]
pub(super) struct Retry {
    /// The file of errors of an earlier run.
    #[arg(value_name = "ERRORS")]
    letters: PathBuf,
    #[command(flatten)]
    fields: FieldArgs,
    #[command(flatten)]
    options: Options,
}

impl Retry {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let sources = vec![Source::File(self.letters.clone())];
        let sources = self.options.apart(sources, &[self.letters.display().to_string()])?;
        let letters = &self.letters;
        let limits = self.fields.limits();
        // Looked through once before anything is written, so that a wrong file is told at once.
        let _ = each(letters, &mut |_| Ok(ControlFlow::Continue(())))?;
        let cut: Box<Cutter<'_>> = Box::new(|start, _, _, take| {
            let mut number = 0;
            let mut take = |cut: Cut| {
                number += 1;
                // What a run that is continued has done already.
                if number <= start.records {
                    return ControlFlow::Continue(());
                }
                take(Position { source: 0, records: number, total: number }, cut)
            };
            // What can fail has been tried above; a file that changes since then ends early.
            each(letters, &mut |letter| Ok(again(letter, limits, &mut take)))
                .unwrap_or(ControlFlow::Break(()))
        });
        let run = Run {
            describe: json!({"retry": letters, "fields": self.fields.describe()}),
            fields: self.fields.fields(),
            sources: &sources,
            cut,
            options: &self.options,
        };
        run.run()
    }
}

type Step<'a> = dyn FnMut(DeadLetter) -> anyhow::Result<ControlFlow<()>> + 'a;

fn each(path: &Path, step: &mut Step<'_>) -> anyhow::Result<ControlFlow<()>> {
    let file = BufReader::new(File::open(path).with_context(|| path.display().to_string())?);
    for (index, line) in file.lines().enumerate() {
        let place = || format!("{}:{}", path.display(), index + 1);
        let line = line.with_context(place)?;
        let letter = serde_json::from_str(&line)
            .map_err(|error| anyhow!("{}: no dead letter of saidwho: {}", place(), fault(&error)))?;
        if step(letter)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Gives the record of one letter, or those of its source from there on when it broke off.
fn again(letter: DeadLetter, limits: Limits, take: &mut Sink<'_>) -> ControlFlow<()> {
    if let Some(cut) = letter.cut() {
        return take(cut);
    }
    let outer = letter.source.split('!').next().unwrap_or_default().to_owned();
    let sources = match source::expand(&[outer]) {
        Ok(sources) => sources,
        Err(error) => return take(letter.broken(error.to_string())),
    };
    let reading = Reading { limits, ..Reading::default() };
    let (mut found, mut wanted) = (false, true);
    // Breaking off here only means that the source has given what was asked of it.
    let _ = reading.read(&sources, Position::default(), 0, &Arc::default(), &mut |_, cut| {
        if cut.place.source.as_ref() != letter.source || cut.place.record < letter.record {
            return ControlFlow::Continue(());
        }
        found = true;
        wanted = take(cut).is_continue();
        // A stream that broke off may go on now; a record of its own is done.
        if wanted && letter.broke_off() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if !found {
        return take(letter.broken("the source no longer holds this record".to_owned()));
    }
    if wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
}
