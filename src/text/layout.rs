//! What a line break means: the end of a block, or only the edge of a column.
//!
//! Some texts give each paragraph a line of its own, others wrap their lines at
//! a width. Which of the two a document does is decided once, over all of its
//! lines: a single line looks the same in both.

use memchr::memchr2;

use super::scan;

/// Share of the telling line breaks that must go on in lower case for a document to be wrapped.
const WRAPPED: (usize, usize) = (1, 2);

/// How the lines of one document are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Lines are broken at a width; only blank lines, list items and short lines end a block.
    wrapped: bool,
    /// The width at which they are broken, in bytes: the longest line that is common.
    width: usize,
}

/// A line break with the white space around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Break {
    /// Whether a block ends here.
    pub hard: bool,
    /// First byte after the white space.
    pub resume: usize,
}

impl Layout {
    /// Looks at every line of `text` once.
    pub(super) fn of(text: &str) -> Layout {
        let bytes = text.as_bytes();
        if !scan::lines_go_on(bytes) {
            // Nothing speaks for lines broken at a width: the short way of most news.
            return Layout { wrapped: false, width: 0 };
        }
        let mut votes = Votes::default();
        let mut at = 0;
        let lines = Lines { bytes, at: 0 };
        for line in lines {
            at += 1;
            votes.line(trim(line));
        }
        if at < 2 {
            return Layout { wrapped: false, width: 0 };
        }
        votes.decide()
    }

    /// Whether every line break ends a block.
    #[inline]
    pub(super) fn breaks_are_hard(&self) -> bool {
        !self.wrapped
    }

    /// Reads the line break at `at`, which is `\n` or `\r`.
    pub(super) fn read(&self, text: &[u8], at: usize) -> Break {
        let (mut resume, mut breaks) = (at, 0);
        let mut line = at;
        while let Some(&byte) = text.get(resume) {
            match byte {
                b'\n' => breaks += 1,
                // A lone carriage return is a line break too; before `\n` it is part of it.
                b'\r' if text.get(resume + 1) != Some(&b'\n') => breaks += 1,
                b'\r' | b' ' | b'\t' | 0x0B | 0x0C => {}
                _ => break,
            }
            if matches!(byte, b'\n' | b'\r') {
                line = resume + 1;
            }
            resume += 1;
        }
        let hard = !self.wrapped || breaks > 1 || self.ends_block(text, at, line, resume);
        Break { hard, resume }
    }

    /// Whether, in a wrapped document, a block ends at the single line break before `next`.
    fn ends_block(&self, text: &[u8], at: usize, line: usize, next: usize) -> bool {
        let start = memchr::memrchr2(b'\n', b'\r', &text[..at]).map_or(0, |i| i + 1);
        let before = trim(&text[start..at]);
        let after = &text[next..];
        if bullet(after) {
            return true;
        }
        let Some(&first) = after.first() else { return true };
        if first.is_ascii_lowercase() {
            return false;
        }
        // The next word would have stood on the line before: somebody broke it on purpose.
        let word = memchr::memchr3(b' ', b'\n', b'\r', after).unwrap_or(after.len());
        let room = before.len() + 1 + word <= self.width.saturating_sub(self.width / 4);
        let indent = next - line;
        let closed = before.last().is_some_and(|&b| matches!(b, b'.' | b'!' | b'?' | b'"' | b':' | b')'));
        room || (closed && indent >= 2 && indent > leading(&text[start..at]))
    }
}

/// Bytes of white space at the start.
fn leading(line: &[u8]) -> usize {
    line.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

fn trim(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}

/// Whether a line starts as an item of a list.
fn bullet(line: &[u8]) -> bool {
    match line {
        [b'-' | b'*' | b'+', b' ', ..] => true,
        // • ‣ ⁃ ● ▪ ◦ –
        [0xE2, 0x80, 0xA2 | 0xA3 | 0x93, ..]
        | [0xE2, 0x81, 0x83, ..]
        | [0xE2, 0x97, 0x8F | 0xA6, ..]
        | [0xE2, 0x96, 0xAA | 0xA0, ..] => true,
        [b'(', rest @ ..] => label(rest, b")"),
        _ => label(line, b".)"),
    }
}

/// Whether a line starts with a short number or letter and one of `closers`.
fn label(line: &[u8], closers: &[u8]) -> bool {
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    let length = match digits {
        0 => line.iter().take(4).take_while(|b| b.is_ascii_lowercase()).count(),
        1..=3 => digits,
        _ => return false,
    };
    if digits == 0 && length > 1 && !line[..length].iter().all(|b| b"ivxl".contains(b)) {
        return false;
    }
    length > 0
        && line.get(length).is_some_and(|b| closers.contains(b))
        && line.get(length + 1).is_none_or(|b| matches!(b, b' ' | b')' | b'\t'))
}

/// The lines of a text, without their ends.
struct Lines<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    #[inline]
    fn next(&mut self) -> Option<&'t [u8]> {
        if self.at > self.bytes.len() {
            return None;
        }
        let rest = &self.bytes[self.at..];
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let crlf = rest.get(length) == Some(&b'\r') && rest.get(length + 1) == Some(&b'\n');
        self.at += length + 1 + usize::from(crlf);
        Some(&rest[..length])
    }
}

/// Lines longer than this are never wrapped by a width; they share the last count.
const LONGEST: usize = 160;

struct Votes {
    /// How many lines have each length.
    lengths: [u32; LONGEST + 1],
    /// Line breaks inside the current block: all, those after an open end, those that then go on in lower case.
    block: [usize; 3],
    /// The same over blocks that read as prose.
    breaks: usize,
    open: usize,
    lower: usize,
    /// Whether the current block began as a sentence does, and how its last line ended.
    began: bool,
    closed: bool,
    empty: bool,
}

impl Default for Votes {
    fn default() -> Self {
        Votes {
            lengths: [0; LONGEST + 1],
            block: [0; 3],
            breaks: 0,
            open: 0,
            lower: 0,
            began: false,
            closed: false,
            empty: true,
        }
    }
}

impl Votes {
    fn line(&mut self, line: &[u8]) {
        let (Some(&first), Some(&last)) = (line.first(), line.last()) else {
            self.end_block();
            return;
        };
        self.lengths[line.len().min(LONGEST)] += 1;
        if self.empty {
            self.empty = false;
            self.began = !first.is_ascii_lowercase();
        } else {
            self.block[0] += 1;
            if !self.closed && !bullet(line) {
                self.block[1] += 1;
                self.block[2] += usize::from(first.is_ascii_lowercase());
            }
        }
        // 0x9D and 0x99 end the curly closing marks.
        self.closed = matches!(last, b'.' | b'!' | b'?' | b'"' | b':' | 0x9D | 0x99 | 0xA6);
    }

    fn end_block(&mut self) {
        let [breaks, open, lower] = std::mem::take(&mut self.block);
        self.breaks += breaks;
        self.open += open;
        // A list of words in lower case is no prose.
        if self.began && self.closed {
            self.lower += lower;
        }
        self.empty = true;
    }

    fn decide(mut self) -> Layout {
        self.end_block();
        let prose = self.lower > 0
            && self.lower * WRAPPED.1 >= self.open * WRAPPED.0
            && self.lower * 4 >= self.breaks;
        if !prose {
            return Layout { wrapped: false, width: 0 };
        }
        let lines: u32 = self.lengths.iter().sum();
        // The length that nineteen lines of twenty do not exceed: a long link or heading does not count.
        let mut longer = lines / 20;
        let mut width = LONGEST;
        while width > 0 && self.lengths[width] <= longer {
            longer -= self.lengths[width];
            width -= 1;
        }
        Layout { wrapped: width < LONGEST, width }
    }
}
