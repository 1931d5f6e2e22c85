//! Parts of speech: the Penn Treebank's tags, as the teacher gives them.

macro_rules! inventory {
    ($(#[$doc:meta])* $type:ident { $($(#[$item_doc:meta])* $item:ident = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $type {
            $($(#[$item_doc])* $item,)+
        }

        impl $type {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [$type] = &[$($type::$item),+];

            /// The usual written form.
            pub fn name(self) -> &'static str {
                match self {
                    $($type::$item => $name,)+
                }
            }

            /// The one written `name`.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some($type::$item),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
pub(super) use inventory;

inventory! {
    /// A part of speech (Penn Treebank, with the additions of OntoNotes).
    Tag {
        /// Common noun, singular or mass.
        Noun = "NN",
        /// Common noun, plural.
        NounPlural = "NNS",
        /// Proper noun, singular.
        Proper = "NNP",
        /// Proper noun, plural.
        ProperPlural = "NNPS",
        /// Personal pronoun.
        Pronoun = "PRP",
        /// Possessive pronoun: "my", "their".
        PronounPossessive = "PRP$",
        /// Possessive ending: "'s".
        Possessive = "POS",
        /// Verb, base form.
        VerbBase = "VB",
        /// Verb, past tense.
        VerbPast = "VBD",
        /// Verb, gerund or present participle.
        VerbGerund = "VBG",
        /// Verb, past participle.
        VerbParticiple = "VBN",
        /// Verb, present, not third person singular.
        VerbPresent = "VBP",
        /// Verb, present, third person singular.
        VerbThird = "VBZ",
        /// Modal: "can", "would".
        Modal = "MD",
        /// Adjective.
        Adjective = "JJ",
        /// Adjective, comparative.
        AdjectiveComparative = "JJR",
        /// Adjective, superlative.
        AdjectiveSuperlative = "JJS",
        /// Adverb.
        Adverb = "RB",
        /// Adverb, comparative.
        AdverbComparative = "RBR",
        /// Adverb, superlative.
        AdverbSuperlative = "RBS",
        /// Particle: "give up".
        Particle = "RP",
        /// Preposition or subordinating conjunction.
        Preposition = "IN",
        /// "to"
        To = "TO",
        /// Determiner.
        Determiner = "DT",
        /// Predeterminer: "all the".
        Predeterminer = "PDT",
        /// Coordinating conjunction.
        Conjunction = "CC",
        /// Cardinal number.
        Number = "CD",
        /// Existential "there".
        Existential = "EX",
        /// "which", "that" as determiner of a clause.
        WhDeterminer = "WDT",
        /// "who", "what".
        WhPronoun = "WP",
        /// "whose"
        WhPossessive = "WP$",
        /// "when", "how".
        WhAdverb = "WRB",
        /// Interjection.
        Interjection = "UH",
        /// Foreign word.
        Foreign = "FW",
        /// List item marker.
        ListItem = "LS",
        /// Symbol.
        Symbol = "SYM",
        /// Currency sign.
        Currency = "$",
        /// End of a sentence.
        Period = ".",
        /// Comma.
        Comma = ",",
        /// Colon, semicolon, dash.
        Colon = ":",
        /// Opening quotation mark.
        OpenQuote = "``",
        /// Closing quotation mark.
        CloseQuote = "''",
        /// Opening bracket.
        OpenBracket = "-LRB-",
        /// Closing bracket.
        CloseBracket = "-RRB-",
        /// Hyphen between parts of a word.
        Hyphen = "HYPH",
        /// Superfluous punctuation.
        Superfluous = "NFP",
        /// E-mail or web address.
        Address = "ADD",
        /// Affix.
        Affix = "AFX",
        /// Unknown.
        Unknown = "XX",
    }
}

impl Tag {
    /// A finite verb form: past, present, or modal.
    #[inline]
    pub fn is_finite(self) -> bool {
        matches!(self, Tag::VerbPast | Tag::VerbPresent | Tag::VerbThird | Tag::Modal)
    }

    /// Any verb form but a modal.
    #[inline]
    pub fn is_verb(self) -> bool {
        matches!(
            self,
            Tag::VerbBase
                | Tag::VerbPast
                | Tag::VerbGerund
                | Tag::VerbParticiple
                | Tag::VerbPresent
                | Tag::VerbThird
        )
    }

    /// A common or proper noun.
    #[inline]
    pub fn is_noun(self) -> bool {
        matches!(self, Tag::Noun | Tag::NounPlural | Tag::Proper | Tag::ProperPlural)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for &tag in Tag::ALL {
            assert_eq!(Tag::from_name(tag.name()), Some(tag));
        }
        assert_eq!(Tag::from_name("_SP"), None);
    }
}
