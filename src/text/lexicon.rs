//! The word lists that sentences and tokens stand on, read once from the TSVs beside this file.
//!
//! Keys are words of up to sixteen bytes, folded to lower case and packed into
//! one integer, so that asking costs a multiplication and mostly one compare.

use std::sync::LazyLock;

use crate::tsv::rows;

/// What the period of an abbreviation means; the header of `lexicons/abbreviations.tsv` says which is which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Abbreviation {
    Title = 1,
    Inner,
    Number,
    Month,
    Company,
    State,
    Time,
    Degree,
    Suffix,
    Measure,
    Street,
    Short,
}

impl Abbreviation {
    const ALL: [(&'static str, Abbreviation); 12] = [
        ("title", Abbreviation::Title),
        ("inner", Abbreviation::Inner),
        ("number", Abbreviation::Number),
        ("month", Abbreviation::Month),
        ("company", Abbreviation::Company),
        ("state", Abbreviation::State),
        ("time", Abbreviation::Time),
        ("degree", Abbreviation::Degree),
        ("suffix", Abbreviation::Suffix),
        ("measure", Abbreviation::Measure),
        ("street", Abbreviation::Street),
        ("short", Abbreviation::Short),
    ];
}

/// Bits of the word table.
mod flag {
    pub const STARTER: u8 = 1;
    pub const REPORTS: u8 = 2;
    pub const DATE: u8 = 4;
    pub const ROLE: u8 = 8;
    pub const BANG: u8 = 16;
    pub const CLAUSE: u8 = 32;
}

/// Every list, opened.
pub(super) struct Lexicon {
    /// Abbreviations known only with a capital.
    capital: Table,
    /// Abbreviations known in any writing.
    any: Table,
    words: Table,
    endings: Endings,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::shipped);

impl Lexicon {
    /// The lists that the crate carries.
    pub(super) fn get() -> &'static Lexicon {
        &LEXICON
    }

    fn shipped() -> Lexicon {
        let (mut capital, mut any) = (Vec::new(), Vec::new());
        for [form, class] in rows(include_str!("lexicons/abbreviations.tsv")) {
            let Some((_, class)) = Abbreviation::ALL.iter().find(|(name, _)| *name == class) else {
                continue;
            };
            let list = if form.starts_with(|c: char| c.is_uppercase()) { &mut capital } else { &mut any };
            list.push((form, *class as u8));
        }
        let mut words = Vec::new();
        for [word] in rows(include_str!("lexicons/starters.tsv")) {
            words.push((word, flag::STARTER));
        }
        for [word, kind] in rows(include_str!("lexicons/followers.tsv")) {
            let bit = match kind {
                "date" => flag::DATE,
                "role" => flag::ROLE,
                "clause" => flag::CLAUSE,
                _ => flag::BANG,
            };
            words.push((word, bit));
        }
        for [_, third, past] in rows(include_str!("../../gazetteers/words/reporting_verbs.tsv")) {
            for form in past.split('|').chain([third]) {
                words.push((form, flag::REPORTS));
            }
        }
        let endings = Endings::new(capital.iter().chain(&any).map(|(form, _)| form.as_bytes()));
        Lexicon { capital: Table::new(&capital), any: Table::new(&any), words: Table::new(&words), endings }
    }

    /// Whether `text` ends with a word that is surely no abbreviation, initial or acronym: three
    /// letters, the last in lower case, with which none of the abbreviations ends.
    #[inline]
    pub(super) fn is_plain(&self, text: &[u8]) -> bool {
        let Some(&ending) = text.last_chunk::<3>() else { return false };
        ending.iter().all(u8::is_ascii_alphabetic)
            && ending[2].is_ascii_lowercase()
            && !self.endings.has(ending)
    }

    /// The class of `word`, written as it stands before its period.
    #[inline]
    pub(super) fn abbreviation(&self, word: &[u8]) -> Option<Abbreviation> {
        // The longest form has eight bytes; most words end the search here.
        if word.len() > 8 || matches!(word, [b'A'..=b'Z']) {
            // A capital alone is an initial: "Ellen P. Marsh".
            return None;
        }
        let key = key(word)?;
        let mut class = 0;
        if word[0].is_ascii_uppercase() {
            class = self.capital.get(key);
        }
        if class == 0 {
            class = self.any.get(key);
        }
        (class != 0).then(|| Abbreviation::ALL[class as usize - 1].1)
    }

    /// Whether a capitalised `word` starts a sentence rather than goes on with a name.
    #[inline]
    pub(super) fn starts(&self, word: &[u8]) -> bool {
        self.has(word, flag::STARTER)
    }

    /// Whether `word` is a finite form of a reporting verb: "said", "asks".
    #[inline]
    pub(super) fn reports(&self, word: &[u8]) -> bool {
        self.has(word, flag::REPORTS)
    }

    /// A day, month or time zone: "Tuesday", "EST".
    #[inline]
    pub(super) fn date(&self, word: &[u8]) -> bool {
        self.has(word, flag::DATE)
    }

    /// A role that goes on with a name: "President".
    #[inline]
    pub(super) fn role(&self, word: &[u8]) -> bool {
        self.has(word, flag::ROLE)
    }

    /// A name that is written with an exclamation mark: "Yahoo".
    #[inline]
    pub(super) fn bang(&self, word: &[u8]) -> bool {
        self.has(word, flag::BANG)
    }

    /// A word that begins a sentence even in lower case: "i", "they".
    #[inline]
    pub(super) fn clause(&self, word: &[u8]) -> bool {
        self.has(word, flag::CLAUSE)
    }

    #[inline]
    fn has(&self, word: &[u8], bit: u8) -> bool {
        key(word).is_some_and(|key| self.words.get(key) & bit != 0)
    }
}

/// `word` folded and packed; none when it is empty or longer than sixteen bytes.
#[inline]
fn key(word: &[u8]) -> Option<u128> {
    if word.is_empty() || word.len() > 16 {
        return None;
    }
    // Twice eight bytes, of which the shorter words have the second as a part of the first.
    let eight = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let (low, high) = match (word.first_chunk(), word.last_chunk()) {
        (Some(first), Some(last)) => {
            let high = eight(last).checked_shr(8 * (16 - word.len() as u32)).unwrap_or(0);
            (eight(first), high)
        }
        _ => (few(word), 0),
    };
    Some(u128::from(lower(low)) | u128::from(lower(high)) << 64)
}

/// Up to seven bytes in one integer.
#[inline]
fn few(word: &[u8]) -> u64 {
    let length = word.len();
    if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        // The bytes in the middle stand in both halves, where they are the same.
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        return first | last << (8 * (length - 4));
    }
    match word {
        [a] => u64::from(*a),
        [a, b] => u64::from(*a) | u64::from(*b) << 8,
        [a, b, c] => u64::from(*a) | u64::from(*b) << 8 | u64::from(*c) << 16,
        _ => 0,
    }
}

/// Eight bytes with the ASCII letters among them in lower case.
#[inline]
fn lower(bytes: u64) -> u64 {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let low = bytes & (0x7F * EACH);
    // The top bit of a byte says whether it reaches "A", whether it is past "Z".
    let from_a = low + u64::from(0x80 - b'A') * EACH;
    let past_z = low + u64::from(0x7F - b'Z') * EACH;
    let capitals = from_a & !past_z & !bytes & (0x80 * EACH);
    bytes | capitals >> 2
}

/// A set of endings of three letters in any case, one bit for each that there can be.
struct Endings([u64; 512]);

impl Endings {
    /// The endings of those `forms` that are long enough and end with letters.
    fn new<'f>(forms: impl Iterator<Item = &'f [u8]>) -> Endings {
        let mut endings = Endings([0; 512]);
        for ending in forms.filter_map(|form| form.last_chunk::<3>()) {
            if ending.iter().all(u8::is_ascii_alphabetic) {
                let place = Endings::place(*ending);
                endings.0[place / 64] |= 1 << (place % 64);
            }
        }
        endings
    }

    #[inline]
    fn has(&self, ending: [u8; 3]) -> bool {
        let place = Endings::place(ending);
        self.0[place / 64] & (1 << (place % 64)) != 0
    }

    /// Five bits for each letter, in which both cases are the same.
    #[inline]
    fn place(ending: [u8; 3]) -> usize {
        ending.iter().fold(0, |place, letter| (place << 5) | usize::from(letter & 31))
    }
}

/// An open-addressing table from packed words to a byte; absent words give 0.
struct Table {
    slots: Vec<(u128, u8)>,
    shift: u32,
}

impl Table {
    fn new(entries: &[(&str, u8)]) -> Table {
        let size = (entries.len() * 4).next_power_of_two().max(16);
        let mut table = Table { slots: vec![(0, 0); size], shift: 64 - size.trailing_zeros() };
        for (word, value) in entries {
            let Some(key) = key(word.as_bytes()) else { continue };
            let slot = table.find(key);
            table.slots[slot].0 = key;
            table.slots[slot].1 |= value;
        }
        table
    }

    #[inline]
    fn get(&self, key: u128) -> u8 {
        self.slots[self.find(key)].1
    }

    /// The slot that holds `key`, or the free one where it would go.
    #[inline]
    fn find(&self, key: u128) -> usize {
        let folded = (key as u64) ^ ((key >> 64) as u64).rotate_left(23);
        let mut slot = (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        while self.slots[slot].0 != key && self.slots[slot].0 != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_well_formed() {
        for [form, class] in rows(include_str!("lexicons/abbreviations.tsv")) {
            assert!(Abbreviation::ALL.iter().any(|(name, _)| *name == class), "{form}: no class {class:?}");
            assert!(form.len() <= 8 && !form.ends_with('.'), "{form}");
            assert!(!Lexicon::get().is_plain(format!("the {form}").as_bytes()), "{form}");
            assert!(!Lexicon::get().is_plain(form.to_lowercase().as_bytes()), "{form}");
            assert_eq!(Lexicon::get().abbreviation(form.as_bytes()).map(|c| c as u8), {
                let class = Abbreviation::ALL.iter().find(|(name, _)| *name == class);
                class.map(|(_, class)| *class as u8)
            });
        }
        for [word] in rows(include_str!("lexicons/starters.tsv")) {
            assert!(Lexicon::get().starts(word.as_bytes()), "{word}");
        }
        for [word, kind] in rows(include_str!("lexicons/followers.tsv")) {
            assert!(["date", "role", "bang", "clause"].contains(&kind), "{word}: no kind {kind:?}");
        }
    }

    #[test]
    fn keys_are_folded_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        for length in 1..=16 {
            for word in all.windows(length) {
                let mut bytes = [0; 16];
                bytes[..length].copy_from_slice(word);
                bytes.make_ascii_lowercase();
                assert_eq!(key(word), Some(u128::from_le_bytes(bytes)), "{word:?}");
            }
        }
        assert_eq!((key(b""), key(&all[..17])), (None, None));
    }

    #[test]
    fn a_capital_form_needs_the_capital() {
        let lexicon = Lexicon::get();
        assert_eq!(lexicon.abbreviation(b"No"), Some(Abbreviation::Number));
        assert_eq!(lexicon.abbreviation(b"no"), None);
        assert_eq!(lexicon.abbreviation(b"INC"), Some(Abbreviation::Company));
        assert!(lexicon.is_plain(b"a house") && !lexicon.is_plain(b"U.S") && !lexicon.is_plain(b"of McN"));
        assert!(lexicon.starts(b"The") && lexicon.reports(b"said") && !lexicon.reports(b"table"));
    }
}
