//! One article for people: its text with the names marked by type, then who said what.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::Record;
use crate::annotations::EntityType;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

fn style(kind: EntityType) -> Style {
    let color = match kind {
        EntityType::Person => AnsiColor::Green,
        EntityType::Organization => AnsiColor::Blue,
        EntityType::Place => AnsiColor::Magenta,
    };
    Style::new().bold().fg_color(Some(color.into()))
}

/// Shows a record that carries its text and counts in bytes.
pub(super) fn show(out: &mut impl Write, record: &Record) -> io::Result<()> {
    let text = record.text.as_deref().unwrap_or_default();
    let title = record.meta.get("title").and_then(|title| title.as_str()).unwrap_or(&record.id);
    writeln!(out, "{BOLD}{title}{BOLD:#}\n")?;

    let mut at = 0;
    for mention in &record.mentions {
        let (start, end) = (mention.start as usize, mention.end as usize);
        let style = style(mention.kind);
        let (Some(before), Some(name)) = (text.get(at..start), text.get(start..end)) else { continue };
        write!(out, "{before}{style}{name}{style:#}")?;
        at = end;
    }
    writeln!(out, "{}\n", text.get(at..).unwrap_or_default().trim_end())?;

    for kind in EntityType::ALL {
        let entities: Vec<_> = record.entities.iter().filter(|entity| entity.kind == kind).collect();
        if entities.is_empty() {
            continue;
        }
        let style = style(kind);
        let heading = match kind {
            EntityType::Person => "People",
            EntityType::Organization => "Organizations",
            EntityType::Place => "Places",
        };
        writeln!(out, "{style}{heading}{style:#}")?;
        for entity in entities {
            let titles = if entity.titles.is_empty() {
                String::new()
            } else {
                format!(" {DIM}({}){DIM:#}", entity.titles.join(", "))
            };
            let count = entity.mentions.len();
            let times = if count == 1 { String::new() } else { format!(" {DIM}×{count}{DIM:#}") };
            writeln!(out, "  {}{titles}{times}", entity.name)?;
        }
        writeln!(out)?;
    }
    if !record.quotes.is_empty() {
        writeln!(out, "{BOLD}Quotes{BOLD:#}")?;
    }
    let person = style(EntityType::Person);
    for quote in &record.quotes {
        let speaker = match &quote.speaker {
            Some(speaker) => speaker.name.as_deref().unwrap_or(&speaker.text),
            None => "nobody named",
        };
        let pieces: Vec<&str> =
            quote.segments.iter().filter_map(|s| text.get(s.start as usize..s.end as usize)).collect();
        let kind = format!("{:?}", quote.kind).to_lowercase();
        writeln!(
            out,
            "  {person}{speaker}{person:#} {DIM}{kind}{DIM:#}\n    {}",
            one_line(&pieces.join(" … "))
        )?;
    }
    Ok(())
}

/// White space collapsed.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
