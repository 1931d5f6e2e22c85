//! JSON Lines: one object a line.

use std::io;
use std::ops::ControlFlow;

use serde_json::Value;

use super::lines::{self, Line};
use super::{Cut, Fields, Format, Kind, Parsed, Sink, Stream, decode};

/// JSON Lines, by name or by a first character that opens an object.
pub(super) const LINES: Format = Format {
    name: "jsonl",
    detects: |name, head| {
        let named = [".jsonl", ".ndjson", ".jsonlines", ".json"].iter().any(|suffix| name.ends_with(suffix));
        named || head.trim_ascii_start().starts_with(b"{\"")
    },
    read,
};

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut line = Vec::new();
    while let Some(kind) = lines::next(stream.bytes, stream.limits.record, &mut line)? {
        let place = stream.place();
        let cut = match kind {
            Line::TooLong(length) => {
                let limit = stream.limits.record;
                Cut::broken(place, Kind::Json, Vec::new(), too_long(length, limit))
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

/// The reason for a record over the limit.
pub(super) fn too_long(length: u64, limit: usize) -> String {
    format!("the record has {length} bytes, the limit is {limit}: raise it with --max-doc-mb")
}

/// The document of one line.
pub(super) fn parse(cut: &Cut, fields: &Fields) -> Parsed {
    let (line, note) = decode::decode(&cut.raw);
    let object = match serde_json::from_str(&line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Parsed::SetAside("the line is JSON but no object".to_owned()),
        Err(error) => return Parsed::SetAside(format!("the line is no JSON: {error}")),
    };
    fields.document(object, &cut.place, note)
}
