//! Quotation marks: which stretches of a text stand between them.
//!
//! A reader of one paragraph at a time that knows all mark styles of the
//! English-language news (`“ ”`, `" "`, `‘ ’`, `' '`, ``` `` '' ```, `« »`,
//! `„ “`), also several in one document. Apostrophes, feet and inches are no
//! marks. A quote reopened in each paragraph needs its closing mark only at
//! the end; any other missing mark is put right inside its paragraph and the
//! result says so. Only the outermost marks count: what is quoted inside a
//! quote belongs to it.
//!
//! Whether a stretch is *speech* is not decided here.
//!
//! One pass, constant work per mark: time is linear whatever the text.
//!
//! ```
//! use saidwho::quotes::marks::Marks;
//! let text = "“We’re in,” she said.";
//! let mut marks = Marks::default();
//! marks.read(text, [0..text.len()]);
//! assert_eq!(marks.quoted()[0].inner.of(text), "We’re in,");
//! ```

use std::ops::Range;

use super::words::{Classes, Lexicon, word_in_text};
use crate::Span;

/// What had to be put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Both marks stand in the text.
    None,
    /// It ends with its paragraph and the next paragraph opens again: correct as it is.
    Reopened,
    /// The closing mark is missing.
    Unclosed,
    /// The opening mark is missing.
    Unopened,
}

/// A stretch between quotation marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// With its marks.
    pub span: Span,
    /// Without its marks.
    pub inner: Span,
    /// Whether its marks are single ones.
    pub single: bool,
    /// What had to be put right.
    pub repair: Repair,
}

/// Reads marks; keeps its memory from text to text.
#[derive(Debug, Default)]
pub struct Marks {
    quoted: Vec<Quoted>,
    marks: Vec<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `“ ” „ ‟`
    Curly,
    /// `"`
    Straight,
    /// `''`, `` `` ``, `’’`
    Doubled,
    /// `« »`
    Guillemet,
    /// `' ’ ‘ ‚ ‹ ›`
    Single,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    start: usize,
    end: usize,
    style: Style,
    /// Its shape or its neighbours let it open.
    opens: bool,
    /// Its shape or its neighbours let it close.
    closes: bool,
    /// For a single mark: surely no apostrophe, because punctuation stands before it.
    strong: bool,
}

impl Marks {
    /// The stretches found by the last [`Marks::read`], in text order, not overlapping.
    pub fn quoted(&self) -> &[Quoted] {
        &self.quoted
    }

    /// Reads `text`, whose paragraphs are the byte ranges `paragraphs` in text order.
    pub fn read(&mut self, text: &str, paragraphs: impl IntoIterator<Item = Range<usize>>) {
        self.quoted.clear();
        for paragraph in paragraphs {
            self.marks.clear();
            find(text, paragraph.clone(), &mut self.marks);
            let first = self.quoted.len();
            self.pair(text, paragraph.clone());
            self.continue_last(text, paragraph, first);
        }
    }

    /// Marks the last stretch of the paragraph before as reopened by the first of this one.
    fn continue_last(&mut self, text: &str, paragraph: Range<usize>, first: usize) {
        let (before, here) = self.quoted.split_at_mut(first);
        if let (Some(last), Some(this)) = (before.last_mut(), here.first())
            && last.repair == Repair::Unclosed
            && this.repair != Repair::Unopened
            && text[paragraph.start..this.span.start()].trim().is_empty()
            && text[last.span.end()..paragraph.start].trim().is_empty()
        {
            last.repair = Repair::Reopened;
        }
    }

    fn pair(&mut self, text: &str, paragraph: Range<usize>) {
        let marks = std::mem::take(&mut self.marks);
        let mut at = 0;
        // Where the text that no stretch has taken yet begins.
        let mut free = paragraph.start;
        while at < marks.len() {
            let mark = marks[at];
            let next = if mark.style == Style::Single {
                mark.opens.then(|| single(&marks, at)).flatten().inspect(|&close| {
                    self.push(mark.start..marks[close].end, mark.end..marks[close].start, true, Repair::None);
                })
            } else if mark.opens {
                Some(self.double(text, &marks, at, paragraph.end))
            } else {
                self.unopened(text, free, mark).then_some(at)
            };
            if let Some(last) = next {
                free = self.quoted.last().map_or(free, |q| q.span.end());
                at = last + 1;
                // A repair may end before later marks that it looked at.
                while at < marks.len() && marks[at].start < free {
                    at += 1;
                }
            } else {
                at += 1;
            }
        }
        self.marks = marks;
    }

    /// Closes the double mark `open` and returns the last mark taken.
    fn double(&mut self, text: &str, marks: &[Mark], open: usize, end: usize) -> usize {
        let opening = marks[open];
        let mut depth = 1;
        for (at, mark) in marks.iter().enumerate().skip(open + 1) {
            if mark.style == Style::Single {
                continue;
            }
            let alike = mark.style == opening.style;
            let both = mark.opens && mark.closes;
            if mark.closes
                && (!both || depth == 1 || mark.style == Style::Straight)
                && (alike || depth == 1 && (!mark.opens || !has_closer(marks, at, opening)))
            {
                depth -= 1;
                if depth == 0 {
                    self.push(opening.start..mark.end, opening.end..mark.start, false, Repair::None);
                    return at;
                }
            } else if mark.opens && alike {
                let between = text[opening.end..mark.start].trim_end();
                if between.ends_with(['.', '!', '?', ',', ':']) && !closes_later(marks, at, depth + 1) {
                    // The old one was never closed: it ends where the attribution must begin.
                    let stop = opening.end + sentence_end(between);
                    self.push(opening.start..stop, opening.end..stop, false, Repair::Unclosed);
                    return at - 1;
                }
                if mark.style != Style::Straight {
                    depth += 1;
                }
            }
        }
        let stop = text[..end].trim_end().len().max(opening.end);
        self.push(opening.start..stop, opening.end..stop, false, Repair::Unclosed);
        marks.len() - 1
    }

    /// A closing mark without an opening one: the quote begins with its sentence.
    fn unopened(&mut self, text: &str, free: usize, mark: Mark) -> bool {
        let before = &text[free..mark.start];
        // Only speech is worth guessing: it ends in punctuation, or a comma before the attribution.
        if !before.ends_with([',', '.', '!', '?', '…']) {
            return false;
        }
        let body = before.trim_end_matches([',', '.', '!', '?', '…']);
        let start = body.rfind([':', '.', '!', '?', '\n']).map_or(0, |at| at + 1);
        let lead = before[start..].len() - before[start..].trim_start().len();
        let start = free + start + lead;
        if mark.start.saturating_sub(start) < 8 {
            return false;
        }
        self.push(start..mark.end, start..mark.start, false, Repair::Unopened);
        true
    }

    fn push(&mut self, span: Range<usize>, inner: Range<usize>, single: bool, repair: Repair) {
        if inner.start < inner.end {
            self.quoted.push(Quoted { span: span.into(), inner: inner.into(), single, repair });
        } else if repair == Repair::None {
            // An empty pair quotes nothing.
        }
    }
}

/// Whether a mark of `opening`'s own style may still close it after `at`.
///
/// Looks at the next few marks only, which keeps the reader linear.
fn has_closer(marks: &[Mark], at: usize, opening: Mark) -> bool {
    marks[at + 1..].iter().take(8).any(|m| m.style == opening.style && m.closes)
}

/// Whether enough closing marks follow for `depth` open ones; looks at the next few marks only.
fn closes_later(marks: &[Mark], at: usize, depth: usize) -> bool {
    let style = marks[at].style;
    let mut open = depth;
    for mark in marks[at + 1..].iter().take(8).filter(|m| m.style == style) {
        if mark.closes {
            open -= 1;
            if open == 0 {
                return true;
            }
        } else if mark.opens {
            return false;
        }
    }
    false
}

/// Where in `between`, the text up to a second opening mark, the quote that was never closed ends:
/// after its last comma if what follows can be an attribution, else at its end.
fn sentence_end(between: &str) -> usize {
    match between.trim_end_matches(['.', ':', ',']).rfind([',', '.', '?', '!']) {
        Some(at) if between.len() - at < 60 => at + 1,
        _ => between.len(),
    }
}

/// The mark that closes the single mark `open`: the first before the next opening one that can be
/// no apostrophe, else the last that can close.
fn single(marks: &[Mark], open: usize) -> Option<usize> {
    let mut best = None;
    for (at, mark) in marks.iter().enumerate().skip(open + 1) {
        if mark.style != Style::Single {
            continue;
        }
        if mark.closes {
            if mark.strong {
                return Some(at);
            }
            best = Some(at);
        } else if mark.opens {
            break;
        }
    }
    best
}

fn find(text: &str, paragraph: Range<usize>, marks: &mut Vec<Mark>) {
    let bytes = text.as_bytes();
    let mut at = paragraph.start;
    while at < paragraph.end {
        let (width, style, shape) = match bytes[at] {
            b'"' => (1, Style::Straight, Shape::Either),
            b'\'' | b'`' if bytes.get(at + 1) == Some(&bytes[at]) && at + 1 < paragraph.end => {
                (2, Style::Doubled, if bytes[at] == b'`' { Shape::Opening } else { Shape::Either })
            }
            b'\'' | b'`' => (1, Style::Single, Shape::Either),
            0xC2 if bytes[at + 1] == 0xAB => (2, Style::Guillemet, Shape::Opening),
            0xC2 if bytes[at + 1] == 0xBB => (2, Style::Guillemet, Shape::Closing),
            0xE2 if bytes[at + 1] == 0x80 => match bytes[at + 2] {
                twin @ (0x98 | 0x99)
                    if text.as_bytes()[at + 3..paragraph.end].starts_with(&[0xE2, 0x80, twin]) =>
                {
                    (6, Style::Doubled, if twin == 0x98 { Shape::Opening } else { Shape::Closing })
                }
                0x98 | 0x9A | 0xB9 => (3, Style::Single, Shape::Opening),
                0x99 | 0xBA => (3, Style::Single, Shape::Closing),
                0x9C => (3, Style::Curly, Shape::Opening),
                0x9E | 0x9F => (3, Style::Curly, Shape::Low),
                0x9D => (3, Style::Curly, Shape::Closing),
                _ => {
                    at += 3;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        let end = (at + width).min(paragraph.end);
        let before = text[paragraph.start..at].chars().next_back();
        let after = text[end..paragraph.end].chars().next();
        if let Some(mark) = judge(text, at..end, style, shape, before, after, marks.last()) {
            marks.push(mark);
        }
        at = end;
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Opening,
    Closing,
    /// `„`: opens, and lets `“` close.
    Low,
    Either,
}

fn judge(
    text: &str,
    span: Range<usize>,
    style: Style,
    shape: Shape,
    before: Option<char>,
    after: Option<char>,
    last: Option<&Mark>,
) -> Option<Mark> {
    let word_before = before.is_some_and(char::is_alphanumeric);
    let word_after = after.is_some_and(char::is_alphanumeric);
    let space_before = before.is_none_or(char::is_whitespace);
    let space_after = after.is_none_or(char::is_whitespace);
    let mut mark =
        Mark { start: span.start, end: span.end, style, opens: false, closes: false, strong: false };
    match (style, shape) {
        (Style::Single, _) => {
            // Feet, minutes: a digit before.
            let digit_before = before.is_some_and(|c| c.is_ascii_digit());
            mark.opens = !word_before && !space_after && shape != Shape::Closing
                || shape == Shape::Closing
                    && text[span.clone()].starts_with('\'')
                    && !word_before
                    && !space_after;
            if mark.opens {
                let rest = &text[span.end..];
                let stop = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len()).min(12);
                let next = rest.get(..stop).unwrap_or_default();
                let elided = Lexicon::shipped().get(word_in_text(next)).classes.any(Classes::ELISION)
                    || next.starts_with(|c: char| c.is_ascii_digit());
                if elided && shape != Shape::Opening {
                    mark.opens = false;
                }
            }
            // 6' 2" is a measure.
            let measure = digit_before && space_after && shape == Shape::Either;
            mark.closes = !(space_before || word_after || measure || shape == Shape::Opening);
            mark.strong = mark.closes && !before.is_some_and(|c| c == 's' || c == 'S' || c == 'z');
        }
        (_, Shape::Opening) => {
            // “ closes a „, and typists close with it.
            mark.opens = !space_after || space_before;
            mark.closes = !mark.opens || word_before && !word_after;
            if style == Style::Curly && mark.closes && !space_before {
                mark.opens = false;
            }
            if style == Style::Guillemet && !space_before && space_after {
                mark.opens = false;
                mark.closes = true;
            }
        }
        (_, Shape::Low) => mark.opens = true,
        (_, Shape::Closing) => {
            // » may open in German and Danish style, and typists open with ”.
            let reversed = space_before && !space_after && !matches!(after, Some(',' | '.'));
            mark.opens = reversed;
            mark.closes = !reversed;
        }
        (_, Shape::Either) => {
            let digit_before = before.is_some_and(|c| c.is_ascii_digit());
            // 6'2": inches after feet.
            let feet =
                digit_before && last.is_some_and(|m| m.style == Style::Single && span.start - m.end <= 2);
            let feet = feet
                || digit_before && {
                    let head = text[..span.start].trim_end_matches(|c: char| c.is_ascii_digit());
                    span.start - head.len() <= 2 && head.ends_with(['\'', '’', '′'])
                };
            if feet {
                return None;
            }
            mark.opens = !space_after && !word_before;
            mark.closes = !space_before || space_after;
            if mark.opens && mark.closes {
                // Between punctuation on both sides: after an opening bracket or dash it opens.
                if matches!(before, Some('(' | '[' | '—' | '–' | '-' | '/')) && word_after {
                    mark.closes = before == Some('—') || before == Some('-') || before == Some('–');
                }
            }
            // Glued on both sides ("said"We"): it can be either.
            if word_before && word_after {
                mark.opens = true;
            }
        }
    }
    (mark.opens || mark.closes).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(&str, Repair)> {
        let mut paragraphs = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            if end > start {
                paragraphs.push(start..end);
            }
            start += line.len();
        }
        let mut marks = Marks::default();
        marks.read(text, paragraphs);
        marks.quoted().iter().map(|q| (q.inner.of(text), q.repair)).collect()
    }

    fn inner(text: &str) -> Vec<&str> {
        read(text).into_iter().map(|(inner, _)| inner).collect()
    }

    #[test]
    fn every_style() {
        assert_eq!(inner("“One two,” she said."), ["One two,"]);
        assert_eq!(inner("\"One two,\" she said."), ["One two,"]);
        assert_eq!(inner("‘One two,’ she said."), ["One two,"]);
        assert_eq!(inner("'One two,' she said."), ["One two,"]);
        assert_eq!(inner("``One two,'' she said."), ["One two,"]);
        assert_eq!(inner("''One two,'' she said."), ["One two,"]);
        assert_eq!(inner("‘‘One two,’’ she said."), ["One two,"]);
        assert_eq!(inner("« One two », she said."), [" One two "]);
        assert_eq!(inner("„One two“, she said."), ["One two"]);
        assert_eq!(inner("»One two«, she said."), ["One two"]);
    }

    #[test]
    fn styles_may_be_mixed() {
        assert_eq!(
            inner("\"One,\" he said. “Two,” she said. 'Three,' they said."),
            ["One,", "Two,", "Three,"]
        );
    }

    #[test]
    fn apostrophes_are_no_marks() {
        assert_eq!(inner("The boys’ coach didn't like the '90s or rock 'n' roll."), [""; 0]);
        assert_eq!(inner("It's the Joneses' house; 'tis old."), [""; 0]);
        assert_eq!(inner("'It's the teachers' fault,' he said."), ["It's the teachers' fault,"]);
    }

    #[test]
    fn feet_and_inches_are_no_marks() {
        assert_eq!(inner("The 6'2\" guard and the 5' 11\" wing left. \"Go,\" he said."), ["Go,"]);
    }

    #[test]
    fn inner_quotes_belong_to_the_outer_one() {
        assert_eq!(
            inner("“She told me ‘never again’ and left,” he said."),
            ["She told me ‘never again’ and left,"]
        );
        assert_eq!(inner("'She said \"no\" to me,' he said."), ["She said \"no\" to me,"]);
        assert_eq!(inner("“He called it “a mess” again,” she said."), ["He called it “a mess” again,"]);
    }

    #[test]
    fn a_quote_reopened_in_each_paragraph_is_whole() {
        assert_eq!(
            read("“One two three.\n\n“Four five.”\n"),
            [("One two three.", Repair::Reopened), ("Four five.", Repair::None)]
        );
    }

    #[test]
    fn a_missing_closing_mark_ends_with_the_paragraph() {
        assert_eq!(
            read("“One two three.\n\nShe left. “Four five,” he said.\n"),
            [("One two three.", Repair::Unclosed), ("Four five,", Repair::None)]
        );
    }

    #[test]
    fn a_missing_opening_mark_opens_with_the_sentence() {
        assert_eq!(
            read("It rained. We will play tomorrow,” said Amina Diallo."),
            [("We will play tomorrow,", Repair::Unopened)]
        );
    }

    proptest! {
        #[test]
        fn stretches_are_in_order_and_inside(text in "([a-z,. ]|\\PC|[\"'“”‘’«»„`\n]){0,200}") {
            let mut marks = Marks::default();
            let whole = text.trim_end().len();
            marks.read(&text, std::iter::once(0..whole));
            let mut last = 0;
            for quoted in marks.quoted() {
                prop_assert!(quoted.span.start() >= last);
                prop_assert!(quoted.span.contains(quoted.inner));
                prop_assert!(text.is_char_boundary(quoted.span.start()) && text.is_char_boundary(quoted.span.end()));
                prop_assert!(text.is_char_boundary(quoted.inner.start()) && text.is_char_boundary(quoted.inner.end()));
                last = quoted.span.end();
            }
        }
    }

    #[test]
    fn a_hundred_thousand_marks_take_linear_work() {
        for mark in
            ["\"", "'", "“", "”", "‘", "’", "«", "»", "''", "\" ", " \"", "a' '", ",\" ", "“a.", "a,”"]
        {
            let text = mark.repeat(100_000);
            let mut marks = Marks::default();
            marks.read(&text, std::iter::once(0..text.len()));
        }
    }
}
