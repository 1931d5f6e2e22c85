//! Grammatical relations: ClearNLP's labels, as the teacher gives them.

use super::tag::inventory;

inventory! {
    /// What a token is to its head (ClearNLP dependency labels).
    Label {
        /// The head of the sentence.
        Root = "ROOT",
        /// Clausal modifier of a noun: "the plan *to leave*".
        AdjectivalClause = "acl",
        /// Adjective as complement: "is *ready*".
        AdjectivalComplement = "acomp",
        /// Adverbial clause.
        AdverbialClause = "advcl",
        /// Adverb.
        Adverbial = "advmod",
        /// "by" of a passive.
        Agent = "agent",
        /// Adjective before a noun.
        AdjectivalModifier = "amod",
        /// Apposition.
        Apposition = "appos",
        /// Noun after a copula.
        Attribute = "attr",
        /// Auxiliary verb.
        Auxiliary = "aux",
        /// Auxiliary of a passive.
        PassiveAuxiliary = "auxpass",
        /// Case marker: the possessive ending.
        Case = "case",
        /// Conjunction word.
        Coordination = "cc",
        /// Clause as complement: "said *he left*".
        ClausalComplement = "ccomp",
        /// Part of a compound noun or name.
        Compound = "compound",
        /// Second and later members of a coordination.
        Conjunct = "conj",
        /// Clause as subject.
        ClausalSubject = "csubj",
        /// Clause as subject of a passive.
        PassiveClausalSubject = "csubjpass",
        /// Indirect object.
        Dative = "dative",
        /// Anything else.
        Unclassified = "dep",
        /// Determiner.
        Determiner = "det",
        /// Direct object.
        Object = "dobj",
        /// Expletive "there".
        Expletive = "expl",
        /// Interjection.
        Interjection = "intj",
        /// Word that opens a subordinate clause: "that", "if".
        Marker = "mark",
        /// Markup and the like.
        Meta = "meta",
        /// "not"
        Negation = "neg",
        /// Noun that modifies a noun in another way.
        NominalModifier = "nmod",
        /// Noun phrase as adverbial: "*last week*".
        NominalAdverbial = "npadvmod",
        /// Subject.
        Subject = "nsubj",
        /// Subject of a passive.
        PassiveSubject = "nsubjpass",
        /// Number that modifies a noun.
        NumericModifier = "nummod",
        /// Predicate of an object: "called him *a liar*".
        ObjectPredicate = "oprd",
        /// Clause set beside another: "X, *he said*, Y".
        Parataxis = "parataxis",
        /// Clause as complement of a preposition.
        PrepositionalClause = "pcomp",
        /// Object of a preposition.
        PrepositionalObject = "pobj",
        /// Possessor.
        Possessor = "poss",
        /// "both", "either" before a coordination.
        Preconjunction = "preconj",
        /// "all" before a determiner.
        Predeterminer = "predet",
        /// Preposition.
        Prepositional = "prep",
        /// Verb particle.
        Particle = "prt",
        /// Punctuation.
        Punctuation = "punct",
        /// Modifier of a quantity: "*about* 20".
        QuantityModifier = "quantmod",
        /// Relative clause.
        RelativeClause = "relcl",
        /// Clause without a subject of its own as complement: "wants *to go*".
        OpenComplement = "xcomp",
    }
}

impl Label {
    /// A noun phrase as subject, active or passive.
    #[inline]
    pub fn is_subject(self) -> bool {
        matches!(self, Label::Subject | Label::PassiveSubject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        for &label in Label::ALL {
            assert_eq!(Label::from_name(label.name()), Some(label));
        }
        assert_eq!(Label::from_name("obl"), None);
    }
}
