//! Records that could not be done, kept so that they can be run again.
//!
//! One JSON object a line: where the record stood, why it was set aside, and
//! its raw input: as `raw` when it is UTF-8, as `raw_hex` when not, and left
//! out when it was too long to hold.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::input::{self, Cut, Kind, Place};
use crate::output::file::is_special;

/// One record that was set aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The input it stood in.
    pub source: String,
    /// Its number there, from 1.
    pub record: u64,
    /// The article's id, when that much was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why.
    pub reason: String,
    /// What the raw input is made of.
    pub kind: String,
    /// The raw input, when it is UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// The raw input in hexadecimal, when it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_hex: Option<String>,
}

impl DeadLetter {
    /// For a record that was cut.
    pub fn new(cut: Cut, id: Option<String>, reason: String) -> Self {
        let Cut { place, kind, raw, .. } = cut;
        let (raw, raw_hex) = match String::from_utf8(raw) {
            Ok(raw) if raw.is_empty() => (None, None),
            Ok(raw) => (Some(raw), None),
            Err(error) => (None, Some(to_hex(error.as_bytes()))),
        };
        DeadLetter {
            source: place.source.to_string(),
            record: place.record,
            id,
            reason,
            kind: kind.name().to_owned(),
            raw,
            raw_hex,
        }
    }

    /// Whether the source broke off there, so that more may follow when it is read again.
    pub fn broke_off(&self) -> bool {
        self.reason.starts_with(input::BROKE_OFF)
    }

    /// The same record, broken for another reason.
    pub fn broken(&self, reason: String) -> Cut {
        let place = Place { source: self.source.as_str().into(), record: self.record };
        Cut::broken(place, Kind::named(&self.kind).unwrap_or(Kind::Text), Vec::new(), reason)
    }

    /// The record, to be run again; `None` when its input was not kept.
    pub fn cut(&self) -> Option<Cut> {
        let raw = match (&self.raw, &self.raw_hex) {
            (Some(raw), _) => raw.clone().into_bytes(),
            (None, Some(hex)) => from_hex(hex)?,
            (None, None) => return None,
        };
        let place = Place { source: self.source.as_str().into(), record: self.record };
        Some(Cut { place, kind: Kind::named(&self.kind)?, raw, fault: None })
    }
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|digit| DIGITS[digit as usize] as char).collect()
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    hex.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// The file they go to, made when the first one comes.
#[derive(Debug)]
pub struct DeadLetters {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    bytes: u64,
}

impl DeadLetters {
    /// Letters go to `path`, after the first `bytes` of an earlier run there; 0 starts anew.
    ///
    /// # Errors
    /// When the old file cannot be changed.
    pub fn open(path: &Path, bytes: u64) -> io::Result<Self> {
        if is_special(path) {
            let file = File::options().write(true).open(path)?;
            return Ok(DeadLetters { path: path.to_owned(), file: Some(BufWriter::new(file)), bytes });
        }
        if bytes == 0 {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => return Ok(DeadLetters { path: path.to_owned(), file: None, bytes }),
            }
        }
        let mut file = File::options().write(true).open(path)?;
        if file.metadata()?.len() < bytes {
            return Err(io::Error::other(format!("shorter than the {bytes} bytes written before")));
        }
        file.set_len(bytes)?;
        file.seek(SeekFrom::End(0))?;
        Ok(DeadLetters { path: path.to_owned(), file: Some(BufWriter::new(file)), bytes })
    }

    /// Where they go.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, letter: &DeadLetter) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(File::create(&self.path)?)),
        };
        let mut line = serde_json::to_vec(letter)?;
        line.push(b'\n');
        self.bytes += line.len() as u64;
        file.write_all(&line)
    }

    /// Brings all of them to disk; the length of the file then.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn seal(&mut self) -> io::Result<u64> {
        if let Some(file) = &mut self.file {
            file.flush()?;
            if !is_special(&self.path) {
                file.get_ref().sync_data()?;
            }
        }
        Ok(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_gives_its_record_back() {
        for raw in [&b"{\"id\": 1"[..], b"\xFF\x00\x9Fab"] {
            let place = Place { source: "in.jsonl".into(), record: 3 };
            let cut = Cut { place: place.clone(), kind: Kind::Json, raw: raw.to_vec(), fault: None };
            let letter = DeadLetter::new(cut, None, "why".into());
            let json = serde_json::to_string(&letter).unwrap();
            let back: DeadLetter = serde_json::from_str(&json).unwrap();
            let cut = back.cut().unwrap();
            assert_eq!((cut.place, cut.kind, cut.raw.as_slice()), (place, Kind::Json, raw));
        }
    }
}
