//! Labels of list items: `1.`, `2)`, `(a)`, `iii)`, `• 9.`, alone or inside a running line.

/// The label that a sentence begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// First byte after the label; the start of the sentence when there is none.
    pub end: usize,
    /// The bullet's bytes, zero when there is none.
    bullet: [u8; 3],
    token: Option<Token>,
}

/// A number or letter with its marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    /// `(` before it.
    open: bool,
    /// The mark after it, `.` or `)`; both count as `)`.
    close: u8,
    case: Case,
    /// The place in the list as a number or letter, and as a Roman numeral.
    ordinals: [u32; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Digits,
    Lower,
    Upper,
}

impl Label {
    /// The label at the start of a sentence.
    #[inline]
    pub(super) fn read(text: &[u8], start: usize) -> Label {
        let mut label = Label { end: start, ..Label::default() };
        let mut at = start;
        if let Some(bullet) = bullet(&text[at..]) {
            label.bullet = bullet;
            at += 3;
            at += usize::from(text.get(at) == Some(&b' '));
            label.end = at;
        }
        if let Some((token, end)) = Token::read(text, at) {
            label.token = Some(token);
            label.end = end;
        }
        label
    }

    /// Where the next item begins, when the candidate byte at `at` belongs to the label that follows this one.
    pub(super) fn next_item(&self, text: &[u8], at: usize, start: usize) -> Option<usize> {
        if at < self.end {
            return None;
        }
        if text[at] >= 0x80 {
            let from = at.checked_sub(2)?;
            let same = self.bullet[0] != 0 && text.get(from..from + 3) == Some(&self.bullet);
            return (same && from > start && text[from - 1] == b' ').then_some(from);
        }
        let token = self.token?;
        let mut from = at;
        while from > start && at - from < 6 && text[from - 1].is_ascii_alphanumeric() {
            from -= 1;
        }
        if from > start && text[from - 1] == b'(' {
            from -= 1;
        }
        if from == at || from <= self.end || text[from - 1] != b' ' {
            return None;
        }
        let (next, _) = Token::read(text, from)?;
        // "J. K. Rowling" is no list.
        (token.precedes(next) && !next.is_initial()).then_some(from)
    }
}

/// Whether the text from `at` on begins with a label; to tell items after a full stop.
pub(super) fn begins(text: &[u8], at: usize) -> bool {
    bullet(&text[at..]).is_some() || Token::read(text, at).is_some_and(|(token, _)| !token.is_initial())
}

#[inline]
fn bullet(text: &[u8]) -> Option<[u8; 3]> {
    let bullet = *text.first_chunk::<3>()?;
    // • ‣ ⁃
    matches!(bullet, [0xE2, 0x80, 0xA2 | 0xA3] | [0xE2, 0x81, 0x83]).then_some(bullet)
}

impl Token {
    #[inline]
    fn read(text: &[u8], start: usize) -> Option<(Token, usize)> {
        // Most words end the question with their first two letters.
        match text[start..] {
            [b'(' | b'0'..=b'9' | b'i' | b'v' | b'x', ..] | [_, b'.' | b')', ..] => {
                Token::read_on(text, start)
            }
            _ => None,
        }
    }

    fn read_on(text: &[u8], start: usize) -> Option<(Token, usize)> {
        let open = text.get(start) == Some(&b'(');
        let from = start + usize::from(open);
        let length = text[from..].iter().take(6).take_while(|b| b.is_ascii_alphanumeric()).count();
        let word = &text[from..from + length];
        let mut end = from + length;
        let close = *text.get(end)?;
        if !matches!(close, b'.' | b')') || (open && close == b'.') {
            return None;
        }
        end += 1;
        let mut mark = close;
        if close == b'.' && text.get(end) == Some(&b')') {
            mark = b')';
            end += 1;
        }
        if !text.get(end).is_some_and(|b| b.is_ascii_whitespace()) {
            return None;
        }
        let (case, ordinals) = match word {
            [_, ..] if length <= 3 && word.iter().all(u8::is_ascii_digit) => {
                (Case::Digits, [word.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')), 0])
            }
            [letter] if letter.is_ascii_alphabetic() => {
                let case = if letter.is_ascii_lowercase() { Case::Lower } else { Case::Upper };
                let place = u32::from(letter.to_ascii_lowercase() - b'a') + 1;
                (case, [place, roman(word)])
            }
            // Longer Roman numerals only in lower case: "II." and "MD." are something else.
            _ if length > 1 && roman(word) > 0 && word[0].is_ascii_lowercase() => {
                (Case::Lower, [0, roman(word)])
            }
            _ => return None,
        };
        Some((Token { open, close: mark, case, ordinals }, end))
    }

    /// `K.` is rather an initial than an item.
    fn is_initial(self) -> bool {
        self.case == Case::Upper && self.close == b'.'
    }

    fn precedes(self, next: Token) -> bool {
        let follows = |i: usize| self.ordinals[i] > 0 && next.ordinals[i] == self.ordinals[i] + 1;
        self.open == next.open
            && self.close == next.close
            && self.case == next.case
            && (follows(0) || follows(1))
    }
}

/// The value of a Roman numeral below forty, 0 when it is none.
fn roman(word: &[u8]) -> u32 {
    let tens = word.iter().take_while(|b| matches!(b, b'x' | b'X')).count();
    const UNITS: [&str; 10] = ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"];
    let unit = UNITS.iter().position(|unit| unit.as_bytes().eq_ignore_ascii_case(&word[tens..]));
    unit.filter(|_| tens <= 3).map_or(0, |unit| 10 * tens as u32 + unit as u32)
}
