//! Web archives: WARC, the older ARC, and WET (WARC records of plain text).
//!
//! A record is its header and as many bytes as that says. Where no header
//! stands, the rest is searched for the next one, so a broken record costs
//! itself and no other.

use std::io;
use std::ops::ControlFlow;

use serde_json::{Map, Value};

use super::lines::{self, Line};
use super::{Cut, Format, Kind, Parsed, Sink, Stream, decode, html, http, too_long};
use crate::Document;

/// WARC, ARC and WET, by the first line.
pub(super) const ARCHIVE: Format = Format {
    name: "warc",
    detects: |name, head| {
        let named = [".warc", ".arc", ".wet"].iter().any(|suffix| name.ends_with(suffix));
        named || head.starts_with(b"WARC/") || head.starts_with(b"filedesc://")
    },
    read,
};

/// Longest header, in bytes.
const HEADER: usize = 1 << 20;

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut line = Vec::new();
    // Bytes that belong to no record.
    let mut lost = 0u64;
    loop {
        let next = lines::next(stream.bytes, HEADER, &mut line)?;
        let begins = matches!(next, Some(Line::Whole)) && (line.starts_with(b"WARC/") || is_arc(&line));
        if !begins {
            match next {
                Some(Line::Whole) if line.trim_ascii().is_empty() => continue,
                Some(Line::Whole) => lost += line.len() as u64,
                Some(Line::TooLong(length)) => lost += length,
                None => {}
            }
        }
        if (begins || next.is_none()) && lost > 0 {
            let reason = format!("{lost} bytes that belong to no record of the archive");
            let place = stream.place();
            lost = 0;
            if sink(Cut::broken(place, Kind::Web, Vec::new(), reason)).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        if next.is_none() {
            return Ok(ControlFlow::Continue(()));
        }
        if begins && record(stream, &mut line, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
}

/// Reads the record whose first line is `line`.
fn record(stream: &mut Stream<'_>, line: &mut Vec<u8>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let mut raw = std::mem::take(line);
    raw.push(b'\n');
    let length = if raw.starts_with(b"WARC/") {
        let mut length = None;
        loop {
            match lines::next(stream.bytes, HEADER, line)? {
                Some(Line::Whole) if line.is_empty() => break,
                Some(Line::Whole) if raw.len() < HEADER => {
                    let text = String::from_utf8_lossy(line);
                    if let Some((name, value)) = text.split_once(':')
                        && name.eq_ignore_ascii_case("content-length")
                    {
                        length = value.trim().parse::<u64>().ok();
                    }
                    raw.extend_from_slice(line);
                    raw.push(b'\n');
                }
                _ => {
                    let place = stream.place();
                    return Ok(sink(Cut::broken(
                        place,
                        Kind::Web,
                        raw,
                        "the header of the record has no end",
                    )));
                }
            }
        }
        raw.push(b'\n');
        length
    } else {
        arc_length(&raw)
    };
    let Some(length) = length else {
        let place = stream.place();
        return Ok(sink(Cut::broken(place, Kind::Web, raw, "the header of the record gives no length")));
    };
    let place = stream.place();
    let mut block = io::Read::take(&mut *stream.bytes, length);
    if length > stream.limits.record as u64 {
        io::copy(&mut block, &mut io::sink())?;
        return Ok(sink(Cut::broken(place, Kind::Web, Vec::new(), too_long(length, stream.limits))));
    }
    let before = raw.len();
    let end = io::Read::read_to_end(&mut block, &mut raw);
    let got = (raw.len() - before) as u64;
    if let Err(error) = end {
        let reason = format!("the record breaks off after {got} of {length} bytes: {error}");
        return Ok(sink(Cut::broken(place, Kind::Web, raw, reason)).map_break(|()| ()));
    }
    let fault = (got < length).then(|| format!("the record breaks off after {got} of {length} bytes"));
    Ok(sink(Cut { place, kind: Kind::Web, raw, fault }))
}

/// Whether a line heads a record of ARC: URL (or `dns:host`), IP address, 14-digit date, media type, length.
fn is_arc(line: &[u8]) -> bool {
    if !line.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let digits = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    fields.len() >= 5
        && fields[0].contains(&b':')
        && fields.last().is_some_and(|length| digits(length.trim_ascii()))
        && fields.iter().any(|field| field.len() == 14 && digits(field))
}

fn arc_length(line: &[u8]) -> Option<u64> {
    std::str::from_utf8(line.trim_ascii()).ok()?.rsplit(' ').next()?.parse().ok()
}

/// The document of one record.
pub(super) fn parse(cut: &Cut) -> Parsed {
    let limit = cut.raw.len().saturating_mul(20).max(64 << 20);
    if !cut.raw.starts_with(b"WARC/") {
        let Some(end) = memchr::memchr(b'\n', &cut.raw) else {
            return Parsed::SetAside("no record of a web archive".to_owned());
        };
        let head = String::from_utf8_lossy(&cut.raw[..end]);
        let fields: Vec<&str> = head.split(' ').collect();
        if head.starts_with("filedesc://") {
            return Parsed::PassedOver("description of the archive".to_owned());
        }
        let date = fields.iter().find(|field| field.len() == 14).copied();
        let meta = Head { id: cut.place.to_string(), url: fields.first().copied(), date };
        return response(&cut.raw[end + 1..], meta, limit);
    }
    let Some((_, headers, block)) = http::headers(&cut.raw) else {
        return Parsed::SetAside("the header of the record has no end".to_owned());
    };
    let header = |name: &str| http::value(&headers, name);
    let trimmed = |value: &str| value.trim_matches(['<', '>']).to_owned();
    let id = header("warc-record-id").map_or_else(|| cut.place.to_string(), trimmed);
    let url = header("warc-target-uri").map(trimmed);
    let meta = Head { id, url: url.as_deref(), date: header("warc-date") };
    match header("warc-type").unwrap_or_default() {
        "response" if header("content-type").is_none_or(|kind| kind.contains("http")) => {
            response(block, meta, limit)
        }
        "response" | "resource" => match header("content-type").unwrap_or_default() {
            kind if kind.contains("html") => page(block, http::charset(kind), meta),
            kind if kind.starts_with("text/plain") => text(block, meta),
            kind => Parsed::PassedOver(not_a_page(kind)),
        },
        "conversion" => text(block, meta),
        "" => Parsed::SetAside("the record has no WARC-Type".to_owned()),
        other => Parsed::PassedOver(format!("{other} record")),
    }
}

/// What the archive says about a record.
struct Head<'a> {
    id: String,
    url: Option<&'a str>,
    date: Option<&'a str>,
}

impl Head<'_> {
    /// Adds when the page was fetched.
    fn dated(&self, parsed: Parsed) -> Parsed {
        match (parsed, self.date) {
            (Parsed::Document(mut document, notes), Some(date)) => {
                document.meta.insert("fetched".into(), date.into());
                Parsed::Document(document, notes)
            }
            (parsed, _) => parsed,
        }
    }
}

fn response(block: &[u8], head: Head<'_>, limit: usize) -> Parsed {
    let response = match http::Response::parse(block) {
        Ok(response) => response,
        Err(reason) if head.url.is_some_and(|url| !url.starts_with("http")) => {
            let _ = reason;
            return Parsed::PassedOver("no answer of a web server".to_owned());
        }
        Err(reason) => return Parsed::SetAside(reason),
    };
    if response.status != 200 {
        return Parsed::PassedOver(format!("HTTP status {}", response.status));
    }
    let media = response.media_type();
    let body = |response: &http::Response<'_>| response.body(limit).map(std::borrow::Cow::into_owned);
    match media.as_deref() {
        Some("text/html" | "application/xhtml+xml") => match body(&response) {
            Ok(body) => page(&body, response.charset(), head),
            Err(reason) => Parsed::SetAside(reason),
        },
        Some("text/plain") => match body(&response) {
            // Servers call many things plain text.
            Ok(body) if html::is_page(&body) => page(&body, response.charset(), head),
            Ok(body) => text(&body, head),
            Err(reason) => Parsed::SetAside(reason),
        },
        None => match body(&response) {
            Ok(body) if html::is_page(&body) => page(&body, None, head),
            _ => Parsed::PassedOver("no media type".to_owned()),
        },
        Some(media) => Parsed::PassedOver(not_a_page(media)),
    }
}

/// The reason for other media, by their family, so that there are few of them.
fn not_a_page(media: &str) -> String {
    format!("no page but {}", media.split(['/', ';']).next().unwrap_or_default())
}

fn page(bytes: &[u8], charset: Option<&str>, head: Head<'_>) -> Parsed {
    head.dated(html::document(&head.id, bytes, charset, head.url))
}

fn text(bytes: &[u8], head: Head<'_>) -> Parsed {
    let (text, note) = decode::decode(bytes);
    if text.trim().is_empty() {
        return Parsed::PassedOver("empty text".to_owned());
    }
    let meta: Map<String, Value> = head.url.map(|url| ("url".to_owned(), url.into())).into_iter().collect();
    match Document::new(head.id.clone(), text) {
        Ok(document) => head.dated(Parsed::Document(document.with_meta(meta), note.into_iter().collect())),
        Err(error) => Parsed::SetAside(error.to_string()),
    }
}
