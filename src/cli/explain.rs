//! `saidwho explain`: why each name was found and what it was taken for, and
//! what was thought of each word that may report something.

use std::io::{self, BufWriter, Write};

use clap::Args;

use super::Exit;
use super::inputs::Inputs;
use super::naming::Naming;
use super::quoting::Quoting;
use crate::annotations::Mention;
use crate::names::explain::{Explanation, Reason};
use crate::names::{Names, Scratch};
use crate::quotes::explain::Fate;
use crate::quotes::{self, Quotes};
use crate::{Annotations, Document, text};

/// Show why each name was found (the lists it hit, the features that counted, its entity) and what was thought of each word that may report speech.
#[derive(Args)]
#[command(after_help = "Examples:
  saidwho explain article.txt
  saidwho explain article.txt --gazetteer my-list.tsv | less
  saidwho explain article.txt --attributions any")]
pub(super) struct Explain {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    naming: Naming,
    #[command(flatten)]
    quoting: Quoting,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let names = self.naming.names()?;
        let quotes = self.naming.quotes(&self.quoting)?;
        let mut out = BufWriter::new(io::stdout().lock());
        let mut scratch = Scratch::default();
        let exit = self
            .inputs
            .articles(|_, document| Ok(show(&mut out, (&names, &quotes), &document, &mut scratch)?))?;
        out.flush()?;
        Ok(exit)
    }
}

fn show(
    out: &mut impl Write,
    (names, quotes): (&Names, &Quotes),
    document: &Document,
    scratch: &mut Scratch,
) -> io::Result<()> {
    let mut found = Annotations::default();
    text::annotate(&document.text, &mut found);
    names.annotate(&document.text, &mut found, scratch);
    let explanations = names.explain(&document.text, &found, scratch);
    writeln!(out, "# {}", document.id)?;
    for (mention, explanation) in found.mentions.iter().zip(explanations) {
        show_mention(out, document, &found, mention, &explanation)?;
    }
    let cues = quotes.explain(&document.text, &found, &mut quotes::Scratch::default());
    cues.iter().try_for_each(|quote| show_cue(out, document, &found, quote))
}

/// Other entities shown for one speaker.
const RIVALS: usize = 4;

fn show_cue(
    out: &mut impl Write,
    document: &Document,
    found: &Annotations,
    why: &quotes::explain::Explanation,
) -> io::Result<()> {
    let words = |span: crate::Span| span.of(&document.text).replace(['\n', '\r'], " ");
    let fate = match why.fate {
        Fate::Kept => "a quote",
        Fate::NoContent => "no quote: it reports nothing",
        Fate::TooUnsure => "no quote: too unsure",
        Fate::NoClause => "no quote: neither between marks nor a clause",
        Fate::Overlapped => "no quote: a surer one has the same words",
    };
    writeln!(out, "\n{}  [byte {}]  {fate}, by {}", words(why.cue), why.cue.start(), why.by)?;
    writeln!(
        out,
        "  scores  reporting {:.2}, any attribution {:.2}, labelling {:.2}, whole {:.2} (needs {:.2})",
        why.reporting, why.any, why.labelling, why.score, why.threshold
    )?;
    for piece in &why.content {
        writeln!(out, "  content {}", words(*piece))?;
    }
    if let Some(speaker) = why.speaker {
        writeln!(out, "  speaker {}", words(speaker))?;
    }
    for (entity, score) in why.entities.iter().take(RIVALS) {
        writeln!(out, "  entity  {} ({score:+})", found.entities[entity.index()].name)?;
    }
    Ok(())
}

/// Lists shown for one name.
const LISTS: usize = 6;

fn show_mention(
    out: &mut impl Write,
    document: &Document,
    found: &Annotations,
    mention: &Mention,
    why: &Explanation,
) -> io::Result<()> {
    let by = format!("{:?}", mention.by).to_lowercase();
    let (start, kind) = (mention.span.start(), mention.kind);
    let name = mention.span.of(&document.text).replace(['\n', '\r'], " ");
    writeln!(out, "\n{name}  [byte {start}]  {kind}, {:.2}, by {by}", mention.confidence)?;
    if let Some(entity) = found.entities.get(mention.entity.index()) {
        let count = entity.mentions.len();
        write!(out, "  entity  {} ({count} mention{})", entity.name, if count == 1 { "" } else { "s" })?;
        let links: Vec<String> = entity.links.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        writeln!(out, "{}{}", if links.is_empty() { "" } else { "  " }, links.join(" "))?;
    }
    if let Some(bond) = why.bond {
        let other = found.mentions[bond.to as usize].span;
        let words = other.of(&document.text).replace(['\n', '\r'], " ");
        writeln!(out, "  taken   {} \"{words}\" at byte {}", bond.kind, other.start())?;
    }
    for listed in why.lists.iter().take(LISTS) {
        let words = listed.words.replace(['\n', '\r'], " ");
        writeln!(out, "  list    \"{words}\" is {} ({}) in {}", listed.name, listed.kind, listed.list)?;
    }
    if why.lists.len() > LISTS {
        writeln!(out, "  list    … {} more", why.lists.len() - LISTS)?;
    }
    show_reasons(out, "for", &why.reasons)?;
    show_reasons(out, "against", &why.doubts)
}

fn show_reasons(out: &mut impl Write, side: &str, reasons: &[Reason]) -> io::Result<()> {
    for reason in reasons {
        writeln!(out, "  {side:<7} {:+.2}  {}: {}", reason.weight, reason.word, reason.feature)?;
    }
    Ok(())
}
