//! The closed word classes that the rules of names turn on; `function_words.tsv` holds the words.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use crate::tsv;

/// A class of words, as the head of the table explains it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Honorific,
    Clause,
    NameSuffix,
    SurnameParticle,
    JoinedParticle,
    Connector,
    Where,
    Linking,
    BeforeHyphen,
    AfterHyphen,
}

impl Class {
    const ALL: [(&'static str, Class); 10] = [
        ("honorific", Class::Honorific),
        ("clause", Class::Clause),
        ("name_suffix", Class::NameSuffix),
        ("surname_particle", Class::SurnameParticle),
        ("joined_particle", Class::JoinedParticle),
        ("connector", Class::Connector),
        ("where", Class::Where),
        ("linking", Class::Linking),
        ("before_hyphen", Class::BeforeHyphen),
        ("after_hyphen", Class::AfterHyphen),
    ];

    /// Whether `word`, written as in the table, is of this class.
    pub(super) fn has(self, word: &str) -> bool {
        WORDS.get(word).is_some_and(|classes| classes & 1 << self as u16 != 0)
    }
}

const TABLE: &str = include_str!("function_words.tsv");

/// Word → classes, one bit each.
static WORDS: LazyLock<HashMap<&str, u16, FixedState>> = LazyLock::new(|| {
    let mut words: HashMap<&str, u16, FixedState> = HashMap::default();
    for (name, word) in tsv::classes(TABLE) {
        let class = Class::ALL.iter().find(|(known, _)| *known == name);
        *words.entry(word).or_default() |= class.map_or(0, |(_, class)| 1 << *class as u16);
    }
    words
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_of_the_table_is_known_and_has_words() {
        let named: Vec<&str> = tsv::rows(TABLE).map(|[class]| class).collect();
        assert_eq!(named, Class::ALL.map(|(name, _)| name));
        assert!(tsv::classes(TABLE).all(|(_, word)| !word.is_empty()));
    }

    #[test]
    fn a_word_may_be_of_several_classes() {
        assert!(Class::Connector.has("de") && Class::Linking.has("de") && !Class::Where.has("de"));
        assert!(Class::Honorific.has("Mr") && !Class::Honorific.has("mr"));
    }
}
