//! The wire schema `saidwho/1`: the only serialised types.
//!
//! A [`Record`] is what stands on one line of output. Fields are added freely,
//! never changed; the JSON Schema is generated from these types
//! (`saidwho schema`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::annotations::{Annotations, EntityType, Gender, NamedBy, QuoteKind, Stance};
use crate::{Document, Offsets, Span, Unit, hash};

/// The value of [`Record::schema`].
pub const SCHEMA: &str = "saidwho/1";

/// Bytes. Many quotes in one endless sentence must not each repeat it.
const LONGEST_CONTEXT: usize = 16 << 10;

/// Everything found in one article. Offsets are end-exclusive, in the unit that `offsets` names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Always `saidwho/1`.
    pub schema: String,
    /// The article's id, as the input gave it.
    pub id: String,
    /// The unit of all offsets.
    pub offsets: Unit,
    /// The input's other fields, passed through.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub meta: Map<String, Value>,
    /// What was put right in the input before reading it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The article's text, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Sentences in text order.
    pub sentences: Vec<Range>,
    /// The people, organizations and places of the article, in order of first mention.
    pub entities: Vec<EntityRecord>,
    /// Every name as it stands in the text, in text order.
    pub mentions: Vec<MentionRecord>,
    /// What was said, in text order.
    pub quotes: Vec<QuoteRecord>,
    // The last field: the writer of a run adds it to lines that are made already.
    /// The articles that this one is a copy of, when that was asked for (`--dedup mark`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Cluster>,
}

/// Articles that are copies of one, word for word or nearly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cluster {
    /// The same for all articles of the cluster: 16 hexadecimal digits, a hash of the words of its first.
    pub id: String,
    /// first, exact or near: what this article is in it.
    #[serde(rename = "is")]
    pub standing: Standing,
    /// The id of its first article in the order of the input.
    pub first: String,
    /// An estimate of the share of four-word runs in common with the first, 0 to 1; 1 when all words are the same.
    pub similarity: f32,
}

/// What an article is among its copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The first that was seen.
    First,
    /// It has the words of the first.
    Exact,
    /// It has most of the words of the first.
    Near,
}

/// A stretch of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
}

/// A stretch of the text with its words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Words {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// The text there.
    pub text: String,
}

/// See [`crate::annotations::Entity`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntityRecord {
    /// Index in `entities`.
    pub id: u32,
    /// person, organization or place.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Canonical name.
    pub name: String,
    /// Links to the world by name of the source.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub links: Map<String, Value>,
    /// For persons, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Titles and roles as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<String>,
    /// Ids of its mentions.
    pub mentions: Vec<u32>,
}

/// See [`crate::annotations::Mention`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MentionRecord {
    /// Index in `mentions`.
    pub id: u32,
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// The name as written.
    pub text: String,
    /// person, organization or place.
    #[serde(rename = "type")]
    pub kind: EntityType,
    /// Id of its entity.
    pub entity: u32,
    /// Probability that span and type are right.
    pub confidence: f32,
    /// What decided.
    pub by: NamedBy,
}

/// See [`crate::annotations::Quote`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuoteRecord {
    /// Index in `quotes`.
    pub id: u32,
    /// direct, indirect or mixed.
    pub kind: QuoteKind,
    /// First unit of the first piece.
    pub start: u32,
    /// One past the last unit of the last piece.
    pub end: u32,
    /// The text from start to end.
    pub text: String,
    /// The pieces, in text order.
    pub segments: Vec<Range>,
    /// Who said it; null when nobody is named.
    pub speaker: Option<SpeakerRecord>,
    /// The words that report it; null when there are none.
    pub cue: Option<Words>,
    /// What keeps the report from being plain: "did not say", "would say", "if he says".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stance: Vec<StanceName>,
    /// Probability that content and speaker are right.
    pub confidence: f32,
    /// The rule or model that decided.
    pub by: String,
    /// The same for the same words in any article, whatever marks, case and cue they wear: 16
    /// hexadecimal digits.
    #[serde(default)]
    pub quote_key: String,
    /// The sentences around it, when asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Words>,
}

/// See [`crate::annotations::Stance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StanceName {
    /// "did not say", "never claimed".
    Negated,
    /// "would say", "will announce".
    Modal,
    /// "if he says", "whether she told".
    Hypothetical,
}

impl StanceName {
    fn all(stance: Stance) -> Vec<StanceName> {
        let marks = [
            (stance.negated, StanceName::Negated),
            (stance.modal, StanceName::Modal),
            (stance.hypothetical, StanceName::Hypothetical),
        ];
        marks.into_iter().filter(|(set, _)| *set).map(|(_, name)| name).collect()
    }
}

/// See [`crate::annotations::Speaker`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpeakerRecord {
    /// First unit.
    pub start: u32,
    /// One past the last unit.
    pub end: u32,
    /// The words that name the speaker.
    pub text: String,
    /// Id of the entity, null when it is none of those named.
    pub entity: Option<u32>,
    /// The entity's canonical name.
    pub name: Option<String>,
}

impl Record {
    /// The record of a document, its text left out (see [`Record::text`]).
    pub fn new(document: &Document, found: &Annotations, unit: Unit) -> Self {
        let text = document.text.as_str();
        let offsets = Offsets::new(text, unit);
        let range = |span: Span| {
            let (start, end) = offsets.of(span);
            Range { start, end }
        };
        let words = |span: Span| {
            let (start, end) = offsets.of(span);
            Words { start, end, text: span.of(text).to_owned() }
        };
        let entities = found.entities.iter().enumerate().map(|(id, entity)| EntityRecord {
            id: id as u32,
            kind: entity.kind,
            name: entity.name.clone(),
            links: entity.links.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect(),
            gender: entity.gender,
            titles: entity.titles.clone(),
            mentions: entity.mentions.iter().map(|m| m.0).collect(),
        });
        let mentions = found.mentions.iter().enumerate().map(|(id, mention)| {
            let Words { start, end, text } = words(mention.span);
            MentionRecord {
                id: id as u32,
                start,
                end,
                text,
                kind: mention.kind,
                entity: mention.entity.0,
                confidence: hundredths(mention.confidence),
                by: mention.by,
            }
        });
        let quotes = found.quotes.iter().enumerate().map(|(id, quote)| {
            let Words { start, end, text } = words(quote.span());
            QuoteRecord {
                id: id as u32,
                kind: quote.kind,
                start,
                end,
                text,
                segments: quote.segments.iter().copied().map(range).collect(),
                speaker: quote.speaker.as_ref().map(|speaker| {
                    let Words { start, end, text } = words(speaker.span);
                    SpeakerRecord {
                        start,
                        end,
                        text,
                        entity: speaker.entity.map(|e| e.0),
                        name: speaker.entity.map(|e| found.entities[e.index()].name.clone()),
                    }
                }),
                cue: quote.cue.map(words),
                stance: StanceName::all(quote.stance),
                confidence: hundredths(quote.confidence),
                by: quote.by.to_owned(),
                quote_key: quote_key(quote.segments.iter().map(|segment| segment.of(&document.text))),
                context: None,
            }
        });
        Record {
            schema: SCHEMA.to_owned(),
            id: document.id.clone(),
            offsets: unit,
            meta: document.meta.clone(),
            notes: Vec::new(),
            text: None,
            sentences: found.sentences.iter().map(|s| range(s.span)).collect(),
            entities: entities.collect(),
            mentions: mentions.collect(),
            quotes: quotes.collect(),
            cluster: None,
        }
    }

    /// Gives each quote its context: the sentences that hold it, its cue and its speaker, with `around`
    /// more on either side; none where they would be longer than 16 kB, which no prose is. `text` and
    /// `found` are those that the record was made of.
    pub fn add_context(&mut self, text: &str, found: &Annotations, around: usize) {
        let offsets = Offsets::new(text, self.offsets);
        let sentences = &found.sentences;
        for (record, quote) in self.quotes.iter_mut().zip(&found.quotes) {
            let parts = quote.speaker.iter().map(|speaker| speaker.span).chain(quote.cue);
            let whole = parts.fold(quote.span(), Span::join);
            let first = sentences.partition_point(|s| s.span.end() <= whole.start()).saturating_sub(around);
            let end = sentences.partition_point(|s| s.span.start() < whole.end());
            let end = end.saturating_add(around).min(sentences.len());
            record.context = sentences.get(first..end).and_then(|all| {
                let span = all.first()?.span.join(all.last()?.span);
                let (start, end) = offsets.of(span);
                let text = span.of(text);
                (text.len() <= LONGEST_CONTEXT).then(|| Words { start, end, text: text.to_owned() })
            });
        }
    }
}

/// What the same quote has in common in all articles: a hash of the words of its pieces.
fn quote_key<'t>(pieces: impl Iterator<Item = &'t str>) -> String {
    let mut all = hash::Words::new();
    pieces.flat_map(hash::words).for_each(|word| all.add(word));
    format!("{:016x}", all.finish())
}

/// Two decimals: more would claim a precision that no calibration has.
fn hundredths(confidence: f32) -> f32 {
    (confidence * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_the_same_when_their_words_are() {
        let key = |pieces: &[&str]| quote_key(pieces.iter().copied());
        assert_eq!(key(&["“We agree,”"]), key(&["\"we agree.\""]));
        assert_eq!(key(&["“We wait,”", "“for rain.”"]), key(&["“We wait for rain”"]));
        assert_ne!(key(&["We agree"]), key(&["We agreed"]));
        // It stands in records: another value would part the same quotes of two runs.
        assert_eq!(key(&["We agree"]), "8015f1476012070c");
    }
}
