//! Whether a record fits its text: every span slices to the words it claims.

use std::fmt::Display;

use crate::{Record, Unit};

/// Byte offset of each unit of the text; `None` inside a UTF-16 pair.
struct Bytes<'t> {
    text: &'t str,
    unit: Unit,
    starts: Vec<Option<u32>>,
}

impl<'t> Bytes<'t> {
    fn new(text: &'t str, unit: Unit) -> Self {
        let mut starts = Vec::new();
        if unit != Unit::Byte && !text.is_ascii() {
            for (at, char) in text.char_indices() {
                starts.push(Some(at as u32));
                if unit == Unit::Utf16 && char.len_utf16() == 2 {
                    starts.push(None);
                }
            }
            starts.push(Some(text.len() as u32));
        }
        Bytes { text, unit, starts }
    }

    fn at(&self, offset: u32) -> Option<usize> {
        if self.starts.is_empty() {
            return Some(offset as usize);
        }
        self.starts.get(offset as usize).copied().flatten().map(|at| at as usize)
    }

    fn slice(&self, start: u32, end: u32) -> Option<&'t str> {
        self.text.get(self.at(start)?..self.at(end)?)
    }
}

/// Checks that spans lie in the text, slice to the words given, come in order, and that ids hold.
///
/// # Errors
/// The first place that does not fit, in words.
pub fn check(record: &Record, text: &str) -> Result<(), String> {
    let bytes = Bytes::new(text, record.offsets);
    let span = |what: &dyn Display, start: u32, end: u32, words: Option<&str>| -> Result<(), String> {
        match bytes.slice(start, end) {
            Some(found) if start < end && words.is_none_or(|words| words == found) => Ok(()),
            Some(found) => {
                Err(format!("{what} {start}..{end} gives {:?} but holds {found:?}", words.unwrap_or("")))
            }
            None => Err(format!("{what} {start}..{end} lies outside of the text ({})", bytes.unit)),
        }
    };
    let order = |what: &str, before: u32, start: u32| {
        if before <= start {
            Ok(())
        } else {
            Err(format!("{what} at {start} comes before the end of the last, {before}"))
        }
    };
    let id = |what: &str, index: usize, id: u32| {
        if index == id as usize { Ok(()) } else { Err(format!("{what} number {index} has the id {id}")) }
    };
    let mut last = 0;
    for sentence in &record.sentences {
        span(&"sentence", sentence.start, sentence.end, None)?;
        order("sentence", last, sentence.start)?;
        last = sentence.end;
    }
    last = 0;
    for (index, mention) in record.mentions.iter().enumerate() {
        span(&"mention", mention.start, mention.end, Some(&mention.text))?;
        order("mention", last, mention.start)?;
        id("mention", index, mention.id)?;
        last = mention.end;
        let entity = record.entities.get(mention.entity as usize);
        if !entity.is_some_and(|entity| entity.mentions.contains(&mention.id)) {
            return Err(format!("mention {index} is not among those of its entity {}", mention.entity));
        }
    }
    for (index, entity) in record.entities.iter().enumerate() {
        id("entity", index, entity.id)?;
        for &mention in &entity.mentions {
            if record.mentions.get(mention as usize).is_none_or(|m| m.entity != entity.id) {
                return Err(format!("entity {index} claims mention {mention}, which is not its own"));
            }
        }
    }
    last = 0;
    for (index, quote) in record.quotes.iter().enumerate() {
        id("quote", index, quote.id)?;
        span(&"quote", quote.start, quote.end, Some(&quote.text))?;
        order("quote", last, quote.start)?;
        last = quote.start;
        let mut end = quote.start;
        for segment in &quote.segments {
            span(&"segment", segment.start, segment.end, None)?;
            order("segment", end, segment.start)?;
            end = segment.end;
        }
        let edges = (quote.segments.first().map(|s| s.start), quote.segments.last().map(|s| s.end));
        if edges != (Some(quote.start), Some(quote.end)) {
            return Err(format!("quote {index} does not run from its first piece to its last"));
        }
        if let Some(cue) = &quote.cue {
            span(&"cue", cue.start, cue.end, Some(&cue.text))?;
        }
        if let Some(context) = &quote.context {
            span(&"context", context.start, context.end, Some(&context.text))?;
        }
        if let Some(speaker) = &quote.speaker {
            span(&"speaker", speaker.start, speaker.end, Some(&speaker.text))?;
            let name =
                speaker.entity.and_then(|entity| record.entities.get(entity as usize)).map(|e| &e.name);
            if speaker.entity.is_some() && name != speaker.name.as_ref() {
                return Err(format!(
                    "quote {index} names its speaker {:?}, the entity {name:?}",
                    speaker.name
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record(start: u32, end: u32, words: &str, unit: &str) -> Record {
        serde_json::from_value(json!({
            "schema": "saidwho/1", "id": "a", "offsets": unit, "sentences": [{"start": 0, "end": end}],
            "entities": [{"id": 0, "type": "person", "name": "Zoë", "mentions": [0]}],
            "mentions": [{"id": 0, "start": start, "end": end, "text": words, "type": "person", "entity": 0,
                          "confidence": 1.0, "by": "list"}],
            "quotes": []
        }))
        .unwrap()
    }

    #[test]
    fn spans_are_read_in_the_unit_of_the_record() {
        let text = "👋 é Zoë";
        for (start, end, unit) in [(4, 7, "char"), (8, 12, "byte"), (5, 8, "utf16")] {
            assert_eq!(check(&record(start, end, "Zoë", unit), text), Ok(()));
            assert!(check(&record(start, end + 1, "Zoë", unit), text).unwrap_err().contains("outside"));
            assert!(check(&record(start, end, "Zoe", unit), text).unwrap_err().contains("holds \"Zoë\""));
        }
        assert!(check(&record(1, 8, "Zoë", "utf16"), text).is_err(), "a span may not split a pair");
    }
}
