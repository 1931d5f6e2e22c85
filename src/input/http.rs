//! What a web server sent: status, headers, and a body to be unpacked.

use std::borrow::Cow;
use std::io::Read;

/// A response.
pub(super) struct Response<'a> {
    pub(super) status: u16,
    headers: Headers,
    body: &'a [u8],
}

/// Names in lower case, and values.
type Headers = Vec<(String, String)>;

/// Headers of either kind, HTTP or WARC: names in lower case; `None` when there is no end of them.
pub(super) fn headers(bytes: &[u8]) -> Option<(String, Headers, &[u8])> {
    let (head, rest) = match (find(bytes, b"\r\n\r\n"), find(bytes, b"\n\n")) {
        (Some(at), None) => (&bytes[..at], &bytes[at + 4..]),
        (Some(at), Some(short)) if at < short => (&bytes[..at], &bytes[at + 4..]),
        (_, Some(at)) => (&bytes[..at], &bytes[at + 2..]),
        (None, None) => return None,
    };
    let head = String::from_utf8_lossy(head);
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default().trim().to_owned();
    let mut headers = Headers::new();
    for line in lines {
        match line.split_once(':') {
            // A line that begins with space goes on with the one before.
            _ if line.starts_with([' ', '\t']) => {
                if let Some((_, value)) = headers.last_mut() {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            Some((name, value)) => headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned())),
            None => {}
        }
    }
    Some((first, headers, rest))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, what)
}

/// The value of a header.
pub(super) fn value<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

impl<'a> Response<'a> {
    /// Reads the head; the reason when it is none.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let (first, headers, body) = headers(bytes).ok_or("the HTTP header has no end")?;
        let status = first
            .strip_prefix("HTTP")
            .and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok())
            .ok_or_else(|| {
                format!("no HTTP status line but {:?}", first.chars().take(40).collect::<String>())
            })?;
        Ok(Response { status, headers, body })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    /// The media type, without parameters, in lower case.
    pub(super) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The charset that the server names.
    pub(super) fn charset(&self) -> Option<&str> {
        charset(self.header("content-type")?)
    }

    /// The body, its chunks joined and decompressed, at most `limit` bytes of it.
    pub(super) fn body(&self, limit: usize) -> Result<Cow<'a, [u8]>, String> {
        let chunked = self
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        // Crawlers often join the chunks and leave the header.
        let mut body = match chunked.then(|| unchunked(self.body)).flatten() {
            Some(joined) => Cow::Owned(joined),
            None => Cow::Borrowed(self.body),
        };
        let coding = |name: &str| self.header(name).map(str::to_ascii_lowercase).unwrap_or_default();
        for coding in [coding("content-encoding"), coding("transfer-encoding")] {
            for coding in coding.split(',').map(str::trim) {
                body = match coding {
                    "gzip" | "x-gzip" if body.starts_with(&[0x1F, 0x8B]) => {
                        unpacked(flate2::read::MultiGzDecoder::new(&body[..]), limit, coding)?
                    }
                    "deflate" if body.first().is_some_and(|byte| byte & 15 == 8) => {
                        unpacked(flate2::read::ZlibDecoder::new(&body[..]), limit, coding)?
                    }
                    "deflate" => unpacked(flate2::read::DeflateDecoder::new(&body[..]), limit, coding)?,
                    #[cfg(feature = "html")]
                    "br" => {
                        unpacked(brotli_decompressor::Decompressor::new(&body[..], 1 << 12), limit, coding)?
                    }
                    #[cfg(not(feature = "html"))]
                    "br" => return Err("built without brotli: cargo feature \"html\"".to_owned()),
                    _ => continue,
                };
            }
        }
        Ok(body)
    }
}

/// The charset parameter of a media type.
pub(super) fn charset(value: &str) -> Option<&str> {
    let at = value.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let rest = value.get(at..)?.trim_start_matches(['"', '\'', ' ']);
    let end = rest.find(['"', '\'', ';', ' ', '>', ',']).unwrap_or(rest.len());
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

fn unpacked<'a>(decoder: impl Read, limit: usize, coding: &str) -> Result<Cow<'a, [u8]>, String> {
    let mut body = Vec::new();
    let end = decoder.take(limit as u64 + 1).read_to_end(&mut body);
    if body.len() > limit {
        return Err(format!("the page has more than {limit} bytes: raise the limit with --max-doc-mb"));
    }
    match end {
        Ok(_) => Ok(Cow::Owned(body)),
        // What came before a break is still a page.
        Err(_) if !body.is_empty() => Ok(Cow::Owned(body)),
        Err(error) => Err(format!("content encoded with {coding} cannot be decoded: {error}")),
    }
}

/// The joined chunks; `None` when the body is not in chunks. A body that breaks off gives what came.
fn unchunked(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::new();
    loop {
        let Some(end) = memchr::memchr(b'\n', body) else { return (!joined.is_empty()).then_some(joined) };
        let line = String::from_utf8_lossy(&body[..end]);
        let size = line.split(';').next().unwrap_or_default().trim();
        let Ok(size) = usize::from_str_radix(size, 16) else { return (!joined.is_empty()).then_some(joined) };
        body = &body[end + 1..];
        if size == 0 {
            return Some(joined);
        }
        let chunk = &body[..size.min(body.len())];
        joined.extend_from_slice(chunk);
        body = &body[chunk.len()..];
        body = body.strip_prefix(b"\r\n").or(body.strip_prefix(b"\n")).unwrap_or(body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_wrong_ones_left_alone() {
        let response = |body: &str| {
            let bytes = format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n{body}"
            );
            let response = Response::parse(bytes.as_bytes()).unwrap();
            assert_eq!((response.status, response.charset()), (200, Some("utf-8")));
            String::from_utf8(response.body(1000).unwrap().into_owned()).unwrap()
        };
        assert_eq!(response("4\r\n<p>A\r\n3;x=y\r\nB C\r\n0\r\n\r\n"), "<p>AB C");
        assert_eq!(response("<p>joined already</p>"), "<p>joined already</p>");
        assert_eq!(response("ff\r\nshort"), "short");
    }

    #[test]
    fn headers_fold_and_may_end_in_bare_line_feeds() {
        let (first, headers, rest) = headers(b"X/1 y\nA: 1\n b\nC:2\n\nrest").unwrap();
        assert_eq!(
            (first.as_str(), value(&headers, "a"), value(&headers, "c"), rest),
            ("X/1 y", Some("1 b"), Some("2"), &b"rest"[..])
        );
    }
}
