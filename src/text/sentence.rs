//! Where sentences begin and end.
//!
//! The scanner gives the bytes that could end a sentence; for each, the marks
//! around it are read and the rules of [`super::boundary`] decide. Line breaks
//! are read as [`super::layout`] says for the whole document.

use super::boundary::{Place, ends, ends_unspaced};
use super::heading;
use super::label::Label;
use super::layout::Layout;
use super::lexicon::Lexicon;
use super::marks::{Next, Run};
use super::scan::Scanner;
use crate::Span;

/// The sentences of a text, in order, as spans without surrounding white space.
///
/// Nothing is allocated, and the cost is linear in the length of the text. What
/// lies between two sentences is white space only.
///
/// ```
/// use saidwho::text::Sentences;
/// let text = "Gen. Mark Milley left for the U.S. on Sunday. “Why now?” Ms. Lopez asked.";
/// let found: Vec<&str> = Sentences::new(text).map(|span| span.of(text)).collect();
/// assert_eq!(found, ["Gen. Mark Milley left for the U.S. on Sunday.", "“Why now?” Ms. Lopez asked."]);
/// ```
#[derive(Clone)]
pub struct Sentences<'t> {
    text: &'t str,
    layout: Layout,
    lexicon: &'static Lexicon,
    scanner: Scanner<'t>,
    /// Where the next sentence begins, white space before it included.
    at: usize,
    /// The last block has ended before `at`.
    fresh: bool,
}

impl<'t> Sentences<'t> {
    /// Prepares to read `text`: its lines are looked at once, to see how it is laid out.
    pub fn new(text: &'t str) -> Self {
        Sentences {
            text,
            layout: Layout::of(text),
            lexicon: Lexicon::get(),
            scanner: Scanner::new(text.as_bytes()),
            at: 0,
            fresh: true,
        }
    }

    /// Whether a block ends in the white space between two sentences.
    pub(super) fn parted(&self, gap: Span) -> bool {
        let bytes = self.text.as_bytes();
        let mut at = gap.start();
        while let Some(found) = bytes[at..gap.end()].iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let line = self.layout.read(bytes, at + found);
            if line.hard {
                return true;
            }
            at = line.resume.min(gap.end());
        }
        false
    }
}

/// Whether `:)` or `;-)` with its mouth at `at` stands between two sentences.
fn emoticon_ends(text: &[u8], start: usize, at: usize) -> bool {
    let face = text[start..at].strip_suffix(b"-").unwrap_or(&text[start..at]);
    let apart = matches!(face, [.., b' ', b':' | b';' | b'=']);
    apart && matches!(text[at + 1..], [b' ', b'A'..=b'Z', ..])
}

/// How many spaces `text` begins with.
#[inline]
fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|&&byte| byte == b' ').count()
}

/// Whether a byte is ASCII and neither white space nor a control.
fn is_solid(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~')
}

impl Iterator for Sentences<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let text = self.text;
        let bytes = text.as_bytes();
        let fresh = std::mem::take(&mut self.fresh);
        let first = self.at + spaces(&bytes[self.at..]);
        let (start, begins_block) = match bytes[first..] {
            [next, ..] if is_solid(next) => (first, fresh),
            [b'\n', next, ..] if is_solid(next) && self.layout.breaks_are_hard() => (first + 1, true),
            [b'\n', b'\n', next, ..] if is_solid(next) => (first + 2, true),
            _ => {
                let start = text.len() - text[self.at..].trim_start().len();
                (start, fresh || self.parted(Span::new(self.at, start)))
            }
        };
        if start == text.len() {
            self.at = start;
            return None;
        }
        if begins_block && let Some(cut) = heading::cut(bytes, start, self.lexicon) {
            return Some(self.close(start, cut, cut));
        }
        self.scanner.seek(start);
        let label = Label::read(bytes, start);
        while let Some(at) = self.scanner.next() {
            match bytes[at] {
                b'\n' | b'\r' => {
                    let line = self.layout.read(bytes, at);
                    self.scanner.seek(line.resume);
                    if line.hard {
                        self.fresh = true;
                        return Some(self.close(start, at, line.resume));
                    }
                    continue;
                }
                b')' | 0xA2 | 0x83 => {
                    if let Some(cut) = label.next_item(bytes, at, start) {
                        return Some(self.close(start, cut, cut));
                    }
                    if emoticon_ends(bytes, start, at) {
                        return Some(self.close(start, at + 1, at + 1));
                    }
                    continue;
                }
                b'.' => {
                    // Decimals and the like, without further ado.
                    if bytes.get(at + 1).is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
                        continue;
                    }
                    if label.end == start {
                        if let Some(end) = self.commonest(start, at) {
                            self.at = end;
                            return Some(Span::new(start, end));
                        }
                    } else if let Some(cut) = label.next_item(bytes, at, start) {
                        return Some(self.close(start, cut, cut));
                    }
                }
                _ => {}
            }
            let Some(run) = Run::read(bytes, at, start) else { continue };
            self.scanner.seek(run.end);
            if let Some(end) = self.judge(start, label.end, run) {
                self.scanner.seek(end);
                return Some(self.close(start, end, end));
            }
        }
        Some(self.close(start, text.len(), text.len()))
    }
}

impl Sentences<'_> {
    /// Where the sentence that began at `start`, without a label, ends at the period at `at`,
    /// in the writings in which most do; none when the rules have to be asked.
    ///
    /// It says nothing that they would not: a word that is no abbreviation ends a sentence before
    /// a capital, and so does every mark before the end of a block.
    #[inline]
    fn commonest(&mut self, start: usize, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let end = match bytes[at + 1..] {
            [b'"', ..] => at + 2,
            [0xE2, 0x80, 0x9D, ..] => at + 4,
            _ => at + 1,
        };
        let next = end + spaces(&bytes[end..]);
        match bytes[next..] {
            [] => Some(end),
            [b'\n' | b'\r', ..] if self.layout.breaks_are_hard() => {
                self.fresh = true;
                Some(end)
            }
            _ if next == end => None,
            // "A.", "A)": an initial or a label.
            [b'A'..=b'Z', b'.' | b')', ..] => None,
            [b'A'..=b'Z', _, ..] | [b'"', b'A'..=b'Z', ..] | [0xE2, 0x80, 0x9C, b'A'..=b'Z', ..] => {
                self.lexicon.is_plain(&bytes[start..at]).then_some(end)
            }
            _ => None,
        }
    }

    /// Where the sentence that began at `start` ends, if it does at `run`.
    #[inline]
    fn judge(&self, start: usize, label: usize, run: Run) -> Option<usize> {
        let text = self.text;
        let place = Place { text, sentence: start, label, lexicon: self.lexicon, run };
        let spaced = match text.as_bytes().get(run.end) {
            None => return Some(run.end),
            Some(byte) if byte.is_ascii() => byte.is_ascii_whitespace() || *byte == 0x0B,
            Some(_) => text[run.end..].starts_with(char::is_whitespace),
        };
        if !spaced {
            return ends_unspaced(&place);
        }
        let next = Next::read(text, &self.layout, run.end);
        // "words. . . . The": the sentence ends with its own period, the next begins with the three that follow.
        if run.spaced
            && run.dots == 4
            && run.first == run.start + 1
            && text.as_bytes()[run.start.max(1) - 1] != b' '
            && run.marks == run.end
        {
            return ends(&place, &next).then_some(run.first);
        }
        ends(&place, &next).then_some(run.end)
    }

    #[inline]
    fn close(&mut self, start: usize, end: usize, resume: usize) -> Span {
        self.at = resume;
        if end > start && is_solid(self.text.as_bytes()[end - 1]) {
            return Span::new(start, end);
        }
        let length = self.text[start..end].trim_end().len();
        Span::new(start, start + length)
    }
}
