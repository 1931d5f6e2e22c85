//! An article as the quote stage reads it: words looked up, parts of speech,
//! quoted stretches collapsed to one unit each, sentences that a quote
//! bridges merged into blocks.

use std::ops::Range;

use crate::annotations::{Annotations, Case, TokenKind};

use super::marks::{Marks, Quoted};
use super::words::{Classes, Entry, Lexicon, Word, lemma, word, word_in_text};

/// "No such index."
pub const NONE: u32 = u32::MAX;

/// The word of a unit that is a quoted stretch.
pub const QUOTE: Word = word("\u{0}quote");

/// A coarse part of speech, all that the rules ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Pos {
    /// Proper noun.
    Name,
    /// Common noun.
    Noun,
    /// Pronoun that can stand alone.
    Pronoun,
    /// Article, possessive, quantifier.
    Determiner,
    /// Adjective.
    Adjective,
    /// Number.
    Number,
    /// Adverb, also "not".
    Adverb,
    /// Finite verb.
    Finite,
    /// Infinitive without "to", or a verb form that only a parse could tell.
    Base,
    /// -ing form.
    Ing,
    /// Past participle.
    Participle,
    /// Preposition or "to".
    Preposition,
    /// "that", "because", "who": opens a subordinate clause.
    Subordinator,
    /// "and", "but".
    Coordinator,
    /// "'s".
    Possessive,
    /// A comma.
    Comma,
    /// A full stop, question or exclamation mark.
    Stop,
    /// A colon.
    Colon,
    /// A semicolon.
    Semicolon,
    /// A dash.
    Dash,
    /// A bracket.
    Bracket,
    /// A quoted stretch.
    Quote,
    /// Anything else.
    #[default]
    Other,
}

impl Pos {
    /// Whether a noun phrase can hold it (prepositions and commas apart).
    pub fn nominal(self) -> bool {
        matches!(
            self,
            Pos::Name
                | Pos::Noun
                | Pos::Determiner
                | Pos::Adjective
                | Pos::Number
                | Pos::Possessive
                | Pos::Participle
        )
    }

    /// Whether a noun phrase can end with it.
    pub fn head(self) -> bool {
        matches!(self, Pos::Name | Pos::Noun | Pos::Pronoun | Pos::Number)
    }
}

/// One word, one punctuation mark or one whole quoted stretch.
#[derive(Clone, Copy, Debug)]
pub struct Unit {
    /// First token.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
    /// The quoted stretch, or [`NONE`].
    pub quoted: u32,
    /// Its word; [`QUOTE`] for a quoted stretch.
    pub word: Word,
    /// What is known of the word.
    pub entry: Entry,
    /// Its part of speech.
    pub pos: Pos,
}

impl Unit {
    /// Whether the word has one of these classes.
    pub fn is(&self, classes: Classes) -> bool {
        self.entry.classes.any(classes)
    }
}

/// Sentences that belong together because a quote runs from one into the next.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its tokens.
    pub tokens: Range<u32>,
    /// Its units, in [`Reading::units`].
    pub units: Range<u32>,
    /// Its paragraph.
    pub paragraph: u32,
}

/// A quoted stretch with its place among the tokens.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The marks' view of it.
    pub quoted: Quoted,
    /// Its tokens, marks included.
    pub tokens: Range<u32>,
    /// How many of them are words.
    pub words: u32,
    /// Its block.
    pub block: u32,
    /// Its paragraph.
    pub paragraph: u32,
}

/// See the module. Keeps its memory from article to article.
#[derive(Default)]
pub struct Reading {
    /// Word of each token.
    pub words: Vec<Word>,
    /// What is known of each token's word.
    pub entries: Vec<Entry>,
    /// Lemma of each token, see [`super::words::lemma`].
    pub lemmas: Vec<Word>,
    /// Part of speech of each token.
    pub pos: Vec<Pos>,
    /// Sentence of each token.
    pub sentence: Vec<u32>,
    /// Block of each token.
    pub block_of: Vec<u32>,
    /// Paragraph of each token.
    pub paragraph: Vec<u32>,
    /// Quoted stretch of each token, or [`NONE`].
    pub quoted: Vec<u32>,
    /// Mention of each token, or [`NONE`].
    pub mention: Vec<u32>,
    /// Quoted stretches that hold a word, in text order.
    pub stretches: Vec<Stretch>,
    /// Blocks, in text order.
    pub blocks: Vec<Block>,
    /// Units of all blocks.
    pub units: Vec<Unit>,
    marks: Marks,
}

impl Reading {
    /// Reads an article that has paragraphs, sentences, tokens and mentions; all but the units.
    pub fn fill(&mut self, text: &str, found: &Annotations, lexicon: &Lexicon) {
        let count = found.tokens.len();
        self.words.clear();
        self.entries.clear();
        self.lemmas.clear();
        for token in &found.tokens {
            let written = token.span.of(text);
            let word = word_in_text(written);
            let entry = lexicon.get(word);
            self.words.push(word);
            self.entries.push(entry);
            self.lemmas.push(entry.verb.map_or_else(|| lemma(written), |verb| verb.lemma));
        }
        reset(&mut self.sentence, count);
        reset(&mut self.paragraph, count);
        reset(&mut self.quoted, count);
        reset(&mut self.mention, count);
        for (id, sentence) in found.sentences.iter().enumerate() {
            for token in sentence.tokens.start as usize..sentence.tokens.end as usize {
                self.sentence[token] = id as u32;
                self.paragraph[token] = sentence.paragraph;
            }
        }
        for (id, mention) in found.mentions.iter().enumerate() {
            for token in mention.tokens.start as usize..mention.tokens.end as usize {
                self.mention[token] = id as u32;
            }
        }
        self.marks.read(text, found.paragraphs.iter().map(|p| p.span.range()));
        self.place_stretches(found);
        self.guess_pos(text, found);
        self.merge_blocks(found);
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The units of block `id`.
    pub fn block_units(&self, id: usize) -> &[Unit] {
        let units = &self.blocks[id].units;
        &self.units[units.start as usize..units.end as usize]
    }

    /// Whether token `index` is a word or number, not punctuation.
    pub fn is_word(&self, index: usize) -> bool {
        !matches!(
            self.pos[index],
            Pos::Comma | Pos::Stop | Pos::Colon | Pos::Semicolon | Pos::Dash | Pos::Bracket | Pos::Other
        )
    }

    fn place_stretches(&mut self, found: &Annotations) {
        self.stretches.clear();
        let mut token = 0;
        for &quoted in self.marks.quoted() {
            while token < found.tokens.len() && found.tokens[token].span.start() < quoted.span.start() {
                token += 1;
            }
            let first = token;
            let mut words = 0;
            while token < found.tokens.len() && found.tokens[token].span.end() <= quoted.span.end() {
                words += u32::from(matches!(
                    found.tokens[token].kind,
                    TokenKind::Word | TokenKind::Number | TokenKind::Handle | TokenKind::Address
                ));
                token += 1;
            }
            if words == 0 {
                continue;
            }
            let id = self.stretches.len() as u32;
            self.quoted[first..token].fill(id);
            self.stretches.push(Stretch {
                quoted,
                tokens: first as u32..token as u32,
                words,
                block: NONE,
                paragraph: self.paragraph[first],
            });
        }
    }

    fn merge_blocks(&mut self, found: &Annotations) {
        self.blocks.clear();
        self.block_of.clear();
        for sentence in &found.sentences {
            let bridged = sentence.tokens.start > 0
                && (sentence.tokens.start as usize) < self.quoted.len()
                && self.quoted[sentence.tokens.start as usize] != NONE
                && self.quoted[sentence.tokens.start as usize]
                    == self.quoted[sentence.tokens.start as usize - 1];
            match self.blocks.last_mut() {
                Some(last) if bridged && last.paragraph == sentence.paragraph => {
                    last.tokens.end = sentence.tokens.end;
                }
                _ => self.blocks.push(Block {
                    tokens: sentence.tokens.clone(),
                    units: 0..0,
                    paragraph: sentence.paragraph,
                }),
            }
            let id = self.blocks.len() as u32 - 1;
            self.block_of.resize(sentence.tokens.end as usize, id);
        }
        self.block_of.resize(self.len(), self.blocks.len().saturating_sub(1) as u32);
        for stretch in &mut self.stretches {
            stretch.block = self.block_of[stretch.tokens.start as usize];
        }
    }

    /// Collapses quotes to units; to be called when the parts of speech are final.
    pub fn collapse(&mut self) {
        self.units.clear();
        for block in &mut self.blocks {
            let first = self.units.len() as u32;
            let mut at = block.tokens.start;
            while at < block.tokens.end {
                let quoted = self.quoted[at as usize];
                let unit = if quoted == NONE {
                    let index = at as usize;
                    let (word, entry, pos) = (self.words[index], self.entries[index], self.pos[index]);
                    Unit { start: at, end: at + 1, quoted, word, entry, pos }
                } else {
                    let end = self.stretches[quoted as usize]
                        .tokens
                        .end
                        .clamp(at + 1, block.tokens.end.max(at + 1));
                    Unit { start: at, end, quoted, word: QUOTE, entry: Entry::default(), pos: Pos::Quote }
                };
                at = unit.end;
                self.units.push(unit);
            }
            block.units = first..self.units.len() as u32;
        }
    }

    /// Parts of speech from word lists, shapes and neighbours.
    fn guess_pos(&mut self, text: &str, found: &Annotations) {
        self.pos.clear();
        for (index, token) in found.tokens.iter().enumerate() {
            let entry = self.entries[index];
            let classes = entry.classes;
            let written = token.span.of(text);
            let first = index == 0 || self.sentence[index] != self.sentence[index - 1];
            let before = if first { Pos::Stop } else { self.pos[index - 1] };
            let before_classes = if first { Classes::default() } else { self.entries[index - 1].classes };
            let pos = match token.kind {
                TokenKind::Possessive => Pos::Possessive,
                TokenKind::Number => Pos::Number,
                TokenKind::Address => Pos::Noun,
                TokenKind::Handle => Pos::Name,
                TokenKind::Punctuation | TokenKind::Symbol => punctuation(written),
                TokenKind::Word => {
                    let capital = matches!(token.case, Case::Title | Case::Upper | Case::Mixed);
                    let nameable = capital && (!first || self.mention[index] != NONE);
                    if nameable && !(classes.any(Classes::PRONOUN) && written.len() == 1) {
                        Pos::Name
                    } else {
                        word_pos(written, entry, before, before_classes, capital && first)
                    }
                }
            };
            self.pos.push(pos);
        }
    }
}

fn reset(column: &mut Vec<u32>, len: usize) {
    column.clear();
    column.resize(len, NONE);
}

fn punctuation(written: &str) -> Pos {
    match written {
        "," => Pos::Comma,
        "." | "?" | "!" | "..." | "…" | "?!" | "!!" => Pos::Stop,
        ":" => Pos::Colon,
        ";" => Pos::Semicolon,
        "-" | "--" | "—" | "–" | "―" | "---" => Pos::Dash,
        "(" | ")" | "[" | "]" => Pos::Bracket,
        "&" => Pos::Coordinator,
        "%" => Pos::Noun,
        _ => Pos::Other,
    }
}

fn word_pos(written: &str, entry: Entry, before: Pos, before_classes: Classes, initial: bool) -> Pos {
    use super::words::Form;
    let classes = entry.classes;
    let after_noun_opener =
        matches!(before, Pos::Determiner | Pos::Adjective | Pos::Possessive | Pos::Preposition)
            && before != Pos::Possessive
            || matches!(before, Pos::Possessive | Pos::Number);
    if classes.any(Classes::FINITE) || classes.any(Classes::MODAL) {
        return Pos::Finite;
    }
    if classes.any(Classes::AUXILIARY) {
        return Pos::Base;
    }
    if classes.any(Classes::PERSONAL) && !classes.any(Classes::POSSESSIVE) {
        return Pos::Pronoun;
    }
    if classes.any(Classes::POSSESSIVE)
        || classes.any(Classes::DETERMINER) && !classes.any(Classes::COMPLEMENTIZER)
    {
        return Pos::Determiner;
    }
    if classes.any(Classes::COORDINATOR) {
        return Pos::Coordinator;
    }
    if classes.any(Classes::RELATIVE.or(Classes::COMPLEMENTIZER))
        || classes.any(Classes::SUBORDINATOR) && !classes.any(Classes::PREPOSITION)
    {
        return Pos::Subordinator;
    }
    if classes.any(Classes::PREPOSITION) {
        return Pos::Preposition;
    }
    if classes.any(Classes::ADVERB.or(Classes::NEGATION)) {
        return Pos::Adverb;
    }
    if classes.any(Classes::DAY) {
        return Pos::Name;
    }
    let passive = before_classes.any(Classes::BE.or(Classes::HAVE));
    if let Some(verb) = entry.verb {
        return match verb.form {
            Form::Gerund => Pos::Ing,
            Form::Past if passive => Pos::Participle,
            Form::Past if after_noun_opener => Pos::Participle,
            Form::Past => Pos::Finite,
            Form::Third if after_noun_opener => Pos::Noun,
            Form::Third => Pos::Finite,
            Form::Base if before_classes.any(Classes::SUBJECT) && before == Pos::Pronoun => Pos::Finite,
            Form::Base
                if before_classes.any(Classes::MODAL.or(Classes::DO)) || before == Pos::Preposition =>
            {
                Pos::Base
            }
            Form::Base if after_noun_opener => Pos::Noun,
            Form::Base if classes.any(Classes::NOUN_CUE) && !matches!(before, Pos::Noun | Pos::Name) => {
                Pos::Noun
            }
            Form::Base => Pos::Base,
        };
    }
    if classes.any(Classes::PAST) && !after_noun_opener {
        return if passive { Pos::Participle } else { Pos::Finite };
    }
    if classes.any(Classes::PRONOUN) {
        return Pos::Pronoun;
    }
    if written.len() > 4 && written.ends_with("ed") {
        return if passive || after_noun_opener || matches!(before, Pos::Comma | Pos::Stop) {
            Pos::Participle
        } else if matches!(
            before,
            Pos::Noun | Pos::Name | Pos::Pronoun | Pos::Adverb | Pos::Subordinator | Pos::Coordinator
        ) {
            Pos::Finite
        } else {
            Pos::Participle
        };
    }
    if written.len() > 4 && written.ends_with("ing") {
        return Pos::Ing;
    }
    if written.len() > 3 && written.ends_with("ly") {
        return Pos::Adverb;
    }
    if ADJECTIVAL.iter().any(|end| written.len() > end.len() + 2 && written.ends_with(end)) {
        return Pos::Adjective;
    }
    let _ = initial;
    Pos::Noun
}

const ADJECTIVAL: &[&str] = &["ous", "ful", "ive", "able", "ible", "ical", "less", "ish", "ern"];
