//! The weight file: what a model looks like on disk and in the binary.
//!
//! ```text
//! magic     8 bytes  "saidwho\n"
//! kind      8 bytes  what it is a model of, ASCII, zero-padded ("names", "quotes" …)
//! version   4 bytes  of the room that wrote it: grows when features change meaning
//! checksum  8 bytes  of everything after it
//! sections  name (1 byte length, bytes), length (4 bytes), bytes; in the order written
//! ```
//!
//! All numbers are little-endian. A file of another version or a damaged one
//! is refused with a message that says what to do; nothing is guessed.

use thiserror::Error;

use super::hash;

const MAGIC: &[u8; 8] = b"saidwho\n";
const CHECKSUM: std::ops::Range<usize> = 20..28;

/// Bytes of a model file before its sections.
pub const HEADER: usize = CHECKSUM.end;

/// The checksum that a header claims: what tells one model from another.
pub fn checksum(header: &[u8; HEADER]) -> u64 {
    header[CHECKSUM].iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Why a model cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// The first bytes are not those of a model.
    #[error(
        "this is no saidwho model (it does not begin with the words a model begins with): check the path"
    )]
    NotAModel,
    /// A model of something else.
    #[error("this is a model of \"{found}\", not of \"{wanted}\": give the right file")]
    OtherKind {
        /// What it is a model of.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// Written by another version of the program.
    #[error(
        "the model has version {found}, this program reads version {wanted}: train it again with `saidwho train {kind}` or use the program it was made with"
    )]
    OtherVersion {
        /// What it is a model of.
        kind: String,
        /// The file's version.
        found: u32,
        /// The version this program reads.
        wanted: u32,
    },
    /// The checksum does not fit.
    #[error("the model is damaged (its checksum does not fit its {bytes} bytes): copy or train it again")]
    Damaged {
        /// Bytes in the file.
        bytes: usize,
    },
    /// The checksum fits but the contents make no sense.
    #[error("the model is malformed in its section \"{section}\": {what}")]
    Malformed {
        /// Where.
        section: String,
        /// What is wrong.
        what: String,
    },
}

impl ModelError {
    /// Contents of `section` that make no sense.
    pub fn malformed(section: &str, what: impl Into<String>) -> Self {
        ModelError::Malformed { section: section.to_owned(), what: what.into() }
    }
}

/// Writes a model, section by section.
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Begins a model of `kind` (at most 8 ASCII characters).
    pub fn new(kind: &str, version: u32) -> Self {
        let mut bytes = MAGIC.to_vec();
        let mut name = [0; 8];
        for (to, from) in name.iter_mut().zip(kind.bytes()) {
            *to = from;
        }
        bytes.extend(name);
        bytes.extend(version.to_le_bytes());
        bytes.extend([0; 8]);
        Writer { bytes }
    }

    /// Adds a section. Names are unique, at most 255 bytes.
    pub fn section(&mut self, name: &str, contents: &[u8]) {
        self.bytes.push(name.len() as u8);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend((contents.len() as u32).to_le_bytes());
        self.bytes.extend(contents);
    }

    /// The finished file.
    pub fn finish(mut self) -> Vec<u8> {
        let checksum = hash::bytes(&self.bytes[HEADER..]);
        self.bytes[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        self.bytes
    }
}

/// Reads a model.
#[derive(Debug)]
pub struct Reader<'b> {
    sections: Vec<(&'b str, &'b [u8])>,
}

impl<'b> Reader<'b> {
    /// Opens a file of `kind` and `version`.
    ///
    /// # Errors
    /// When it is no model, one of another kind or version, or damaged.
    pub fn open(bytes: &'b [u8], kind: &str, version: u32) -> Result<Self, ModelError> {
        if bytes.len() < HEADER || &bytes[..8] != MAGIC {
            return Err(ModelError::NotAModel);
        }
        let found = String::from_utf8_lossy(&bytes[8..16]).trim_end_matches('\0').to_owned();
        if found != kind {
            return Err(ModelError::OtherKind { found, wanted: kind.to_owned() });
        }
        let mut cursor = Cursor::new("header", &bytes[16..HEADER]);
        let found = cursor.u32()?;
        if found != version {
            return Err(ModelError::OtherVersion { kind: kind.to_owned(), found, wanted: version });
        }
        if cursor.u64()? != hash::bytes(&bytes[HEADER..]) {
            return Err(ModelError::Damaged { bytes: bytes.len() });
        }
        let mut cursor = Cursor::new("table of contents", &bytes[HEADER..]);
        let mut sections = Vec::new();
        while !cursor.is_empty() {
            let length = cursor.u8()? as usize;
            let name = std::str::from_utf8(cursor.take(length)?)
                .map_err(|_| ModelError::malformed("table of contents", "a section's name is no text"))?;
            let length = cursor.u32()? as usize;
            sections.push((name, cursor.take(length)?));
        }
        Ok(Reader { sections })
    }

    /// A cursor over the section `name`.
    ///
    /// # Errors
    /// When there is no such section.
    pub fn section(&self, name: &str) -> Result<Cursor<'b>, ModelError> {
        match self.sections.iter().find(|(n, _)| *n == name) {
            Some((name, contents)) => Ok(Cursor::new(name, contents)),
            None => Err(ModelError::malformed(name, "it is missing")),
        }
    }
}

/// Reads numbers and strings off a section, in order.
#[derive(Clone, Debug)]
pub struct Cursor<'b> {
    section: &'b str,
    rest: &'b [u8],
}

impl<'b> Cursor<'b> {
    fn new(section: &'b str, rest: &'b [u8]) -> Self {
        Cursor { section, rest }
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// What was not yet read.
    pub fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The error that this section makes no sense.
    pub fn malformed(&self, what: impl Into<String>) -> ModelError {
        ModelError::malformed(self.section, what)
    }

    /// The next `count` bytes.
    ///
    /// # Errors
    /// When fewer are left; so for all readers below.
    #[inline]
    pub fn take(&mut self, count: usize) -> Result<&'b [u8], ModelError> {
        if count > self.rest.len() {
            return Err(self.malformed("it ends too early"));
        }
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        Ok(taken)
    }

    /// The next eight bytes without reading them; zeros past the end.
    #[inline]
    pub fn ahead(&self) -> [u8; 8] {
        match self.rest.first_chunk() {
            Some(bytes) => *bytes,
            None => std::array::from_fn(|at| self.rest.get(at).copied().unwrap_or(0)),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    /// One byte.
    #[allow(missing_docs, clippy::missing_errors_doc)]
    pub fn u8(&mut self) -> Result<u8, ModelError> {
        Ok(self.array::<1>()?[0])
    }

    /// Four bytes.
    #[allow(clippy::missing_errors_doc)]
    pub fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes.
    #[allow(clippy::missing_errors_doc)]
    pub fn u64(&mut self) -> Result<u64, ModelError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number between minus and plus infinity.
    #[allow(clippy::missing_errors_doc)]
    pub fn f32(&mut self) -> Result<f32, ModelError> {
        let number = f32::from_le_bytes(self.array()?);
        if number.is_finite() { Ok(number) } else { Err(self.malformed("a number is not finite")) }
    }

    /// A number in base 128, low bits first (see [`put_varint`]).
    #[allow(clippy::missing_errors_doc)]
    #[inline]
    pub fn varint(&mut self) -> Result<u64, ModelError> {
        // Up to four digits, which is nearly always, at once and without a branch for each.
        if let Some(bytes) = self.rest.first_chunk::<4>() {
            let digits = u32::from_le_bytes(*bytes);
            let ends = !digits & 0x8080_8080;
            if ends != 0 {
                let digits = digits & (ends ^ (ends - 1));
                self.rest = &self.rest[ends.trailing_zeros() as usize / 8 + 1..];
                let [a, b, c, d] =
                    [digits & 0x7F, digits >> 1 & 0x3F80, digits >> 2 & 0x1F_C000, digits >> 3 & 0xFE0_0000];
                return Ok(u64::from(a | b | c | d));
            }
        }
        self.long_varint()
    }

    #[cold]
    fn long_varint(&mut self) -> Result<u64, ModelError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.malformed("a number has too many digits"))
    }

    /// A string, its length before it.
    #[allow(clippy::missing_errors_doc)]
    pub fn string(&mut self) -> Result<&'b str, ModelError> {
        let length = self.varint()? as usize;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("a name is no text"))
    }
}

/// Writes a number in base 128, low bits first: small numbers take one byte.
pub fn put_varint(to: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// Writes a string, its length before it.
pub fn put_string(to: &mut Vec<u8>, text: &str) {
    put_varint(to, text.len() as u64);
    to.extend(text.as_bytes());
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut writer = Writer::new("names", 3);
        let mut section = Vec::new();
        put_varint(&mut section, 300);
        put_string(&mut section, "Łódź");
        section.extend(1.5f32.to_le_bytes());
        writer.section("a", &section);
        writer.section("b", &[]);
        writer.finish()
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = sample();
        let reader = Reader::open(&bytes, "names", 3).unwrap();
        let mut a = reader.section("a").unwrap();
        assert_eq!(a.varint(), Ok(300));
        assert_eq!(a.string(), Ok("Łódź"));
        assert_eq!(a.f32(), Ok(1.5));
        assert!(a.is_empty());
        assert!(a.u8().is_err());
        assert!(reader.section("b").unwrap().is_empty());
        assert!(reader.section("c").unwrap_err().to_string().contains("\"c\": it is missing"));
    }

    #[test]
    fn other_files_are_refused_with_advice() {
        let bytes = sample();
        assert_eq!(Reader::open(b"PNG", "names", 3).unwrap_err(), ModelError::NotAModel);
        let other = Reader::open(&bytes, "quotes", 3).unwrap_err().to_string();
        assert!(other.contains("a model of \"names\", not of \"quotes\""), "{other}");
        let newer = Reader::open(&bytes, "names", 4).unwrap_err().to_string();
        assert!(newer.contains("version 3") && newer.contains("saidwho train names"), "{newer}");
    }

    #[test]
    fn every_flipped_or_missing_byte_is_noticed() {
        let bytes = sample();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert!(Reader::open(&damaged, "names", 3).is_err(), "byte {at} flipped");
            assert!(Reader::open(&bytes[..at], "names", 3).is_err(), "cut at {at}");
        }
    }
}
