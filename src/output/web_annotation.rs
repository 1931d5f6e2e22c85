//! W3C Web Annotation: for each article one annotation page (JSON-LD), one a line.
//!
//! Every annotation is targeted twice: by position, in code points, and by the
//! words with some context, which survive edits of the page.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::file::WholeFile;
use super::tokens::Cut;
use super::{Columns, Format, Writer};
use crate::{Record, Span};

/// One page a line.
pub(super) const PAGES: Format = Format {
    name: "web-annotation",
    suffixes: &[".jsonld", ".anno.jsonl"],
    needs_text: true,
    create: File::create,
};

/// Bytes of context on either side.
const CONTEXT: usize = 32;

struct File(WholeFile);

impl File {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        Ok(Box::new(File(WholeFile::create(path)?)))
    }
}

fn selectors(cut: &Cut<'_>, span: Span) -> Value {
    let (start, end) = cut.chars().of(span);
    let text = cut.text;
    let before = text.floor_char_boundary(span.start().saturating_sub(CONTEXT));
    let after = text.ceil_char_boundary((span.end() + CONTEXT).min(text.len()));
    json!([
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": span.of(text),
            "prefix": &text[before..span.start()],
            "suffix": &text[span.end()..after],
        },
    ])
}

impl Writer for File {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let cut = Cut::new(record)?;
        let source = match record.meta.get("url").and_then(Value::as_str) {
            Some(url) => url.to_owned(),
            None => format!("urn:saidwho:{}", record.id),
        };
        let target = |span: Span| json!({"source": source, "selector": selectors(&cut, span)});
        let mut items = Vec::new();
        for mention in &record.mentions {
            let span = cut.span(mention.start, mention.end)?;
            let entity = record.entities.get(mention.entity as usize);
            let mut body = vec![
                json!({"type": "TextualBody", "purpose": "tagging", "value": mention.kind.name()}),
                json!({"type": "TextualBody", "purpose": "identifying", "value": entity.map(|e| &e.name)}),
            ];
            if let Some(page) = entity.and_then(|entity| entity.links.get("wikipedia")?.as_str()) {
                body.push(json!({
                    "type": "SpecificResource",
                    "purpose": "identifying",
                    "source": format!("https://en.wikipedia.org/wiki/{page}"),
                }));
            }
            items.push(json!({
                "id": format!("{source}#mention-{}", mention.id),
                "type": "Annotation",
                "motivation": "identifying",
                "body": body,
                "target": target(span),
            }));
        }
        for quote in &record.quotes {
            let speaker = quote.speaker.as_ref().map(|s| s.name.as_deref().unwrap_or(&s.text));
            let mut body = vec![
                json!({"type": "TextualBody", "purpose": "tagging", "value": format!("{:?} quote", quote.kind).to_lowercase()}),
            ];
            if let Some(speaker) = speaker {
                body.push(json!({"type": "TextualBody", "purpose": "describing", "value": format!("said by {speaker}")}));
            }
            let targets: io::Result<Vec<Value>> =
                quote.segments.iter().map(|s| Ok(target(cut.span(s.start, s.end)?))).collect();
            items.push(json!({
                "id": format!("{source}#quote-{}", quote.id),
                "type": "Annotation",
                "motivation": "describing",
                "body": body,
                "target": targets?,
            }));
        }
        let page = json!({
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "id": format!("{source}#annotations"),
            "type": "AnnotationPage",
            "items": items,
        });
        serde_json::to_writer(&mut self.0, &page)?;
        self.0.write_all(b"\n")
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}
