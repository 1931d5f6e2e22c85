//! `saidwho extract`: articles in, records out.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::convert::formats;
use super::inputs::Inputs;
use super::naming::Naming;
use super::progress::{self, Progress, Report};
use super::quoting::Quoting;
use super::{Exit, complain, manifest, pretty};
use crate::batch::{
    self, Analyst, Bounds, Checkpoint, Cutter, DeadLetter, DeadLetters, Done, Language, Outcome, Position,
    Syndication, Tally,
};
use crate::input::source::Source;
use crate::output::file::{Compression, check_target, is_same, is_special, rename, with_suffix};
use crate::output::{self, Format};
use crate::{Record, Scratch, Unit};

/// Find names, entities and quotes in articles; write one record per article.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho extract article.txt --pretty
  saidwho extract articles/ -o records.jsonl
  saidwho extract dump.jsonl.gz --text-field body --meta date,url -o records.jsonl.zst
  saidwho extract crawl/*.warc.gz -o news.sqlite
  cat dump.jsonl | saidwho extract --threads 2 | head
  saidwho extract news/ --quotes direct --min-confidence 0.8 --context 1 -o quotes.jsonl

The same command goes on where a killed run stopped; the result is the same. Records that cannot
be read go to OUT.dead.jsonl (or --errors FILE) with the reason and the raw input; the run goes
on, and `saidwho retry` runs them again. Exit status: 0 all done, 1 something was set aside, 2
could not start or go on, 130 stopped with Ctrl-C.")]
pub(super) struct Extract {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    options: Options,
}

/// What is done with the articles; shared with `retry`.
#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    naming: Naming,
    #[command(flatten)]
    quoting: Quoting,
    /// Where the records go; the name says in which format, and compressed when it ends in .gz or .zst.
    /// Default: standard output.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The format, when the name of OUT does not say.
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<&'static Format>,
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
    /// Languages that are read: en, any, or auto: only English of what comes from the web.
    #[arg(long, value_name = "LANGUAGE", default_value = "auto")]
    language: Language,
    /// Worker threads. Default: one per core.
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<usize>,
    /// Show articles for people instead of records.
    #[arg(long, conflicts_with_all = ["output", "offsets", "with_text", "context", "format"])]
    pretty: bool,
    /// Check that every span of every record slices to its text; what fails is set aside.
    #[arg(long)]
    check: bool,
    /// Longest time for one article in seconds; one that takes longer is given up and set aside.
    /// Default: none, since what is set aside then depends on the machine.
    #[arg(long, value_name = "S", value_parser = seconds)]
    max_doc_seconds: Option<Duration>,
    /// Look for copies: mark gives every record the cluster of articles it is a copy of, word for
    /// word or nearly, with the first of them.
    #[arg(long, value_name = "HOW", value_parser = ["mark"])]
    dedup: Option<String>,
    /// Memory for --dedup in MB: 2000 articles in one; the oldest are forgotten when it is full.
    #[arg(long, value_name = "MB", default_value_t = 64, requires = "dedup")]
    dedup_mb: usize,
    /// Begin anew even when an unfinished run could be continued.
    #[arg(long)]
    restart: bool,
    /// How progress is told on standard error: auto (a bar, on a terminal), json or none.
    #[arg(long, value_name = "HOW", default_value = "auto", value_parser = ["auto", "json", "none"])]
    progress: String,
    /// No progress and no summary.
    #[arg(short, long)]
    quiet: bool,
}

fn threads(value: &str) -> Result<usize, String> {
    /// More than any machine has cores; far more cannot be started.
    const MOST: usize = 1024;
    let threads = value.parse().ok().filter(|threads| (1..=MOST).contains(threads));
    threads.ok_or_else(|| format!("give a number from 1 to {MOST}"))
}

fn seconds(value: &str) -> Result<Duration, String> {
    let wrong = "give a number of seconds, such as 30 or 0.5";
    let seconds: f64 = value.parse().map_err(|_| wrong)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong.to_owned())
}

impl Options {
    /// Where broken input goes, beside an output in a file when nothing else was said.
    fn letters(&self, output: &Path) -> PathBuf {
        self.errors.clone().unwrap_or_else(|| with_suffix(output, ".dead.jsonl"))
    }

    /// The sources but for what the run itself writes and an earlier one may have left in a folder
    /// that is read.
    ///
    /// # Errors
    /// When one of the `inputs` would be written over.
    pub(super) fn apart(&self, sources: Vec<Source>, inputs: &[String]) -> anyhow::Result<Vec<Source>> {
        let mut written = Vec::new();
        if let Some(output) = self.output.as_deref().filter(|path| *path != Path::new("-")) {
            let letters = self.letters(output);
            if is_same(&letters, output) && !is_special(output) {
                bail!("{}: --errors and -o must be two files", output.display());
            }
            let traces = ["", ".manifest.json"].into_iter().chain(Checkpoint::TRACES);
            written.extend(traces.map(|suffix| with_suffix(output, suffix)));
            written.push(letters);
        }
        written.extend(self.errors.clone());
        written.retain(|file| !is_special(file));
        for input in inputs.iter().map(Path::new) {
            if written.iter().any(|file| is_same(file, input)) {
                bail!("{} is an input and would be written over: write to another file", input.display());
            }
        }
        // A million files are only asked for their names.
        let ours = |path: &Path| {
            written.iter().any(|file| file.file_name() == path.file_name() && is_same(file, path))
        };
        let others = |source: &Source| !matches!(source, Source::File(path) if ours(path));
        Ok(sources.into_iter().filter(others).collect())
    }

    fn syndication(&self) -> Option<Syndication> {
        self.dedup.as_ref().map(|_| Syndication::new(self.dedup_mb << 20))
    }
}

impl Extract {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let sources = self.options.apart(self.inputs.sources()?, &self.inputs.inputs)?;
        let reading = self.inputs.reading();
        let cut: Box<Cutter<'_>> =
            Box::new(|start, taken, read, take| reading.read(&sources, start, taken, read, take));
        let run = Run {
            describe: self.inputs.describe(&sources),
            fields: self.inputs.fields(),
            sources: &sources,
            cut,
            options: &self.options,
        };
        run.run()
    }
}

/// One run, from records that are cut to results that are written.
pub(super) struct Run<'a> {
    pub(super) describe: serde_json::Value,
    pub(super) fields: crate::input::Fields,
    pub(super) sources: &'a [Source],
    pub(super) cut: Box<Cutter<'a>>,
    pub(super) options: &'a Options,
}

impl Run<'_> {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let options = self.options;
        match &options.output {
            Some(path) if path == Path::new("-") => self.to_stream("standard output", io::stdout()),
            Some(path) if is_special(path) => {
                let file = File::options().write(true).open(path);
                let name = path.display().to_string();
                self.to_stream(&name, file.with_context(|| name.clone())?)
            }
            Some(path) => self.to_file(path),
            None => self.to_stream("standard output", io::stdout()),
        }
    }

    /// Analyses what is cut from `start` on and gives the results to `take`, in order.
    fn analyse(
        &self,
        with_text: bool,
        (start, tally): (Position, &Tally),
        take: impl FnMut(Position, Done) -> anyhow::Result<()> + Send,
    ) -> anyhow::Result<Report> {
        let options = self.options;
        let threads =
            options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let pipeline = options.naming.pipeline(&options.quoting)?;
        let analyst = Analyst {
            pipeline: &pipeline,
            fields: self.fields.clone(),
            unit: if options.pretty { Unit::Byte } else { options.offsets },
            with_text,
            context: options.context,
            language: options.language,
            check: options.check,
            dedup: options.dedup.is_some(),
            time: options.max_doc_seconds,
        };
        let read = Arc::new(AtomicU64::new(0));
        let how = if options.quiet || options.pretty { "none" } else { &options.progress };
        let mut progress = Progress::new(self.sources, &read, how, tally);
        let taken = tally.counts.records();
        let mut take = take;
        let mut failed = None;
        batch::quiet_panics();
        batch::run(
            Bounds::new(threads),
            Scratch::default,
            |give| {
                // Whoever breaks off knows why.
                let _ = (self.cut)(start, taken, &read, &mut |position, cut| {
                    let bytes = cut.raw.len();
                    give((position, cut), bytes)
                });
            },
            |(position, cut), scratch| (position, analyst.work(cut, scratch)),
            |(position, done)| {
                progress.add(&done);
                match take(position, done) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            },
        )?;
        let report = progress.finish();
        failed.map_or(Ok(report), Err)
    }

    /// Writes to what cannot be gone on with or renamed: standard output, a pipe, a device.
    fn to_stream(&self, name: &str, stream: impl Write + Send + 'static) -> anyhow::Result<Exit> {
        let options = self.options;
        if let Some(format) = options.format.filter(|format| format.name != output::JSONL) {
            bail!("{} cannot be written to {name}: give a file with -o", format.name);
        }
        let mut letters = match &options.errors {
            Some(path) => Some(DeadLetters::open(path, 0).with_context(|| path.display().to_string())?),
            None => None,
        };
        let mut out: Box<dyn Write + Send> = if options.pretty {
            Box::new(anstream::AutoStream::auto(io::stdout()))
        } else {
            Box::new(BufWriter::with_capacity(1 << 16, stream))
        };
        let fault = || format!("cannot write to {name}");
        let with_text = options.with_text || options.pretty;
        let mut syndication = options.syndication();
        let report = self.analyse(with_text, (Position::default(), &Tally::default()), |_, mut done| {
            if let Some(clusters) = &mut syndication {
                clusters.mark(&mut done)?;
            }
            match done.outcome {
                Outcome::Line(line) if options.pretty => {
                    let record: Record = serde_json::from_slice(&line)?;
                    pretty::show(&mut out, &record).with_context(fault)?;
                }
                Outcome::Line(line) => out.write_all(&line).with_context(fault)?,
                Outcome::PassedOver(_) => {}
                Outcome::SetAside(letter) => match &mut letters {
                    Some(letters) => {
                        letters.add(&letter).with_context(|| letters.path().display().to_string())?;
                    }
                    None => {
                        let DeadLetter { source, record, reason, .. } = &*letter;
                        complain(&format!("{source}:{record} set aside: {reason}"));
                    }
                },
            }
            Ok(())
        })?;
        out.flush().with_context(fault)?;
        if let Some(letters) = &mut letters {
            letters.seal().with_context(|| letters.path().display().to_string())?;
        }
        Ok(self.close(&report, letters.as_ref()))
    }

    fn to_file(&self, path: &Path) -> anyhow::Result<Exit> {
        let options = self.options;
        let format = options.format.unwrap_or_else(|| output::of_path(path));
        let jsonl = format.name == output::JSONL;
        if jsonl && (path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/")) {
            bail!("{} is a folder: name a file in it", path.display());
        }
        check_target(path).with_context(|| path.display().to_string())?;
        // Without the stroke that may end the name of a folder: files are made beside it.
        let path = &path.components().collect::<PathBuf>();
        let compression = if jsonl { Compression::of(path) } else { Compression::Zstd };
        let with_text = options.with_text || format.needs_text;
        let letters = options.letters(path);
        let mut describe = self.describe.clone();
        describe["saidwho"] = env!("CARGO_PKG_VERSION").into();
        describe["models"] = manifest::models();
        describe["options"] = json!({
            "format": format.name,
            "offsets": options.offsets,
            "with_text": options.with_text,
            "language": format!("{:?}", options.language),
            "check": options.check,
            "max_doc_seconds": options.max_doc_seconds.map(|time| time.as_secs_f64()),
            "dedup": options.dedup.as_ref().map(|_| options.dedup_mb),
            "naming": options.naming.describe(),
            "quoting": options.quoting.describe(),
            "context": options.context,
        });
        let mut run = Checkpoint::open(
            path,
            &letters,
            compression,
            describe.clone(),
            options.syndication(),
            options.restart,
        )?;
        if run.is_resumed() && !options.quiet {
            eprintln!("saidwho: going on after {} records", run.tally().counts.records());
        }
        if !options.quiet {
            tell_of_interrupts(path);
        }
        let again = || format!("{}: run the same command again to go on", path.display());
        let report = if run.is_complete() {
            Report::of(run.tally())
        } else {
            let (start, tally) = (run.position(), run.tally().clone());
            let report = self
                .analyse(with_text, (start, &tally), |position, done| Ok(run.take(position, done)?))
                .with_context(again)?;
            run.complete().with_context(again)?;
            report
        };
        match run.part() {
            // Killed after the result had got its name: only the manifest is missing.
            None => {}
            Some(part) if jsonl => rename(part, path).with_context(again)?,
            Some(part) => output::convert(part, format, path, options.with_text).with_context(again)?,
        }
        manifest::write(path, &describe, format.name, &report).with_context(again)?;
        let exit = self.close(&report, Some(run.letters()));
        run.forget()?;
        Ok(exit)
    }

    /// The last words, and how it ended.
    fn close(&self, report: &Report, letters: Option<&DeadLetters>) -> Exit {
        if !self.options.quiet && !self.options.pretty {
            eprintln!("saidwho: {}", progress::summary(report));
            for (reason, count) in &report.tally.passed_over {
                eprintln!("saidwho: passed over {count}: {reason}");
            }
        }
        let failures = report.tally.counts.failures;
        if failures == 0 {
            return Exit::Done;
        }
        if let Some(letters) = letters {
            let records = progress::counted(failures, "record");
            eprintln!("saidwho: {records} set aside in {}", letters.path().display());
        }
        Exit::SetAside
    }
}

/// Says on Ctrl-C that nothing is lost. It is ended as by any other signal; what was done is kept.
fn tell_of_interrupts(path: &Path) {
    /// What a shell says of a program that was interrupted.
    const INTERRUPTED: i32 = 128 + 2;
    let path = path.display().to_string();
    // Without it, or where interrupts are to be ignored, all is as with other programs.
    let _ = ctrlc::try_set_handler(move || {
        eprintln!("\nsaidwho: {path}: stopped; run the same command again to go on");
        std::process::exit(INTERRUPTED);
    });
}
