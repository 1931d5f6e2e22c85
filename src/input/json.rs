//! JSON: one object a line, or values one after the other or in one list.

use std::io;
use std::ops::ControlFlow;

use serde_json::Value;

use super::lines::{self, Line};
use super::{Cut, Fields, Format, Kind, Parsed, Sink, Stream, decode, ninjs, too_long};

/// JSON Lines, by name or by a first character that opens an object.
pub(super) const LINES: Format = Format {
    name: "jsonl",
    detects: |name, head| {
        let named = [".jsonl", ".ndjson", ".jsonlines"].iter().any(|suffix| name.ends_with(suffix));
        named || (head.trim_ascii_start().starts_with(b"{\"") && !is_spread(head))
    },
    read: read_lines,
};

/// A JSON file: objects spread over lines, or a list of them.
pub(super) const DOCUMENT: Format = Format {
    name: "json",
    detects: |name, head| {
        let start = head.trim_ascii_start();
        let opens = |open: &[u8]| start.strip_prefix(open).is_some_and(|rest| !rest.is_empty());
        let list = opens(b"[") && matches!(start[1..].trim_ascii_start().first(), Some(b'{'));
        name.ends_with(".json") || list || (opens(b"{") && start[1..].trim_ascii_start().starts_with(b"\""))
    },
    read: read_values,
};

/// Whether the first line holds no whole object but the head goes on behind it.
fn is_spread(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    memchr::memchr(b'\n', head).is_some_and(|end| {
        let line = head[..end].trim_ascii_end();
        !line.ends_with(b"}") && head[end..].trim_ascii_start().first() == Some(&b'"')
    })
}

fn read_lines(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut line = Vec::new();
    while let Some(kind) = lines::next(stream.bytes, stream.limits.record, &mut line)? {
        let place = stream.place();
        let cut = match kind {
            Line::TooLong(length) => {
                Cut::broken(place, Kind::Json, Vec::new(), too_long(length, stream.limits))
            }
            // Empty lines separate, they are not records.
            Line::Whole if line.trim_ascii().is_empty() => continue,
            Line::Whole => Cut { place, kind: Kind::Json, raw: line.as_slice().to_vec(), fault: None },
        };
        if sink(cut).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Follows brackets and strings, no more: what a value holds is looked at when it is parsed.
#[derive(Default)]
struct Scanner {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Scanner {
    /// Takes a byte of a value; whether it ends the value.
    fn ends(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.depth == 0
    }
}

fn read_values(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let (mut scanner, mut raw, mut length) = (Scanner::default(), Vec::new(), 0u64);
    loop {
        let buffer = stream.bytes.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let mut used = 0;
        let mut ended = false;
        for &byte in buffer {
            used += 1;
            // Between values: space, commas and the brackets of a list around them.
            if length == 0 && (byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']')) {
                continue;
            }
            length += 1;
            if length <= stream.limits.record as u64 {
                raw.push(byte);
            }
            if scanner.ends(byte) && matches!(byte, b'}') {
                ended = true;
                break;
            }
        }
        stream.bytes.consume(used);
        if ended {
            let place = stream.place();
            let cut = if length > stream.limits.record as u64 {
                raw = Vec::new();
                Cut::broken(place, Kind::Json, Vec::new(), too_long(length, stream.limits))
            } else {
                Cut { place, kind: Kind::Json, raw: std::mem::take(&mut raw), fault: None }
            };
            (scanner, length) = (Scanner::default(), 0);
            if sink(cut).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    if length > 0 && !raw.trim_ascii().is_empty() {
        let place = stream.place();
        return Ok(sink(Cut::broken(place, Kind::Json, raw, "the JSON ends in the midst of a value")));
    }
    Ok(ControlFlow::Continue(()))
}

/// The document of one value.
pub(super) fn parse(cut: &Cut, fields: &Fields) -> Parsed {
    let (line, mut note) = decode::decode(&cut.raw);
    let mut value = serde_json::from_str(&line);
    if value.is_err()
        && let Some(mended) = without_lone_surrogates(&line)
    {
        value = serde_json::from_str(&mended);
        note = Some("lone surrogates in escapes replaced by U+FFFD".to_owned());
    }
    let object = match value {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Parsed::SetAside("JSON but no object".to_owned()),
        Err(error) => return Parsed::SetAside(format!("no JSON: {}", fault(&error))),
    };
    if fields.has_text(&object) {
        return fields.document(object, &cut.place, note);
    }
    match ninjs::item(object) {
        Ok(item) => ninjs::document(item, &cut.place, note),
        Err(object) => fields.document(object, &cut.place, note),
    }
}

/// What is wrong with JSON, and where in the record: its own lines are seldom those of the file.
pub(crate) fn fault(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let what = message.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&message);
    match line {
        0 | 1 => format!("{what} at byte {column} of the record"),
        _ => format!("{what} at byte {column} of line {line} of the record"),
    }
}

/// JSON whose escapes hold halves of surrogate pairs (`\ud83d` alone), as cut-off emoji leave
/// them, with U+FFFD in their place; none when there are no such halves.
fn without_lone_surrogates(json: &str) -> Option<String> {
    let unit = |at: usize| u32::from_str_radix(json.get(at..at + 6)?.strip_prefix("\\u")?, 16).ok();
    let mut mended = String::new();
    let (mut at, mut kept) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &json.as_bytes()[at..]) {
        at += found;
        at += match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                mended.push_str(&json[kept..at]);
                mended.push_str("\\ufffd");
                kept = at + 6;
                6
            }
            Some(_) => 6,
            // The escape of one character, which may be a backslash.
            None => 1 + json[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    (kept > 0).then(|| mended + &json[kept..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Limits;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_are_not() {
        let mended = |json: &str| without_lone_surrogates(json);
        assert_eq!(mended(r#""\ud83d\ude00 \u00e9 \\ud83d \n""#), None);
        assert_eq!(mended(r#""a\ud83d" "\ude00\ud83d\ude00""#).unwrap(), r#""a\ufffd" "\ufffd\ud83d\ude00""#);
        assert_eq!(mended(r#""\uD83D\uD83D\uDE00é\"#).unwrap(), r#""\ufffd\uD83D\uDE00é\"#);
        assert_eq!(mended(r#""\ud83"#), None);
    }

    #[test]
    fn faults_tell_the_place_in_the_record() {
        let reason = |raw: &str| fault(&serde_json::from_str::<Value>(raw).unwrap_err());
        assert_eq!(reason("{\"a\" 1}"), "expected `:` at byte 6 of the record");
        assert_eq!(reason("{\n\"a\": tru}"), "expected ident at byte 9 of line 2 of the record");
    }

    fn values(text: &str, limit: usize) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        let mut bytes = io::BufReader::with_capacity(5, text.as_bytes());
        let limits = Limits { record: limit };
        let mut stream = Stream { source: "x.json".into(), bytes: &mut bytes, limits, record: 0, depth: 0 };
        let _ = read_values(&mut stream, &mut |cut| {
            found.push((String::from_utf8(cut.raw).unwrap(), cut.fault.is_none()));
            ControlFlow::Continue(())
        });
        found
    }

    #[test]
    fn values_of_a_list_and_values_in_a_row_are_records() {
        let whole = |text: &str| (text.to_owned(), true);
        assert_eq!(
            values("[ {\"a\": \"]}\\\"\"},\n {\"b\": [{}]} ]", 99),
            [whole("{\"a\": \"]}\\\"\"}"), whole("{\"b\": [{}]}")]
        );
        assert_eq!(values("{\n}\n{\"x\":1}", 99), [whole("{\n}"), whole("{\"x\":1}")]);
    }

    #[test]
    fn values_that_are_cut_off_or_too_long_are_broken() {
        assert_eq!(values("[{\"a\":1},{\"b\"", 99)[1], ("{\"b\"".to_owned(), false));
        assert_eq!(values("[{\"aaaaaaaaa\":1},{}]", 8), [(String::new(), false), ("{}".to_owned(), true)]);
    }

    #[test]
    fn the_head_tells_lines_from_spread_objects() {
        assert!((LINES.detects)("x", b"{\"id\": 1, \"text\": \"a\"}\n{\"id\": 2}"));
        assert!(!(LINES.detects)("x.json", b"{\"id\": 1,\n \"text\": \"a\"}"));
        assert!((DOCUMENT.detects)("x", b"[\n {\"id\": 1}]"));
        assert!((DOCUMENT.detects)("x", b"{\n  \"id\": 1}"));
        assert!(!(DOCUMENT.detects)("x", b"[Music] A song began."));
    }
}
