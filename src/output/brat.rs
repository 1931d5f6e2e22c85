//! brat standoff: a folder with a `.txt` and an `.ann` for each article, and the configuration that brat asks for.
//!
//! Names are text-bound annotations with their links as references; a quote is
//! one with a fragment for each piece, joined to cue and speaker by relations.
//! Fragments end at line breaks, as brat wants it. Offsets are code points.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::file::create_folder;
use super::tokens::Cut;
use super::{Columns, Format, Writer};
use crate::annotations::{EntityType, QuoteKind};
use crate::{Record, Span};

/// A folder.
pub(super) const STANDOFF: Format =
    Format { name: "brat", suffixes: &[".brat"], needs_text: true, create: Folder::create };

const CONFIGURATION: &str = "[entities]
Person
Organization
Place
Speaker
Cue
DirectQuote
IndirectQuote
MixedQuote

[relations]
SaidBy\tArg1:<QUOTE>, Arg2:<SPEAKER>
Cue\tArg1:<QUOTE>, Arg2:Cue
<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>
<QUOTE>=DirectQuote|IndirectQuote|MixedQuote
<SPEAKER>=Person|Organization|Place|Speaker

[events]

[attributes]
";

struct Folder {
    path: PathBuf,
    doc: u64,
}

impl Folder {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        create_folder(path)?;
        fs::write(path.join("annotation.conf"), CONFIGURATION)?;
        Ok(Box::new(Folder { path: path.to_owned(), doc: 0 }))
    }
}

/// The lines of an `.ann` file.
struct Annotation<'c, 'r> {
    cut: &'c Cut<'r>,
    lines: String,
    spans: u32,
    relations: u32,
    notes: u32,
}

impl Annotation<'_, '_> {
    fn add(&mut self, kind: &str, spans: &[Span]) -> u32 {
        let chars = self.cut.chars();
        let (mut places, mut words) = (Vec::new(), Vec::new());
        for piece in spans.iter().flat_map(|span| lines_of(self.cut.text, *span)) {
            let (start, end) = chars.of(piece);
            places.push(format!("{start} {end}"));
            words.push(piece.of(self.cut.text));
        }
        self.spans += 1;
        self.lines += &format!("T{}\t{kind} {}\t{}\n", self.spans, places.join(";"), words.join(" "));
        self.spans
    }

    fn relate(&mut self, kind: &str, from: u32, to: u32) {
        self.relations += 1;
        self.lines += &format!("R{}\t{kind} Arg1:T{from} Arg2:T{to}\n", self.relations);
    }

    fn refer(&mut self, span: u32, source: &str, id: &str, name: &str) {
        self.notes += 1;
        self.lines += &format!("N{}\tReference T{span} {source}:{id}\t{name}\n", self.notes);
    }
}

/// The pieces of a span between line breaks.
fn lines_of(text: &str, span: Span) -> Vec<Span> {
    let mut at = span.start();
    let mut pieces = Vec::new();
    for line in span.of(text).split('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() {
            let start = at + (line.len() - line.trim_start().len());
            pieces.push(Span::new(start, start + trimmed.len()));
        }
        at += line.len() + 1;
    }
    pieces
}

/// A file name of an id: the number keeps it unique and in order.
fn file_name(doc: u64, id: &str) -> String {
    let safe: String =
        id.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let short: String = safe.chars().take(60).collect();
    format!("{doc:06}-{short}")
}

impl Writer for Folder {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        self.doc += 1;
        let cut = Cut::new(record)?;
        let mut ann = Annotation { cut: &cut, lines: String::new(), spans: 0, relations: 0, notes: 0 };
        let mut mentions = Vec::new();
        for mention in &record.mentions {
            let kind = match mention.kind {
                EntityType::Person => "Person",
                EntityType::Organization => "Organization",
                EntityType::Place => "Place",
            };
            let span = cut.span(mention.start, mention.end)?;
            let number = ann.add(kind, &[span]);
            mentions.push((span, number));
            if let Some(entity) = record.entities.get(mention.entity as usize) {
                for (source, id) in &entity.links {
                    ann.refer(number, source, id.as_str().unwrap_or_default(), &entity.name);
                }
            }
        }
        for quote in &record.quotes {
            let kind = match quote.kind {
                QuoteKind::Direct => "DirectQuote",
                QuoteKind::Indirect => "IndirectQuote",
                QuoteKind::Mixed => "MixedQuote",
            };
            let segments: io::Result<Vec<Span>> =
                quote.segments.iter().map(|s| cut.span(s.start, s.end)).collect();
            let number = ann.add(kind, &segments?);
            if let Some(cue) = &quote.cue {
                let cue = ann.add("Cue", &[cut.span(cue.start, cue.end)?]);
                ann.relate("Cue", number, cue);
            }
            if let Some(speaker) = &quote.speaker {
                let span = cut.span(speaker.start, speaker.end)?;
                let known = mentions.iter().find(|(mention, _)| *mention == span).map(|(_, number)| *number);
                let speaker = known.unwrap_or_else(|| ann.add("Speaker", &[span]));
                ann.relate("SaidBy", number, speaker);
            }
        }
        let name = file_name(self.doc, &record.id);
        fs::write(self.path.join(format!("{name}.txt")), cut.text)?;
        fs::write(self.path.join(format!("{name}.ann")), &ann.lines)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}
