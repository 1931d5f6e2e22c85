//! Whether a sentence ends at a mark: the rules.
//!
//! A rule reads the run of marks, the word before and the word after; what a
//! word is good for stands in the lists of [`super::lexicon`]. The order of
//! questions is that of the functions below: [`ends`] asks what kind of mark
//! it is, then [`strong`], [`ellipsis`] or [`period`] decides.

use super::lexicon::{Abbreviation, Lexicon};
use super::marks::{Class, Next, Run, open_marks, word_at, word_before};

/// What is around one possible end.
pub(super) struct Place<'t> {
    pub text: &'t str,
    /// Where the current sentence began.
    pub sentence: usize,
    /// First byte after the label that it begins with, if any.
    pub label: usize,
    pub lexicon: &'static Lexicon,
    pub run: Run,
}

impl<'t> Place<'t> {
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The word before the marks.
    fn word(&self) -> (usize, &'t [u8]) {
        word_before(self.text.as_bytes(), self.run.start, self.sentence)
    }

    /// The word after them.
    fn next_word(&self, next: &Next) -> &'t [u8] {
        word_at(self.text.as_bytes(), next.first)
    }

    fn starts(&self, next: &Next) -> bool {
        self.lexicon.starts(self.next_word(next))
    }
}

/// Whether the sentence ends at marks that white space follows.
pub(super) fn ends(place: &Place, next: &Next) -> bool {
    if next.class == Class::End {
        return true;
    }
    let run = &place.run;
    if run.start == place.sentence || run.end <= place.label {
        // Marks that begin the sentence end nothing: "... and so on".
        return false;
    }
    if run.wide {
        return true;
    }
    if run.strong {
        return strong(place, next);
    }
    if run.dots > 1 {
        return ellipsis(place, next);
    }
    period(place, next)
}

/// `!` and `?`.
fn strong(place: &Place, next: &Next) -> bool {
    let run = &place.run;
    let bytes = place.bytes();
    if run.bracket && matches!(bytes[run.start - 1], b'(' | b'[') {
        // "(!)" comments on a word.
        return false;
    }
    match next.class {
        Class::Lower => careless(place, next),
        Class::Other => !matches!(bytes.get(next.first), Some(b',' | b';' | b':' | b'&' | b'/')),
        Class::Upper if run.quote => !reported(place, next),
        Class::Upper => {
            let (_, word) = place.word();
            run.marks - run.start > 1 || !place.lexicon.bang(word) || place.starts(next)
        }
        _ => true,
    }
}

/// `...` and its other writings.
fn ellipsis(place: &Place, next: &Next) -> bool {
    let run = &place.run;
    let bytes = place.bytes();
    if run.bracket && matches!(bytes[run.start - 1], b'(' | b'[') {
        // "[...]" stands for words left out.
        return false;
    }
    match next.class {
        Class::Upper if run.quote => !reported(place, next),
        // "I" is a capital everywhere.
        Class::Upper => place.next_word(next) != b"I" && !place.next_word(next).starts_with(b"I'"),
        Class::Item => true,
        _ => false,
    }
}

/// A single period.
fn period(place: &Place, next: &Next) -> bool {
    let lexicon = place.lexicon;
    let (start, word) = place.word();
    if start < place.label {
        return false;
    }
    let tail = word.rsplit(|&b| b == b'-').next().unwrap_or(word);
    let class = lexicon.abbreviation(tail);
    let shape = shape(tail);
    let short = class.is_some() || shape != Shape::Word;
    if short && start == place.sentence || item(place, start, word) {
        return false;
    }
    match next.class {
        Class::End => return true,
        // "Dec. 4." looks like an item after a sentence.
        Class::Item => return !short,
        _ if next.bracket && short => return false,
        Class::Lower => {
            let inner = next.start == next.first && inner_capital(place.next_word(next));
            return !short && (inner || careless(place, next));
        }
        Class::Digit => {
            return match class {
                Some(Abbreviation::Time | Abbreviation::Degree) => true,
                Some(Abbreviation::Measure) => !after_number(place, start),
                Some(_) => false,
                None => shape == Shape::Word,
            };
        }
        Class::Other => {
            return !short
                && !matches!(place.bytes().get(next.first), Some(b',' | b';' | b':' | b'&' | b'/' | b'%'));
        }
        Class::Upper => {}
    }
    if next.dash && short {
        return false;
    }
    let Some(class) = class else {
        return match shape {
            Shape::Word => true,
            Shape::Initial => initial(place, next),
            Shape::Acronym => place.run.quote || place.starts(next),
        };
    };
    match class {
        Abbreviation::Title | Abbreviation::Inner => false,
        Abbreviation::Number => !numeral(place.next_word(next)),
        Abbreviation::Measure => true,
        Abbreviation::Time => {
            let after = place.next_word(next);
            !lexicon.date(after) && !fronted(place, next)
        }
        Abbreviation::Degree => !lexicon.role(place.next_word(next)),
        Abbreviation::Month
        | Abbreviation::Company
        | Abbreviation::State
        | Abbreviation::Suffix
        | Abbreviation::Street
        | Abbreviation::Short => {
            // A quote that closes after it ends the sentence, the possessive "Bros.'" does not.
            let possessive = place.bytes()[place.run.end - 1] == b'\'';
            (place.run.quote && !possessive) || place.starts(next)
        }
    }
}

/// "as follows: 1. Rates": the number of a first item inside a line.
fn item(place: &Place, start: usize, word: &[u8]) -> bool {
    word.len() < 3
        && word.iter().all(u8::is_ascii_digit)
        && matches!(place.bytes()[place.sentence..start], [.., b':', b' '])
}

/// What a word before a period looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Word,
    /// One letter.
    Initial,
    /// Letters parted by periods: "U.S", "i.v".
    Acronym,
}

fn shape(word: &[u8]) -> Shape {
    match word {
        [letter] if letter.is_ascii_alphabetic() => Shape::Initial,
        // "McN. Hester"
        [b'A'..=b'Z', .., before, b'A'..=b'Z'] if word.len() <= 4 && before.is_ascii_lowercase() => {
            Shape::Initial
        }
        _ if word.len() < 12 && word.contains(&b'.') => {
            let mut parts = word.split(|&b| b == b'.');
            if parts.all(|part| matches!(part, [letter] if letter.is_ascii_alphabetic())) {
                Shape::Acronym
            } else {
                Shape::Word
            }
        }
        _ => Shape::Word,
    }
}

/// One letter before the period, a capital after it.
fn initial(place: &Place, next: &Next) -> bool {
    // "I. A. Richards": the next word is an initial itself.
    let after = place.next_word(next);
    let initials = after.len() == 1 && place.bytes().get(next.first + 1) == Some(&b'.');
    !initials && place.starts(next)
}

/// Whether digits stand before the unit that begins at `start`.
fn after_number(place: &Place, start: usize) -> bool {
    word_before(place.bytes(), start, place.sentence).1.last().is_some_and(u8::is_ascii_digit)
}

/// "it broke. they sent a new one": a writer who spares capitals.
fn careless(place: &Place, next: &Next) -> bool {
    let run = &place.run;
    if run.quote || run.bracket || next.start != next.first {
        return false;
    }
    let word = place.next_word(next);
    place.lexicon.clause(word)
        || place.bytes()[place.label].is_ascii_lowercase()
        || matches!(word, b"http" | b"https" | b"www")
}

/// A single letter or a Roman numeral: what "Vol." and "Art." count with.
fn numeral(word: &[u8]) -> bool {
    word.len() == 1 || word.iter().all(|b| b"IVXLC".contains(b))
}

/// "iPhone", "al-Qaida": a small letter that starts a name.
fn inner_capital(word: &[u8]) -> bool {
    word.iter().skip(1).any(u8::is_ascii_uppercase)
}

/// "At 5 a.m. Mr. Smith went": nothing but a time stands in front, so the sentence goes on.
fn fronted(place: &Place, next: &Next) -> bool {
    const FIRST: [&[u8]; 10] =
        [b"At", b"By", b"On", b"In", b"Until", b"Around", b"About", b"Before", b"After", b"Since"];
    const INNER: [&[u8]; 8] =
        [b"at", b"on", b"around", b"about", b"the", b"morning", b"afternoon", b"evening"];
    let front = &place.bytes()[place.sentence..place.run.start];
    if front.len() > 40 || place.starts(next) {
        return false;
    }
    let mut words = front.split(|&b| b == b' ').filter(|word| !word.is_empty());
    let time = |word: &[u8]| word.iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || *b == b'.');
    words.next().is_some_and(|first| FIRST.contains(&first))
        && words.all(|word| time(word) || INNER.contains(&word))
}

/// `?" Mr. Smith asked`: a name and a reporting verb belong to the quote before them.
fn reported(place: &Place, next: &Next) -> bool {
    if next.quote || next.bracket || next.dash || place.starts(next) {
        return false;
    }
    let bytes = place.bytes();
    let mut at = next.first;
    for _ in 0..6 {
        let word = word_at(bytes, at);
        if word.is_empty() {
            return false;
        }
        if word[0].is_ascii_lowercase() && place.lexicon.reports(word) {
            return true;
        }
        let name = word[0].is_ascii_uppercase()
            || word[0] >= 0x80
            || [&b"de"[..], b"van", b"von", b"bin", b"al", b"der", b"la", b"di"].contains(&word);
        if !name {
            return false;
        }
        at += word.len();
        at += usize::from(bytes.get(at) == Some(&b'.'));
        if bytes.get(at) != Some(&b' ') {
            return false;
        }
        at += 1;
    }
    false
}

/// Whether a sentence ends at marks that no white space follows, and where: `one.Two`, `one.“Two`.
pub(super) fn ends_unspaced(place: &Place) -> Option<usize> {
    let run = &place.run;
    let bytes = place.bytes();
    if run.wide && !run.strong && run.dots == 0 {
        return Some(run.end);
    }
    if run.start == place.sentence || run.spaced {
        return None;
    }
    let mut end = run.end;
    let mut first = end;
    match &bytes[end..] {
        [b'"', ..] => {
            first += 1;
            if open_marks(&bytes[place.sentence..run.start]) {
                end = first;
            }
        }
        [0xE2, 0x80, 0x9C, ..] => first += 3,
        [b'(', ..] => first += 1,
        _ => {}
    }
    let next = word_at(bytes, first);
    let [capital, rest @ ..] = next else { return None };
    let after = bytes.get(first + next.len());
    if !capital.is_ascii_uppercase()
        || !(rest.first().is_some_and(u8::is_ascii_lowercase) || next == b"I" || next == b"A")
        || after.is_some_and(|b| !matches!(b, b' ' | b',' | b'\n' | b'\r' | b'\'' | b'.'))
    {
        return None;
    }
    if first > run.marks {
        // A mark closes before the capital or opens it.
        return Some(end);
    }
    let (start, word) = place.word();
    let last = *word.last()?;
    let plain = word.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'\'' | b'-')) && word.len() > 2;
    let number = last.is_ascii_digit() && word.len() > 1;
    // The chunk around must be no address, file name or initials.
    let chunk = &bytes[start.saturating_sub(12)..(first + next.len() + 16).min(bytes.len())];
    let address = chunk.iter().any(|b| matches!(b, b'@' | b'/' | b'_' | b'\\' | b'='));
    let dotted =
        after == Some(&b'.') && bytes.get(first + next.len() + 1).is_some_and(u8::is_ascii_alphanumeric);
    ((plain && last.is_ascii_lowercase() || number || run.strong)
        && !address
        && !dotted
        && place.lexicon.abbreviation(word).is_none())
    .then_some(end)
}
