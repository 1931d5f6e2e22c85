//! `saidwho extract`: articles in, records out.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Context, bail};
use clap::Args;

use super::inputs::Inputs;
use super::naming::Naming;
use super::progress::{self, Progress};
use super::quoting::Quoting;
use super::{Exit, pretty};
use crate::batch::{self, Analyst, Bounds, Counts, DeadLetters, Done, Outcome};
use crate::output::file::{WholeFile, with_suffix};
use crate::{Record, Scratch, Unit};

/// Find names, entities and quotes in articles; write one JSON record per article.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho extract article.txt --pretty
  saidwho extract articles/ -o records.jsonl
  saidwho extract dump.jsonl.gz --text-field body --meta date,url -o records.jsonl.zst
  cat dump.jsonl | saidwho extract --threads 2 | head
  saidwho extract news/ --quotes direct --min-confidence 0.8 --context 1 -o quotes.jsonl

Records that cannot be read go to OUT.dead.jsonl (or --errors FILE) with the reason and the raw
input; the run goes on. Exit status: 0 all done, 1 something was set aside, 2 could not start or
go on.")]
pub(super) struct Extract {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    naming: Naming,
    #[command(flatten)]
    quoting: Quoting,
    /// Where the records go; compressed when the name ends in .gz or .zst. Default: standard output.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Where broken input goes. Default: OUT.dead.jsonl, or a message when there is no OUT.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Unit of the offsets: char (Python), byte (Rust, Go) or utf16 (JavaScript, Java).
    #[arg(long, value_name = "UNIT", default_value_t = Unit::Char)]
    offsets: Unit,
    /// Put the text into the record.
    #[arg(long)]
    with_text: bool,
    /// Put the context of each quote into the record: the sentences it runs through, its cue's and its
    /// speaker's, and N more on either side.
    #[arg(long, value_name = "N")]
    context: Option<usize>,
    /// Worker threads. Default: one per core.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Show articles for people instead of records.
    #[arg(long, conflicts_with_all = ["output", "offsets", "with_text", "context"])]
    pretty: bool,
    /// Check that every span of every record slices to its text; what fails is set aside.
    #[arg(long)]
    check: bool,
    /// No progress and no summary.
    #[arg(short, long)]
    quiet: bool,
}

/// Where records go.
enum Target {
    Stdout(BufWriter<io::Stdout>),
    File(Box<WholeFile>, PathBuf),
    Terminal(anstream::AutoStream<io::Stdout>),
}

impl Target {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        match self {
            Target::Stdout(out) => out.write_all(line),
            Target::File(file, _) => file.write_all(line),
            Target::Terminal(out) => {
                let record: Record = serde_json::from_slice(line)?;
                pretty::show(out, &record)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Target::Stdout(mut out) => out.flush(),
            Target::File(file, _) => file.finish(),
            Target::Terminal(mut out) => out.flush(),
        }
    }

    fn name(&self) -> String {
        match self {
            Target::File(_, path) => path.display().to_string(),
            _ => "standard output".to_owned(),
        }
    }
}

impl Extract {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let sources = self.inputs.sources()?;
        let threads = match self.threads {
            Some(0) => bail!("--threads must be 1 or more"),
            Some(threads) => threads,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        let mut target = self.target()?;
        let mut letters = self.letters()?;
        let pipeline = self.naming.pipeline(&self.quoting)?;
        let analyst = Analyst {
            pipeline: &pipeline,
            fields: self.inputs.fields(),
            unit: if self.pretty { Unit::Byte } else { self.offsets },
            with_text: self.with_text || self.pretty,
            context: self.context,
            check: self.check,
        };
        let read = Arc::new(AtomicU64::new(0));
        let mut progress = Progress::new(&sources, &read, self.quiet);
        let mut counts = Counts::default();
        let mut error = None;
        batch::quiet_panics();
        batch::run(
            Bounds::new(threads),
            Scratch::default,
            |give| {
                let _ = self.inputs.read(&sources, &read, &mut |cut| {
                    let bytes = cut.raw.len();
                    give(cut, bytes)
                });
            },
            |cut, scratch| analyst.work(cut, scratch),
            |done| {
                counts += done.counts;
                progress.show(&counts);
                match deliver(done, &mut target, letters.as_mut()) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(e) => {
                        error = Some(e);
                        ControlFlow::Break(())
                    }
                }
            },
        )?;
        progress.finish();
        if let Some(error) = error {
            return Err(error);
        }
        if let Some(letters) = &mut letters {
            letters.flush().with_context(|| format!("cannot write {}", letters.path().display()))?;
        }
        let name = target.name();
        target.finish().with_context(|| format!("cannot write {name}"))?;
        if !self.quiet && !self.pretty {
            eprintln!("saidwho: {}", progress::summary(&counts, progress.elapsed()));
        }
        if counts.failures == 0 {
            return Ok(Exit::Done);
        }
        if let Some(letters) = &letters {
            eprintln!("saidwho: {} records set aside in {}", counts.failures, letters.path().display());
        }
        Ok(Exit::SetAside)
    }

    fn target(&self) -> anyhow::Result<Target> {
        Ok(match &self.output {
            _ if self.pretty => Target::Terminal(anstream::AutoStream::auto(io::stdout())),
            Some(path) if path != Path::new("-") => {
                let file =
                    WholeFile::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                Target::File(Box::new(file), path.clone())
            }
            _ => Target::Stdout(BufWriter::with_capacity(1 << 16, io::stdout())),
        })
    }

    fn letters(&self) -> anyhow::Result<Option<DeadLetters>> {
        let path = match (&self.errors, &self.output) {
            (Some(path), _) => path.clone(),
            (None, Some(output)) if output != Path::new("-") => with_suffix(output, ".dead.jsonl"),
            _ => return Ok(None),
        };
        let letters = DeadLetters::new(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Some(letters))
    }
}

/// Writes one result where it belongs.
fn deliver(done: Done, target: &mut Target, letters: Option<&mut DeadLetters>) -> anyhow::Result<()> {
    match done.outcome {
        Outcome::Line(line) => target.write(&line).with_context(|| format!("cannot write {}", target.name())),
        Outcome::PassedOver(_) => Ok(()),
        Outcome::SetAside(letter) => match letters {
            Some(letters) => {
                letters.add(&letter).with_context(|| format!("cannot write {}", letters.path().display()))
            }
            None => {
                eprintln!("saidwho: {}:{} set aside: {}", letter.source, letter.record, letter.reason);
                Ok(())
            }
        },
    }
}
