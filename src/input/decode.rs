//! Bytes to text, and what had to be put right.
//!
//! UTF-8 is expected. A byte-order mark is taken off, and one that says UTF-16
//! is believed: such streams are turned into UTF-8 before they are cut. Text that is not UTF-8 is read all the same and the record
//! carries a note: where the text holds valid UTF-8 beyond ASCII, bytes that
//! are not become U+FFFD; where it holds none, it is read as Windows-1252, the
//! usual encoding of older English news.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};

use super::compression::peek;

/// A stream without its byte-order mark; what is UTF-16 by its mark is turned into UTF-8, broken
/// characters into U+FFFD.
///
/// # Errors
/// When the first bytes cannot be read.
pub fn unmarked<'a>(mut bytes: Box<dyn BufRead + 'a>) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut head = peek(&mut *bytes, 3)?;
    let found = Encoding::for_bom(&head);
    if let Some((_, mark)) = found {
        head.drain(..mark);
    }
    let rest = Cursor::new(head).chain(bytes);
    Ok(match found {
        Some((encoding, _)) if encoding != UTF_8 => Box::new(BufReader::new(Transcoder {
            bytes: rest,
            decoder: Some(encoding.new_decoder_without_bom_handling()),
            text: Vec::new(),
            at: 0,
        })),
        _ => Box::new(rest),
    })
}

/// Reads another encoding as UTF-8.
struct Transcoder<R> {
    bytes: R,
    /// None when all has been decoded.
    decoder: Option<Decoder>,
    /// What has been decoded, and how much of it was taken.
    text: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len()
            && let Some(decoder) = &mut self.decoder
        {
            let input = self.bytes.fill_buf()?;
            let last = input.is_empty();
            self.text.resize(1 << 13, 0);
            let (result, used, written, _) = decoder.decode_to_utf8(input, &mut self.text, last);
            self.bytes.consume(used);
            self.text.truncate(written);
            self.at = 0;
            if last && result == CoderResult::InputEmpty {
                self.decoder = None;
            }
        }
        let taken = (&self.text[self.at..]).read(into)?;
        self.at += taken;
        Ok(taken)
    }
}

/// The text, and a note when it was not plain UTF-8.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = &bytes[mark..];
        if encoding == UTF_8 {
            return without_mark(rest);
        }
        let (text, broken) = encoding.decode_without_bom_handling(rest);
        let note = if broken {
            format!("read as {}, broken characters replaced by U+FFFD", encoding.name())
        } else {
            format!("read as {}", encoding.name())
        };
        return (text, Some(note));
    }
    without_mark(bytes)
}

fn without_mark(bytes: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    let mut valid = 0;
    let mut invalid = 0;
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        invalid += usize::from(!chunk.invalid().is_empty());
    }
    if valid == 0 {
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
        return (text, Some("not UTF-8, read as windows-1252".to_owned()));
    }
    let note = format!("not wholly UTF-8, {invalid} broken places replaced by U+FFFD");
    (String::from_utf8_lossy(bytes), Some(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_utf_8_is_borrowed_without_a_note() {
        assert!(matches!(decode("Zoë said".as_bytes()), (Cow::Borrowed("Zoë said"), None)));
        assert!(matches!(decode("\u{FEFF}Zoë".as_bytes()), (Cow::Borrowed("Zoë"), None)));
    }

    #[test]
    fn streams_lose_their_mark_and_utf_16_becomes_utf_8() {
        let text = "Zoë — 李 😀\n".repeat(3000);
        let utf_16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for bytes in [text.clone().into_bytes(), marked, utf_16(u16::to_le_bytes), utf_16(u16::to_be_bytes)] {
            let small = BufReader::with_capacity(5, &bytes[..]);
            let mut read = String::new();
            unmarked(Box::new(small)).unwrap().read_to_string(&mut read).unwrap();
            assert!(read == text);
        }
        let mut odd = Vec::new();
        unmarked(Box::new(&b"\xFF\xFEa\0\x00\xD8b"[..])).unwrap().read_to_end(&mut odd).unwrap();
        assert_eq!(String::from_utf8(odd).unwrap(), "a\u{FFFD}");
    }

    #[test]
    fn text_that_is_not_is_read_with_a_note() {
        let (text, note) = decode(b"\x93Yes,\x94 she said in Bogot\xE1.");
        assert_eq!(text, "“Yes,” she said in Bogotá.");
        assert!(note.unwrap().contains("windows-1252"));
        let (text, note) = decode(b"Zo\xC3\xAB said \xFF no");
        assert_eq!(text, "Zoë said \u{FFFD} no");
        assert!(note.unwrap().contains("1 broken"));
        let (text, note) = decode(b"\xFF\xFEH\0i\0");
        assert_eq!(text, "Hi");
        assert!(note.unwrap().contains("UTF-16LE"));
    }
}
