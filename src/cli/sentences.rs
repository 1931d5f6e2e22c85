//! `saidwho sentences`: articles in, sentences out.

use std::io::{self, BufWriter, Write};

use clap::Args;
use serde::Serialize;

use super::Exit;
use super::inputs::Inputs;
use crate::record::Range;
use crate::text::Sentences;
use crate::{Document, Offsets, Unit};

/// Cut articles into sentences: one a line, or the spans of each article as JSON.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho sentences article.txt
  cat article.txt | saidwho sentences
  saidwho sentences dump.jsonl.gz --text-field body --jsonl > spans.jsonl

In plain output a line break inside a sentence becomes a space, and an empty line stands between
articles. Exit status: 0 all done, 1 something could not be read, 2 could not start or go on.")]
pub(super) struct Sentence {
    #[command(flatten)]
    inputs: Inputs,
    /// Write one JSON object per article: its id and the start and end of each sentence.
    #[arg(long)]
    jsonl: bool,
    /// Unit of the offsets: char (Python), byte (Rust, Go) or utf16 (JavaScript, Java).
    #[arg(long, value_name = "UNIT", default_value_t = Unit::Char, requires = "jsonl")]
    offsets: Unit,
}

/// The spans of one article.
#[derive(Serialize)]
struct Spans<'d> {
    id: &'d str,
    offsets: Unit,
    sentences: Vec<Range>,
}

impl Sentence {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let mut out = BufWriter::new(io::stdout().lock());
        let mut first = true;
        let exit = self.inputs.articles(|_, document| {
            let written = if self.jsonl {
                spans(&mut out, &document, self.offsets)
            } else {
                lines(&mut out, &document, !std::mem::take(&mut first))
            };
            Ok(written?)
        })?;
        out.flush()?;
        Ok(exit)
    }
}

/// One sentence a line.
fn lines(out: &mut impl Write, document: &Document, apart: bool) -> io::Result<()> {
    if apart {
        writeln!(out)?;
    }
    for span in Sentences::new(&document.text) {
        let mut lines = span.of(&document.text).split(['\n', '\r']).filter(|line| !line.trim().is_empty());
        if let Some(line) = lines.next() {
            out.write_all(line.trim_end().as_bytes())?;
        }
        for line in lines {
            write!(out, " {}", line.trim())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The spans as one JSON object.
fn spans(out: &mut impl Write, document: &Document, unit: Unit) -> io::Result<()> {
    let offsets = Offsets::new(&document.text, unit);
    let sentences = Sentences::new(&document.text).map(|span| {
        let (start, end) = offsets.of(span);
        Range { start, end }
    });
    let spans = Spans { id: &document.id, offsets: unit, sentences: sentences.collect() };
    serde_json::to_writer(&mut *out, &spans)?;
    writeln!(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_spans() {
        let document =
            Document::new("a", "Né à Paris. He left\non Monday for the\nU.S. capital of the\nworld.")
                .unwrap();
        let mut out = Vec::new();
        lines(&mut out, &document, false).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Né à Paris.\nHe left on Monday for the U.S. capital of the world.\n"
        );
        let mut out = Vec::new();
        spans(&mut out, &document, Unit::Char).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"id\":\"a\",\"offsets\":\"char\",\"sentences\":[{\"start\":0,\"end\":11},{\"start\":12,\"end\":64}]}\n"
        );
    }
}
