//! Bytes to text, and what had to be put right.
//!
//! UTF-8 is expected. A byte-order mark is taken off, and one that says UTF-16
//! is believed. Text that is not UTF-8 is read all the same and the record
//! carries a note: where the text holds valid UTF-8 beyond ASCII, bytes that
//! are not become U+FFFD; where it holds none, it is read as Windows-1252, the
//! usual encoding of older English news.

use std::borrow::Cow;

/// The text, and a note when it was not plain UTF-8.
pub fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<String>) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = &bytes[mark..];
        if encoding == encoding_rs::UTF_8 {
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
