//! Byte offsets to the unit the reader asked for, once, when a record is written.
//!
//! Inside, everything is bytes. Python slices by code point, JavaScript and
//! Java by UTF-16 unit. The conversion walks the text once and answers in
//! constant time; for ASCII text, most of the news, it costs one scan and no
//! memory.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Span;

/// The unit in which a record counts its offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Unicode code points, as Python slices strings.
    #[default]
    Char,
    /// Bytes of UTF-8, as Rust and Go slice strings.
    Byte,
    /// UTF-16 code units, as JavaScript and Java slice strings.
    Utf16,
}

impl FromStr for Unit {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "char" => Ok(Unit::Char),
            "byte" => Ok(Unit::Byte),
            "utf16" => Ok(Unit::Utf16),
            other => Err(format!("unknown offset unit \"{other}\": use char, byte or utf16")),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Char => "char",
            Unit::Byte => "byte",
            Unit::Utf16 => "utf16",
        })
    }
}

/// How many bytes share one checkpoint: small enough to rescan, large enough to be cheap.
const STRIDE: usize = 128;

/// Converts byte offsets of one text.
///
/// ```
/// use saidwho::{Offsets, Unit};
/// let offsets = Offsets::new("né 👋 x", Unit::Utf16);
/// assert_eq!(offsets.at(3), 2); // after "né"
/// assert_eq!(offsets.at(8), 5); // after the hand: two UTF-16 units
/// ```
pub struct Offsets<'t> {
    text: &'t [u8],
    unit: Unit,
    /// Units before each multiple of [`STRIDE`] bytes; empty when units are bytes.
    checkpoints: Vec<u32>,
}

impl<'t> Offsets<'t> {
    /// Prepares to convert offsets of `text` into `unit`.
    pub fn new(text: &'t str, unit: Unit) -> Self {
        let bytes = text.as_bytes();
        let mut checkpoints = Vec::new();
        if unit != Unit::Byte && !text.is_ascii() {
            checkpoints.reserve(bytes.len() / STRIDE + 1);
            let mut count = 0;
            for chunk in bytes.chunks(STRIDE) {
                checkpoints.push(count);
                count += units(chunk, unit);
            }
            checkpoints.push(count);
        }
        Offsets { text: bytes, unit, checkpoints }
    }

    /// The offset, in the unit, of the byte offset `byte`.
    pub fn at(&self, byte: usize) -> u32 {
        if self.checkpoints.is_empty() {
            return byte as u32;
        }
        let block = byte / STRIDE;
        self.checkpoints[block] + units(&self.text[block * STRIDE..byte], self.unit)
    }

    /// Start and end of `span` in the unit.
    pub fn of(&self, span: Span) -> (u32, u32) {
        (self.at(span.start()), self.at(span.end()))
    }
}

/// Code points or UTF-16 units that begin in `bytes`.
fn units(bytes: &[u8], unit: Unit) -> u32 {
    let points = bytes.iter().filter(|&&b| b & 0xC0 != 0x80).count();
    let pairs = match unit {
        // Four-byte sequences take two UTF-16 units.
        Unit::Utf16 => bytes.iter().filter(|&&b| b >= 0xF0).count(),
        _ => 0,
    };
    (points + pairs) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(\\PC|\n){0,300}") {
            let char = Offsets::new(&text, Unit::Char);
            let utf16 = Offsets::new(&text, Unit::Utf16);
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                prop_assert_eq!(char.at(at) as usize, text[..at].chars().count());
                prop_assert_eq!(utf16.at(at) as usize, text[..at].encode_utf16().count());
            }
        }
    }
}
