//! Plain text: one article a file.

use std::io;
use std::ops::ControlFlow;

use super::{Cut, Format, Kind, Parsed, Sink, Stream, decode};
use crate::Document;

/// Whatever is nothing else.
pub(super) const FILE: Format = Format { name: "text", detects: |_, _| true, read };

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    Ok(sink(stream.whole(Kind::Text)?))
}

/// NUL bytes at the beginning say that a file is no text.
fn is_binary(raw: &[u8]) -> bool {
    let head = &raw[..raw.len().min(8192)];
    encoding_rs::Encoding::for_bom(raw).is_none() && memchr::memchr(0, head).is_some()
}

/// The document of one file, named by its path.
pub(super) fn parse(cut: &Cut) -> Parsed {
    if is_binary(&cut.raw) {
        let reason = "no text: the file holds NUL bytes and is of no known format; \
            if it is UTF-16, save it as UTF-8 or with a byte-order mark";
        return Parsed::SetAside(reason.to_owned());
    }
    let (text, note) = decode::decode(&cut.raw);
    match Document::new(cut.place.source.as_ref(), text) {
        Ok(document) => Parsed::Document(document, note.into_iter().collect()),
        Err(error) => Parsed::SetAside(error.to_string()),
    }
}
