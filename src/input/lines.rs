//! Lines of bounded length.

use std::io::{self, BufRead};

/// What a line was.
pub(super) enum Line {
    /// Whole, without its end (`\n` or `\r\n`).
    Whole,
    /// Longer than the limit: read past, this many bytes.
    TooLong(u64),
}

/// Reads the next line into `line`; `None` at the end of the stream.
///
/// A line longer than `limit` bytes is read past without being kept.
pub(super) fn next(bytes: &mut dyn BufRead, limit: usize, line: &mut Vec<u8>) -> io::Result<Option<Line>> {
    line.clear();
    let mut length = 0u64;
    loop {
        let buffer = match bytes.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if buffer.is_empty() {
            if length == 0 {
                return Ok(None);
            }
            break;
        }
        let end = memchr::memchr(b'\n', buffer);
        let piece = &buffer[..end.unwrap_or(buffer.len())];
        length += piece.len() as u64;
        if length <= limit as u64 {
            line.extend_from_slice(piece);
        }
        let used = piece.len() + usize::from(end.is_some());
        bytes.consume(used);
        if end.is_some() {
            break;
        }
    }
    if length > limit as u64 {
        line.clear();
        line.shrink_to(1 << 16);
        return Ok(Some(Line::TooLong(length)));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(Some(Line::Whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &str, limit: usize) -> Vec<Result<String, u64>> {
        let mut bytes = io::BufReader::with_capacity(3, input.as_bytes());
        let mut line = Vec::new();
        let mut out = Vec::new();
        while let Some(kind) = next(&mut bytes, limit, &mut line).unwrap() {
            out.push(match kind {
                Line::Whole => Ok(String::from_utf8(line.clone()).unwrap()),
                Line::TooLong(length) => Err(length),
            });
        }
        out
    }

    #[test]
    fn lines_end_in_either_way_and_the_last_need_not_end() {
        assert_eq!(
            all("a\r\n\nlong one\nb", 100),
            [Ok("a".into()), Ok("".into()), Ok("long one".into()), Ok("b".into())]
        );
    }

    #[test]
    fn a_line_over_the_limit_is_read_past() {
        assert_eq!(all("aaaaa\nbb\ncccc", 3), [Err(5), Ok("bb".into()), Err(4)]);
    }
}
