//! spaCy's JSON, as `Doc.from_json` reads it, one article a line.
//!
//! Tokens, sentences and names are those of spaCy's own layers, quotes stand
//! in `spans["quotes"]` with the kind as label and the speaker as `kb_id`.
//! spaCy joins its text from tokens and single spaces, so wider gaps are
//! tokens of their own, and a token in which a name or a quote begins or ends is
//! cut there: spaCy's spans are made of whole tokens.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::file::WholeFile;
use super::tokens::Cut;
use super::{Columns, Format, Writer};
use crate::annotations::EntityType;
use crate::{Record, Span};

/// One document a line.
pub(super) const DOCS: Format = Format {
    name: "spacy",
    suffixes: &[".spacy.jsonl", ".spacy.json"],
    needs_text: true,
    create: File::create,
};

struct File(WholeFile);

impl File {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        Ok(Box::new(File(WholeFile::create(path)?)))
    }
}

/// Tokens that, with at most one space behind each, make up the whole text; cut at all `edges`, which are in order.
fn tiles(cut: &Cut<'_>, edges: &[usize]) -> Vec<Span> {
    let mut tiles = Vec::new();
    let mut at = 0;
    let gap = |from: usize, to: usize, tiles: &mut Vec<Span>| {
        // A single space belongs to the token before it.
        let from =
            if !tiles.is_empty() && cut.text.as_bytes().get(from) == Some(&b' ') { from + 1 } else { from };
        if from < to {
            tiles.push(Span::new(from, to));
        }
    };
    for token in &cut.found.tokens {
        gap(at, token.span.start(), &mut tiles);
        let (mut start, end) = (token.span.start(), token.span.end());
        let first = edges.partition_point(|edge| *edge <= start);
        for &edge in edges[first..].iter().take_while(|edge| **edge < end) {
            tiles.push(Span::new(start, edge));
            start = edge;
        }
        tiles.push(Span::new(start, end));
        at = end;
    }
    gap(at, cut.text.len(), &mut tiles);
    tiles
}

/// A span widened to the tiles it touches.
fn on_tiles(tiles: &[Span], span: Span) -> Span {
    let first = tiles.partition_point(|tile| tile.end() <= span.start());
    let last = tiles.partition_point(|tile| tile.start() < span.end());
    match tiles.get(first..last) {
        Some([only]) => *only,
        Some([first, .., last]) => first.join(*last),
        _ => span,
    }
}

impl Writer for File {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let cut = Cut::new(record)?;
        let chars = cut.chars();
        let mut edges = Vec::new();
        let mentions = record.mentions.iter().map(|mention| (mention.start, mention.end));
        for (start, end) in mentions.chain(record.quotes.iter().map(|quote| (quote.start, quote.end))) {
            let span = cut.span(start, end)?;
            edges.extend([span.start(), span.end()]);
        }
        edges.sort_unstable();
        edges.dedup();
        let tiles = tiles(&cut, &edges);
        let place = |span: Span| chars.of(on_tiles(&tiles, span));
        let tokens: Vec<Value> = tiles
            .iter()
            .enumerate()
            .map(|(id, tile)| {
                let (start, end) = chars.of(*tile);
                json!({"id": id, "start": start, "end": end})
            })
            .collect();
        // Sentences tile the tokens: each runs to where the next begins.
        let starts: Vec<usize> =
            cut.found.sentences.iter().skip(1).map(|sentence| sentence.span.start()).collect();
        let begins = [&[0][..], &starts].concat();
        let ends = [&starts[..], &[cut.text.len()]].concat();
        let sentences: Vec<Value> = begins
            .iter()
            .zip(&ends)
            .filter(|(begin, end)| begin < end)
            .map(|(begin, end)| {
                // The space before a sentence is no token; where one is, it belongs to the sentence before.
                let last = tiles.partition_point(|tile| tile.start() < *end);
                let end = tiles.get(last.saturating_sub(1)).map_or(*end, |tile| tile.end());
                let (start, end) = chars.of(Span::new(*begin, end.max(*begin)));
                json!({"start": start, "end": end})
            })
            .collect();
        let mut entities = Vec::new();
        for mention in &record.mentions {
            let (start, end) = place(cut.span(mention.start, mention.end)?);
            let label = match mention.kind {
                EntityType::Person => "PERSON",
                EntityType::Organization => "ORG",
                EntityType::Place => "GPE",
            };
            let entity = record.entities.get(mention.entity as usize);
            let link = entity.and_then(|entity| entity.links.get("wikidata")?.as_str()).unwrap_or_default();
            entities.push(json!({"start": start, "end": end, "label": label, "kb_id": link}));
        }
        let mut quotes = Vec::new();
        for quote in &record.quotes {
            let (start, end) = place(cut.span(quote.start, quote.end)?);
            let speaker =
                quote.speaker.as_ref().map(|s| s.name.as_deref().unwrap_or(&s.text)).unwrap_or_default();
            let kind = format!("{:?}", quote.kind).to_uppercase();
            quotes.push(json!({"start": start, "end": end, "label": kind, "kb_id": speaker}));
        }
        let doc = json!({
            "text": cut.text,
            "tokens": tokens,
            "sents": sentences,
            "ents": entities,
            "spans": {"quotes": quotes},
        });
        serde_json::to_writer(&mut self.0, &doc)?;
        self.0.write_all(b"\n")
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}
