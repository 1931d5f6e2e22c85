//! What the stages find: one typed `Vec` per layer, in text order.
//!
//! Layers point at each other by index newtypes ([`TokenId`], [`MentionId`],
//! [`EntityId`]), never by reference, so an article's annotations are plain
//! data that a worker can clear and fill again without allocating.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::Span;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its layer.
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A token of the document.
    TokenId
}
id! {
    /// A mention of the document.
    MentionId
}
id! {
    /// An entity of the document.
    EntityId
}

/// What kind of thing a token is, as far as its characters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// Letters, with the hyphens, apostrophes and periods that belong to them: `al-Assad`, `U.S.`, `O'Brien`.
    Word,
    /// The possessive ending or clitic split off a word: `'s`, `’`, `n't` stays with its word.
    Possessive,
    /// Digits, with separators, units and currency signs attached as written: `4.5`, `$4.5bn`, `1990s`.
    Number,
    /// One punctuation mark, or a run that is one mark (`...`, `--`, `''`).
    Punctuation,
    /// Symbols, emoji, and whatever is nothing else.
    Symbol,
    /// A URL or e-mail address.
    Address,
    /// `@handle` or `#tag`.
    Handle,
}

/// How a token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Case {
    /// No letters with case.
    None,
    /// `word`
    Lower,
    /// `Word`, also a single upper-case letter.
    Title,
    /// `WORD`, two letters or more.
    Upper,
    /// `iPhone`, `McDonald`.
    Mixed,
}

/// One token. Tokens never overlap, never hold white space, and come in text order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// How it is written.
    pub case: Case,
}

/// One sentence. Sentences come in text order and do not overlap; between them is only white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where it stands, without surrounding white space.
    pub span: Span,
    /// Its tokens.
    pub tokens: Range<u32>,
    /// Which paragraph it belongs to.
    pub paragraph: u32,
}

/// One paragraph: a run of text between line breaks that separate blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// Where it stands, without surrounding white space.
    pub span: Span,
    /// Its sentences.
    pub sentences: Range<u32>,
    /// Its tokens.
    pub tokens: Range<u32>,
}

/// The type of a named thing.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum EntityType {
    /// A human being, also fictional.
    Person,
    /// A company, government body, party, club, band, agency …
    Organization,
    /// A country, city, region, river, building with an address …
    Place,
}

impl EntityType {
    /// All types, in the order of their numbers.
    pub const ALL: [EntityType; 3] = [EntityType::Person, EntityType::Organization, EntityType::Place];

    /// The name used in records and lists.
    pub fn name(self) -> &'static str {
        match self {
            EntityType::Person => "person",
            EntityType::Organization => "organization",
            EntityType::Place => "place",
        }
    }
}

impl fmt::Display for EntityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which part of the pipeline decided that a span is a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamedBy {
    /// A gazetteer entry, a user's own or one that is never anything else.
    List,
    /// The name grammar (title + name, organization head …).
    Grammar,
    /// The trained tagger.
    Tagger,
    /// The same name was found elsewhere in the article.
    Repeat,
}

/// One name as it stands in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Mention {
    /// Where it stands; without article, title or possessive ending.
    pub span: Span,
    /// Its tokens.
    pub tokens: Range<u32>,
    /// Its type.
    pub kind: EntityType,
    /// The entity it belongs to.
    pub entity: EntityId,
    /// Probability that span and type are right, 0 to 1.
    pub confidence: f32,
    /// Who decided.
    pub by: NamedBy,
}

/// Grammatical gender of the pronouns used for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// "he"
    Male,
    /// "she"
    Female,
}

/// One person, organization or place of the article, with all its mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Its type.
    pub kind: EntityType,
    /// Canonical name: the fullest form found in the article, or the list's.
    pub name: String,
    /// Its mentions, in text order.
    pub mentions: Vec<MentionId>,
    /// Links to the world: `wikipedia` → `Xi_Jinping`, `geonames` → `1816670`, a user's own keys.
    pub links: Vec<(String, String)>,
    /// For persons, when the text or the lists tell.
    pub gender: Option<Gender>,
    /// Titles and roles as written: `President`, `CEO of GSMA Ltd`.
    pub titles: Vec<String>,
}

/// How a quote is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuoteKind {
    /// Word for word: between quotation marks, or a turn of a transcript behind its speaker's label.
    Direct,
    /// In the writer's words.
    Indirect,
    /// In the writer's words with pieces between marks.
    Mixed,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Speaker {
    /// The words that name the speaker: "Huang", "he", "a spokesman".
    pub span: Span,
    /// Whom they name, when known.
    pub entity: Option<EntityId>,
}

/// How far the writer stands behind a report. Nothing set: it is reported plainly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stance {
    /// "did not say", "never claimed".
    pub negated: bool,
    /// "would say", "will announce".
    pub modal: bool,
    /// "if he says", "whether she told".
    pub hypothetical: bool,
}

/// Something said.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// How it is given.
    pub kind: QuoteKind,
    /// Its pieces, in text order, at least one; a direct piece includes its marks.
    pub segments: Vec<Span>,
    /// Who said it; none when nobody is named.
    pub speaker: Option<Speaker>,
    /// The words that report it: "said", "according to".
    pub cue: Option<Span>,
    /// How far the writer stands behind the report.
    pub stance: Stance,
    /// Probability that content and speaker are right, 0 to 1.
    pub confidence: f32,
    /// The rule or model that decided.
    pub by: &'static str,
}

impl Quote {
    /// From the first piece to the last.
    pub fn span(&self) -> Span {
        match (self.segments.first(), self.segments.last()) {
            (Some(first), Some(last)) => first.join(*last),
            _ => Span::default(),
        }
    }
}

/// All layers of one article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotations {
    /// Blocks of text.
    pub paragraphs: Vec<Paragraph>,
    /// Sentences, which tile the text but for white space.
    pub sentences: Vec<Sentence>,
    /// Tokens.
    pub tokens: Vec<Token>,
    /// Names, in text order, not overlapping.
    pub mentions: Vec<Mention>,
    /// What the names name, in order of first mention.
    pub entities: Vec<Entity>,
    /// What was said, in order of its first piece.
    pub quotes: Vec<Quote>,
}

impl Annotations {
    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.paragraphs.clear();
        self.sentences.clear();
        self.tokens.clear();
        self.mentions.clear();
        self.entities.clear();
        self.quotes.clear();
    }

    /// The text of token `index`.
    #[inline]
    pub fn token_text<'t>(&self, text: &'t str, index: usize) -> &'t str {
        self.tokens[index].span.of(text)
    }

    /// The span from the first token of `range` to its last.
    #[inline]
    pub fn span_of(&self, range: Range<u32>) -> Span {
        if range.is_empty() {
            return Span::default();
        }
        self.tokens[range.start as usize].span.join(self.tokens[range.end as usize - 1].span)
    }
}
