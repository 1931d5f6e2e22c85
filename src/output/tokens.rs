//! The tokens of a record's text, for formats that are made of tokens, and what lies on them.

use std::io;

use super::text_of;
use crate::annotations::Annotations;
use crate::{Offsets, Record, Span, Unit, text};

/// A record's text cut into tokens and sentences again.
///
/// Records carry no tokens: they follow from the text.
pub(super) struct Cut<'r> {
    pub(super) text: &'r str,
    pub(super) found: Annotations,
    /// From the record's unit to bytes.
    bytes: Vec<u32>,
    unit: Unit,
}

impl<'r> Cut<'r> {
    pub(super) fn new(record: &'r Record) -> io::Result<Self> {
        let text = text_of(record)?;
        let mut found = Annotations::default();
        text::annotate(text, &mut found);
        let mut bytes = Vec::new();
        if record.offsets != Unit::Byte && !text.is_ascii() {
            for (at, char) in text.char_indices() {
                bytes.push(at as u32);
                if record.offsets == Unit::Utf16 && char.len_utf16() == 2 {
                    bytes.push(at as u32);
                }
            }
            bytes.push(text.len() as u32);
        }
        Ok(Cut { text, found, bytes, unit: record.offsets })
    }

    /// A span of the record in bytes.
    pub(super) fn span(&self, start: u32, end: u32) -> io::Result<Span> {
        let at = |offset: u32| match self.bytes.is_empty() {
            true => Some(offset),
            false => self.bytes.get(offset as usize).copied(),
        };
        match (at(start), at(end)) {
            (Some(from), Some(to)) if self.text.get(from as usize..to as usize).is_some() => {
                Ok(Span::new(from as usize, to as usize))
            }
            _ => {
                Err(io::Error::other(format!("span {start}..{end} lies outside of the text ({})", self.unit)))
            }
        }
    }

    /// Byte offsets as code points, in which all of these formats count.
    pub(super) fn chars(&self) -> Offsets<'_> {
        Offsets::new(self.text, Unit::Char)
    }
}
