//! The tokens of a sentence, cut as news needs them.
//!
//! A word is a run of letters and digits, by Unicode's word boundaries (UAX #29)
//! wherever it leaves ASCII, joined over the marks that belong to it: hyphens in
//! names, apostrophes that are no ending, periods of abbreviations, separators
//! in numbers. A period that ends the sentence never stays on a name.

use unicode_segmentation::UnicodeSegmentation;

use super::lexicon::{Abbreviation, Lexicon};
use super::{scan, shape};
use crate::Span;
use crate::annotations::{Case, Token, TokenKind};

/// The longest stretch that Unicode's rules are asked about, in bytes.
const LONGEST_SEGMENT: usize = 256;

/// The longest word that can be an abbreviation with inner periods, in bytes.
const LONGEST_ACRONYM: usize = 16;

/// The tokens of one sentence, in order. Allocates nothing.
///
/// ```
/// use saidwho::{Span, text::Tokens};
/// let text = "Bashar al-Assad's U.S. aide, @jo, paid $4.5bn in Gaza.";
/// let words: Vec<&str> = Tokens::new(text, Span::new(0, text.len())).map(|t| t.span.of(text)).collect();
/// assert_eq!(
///     words,
///     ["Bashar", "al-Assad", "'s", "U.S.", "aide", ",", "@jo", ",", "paid", "$4.5bn", "in", "Gaza", "."]
/// );
/// ```
#[derive(Clone)]
pub struct Tokens<'t> {
    /// The text up to the sentence's end.
    text: &'t str,
    start: usize,
    at: usize,
    /// A single quotation mark is open, so that the next one closes it.
    single_open: bool,
    /// The last token was the mark of a possessive that a space has torn: "China ’ s".
    torn: bool,
    /// The last token was a number.
    after_number: bool,
}

impl<'t> Tokens<'t> {
    /// Prepares to read the sentence at `sentence`, which must be a span of `text`.
    ///
    /// # Panics
    /// When it is not: its ends lie outside the text or inside a character.
    pub fn new(text: &'t str, sentence: Span) -> Self {
        Tokens {
            text: &text[..sentence.end()],
            start: sentence.start(),
            at: sentence.start(),
            single_open: false,
            torn: false,
            after_number: false,
        }
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// Whether a letter or digit stands at `at`.
    fn alphanumeric(&self, at: usize) -> bool {
        match self.byte(at) {
            byte @ ..0x80 => byte.is_ascii_alphanumeric(),
            _ => self.text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric),
        }
    }

    fn digit(&self, at: usize) -> bool {
        self.byte(at).is_ascii_digit()
    }

    /// Whether a letter or digit ends just before `at`.
    fn after_alphanumeric(&self, at: usize) -> bool {
        at > self.start && self.text[self.start..at].chars().next_back().is_some_and(char::is_alphanumeric)
    }

    /// Whether nothing, white space or an opening mark stands before `at`.
    fn after_gap(&self, at: usize) -> bool {
        at == self.start
            || self.text[self.start..at]
                .chars()
                .next_back()
                .is_some_and(|c| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“' | '‘' | '\''))
    }

    /// First byte after the run of letters and digits at `at`, and after the marks and joiners that Unicode binds to it.
    fn run(&self, at: usize) -> usize {
        let bytes = self.bytes();
        let mut end = at;
        while end < bytes.len() && (bytes[end].is_ascii_alphanumeric() || bytes[end] == b'_') {
            end += 1;
        }
        if end == bytes.len() || bytes[end] < 0x80 {
            return end;
        }
        // Beyond ASCII, Unicode says where the word ends; its apostrophes and periods are joined by our rules.
        let segment = self.segment(at);
        let inner =
            |c: char| c.is_whitespace() || (!c.is_alphanumeric() && c != '_' && shape::is_punctuation(c));
        let length = segment.find(inner).unwrap_or(segment.len());
        (at + length).max(end)
    }

    /// What Unicode's word boundaries keep together at `at`, up to the next mark or white space of ASCII
    /// or the next general punctuation mark: over those, our own rules join.
    ///
    /// The look ahead is bounded: a chunk of a hundred megabytes without a
    /// boundary must not be read again for each of its tokens.
    fn segment(&self, at: usize) -> &'t str {
        let bytes = &self.bytes()[..self.text.floor_char_boundary(at + LONGEST_SEGMENT)];
        let first = self.text[at..].chars().next().map_or(0, char::len_utf8);
        let mark = |i: usize| match bytes[i] {
            byte @ ..0x80 => !byte.is_ascii_alphanumeric() && byte != b'_',
            0xE2 => matches!(bytes[i..], [_, 0x80, 0x90..=0xBF, ..]),
            _ => false,
        };
        let end = (at + first..bytes.len()).find(|&i| mark(i)).unwrap_or(bytes.len());
        self.text[at..end].split_word_bounds().next().unwrap_or_default()
    }

    /// The length of an apostrophe at `at`, 0 when there is none.
    fn apostrophe(&self, at: usize) -> usize {
        match self.bytes().get(at..) {
            Some([b'\'', ..]) => 1,
            Some([0xE2, 0x80, 0x99, ..]) => 3,
            _ => 0,
        }
    }

    /// The length of the clitic at `at` with its apostrophe: `'s`, `’ll`; 0 when there is none.
    fn clitic(&self, at: usize) -> usize {
        let mark = self.apostrophe(at);
        if mark == 0 {
            return 0;
        }
        let end = self.run(at + mark);
        let tail = &self.bytes()[at + mark..end];
        let known =
            [&b"s"[..], b"re", b"ve", b"ll", b"d", b"m"].iter().any(|known| known.eq_ignore_ascii_case(tail));
        if known { end - at } else { 0 }
    }

    /// First byte after the word, number or address at `start`.
    fn word(&self, start: usize) -> usize {
        let bytes = self.bytes();
        let mut end = self.run(start);
        // Where the part after the last joint begins.
        let mut part = start;
        loop {
            let joint = match bytes.get(end..).unwrap_or_default() {
                [b'-', ..] if self.alphanumeric(end + 1) => 1,
                // The hyphens ‐ and ‑.
                [0xE2, 0x80, 0x90 | 0x91, ..] if self.alphanumeric(end + 3) => 3,
                [b'&', ..] if self.capitals(part, end) && self.byte(end + 1).is_ascii_uppercase() => 1,
                [b',' | b':' | b'/', ..] if self.digit(end - 1) && self.digit(end + 1) => 1,
                [b'$', ..] if end - start <= 3 && self.capitals(start, end) && self.digit(end + 1) => 1,
                [b'@', ..] if self.alphanumeric(end + 1) => return self.address(end + 1),
                [b'.', ..] => match self.period(start, part, end) {
                    Period::Joint => 1,
                    Period::Last => {
                        end += 1;
                        // "U.S.-led"
                        if bytes.get(end) == Some(&b'-') && self.alphanumeric(end + 1) {
                            1
                        } else {
                            return end;
                        }
                    }
                    Period::Mark => return end,
                },
                _ => match self.apostrophe(end) {
                    0 => return end,
                    mark if self.alphanumeric(end + mark) && self.clitic(end) == 0 => mark,
                    _ => return end,
                },
            };
            part = end + joint;
            end = self.run(part);
            if end == part {
                // What Unicode calls a letter but binds to nothing; at least its own bytes.
                end += self.text[part..].chars().next().map_or(0, char::len_utf8);
            }
        }
    }

    fn capitals(&self, start: usize, end: usize) -> bool {
        start < end && self.bytes()[start..end].iter().all(u8::is_ascii_uppercase)
    }

    /// What the period at `at` is to the word that began at `start`, its last part at `part`.
    fn period(&self, start: usize, part: usize, at: usize) -> Period {
        let bytes = self.bytes();
        let word = &bytes[start..at];
        let letter = at - part == 1 && bytes[part].is_ascii_alphabetic();
        let letters = letter
            && word.len() <= LONGEST_ACRONYM
            && word.split(|&b| b == b'.').all(|p| p.len() == 1)
            && !word[0].is_ascii_digit();
        if self.alphanumeric(at + 1) {
            let next = self.run(at + 1);
            if letters && next == at + 2 && !self.digit(at + 1) {
                return Period::Joint;
            }
            if self.digit(at - 1) && self.digit(at + 1) {
                return Period::Joint;
            }
            let whole = &bytes[start..next];
            if whole.len() <= 8 && Lexicon::get().abbreviation(whole).is_some() {
                return Period::Joint;
            }
            if letters || self.abbreviation(word).is_some() {
                // "J.K.Rowling", "Mr.Smith"
                return Period::Last;
            }
            // "Amazon.com", "Node.js"; "word.Word" are two that lack a space.
            return if bytes[at + 1].is_ascii_lowercase() { Period::Joint } else { Period::Mark };
        }
        if self.byte(at + 1) == b'.' {
            return Period::Mark;
        }
        let last = self.closes(at + 1);
        if letters {
            // A single letter at the end is a grade or the pronoun, not an initial.
            return if word.len() > 1 || (!last && word[0].is_ascii_uppercase()) {
                Period::Last
            } else {
                Period::Mark
            };
        }
        match self.abbreviation(word) {
            None => Period::Mark,
            Some(Abbreviation::Measure | Abbreviation::Number) if last => Period::Mark,
            Some(Abbreviation::Measure) if !self.after_number => Period::Mark,
            Some(_) => Period::Last,
        }
    }

    fn abbreviation(&self, word: &[u8]) -> Option<Abbreviation> {
        let tail = &word[word.len().saturating_sub(LONGEST_ACRONYM)..];
        let tail = tail.rsplit(|&b| b == b'-').next().unwrap_or(tail);
        Lexicon::get().abbreviation(tail)
    }

    /// Whether only closing marks follow up to the end of the sentence.
    fn closes(&self, at: usize) -> bool {
        let rest = &self.text[at..];
        rest.len() < 16 && rest.chars().all(|c| matches!(c, '"' | '\'' | '”' | '’' | ')' | ']' | '»'))
    }

    /// First byte after the address whose inside is at `at`.
    fn address(&self, at: usize) -> usize {
        let stops = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”' | '|' | '(');
        let rest = &self.text[at..];
        let length = rest.find(stops).unwrap_or(rest.len());
        // Marks at the end belong to the sentence.
        let inside = rest[..length].trim_end_matches(|c: char| {
            matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '?'
                    | ')'
                    | ']'
                    | '}'
                    | '\''
                    | '’'
                    | '‘'
                    | '…'
                    | '—'
                    | '–'
                    | '*'
            )
        });
        at + inside.len()
    }

    /// A token that begins with an apostrophe or single quotation mark of `mark` bytes.
    fn quote(&mut self, at: usize, mark: usize) -> (usize, TokenKind) {
        let end = at + mark;
        if mark == 1 && self.byte(end) == b'\'' {
            return (end + 1, TokenKind::Punctuation);
        }
        let attached = self.after_alphanumeric(at) || (at > self.start && self.byte(at - 1) == b'.');
        let clitic = self.clitic(at);
        if attached && clitic > 0 {
            return (at + clitic, TokenKind::Possessive);
        }
        if let [b' ', b's', after @ ..] = &self.bytes()[end..]
            && after.first().is_none_or(|b| matches!(b, b' ' | b',' | b'.'))
        {
            self.torn = true;
            return (end, TokenKind::Possessive);
        }
        if attached {
            let plural = matches!(self.byte(at - 1), b's' | b'S' | b'z' | b'x');
            let closing = std::mem::take(&mut self.single_open);
            let kind = if plural && !closing { TokenKind::Possessive } else { TokenKind::Punctuation };
            return (end, kind);
        }
        if self.alphanumeric(end) {
            let tail = self.run(end);
            let word = &self.bytes()[end..tail];
            // "'90s" and the words that begin with what they leave out.
            let decade =
                matches!(word, [b'0'..=b'9', b'0'..=b'9', rest @ ..] if rest.is_empty() || rest == b"s");
            let elided = [&b"tis"[..], b"twas", b"em", b"til", b"cause", b"nuff", b"cos", b"bout"]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(word));
            if decade || elided {
                return (tail, if decade { TokenKind::Number } else { TokenKind::Word });
            }
            self.single_open = true;
        } else {
            self.single_open = false;
        }
        (end, TokenKind::Punctuation)
    }

    /// The end and case of the word at `at`, when it is of letters alone and nothing that could
    /// go on with it follows, as most are.
    #[inline]
    fn plain(&self, at: usize) -> Option<(usize, Case)> {
        let (letters, upper) = scan::word(self.bytes()[at..].first_chunk()?);
        let length = letters.trailing_ones();
        let end = at + length as usize;
        // What a word may be joined over, or an address begin with, is for `read`.
        let stops = matches!(self.byte(end), b' ' | b',' | b';' | b'"' | b')' | b'!' | b'?' | b'\n' | b'\r');
        if length == 0 || length as usize >= scan::WORD || !stops || self.torn {
            return None;
        }
        let capitals = (upper & ((1 << length) - 1)).count_ones();
        let case = match capitals {
            0 => Case::Lower,
            1 if upper & 1 == 1 => Case::Title,
            _ if capitals == length => Case::Upper,
            _ => Case::Mixed,
        };
        Some((end, case))
    }

    /// The end and kind of the token at `at`, which is no white space.
    fn read(&mut self, at: usize) -> (usize, TokenKind) {
        let rest = &self.text[at..];
        let bytes = rest.as_bytes();
        let torn = std::mem::take(&mut self.torn);
        if self.alphanumeric(at) {
            if matches!(bytes[0], b'h' | b'H' | b'w' | b'W') && link(bytes) {
                return (self.address(at).max(self.run(at)), TokenKind::Address);
            }
            let end = self.word(at).max(at + 1);
            let word = &self.text[at..end];
            let kind = if torn && word == "s" {
                TokenKind::Possessive
            } else if word.contains('@') {
                TokenKind::Address
            } else {
                shape::kind(word)
            };
            return (end, kind);
        }
        let mark = self.apostrophe(at);
        if mark > 0 {
            return self.quote(at, mark);
        }
        match bytes {
            [b'@' | b'#', ..] if self.alphanumeric(at + 1) && !self.after_alphanumeric(at) => {
                return (self.run(at + 1), TokenKind::Handle);
            }
            [b'.' | b'$', next, ..] if next.is_ascii_digit() => {
                return (self.word(at + 1), TokenKind::Number);
            }
            [b'$', b'.', next, ..] if next.is_ascii_digit() => return (self.word(at + 2), TokenKind::Number),
            [b'-' | b'+', next, ..] if next.is_ascii_digit() && self.after_gap(at) => {
                return (self.word(at + 1), TokenKind::Number);
            }
            // Runs that are one mark.
            [mark @ (b'.' | b'-' | b'`' | b'!' | b'?' | b'*' | b'=' | b'_' | b'~'), ..] => {
                let length = bytes.iter().take_while(|b| *b == mark).count();
                let kind =
                    if matches!(mark, b'=' | b'~') { TokenKind::Symbol } else { TokenKind::Punctuation };
                return (at + length, kind);
            }
            _ => {}
        }
        let Some(c) = rest.chars().next() else { return (at, TokenKind::Symbol) };
        let end = at + c.len_utf8();
        if matches!(c, '£' | '€' | '¥' | '₹' | '₦' | '₩' | '−') && self.digit(end) {
            return (self.word(end), TokenKind::Number);
        }
        if c == '‘' {
            self.single_open = true;
        }
        if c.is_ascii() || shape::is_punctuation(c) {
            let kind = if shape::is_punctuation(c) { TokenKind::Punctuation } else { TokenKind::Symbol };
            return (end, kind);
        }
        // Emoji and their like, with all that joins them.
        let segment = self.segment(at);
        let length = segment.find(char::is_whitespace).unwrap_or(segment.len());
        (end.max(at + length), TokenKind::Symbol)
    }
}

/// What a period is to the word before it.
enum Period {
    /// The word goes on.
    Joint,
    /// The word ends with it.
    Last,
    /// A mark of its own.
    Mark,
}

/// Whether a web address begins here.
fn link(text: &[u8]) -> bool {
    [&b"http://"[..], b"https://", b"www."]
        .iter()
        .any(|start| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let at = match self.bytes()[self.at..] {
            [b'!'..=b'~', ..] => self.at,
            [b' ', b'!'..=b'~', ..] => self.at + 1,
            _ => self.text.len() - self.text[self.at..].trim_start().len(),
        };
        if at == self.text.len() {
            self.at = at;
            return None;
        }
        if let Some((end, case)) = self.plain(at) {
            self.at = end;
            self.after_number = false;
            return Some(Token { span: Span::new(at, end), kind: TokenKind::Word, case });
        }
        let (end, kind) = self.read(at);
        self.at = end;
        self.after_number = kind == TokenKind::Number;
        let case = match kind {
            TokenKind::Punctuation | TokenKind::Symbol => Case::None,
            _ => shape::case(&self.text[at..end]),
        };
        Some(Token { span: Span::new(at, end), kind, case })
    }
}
