//! The words that quotes turn on: closed classes and reporting verbs.
//!
//! Words are looked up by a hash of their lower-case form, so that a text is
//! hashed once and every later question is an integer comparison. The data
//! stands in two tables, `function_words.tsv` beside this file and the
//! project's list of reporting verbs; nothing is spelled out in code but the
//! few words that a rule is about.

use std::sync::OnceLock;

use foldhash::HashMap;

use crate::tsv;

/// Hash of a word in lower case with straight apostrophes.
pub type Word = u64;

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of a word written in lower case; usable in constants.
pub const fn word(lower: &str) -> Word {
    let bytes = lower.as_bytes();
    let mut hash = BASIS;
    let mut at = 0;
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(PRIME);
        at += 1;
    }
    hash
}

/// The hash of a word as it stands in the text.
pub fn word_in_text(written: &str) -> Word {
    let mut hash = BASIS;
    let mut push = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
    if written.is_ascii() {
        written.bytes().for_each(|b| push(b.to_ascii_lowercase()));
        return hash;
    }
    let mut buffer = [0; 4];
    for letter in written.chars() {
        match letter {
            '’' | '‘' | 'ʼ' => push(b'\''),
            _ => {
                for lower in letter.to_lowercase() {
                    lower.encode_utf8(&mut buffer).bytes().for_each(&mut push);
                }
            }
        }
    }
    hash
}

/// The lemma of a word by its ending, good enough to count occurrences together.
pub fn lemma(written: &str) -> Word {
    let lower_end = |end: &str| written.len() > end.len() + 2 && written.is_ascii() && written.ends_with(end);
    for end in ["ing", "ed", "es", "s"] {
        if lower_end(end) && !(end == "s" && written.ends_with("ss")) {
            let stem = &written[..written.len() - end.len()];
            // "stopp", "stop": a doubled consonant goes.
            let bytes = stem.as_bytes();
            let doubled = end.len() > 1
                && bytes[bytes.len() - 1] == bytes[bytes.len() - 2]
                && !b"ls".contains(&bytes[bytes.len() - 1]);
            return word_in_text(if doubled { &stem[..stem.len() - 1] } else { stem.trim_end_matches('e') });
        }
    }
    word_in_text(if written.len() > 3 { written.strip_suffix('e').unwrap_or(written) } else { written })
}

/// A set of word classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes(u32);

macro_rules! classes {
    ($($name:ident = $column:literal),* $(,)?) => {
        classes!(@bits 0u32, $($name)*);
        const COLUMNS: &[(&str, Classes)] = &[$(($column, Classes::$name)),*];
    };
    (@bits $at:expr, $name:ident $($rest:ident)*) => {
        #[allow(missing_docs)]
        impl Classes { pub const $name: Classes = Classes(1 << ($at)); }
        classes!(@bits $at + 1, $($rest)*);
    };
    (@bits $at:expr,) => {};
}

classes! {
    BE = "be", HAVE = "have", DO = "do", MODAL = "modal", FINITE = "finite", SUBJECT = "subject",
    HE = "he", SHE = "she", PRONOUN = "pronoun", PERSONAL = "personal",
    DETERMINER = "determiner", POSSESSIVE = "possessive", PREPOSITION = "preposition",
    COMPLEMENTIZER = "complementizer", SUBORDINATOR = "subordinator", RELATIVE = "relative",
    COORDINATOR = "coordinator", NEGATION = "negation", ADVERB = "adverb", DAY = "day", PAST = "past",
    PRIVATE = "private", CLAUSAL = "clausal", ADDRESSED = "manner", ROLE = "role",
    NOUN_CUE = "noun_cue", REPORTS = "reports", UTTERED = "uttered",
    HEADLINE_LABEL = "headline_label", ELISION = "elision", MAN = "man", WOMAN = "woman",
}

impl Classes {
    /// Whether it holds one of the classes of `other`.
    #[inline]
    pub fn any(self, other: Classes) -> bool {
        self.0 & other.0 != 0
    }

    /// The classes of either.
    #[inline]
    pub const fn or(self, other: Classes) -> Classes {
        Classes(self.0 | other.0)
    }

    /// Auxiliaries: they stand between a subject and its verb.
    pub const AUXILIARY: Classes = Classes::BE.or(Classes::HAVE).or(Classes::DO).or(Classes::MODAL);
}

/// The form of a reporting verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// "say"
    Base,
    /// "says"
    Third,
    /// "said"
    Past,
    /// "saying"
    Gerund,
}

/// A reporting verb in one of its forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verb {
    /// Hash of the lemma.
    pub lemma: Word,
    /// The classes of the lemma.
    pub classes: Classes,
    /// Which form it is.
    pub form: Form,
}

/// What is known of one word.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry {
    /// Its closed classes.
    pub classes: Classes,
    /// The reporting verb it is a form of.
    pub verb: Option<Verb>,
}

impl Entry {
    /// Whether the word is used to say that something was said or written.
    pub fn reports(&self) -> bool {
        self.verb.is_some_and(|v| !v.classes.any(Classes::PRIVATE))
            || self.classes.any(Classes::REPORTS.or(Classes::NOUN_CUE))
    }
}

/// Both tables, by word.
pub struct Lexicon {
    entries: HashMap<Word, Entry>,
}

const FUNCTION_WORDS: &str = include_str!("function_words.tsv");
const REPORTING_VERBS: &str = include_str!("../../gazetteers/words/reporting_verbs.tsv");

impl Lexicon {
    /// The lexicon that is compiled in.
    pub fn shipped() -> &'static Lexicon {
        static SHIPPED: OnceLock<Lexicon> = OnceLock::new();
        SHIPPED.get_or_init(|| Lexicon::read(FUNCTION_WORDS, REPORTING_VERBS))
    }

    /// What is known of `word`.
    #[inline]
    pub fn get(&self, word: Word) -> Entry {
        self.entries.get(&word).copied().unwrap_or_default()
    }

    /// The lemmas of all reporting verbs, in no order that matters.
    pub fn verbs(&self) -> impl Iterator<Item = Word> + '_ {
        self.entries.values().filter_map(|e| e.verb.map(|v| v.lemma))
    }

    fn read(function_words: &str, reporting_verbs: &str) -> Lexicon {
        let mut entries: HashMap<Word, Entry> = HashMap::default();
        for (class, name) in tsv::classes(function_words) {
            let Some(&(_, class)) = COLUMNS.iter().find(|(known, _)| *known == class) else { continue };
            let entry = entries.entry(word(name)).or_default();
            entry.classes = entry.classes.or(class);
        }
        for [lemma, columns @ ..] in tsv::rows::<4>(reporting_verbs) {
            let lemma = word(lemma);
            let classes = entries.get(&lemma).map(|e| e.classes).unwrap_or_default();
            let forms = [Form::Third, Form::Past, Form::Gerund];
            // The base first and the past last, so that "put" and "read" count as pasts.
            let mut all = vec![(lemma, Form::Base)];
            for (column, form) in columns.into_iter().zip(forms) {
                all.extend(column.split('|').filter(|f| !f.is_empty()).map(|f| (word(f), form)));
            }
            for (name, form) in all {
                entries.entry(name).or_default().verb = Some(Verb { lemma, classes, form });
            }
        }
        Lexicon { entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_do_not_depend_on_case_or_apostrophe() {
        assert_eq!(word_in_text("Didn’t"), word("didn't"));
        assert_eq!(word_in_text("SAID"), word("said"));
        assert_eq!(word_in_text("Éva"), word("éva"));
    }

    #[test]
    fn every_class_of_the_table_is_known() {
        for (class, word) in tsv::classes(FUNCTION_WORDS) {
            assert!(COLUMNS.iter().any(|(name, _)| *name == class), "unknown class {class}");
            assert!(!word.is_empty(), "an empty word in {class}");
        }
    }

    #[test]
    fn forms_lead_to_their_verb() {
        let lexicon = Lexicon::shipped();
        let said = lexicon.get(word("said")).verb.map(|v| (v.lemma, v.form));
        assert_eq!(said, Some((word("say"), Form::Past)));
        let telling = lexicon.get(word("telling")).verb.map(|v| (v.lemma, v.form));
        assert_eq!(telling, Some((word("tell"), Form::Gerund)));
    }
}
