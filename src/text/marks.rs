//! What stands around a possible end: the run of end marks, the marks that close
//! after it, the word before and the word that comes next.
//!
//! Everything here looks at a bounded stretch of bytes, or at bytes that the
//! scanner then skips, so that a text costs time in proportion to its length.

use super::label;
use super::layout::Layout;
use super::scan;

/// The longest word that is read backwards, in bytes.
const WORD: usize = 40;

/// A run of `.`, `!`, `?` and their kin, with the closing marks after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// First byte.
    pub start: usize,
    /// First byte after the first mark.
    pub first: usize,
    /// First byte after the end marks.
    pub marks: usize,
    /// First byte after the closing marks.
    pub end: usize,
    /// `!` or `?` is among the marks.
    pub strong: bool,
    /// How many periods, `…` counting three.
    pub dots: usize,
    /// Whether the periods stand apart: `. . .`
    pub spaced: bool,
    /// One of `。！？`, which need no space after them.
    pub wide: bool,
    /// A quotation mark closes.
    pub quote: bool,
    /// A bracket closes.
    pub bracket: bool,
}

impl Run {
    /// Reads the run whose first mark is at `start`; `sentence` is where the current sentence began.
    /// None when the byte there is no end mark.
    pub(super) fn read(text: &[u8], start: usize, sentence: usize) -> Option<Run> {
        let mut run = Run {
            start,
            first: 0,
            marks: start,
            end: start,
            strong: false,
            dots: 0,
            spaced: false,
            wide: false,
            quote: false,
            bracket: false,
        };
        // The third byte of `…`: the mark began two bytes before.
        if text[start] == 0xA6 {
            if start < sentence + 2 || text[start - 2..start] != [0xE2, 0x80] {
                return None;
            }
            run.start -= 2;
            run.marks -= 2;
        }
        run.eat_marks(text);
        if run.marks == run.start {
            return None;
        }
        run.end = run.marks;
        run.eat_closers(text, sentence);
        Some(run)
    }

    fn eat_marks(&mut self, text: &[u8]) {
        while let Some(&byte) = text.get(self.marks) {
            let length = match (byte, text.get(self.marks + 1), text.get(self.marks + 2)) {
                (b'.', ..) => {
                    self.dots += 1;
                    1
                }
                (b'!' | b'?', ..) => {
                    self.strong = true;
                    1
                }
                (0xE2, Some(0x80), Some(0xA6)) => {
                    self.dots += 3;
                    3
                }
                (0xE3, Some(0x80), Some(0x82)) | (0xEF, Some(0xBC), Some(0x81 | 0x9F)) => {
                    self.wide = true;
                    3
                }
                // `. . .`, `! ...` and `? ? ?`
                (b' ', Some(b'.' | b'!' | b'?'), after) if self.marks > self.start => {
                    if after.is_some_and(|b| b.is_ascii_alphanumeric()) {
                        break;
                    }
                    self.spaced = true;
                    1
                }
                _ => break,
            };
            self.marks += length;
            if self.first == 0 {
                self.first = self.marks;
            }
        }
    }

    fn eat_closers(&mut self, text: &[u8], sentence: usize) {
        loop {
            let rest = &text[self.end..];
            if let [b' ' | b'\n', after, ..] = rest
                && after.is_ascii_alphabetic()
            {
                return;
            }
            let length = match rest {
                [b')' | b']' | b'}', ..] => {
                    self.bracket = true;
                    1
                }
                [b'"' | b'\'', after, ..] if after.is_ascii_alphanumeric() => break,
                [b'`', ..] if !self.quote => 1,
                [b'"' | b'\'', ..] => {
                    self.quote = true;
                    1
                }
                // ” ’ »
                [0xE2, 0x80, 0x9D | 0x99, ..] => {
                    self.quote = true;
                    3
                }
                [0xC2, 0xBB, ..] => {
                    self.quote = true;
                    2
                }
                // 」 』 】 》 and ）
                [0xE3, 0x80, 0x8D | 0x8F | 0x91 | 0x8B, ..] | [0xEF, 0xBC, 0x89, ..] => {
                    self.quote = true;
                    3
                }
                // A period after the closing mark.
                [b'.' | b'!' | b'?', after, ..]
                    if self.end > self.marks && !after.is_ascii_alphanumeric() =>
                {
                    1
                }
                [b'.' | b'!' | b'?'] if self.end > self.marks => 1,
                // A period that stands apart after them: `!" .`
                [b' ', b'.', after, ..] if self.end > self.marks && after.is_ascii_whitespace() => 2,
                [b' ', b'.'] if self.end > self.marks => 2,
                [b'[', ..] => match footnote(rest) {
                    Some(length) => length,
                    None => break,
                },
                [b' ', after @ ..] => match self.apart(text, sentence, after) {
                    Some(length) => 1 + length,
                    None => break,
                },
                _ => break,
            };
            self.end += length;
        }
    }

    /// Closing marks that stand apart, as tokenized text has them: `. ''`, `. "`, `. )`, `. [1]`.
    fn apart(&mut self, text: &[u8], sentence: usize, after: &[u8]) -> Option<usize> {
        let free = |length: usize| after.get(length).is_none_or(u8::is_ascii_whitespace);
        if let Some(length) = footnote(after) {
            return (free(length) || after[length] == b'[').then_some(length);
        }
        // `:)` belongs to what was said before it.
        if let [b':' | b';', b')' | b'D' | b'P' | b'(', ..] = after {
            return free(2).then_some(2);
        }
        if let [b':' | b';', b'-', b')' | b'D' | b'P' | b'(', ..] = after {
            return free(3).then_some(3);
        }
        // Where the end mark touches its word, a mark that stands apart as likely opens.
        if self.start == 0 || text[self.start - 1] != b' ' {
            return None;
        }
        match after {
            [b')' | b']', ..] if free(1) => {
                self.bracket = true;
                Some(1)
            }
            [b'\'', b'\'', ..] if free(2) && open_marks(&text[sentence..self.start]) => {
                self.quote = true;
                Some(2)
            }
            [b'"' | b'\'', ..] if free(1) && open_marks(&text[sentence..self.start]) => {
                self.quote = true;
                Some(1)
            }
            _ => None,
        }
    }
}

/// Whether a quotation mark is still open at the end of `text`, as far as its last stretch tells.
pub(super) fn open_marks(text: &[u8]) -> bool {
    let text = &text[text.len().saturating_sub(512)..];
    let mut count = 0;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'"' => count += 1,
            b'\'' | b'`' if text.get(at + 1) == Some(&text[at]) => {
                count += 1;
                at += 1;
            }
            // A single mark apart from letters on both sides.
            b'\''
                if text.get(at + 1).is_none_or(u8::is_ascii_whitespace)
                    && at.checked_sub(1).is_none_or(|i| text[i].is_ascii_whitespace()) =>
            {
                count += 1;
            }
            _ => {}
        }
        at += 1;
    }
    count % 2 == 1
}

/// The length of `[1]`, `[2–11]` or `[7, 8]`, and of `[…]` for what was left out.
fn footnote(text: &[u8]) -> Option<usize> {
    for gap in [&b"[...]"[..], "[…]".as_bytes()] {
        if text.starts_with(gap) {
            return Some(gap.len());
        }
    }
    let inner =
        text.iter().skip(1).take(12).take_while(|b| b.is_ascii_digit() || b", -\xE2\x80\x93".contains(b));
    let length = inner.count() + 1;
    (length > 1 && text[1].is_ascii_digit() && text.get(length) == Some(&b']')).then_some(length + 1)
}

/// The word that ends at `end`; a single space between is skipped (`Mr . Smith`).
pub(super) fn word_before(text: &[u8], end: usize, floor: usize) -> (usize, &[u8]) {
    let mut end = end;
    if end > floor && text[end - 1] == b' ' {
        end -= 1;
    }
    // Most words are letters alone after a space.
    if let Some(last) = text[floor..end].last_chunk() {
        let letters = (scan::word(last).0 << (u32::BITS as usize - scan::WORD)).leading_ones() as usize;
        if letters < scan::WORD && last[scan::WORD - 1 - letters] == b' ' {
            return (end - letters, &text[end - letters..end]);
        }
    }
    let least = end.saturating_sub(WORD).max(floor);
    let mut start = end;
    while start > least {
        let byte = text[start - 1];
        if byte.is_ascii_alphanumeric() || byte >= 0x80 || matches!(byte, b'.' | b'\'' | b'&' | b'-') {
            start -= 1;
        } else {
            break;
        }
    }
    // Curly and bracket-like openers are no letters.
    while let [0xE2, 0x80, _, rest @ ..] = &text[start..end] {
        start = end - rest.len();
    }
    let word = &text[start..end];
    (start, word)
}

/// What the first letter, digit or mark of the next word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A capital, or a letter of a script without case.
    Upper,
    Lower,
    Digit,
    /// A bullet or the label of a list item.
    Item,
    Other,
    /// The text or the block ends.
    End,
}

/// The next word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Next {
    /// Where the next sentence would begin.
    pub start: usize,
    /// Its first letter or digit, after marks that open.
    pub first: usize,
    pub class: Class,
    /// A quotation mark opens it.
    pub quote: bool,
    /// A bracket opens it.
    pub bracket: bool,
    /// A dash comes first.
    pub dash: bool,
    /// An ellipsis comes first.
    pub dots: bool,
}

impl Next {
    /// Reads on from `end`, which is white space or the end of the text.
    pub(super) fn read(text: &str, layout: &Layout, end: usize) -> Next {
        let bytes = text.as_bytes();
        let mut next = Next {
            start: end,
            first: end,
            class: Class::End,
            quote: false,
            bracket: false,
            dash: false,
            dots: false,
        };
        let Some(start) = skip_space(text, layout, end) else { return next };
        next.start = start;
        next.first = start;
        if start == bytes.len() {
            return next;
        }
        if label::begins(bytes, start) {
            next.class = Class::Item;
            return next;
        }
        // Openers are few; eight of them are no text.
        for _ in 0..8 {
            let length = match &bytes[next.first..] {
                [b'"' | b'\'' | b'`', ..] => {
                    next.quote = true;
                    1
                }
                [0xE2, 0x80, 0x9C | 0x98, ..] => {
                    next.quote = true;
                    3
                }
                [0xC2, 0xAB, ..] => {
                    next.quote = true;
                    2
                }
                [b'(' | b'[' | b'{' | b'<', ..] => {
                    next.bracket = true;
                    1
                }
                [0xC2, 0xBF | 0xA1, ..] => 2,
                [b'-' | b'*' | b'_', ..] => {
                    next.dash = true;
                    1
                }
                [0xE2, 0x80, 0x93 | 0x94, ..] => {
                    next.dash = true;
                    3
                }
                [b'.', b'.' | b' ', ..] | [b'.'] => {
                    next.dots = true;
                    1
                }
                [0xE2, 0x80, 0xA6, ..] => {
                    next.dots = true;
                    3
                }
                [b' ', ..] if next.first > start => 1,
                _ => break,
            };
            next.first += length;
        }
        next.class = match text[next.first..].chars().next() {
            None => Class::Other,
            Some(c) if c.is_lowercase() => Class::Lower,
            Some(c) if c.is_alphabetic() => Class::Upper,
            Some(c) if c.is_numeric() => Class::Digit,
            Some(_) => Class::Other,
        };
        next
    }
}

/// The first byte after the white space at `at`; none when a block ends in it.
fn skip_space(text: &str, layout: &Layout, mut at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | 0x0B | 0x0C) => at += 1,
            Some(b'\n' | b'\r') => {
                let line = layout.read(bytes, at);
                if line.hard {
                    return None;
                }
                at = line.resume;
            }
            Some(0x80..) => match text[at..].chars().next() {
                Some(c) if c.is_whitespace() => at += c.len_utf8(),
                _ => return Some(at),
            },
            _ => return Some(at),
        }
    }
}

/// The letters, digits, apostrophes and hyphens from `at` on, forty bytes at most.
pub(super) fn word_at(text: &[u8], at: usize) -> &[u8] {
    let rest = &text[at..];
    // Most words are letters alone.
    if let Some(first) = rest.first_chunk() {
        let length = scan::word(first).0.trailing_ones() as usize;
        if length < scan::WORD && matches!(first[length], b' ' | b',' | b'.') {
            return &rest[..length];
        }
    }
    let length = rest
        .iter()
        .take(WORD)
        .take_while(|&&b| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'\'' | b'-'))
        .count();
    let mut word = &rest[..length];
    if word.is_ascii() {
        return word;
    }
    // A curly mark or dash that is no apostrophe ends the word.
    if let Some(cut) = word.windows(3).position(|w| matches!(w, [0xE2, 0x80, 0x90..=0x98 | 0x9A..=0xBF])) {
        word = &word[..cut];
    }
    word
}
