//! `saidwho train sentences` and `saidwho train syntax`: what the teacher of
//! the parser reads, and the parser from what the teacher wrote.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Args;

use super::Exit;
use super::inputs::Inputs;
use crate::syntax::train::{Agreement, Options, train};
use crate::syntax::{ParsedSentence, Parser};
use crate::{Annotations, text};

/// Write articles one sentence a line, for a teacher to parse.
///
/// Between two tokens stands a blank where white space stood in the text, a tab where they touch.
#[derive(Args)]
pub(super) struct Sentences {
    #[command(flatten)]
    inputs: Inputs,
}

impl Sentences {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut found = Annotations::default();
        let exit = self.inputs.articles(|_, document| {
            found.clear();
            text::annotate(&document.text, &mut found);
            Ok(write(&document.text, &found, &mut out)?)
        })?;
        out.flush()?;
        Ok(exit)
    }
}

fn write(text: &str, found: &Annotations, out: &mut impl Write) -> std::io::Result<()> {
    for sentence in &found.sentences {
        let mut end = None;
        for token in &found.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize] {
            if let Some(end) = end {
                out.write_all(if end == token.span.start() { b"\t" } else { b" " })?;
            }
            out.write_all(token.span.of(text).as_bytes())?;
            end = Some(token.span.end());
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Teach the parser from a teacher's parses, or measure it against them.
///
/// The parses are made from raw news by models/teacher/parse.py; its head says how they look.
/// Without data to learn from, the shipped parser is measured.
#[derive(Args)]
pub(super) struct Syntax {
    /// Parsed sentences to learn from.
    #[arg(long, value_name = "FILE", required_unless_present = "held", requires = "output")]
    data: Vec<PathBuf>,
    /// Parsed sentences to measure agreement with the teacher on; not learned from.
    #[arg(long, value_name = "FILE")]
    held: Vec<PathBuf>,
    /// Learn from so many words at most.
    #[arg(long, value_name = "N")]
    words: Option<usize>,
    /// Decides everything random.
    #[arg(long, value_name = "N", default_value_t = Options::default().seed)]
    seed: u64,
    /// Times the parser reads everything once its features are chosen.
    #[arg(long, value_name = "N", default_value_t = Options::default().passes)]
    passes: usize,
    /// Size of the table of steps: 16 · 2^BITS rows of 18 bytes.
    #[arg(long, value_name = "BITS", default_value_t = Options::default().bits.arcs, value_parser = clap::value_parser!(u32).range(0..=16))]
    bits: u32,
    /// Where the model goes.
    #[arg(short, long, value_name = "OUT", requires = "data")]
    output: Option<PathBuf>,
}

impl Syntax {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        match &self.output {
            Some(output) => self.teach(output)?,
            None => self.measure(Parser::shipped())?,
        }
        Ok(Exit::Done)
    }

    fn teach(&self, output: &Path) -> anyhow::Result<()> {
        let limit = self.words.unwrap_or(usize::MAX);
        let mut sentences = Vec::new();
        let mut words = 0;
        for file in &self.data {
            let read = read(file, limit - words)?;
            words += read.iter().map(|sentence| sentence.words.len()).sum::<usize>().min(limit - words);
            sentences.extend(read);
        }
        if sentences.is_empty() {
            bail!("there are no parses in the data: make some with models/teacher/parse.py");
        }
        let mut options = Options { seed: self.seed, passes: self.passes, ..Options::default() };
        options.bits.arcs = self.bits;
        let bytes = train(&sentences, &options, &mut |line| eprintln!("{line}"))?;
        std::fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
        eprintln!("{}: {} bytes, from {words} words", output.display(), bytes.len());
        self.measure(&Parser::open(&bytes)?)
    }

    fn measure(&self, parser: &Parser<'_>) -> anyhow::Result<()> {
        for file in &self.held {
            let sentences = read(file, usize::MAX)?;
            let begun = Instant::now();
            let agreement = Agreement::measure(parser, &sentences);
            let speed = agreement.tokens as f64 / begun.elapsed().as_secs_f64();
            println!("{}: {agreement}; {speed:.0} tokens/s", file.display());
        }
        Ok(())
    }
}

fn read(file: &Path, words: usize) -> anyhow::Result<Vec<ParsedSentence>> {
    let open = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    ParsedSentence::read_all(BufReader::new(open), words).with_context(|| file.display().to_string())
}
