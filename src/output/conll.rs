//! CoNLL-2003 columns: token, part of speech, chunk, name in IOB2.
//!
//! Part of speech and chunk are not ours to give and stand as `-X-`. An empty
//! line ends a sentence, a `-DOCSTART-` line begins an article.

use std::io::{self, Write};
use std::path::Path;

use super::file::WholeFile;
use super::tokens::Cut;
use super::{Columns, Format, Writer};
use crate::Record;
use crate::annotations::EntityType;

/// One file for all articles.
pub(super) const COLUMNS: Format =
    Format { name: "conll", suffixes: &[".conll", ".iob2"], needs_text: true, create: File::create };

struct File(WholeFile);

impl File {
    fn create(path: &Path, _: Columns) -> io::Result<Box<dyn Writer>> {
        Ok(Box::new(File(WholeFile::create(path)?)))
    }
}

fn label(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "PER",
        EntityType::Organization => "ORG",
        EntityType::Place => "LOC",
    }
}

impl Writer for File {
    fn write(&mut self, record: &Record) -> io::Result<()> {
        let cut = Cut::new(record)?;
        let out = &mut self.0;
        writeln!(out, "-DOCSTART- -X- -X- O\n")?;
        let mut mentions = record.mentions.iter().peekable();
        let mut open = None;
        for sentence in &cut.found.sentences {
            for token in &cut.found.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize] {
                // Mentions come in order; those that end before the token are done.
                while let Some(mention) = mentions.peek()
                    && cut.span(mention.start, mention.end)?.end() <= token.span.start()
                {
                    mentions.next();
                }
                let mut tag = "O".to_owned();
                if let Some(mention) = mentions.peek()
                    && cut.span(mention.start, mention.end)?.overlaps(token.span)
                {
                    let begins = open != Some(mention.id);
                    open = Some(mention.id);
                    tag = format!("{}-{}", if begins { "B" } else { "I" }, label(mention.kind));
                }
                writeln!(out, "{} -X- -X- {tag}", token.span.of(cut.text))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}
