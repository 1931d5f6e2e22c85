//! Who it is: from the words that name a speaker to the entity they name.
//!
//! Names by their mention, pronouns by gender, number, who spoke last and who
//! is the subject before, roles ("the senator") by titles and descriptions.
//! Nobody named, no entity.

use std::ops::Range;

use super::attribution::Attribution;
use super::reading::{NONE, Pos, Reading};
use super::words::{Classes, Word, word};
use crate::Annotations;
use crate::annotations::{EntityId, EntityType, Gender, TokenKind};

/// How many tokens before the speaker's words candidates are looked for.
const HORIZON: u32 = 400;

// What speaks for a candidate and against it, weighed on the training articles and on pronouns decided by hand.
/// It is a subject.
const SUBJECT: i32 = 7;
/// Its sentence begins with it.
const FIRST: i32 = 1;
/// Its gender is known, and fits.
const SURE: i32 = 3;
/// It spoke last.
const LAST: i32 = 5;
/// It is named inside a quote.
const QUOTED: i32 = 11;
/// It stands so many paragraphs, sentences before.
const PARAGRAPH: i32 = 6;
const SENTENCE: i32 = 2;

/// Finds the entity of each attribution's speaker; attributions stand in the order of their cues.
pub fn resolve(
    found: &Annotations,
    reading: &Reading,
    attributions: &[Attribution],
) -> Vec<Option<EntityId>> {
    let mut resolver = Resolver { found, reading, spoken: Vec::new() };
    let mut order: Vec<usize> = (0..attributions.len()).collect();
    order.sort_by_key(|&i| (attributions[i].cue.start, i));
    let mut entities = vec![None; attributions.len()];
    for index in order {
        let Some(words) = attributions[index].speaker.clone() else { continue };
        let entity = resolver.entity(&words);
        entities[index] = entity;
        resolver.heard(&words, entity);
    }
    entities
}

/// For each attribution the entities that its speaker could be, best first, with what speaks for each.
pub fn rank(
    found: &Annotations,
    reading: &Reading,
    attributions: &[Attribution],
) -> Vec<Vec<(EntityId, i32)>> {
    let mut resolver = Resolver { found, reading, spoken: Vec::new() };
    let each = attributions.iter().map(|a| {
        let Some(words) = a.speaker.clone() else { return Vec::new() };
        let entity = resolver.entity(&words);
        let classes = reading.entries[words.start as usize].classes;
        let gender = if classes.any(Classes::HE) { Gender::Male } else { Gender::Female };
        let mut ranked = if words.end - words.start == 1 && classes.any(Classes::HE.or(Classes::SHE)) {
            resolver.candidates(words.start, Some(gender))
        } else {
            entity.map(|e| (e, 0)).into_iter().collect()
        };
        ranked.sort_by_key(|&(e, score)| (Some(e) != entity, -score, e));
        ranked.dedup_by_key(|r| r.0);
        resolver.heard(&words, entity);
        ranked
    });
    each.collect()
}

struct Resolver<'a> {
    found: &'a Annotations,
    reading: &'a Reading,
    /// Who spoke before, and where.
    spoken: Vec<Spoken>,
}

/// Somebody who spoke.
struct Spoken {
    /// Where.
    at: u32,
    /// Who it was.
    entity: Option<EntityId>,
    /// Somebody who is not named: "a spokesman", and "he" when that is meant; with the gender if the noun tells.
    unnamed: Option<Option<Gender>>,
}

impl Resolver<'_> {
    fn entity(&self, words: &Range<u32>) -> Option<EntityId> {
        let classes = self.reading.entries[words.start as usize].classes;
        if words.end - words.start == 1 {
            if classes.any(Classes::HE) {
                return self.pronoun(words.start, Some(Gender::Male));
            }
            if classes.any(Classes::SHE) {
                return self.pronoun(words.start, Some(Gender::Female));
            }
            if self.reading.words[words.start as usize] == word("it") {
                return self.recent(words.start, |kind| kind == EntityType::Organization);
            }
            if classes.any(Classes::RELATIVE) {
                return self.antecedent(words.start);
            }
            if classes.any(Classes::PERSONAL) {
                return None;
            }
        }
        let head = self.head(words)?;
        let mention = self.reading.mention[head as usize];
        if mention != NONE {
            return Some(self.found.mentions[mention as usize].entity);
        }
        self.apposed(words, head).or_else(|| self.called(words, head)).or_else(|| self.role(words, head))
    }

    /// The head of the noun phrase: its last noun before a comma, a preposition or a relative clause.
    fn head(&self, words: &Range<u32>) -> Option<u32> {
        let mut head = None;
        for t in words.clone() {
            match self.reading.pos[t as usize] {
                Pos::Comma | Pos::Bracket | Pos::Subordinator | Pos::Finite | Pos::Dash | Pos::Semicolon
                    if head.is_some() =>
                {
                    break;
                }
                Pos::Preposition if head.is_some() && !self.inside_mention(t) => break,
                Pos::Name | Pos::Noun | Pos::Number | Pos::Other => head = Some(t),
                _ if self.reading.mention[t as usize] != NONE => head = Some(t),
                _ => {}
            }
        }
        head.or(Some(words.start))
    }

    /// "the mayor's lawyer, Sven Aalto": the name after the comma.
    fn apposed(&self, words: &Range<u32>, head: u32) -> Option<EntityId> {
        let comma = (head + 1..words.end).find(|&t| self.reading.pos[t as usize] == Pos::Comma)?;
        // "the mayor's lawyer, the Reverend Sven Aalto": up to where the phrase breaks off.
        let nominal = |t: &u32| self.reading.pos[*t as usize].nominal();
        let mention = (comma + 1..words.end)
            .take_while(nominal)
            .map(|t| self.reading.mention[t as usize])
            .find(|&m| m != NONE && self.found.mentions[m as usize].kind == EntityType::Person)?;
        let mention = &self.found.mentions[mention as usize];
        let owner = self.reading.pos.get(mention.tokens.end as usize) == Some(&Pos::Possessive);
        (!owner).then_some(mention.entity)
    }

    /// "one of them, who gave his name only as Yusuf": the name after "as".
    fn called(&self, words: &Range<u32>, head: u32) -> Option<EntityId> {
        let who = (head + 1..words.end).find(|&t| self.reading.words[t as usize] == word("who"))?;
        let name = (who + 2..words.end).find(|&t| self.reading.mention[t as usize] != NONE)?;
        let mention = &self.found.mentions[self.reading.mention[name as usize] as usize];
        (self.reading.words[name as usize - 1] == word("as") && mention.kind == EntityType::Person)
            .then_some(mention.entity)
    }

    fn inside_mention(&self, t: u32) -> bool {
        self.reading.mention[t as usize] != NONE
    }

    /// Notes who spoke.
    fn heard(&mut self, words: &Range<u32>, entity: Option<EntityId>) {
        let unnamed = if entity.is_some() { None } else { self.unnamed(words) };
        self.spoken.push(Spoken { at: words.start, entity, unnamed });
    }

    /// Whether the words mean one person without a name, and of which gender.
    fn unnamed(&self, words: &Range<u32>) -> Option<Option<Gender>> {
        let classes = self.reading.entries[words.start as usize].classes;
        if words.end - words.start == 1 && classes.any(Classes::HE.or(Classes::SHE)) {
            return self.spoken.last().and_then(|last| last.unnamed);
        }
        let head = self.reading.entries[self.head(words)? as usize].classes;
        let one = self.reading.words[words.start as usize] == word("one");
        if head.any(Classes::MAN) {
            Some(Some(Gender::Male))
        } else if head.any(Classes::WOMAN) {
            Some(Some(Gender::Female))
        } else {
            (head.any(Classes::ROLE) || one).then_some(None)
        }
    }

    /// "he" and "she": who spoke last if it can be that one, unless a fitting subject stands between.
    fn pronoun(&self, at: u32, gender: Option<Gender>) -> Option<EntityId> {
        let candidates = self.candidates(at, gender);
        // The nearest of equals: candidates come nearest first.
        let best = candidates.iter().copied().reduce(|best, next| if next.1 > best.1 { next } else { best });
        if let Some(score) = self.stranger(at, gender)
            && best.is_none_or(|(_, best)| score > best)
        {
            return None;
        }
        best.map(|(e, _)| e).or_else(|| self.last_speaker(gender))
    }

    fn fits(&self, entity: EntityId, gender: Option<Gender>) -> bool {
        let entity = &self.found.entities[entity.index()];
        entity.kind == EntityType::Person && (entity.gender.is_none() || entity.gender == gender)
    }

    fn last_speaker(&self, gender: Option<Gender>) -> Option<EntityId> {
        self.spoken.iter().rev().take(4).find_map(|s| s.entity.filter(|&e| self.fits(e, gender)))
    }

    /// What speaks for the last speaker, when nobody has named him.
    fn stranger(&self, at: u32, gender: Option<Gender>) -> Option<i32> {
        let last = self.spoken.last()?;
        let own = last.unnamed?;
        (own.is_none() || own == gender).then(|| {
            self.nearness(at, last.at as usize) + SUBJECT + LAST + if own.is_some() { SURE } else { 0 }
        })
    }

    /// The less, the farther apart two places are.
    fn nearness(&self, at: u32, before: usize) -> i32 {
        let apart = |column: &[u32]| column[at as usize].saturating_sub(column[before]);
        let paragraphs = apart(&self.reading.paragraph).min(5) as i32;
        let sentences = apart(&self.reading.sentence).min(6) as i32;
        -PARAGRAPH * paragraphs - SENTENCE * sentences
    }

    /// Mentions that a pronoun of the gender at `at` could stand for, nearest first, with what speaks for each.
    fn candidates(&self, at: u32, gender: Option<Gender>) -> Vec<(EntityId, i32)> {
        let last = self.last_speaker(gender).filter(|_| self.stranger(at, gender).is_none());
        self.before(at)
            .take_while(|m| at - m.tokens.start <= HORIZON)
            .filter(|m| m.kind == EntityType::Person && self.fits(m.entity, gender))
            .map(|mention| {
                let t = mention.tokens.start as usize;
                let sure = self.found.entities[mention.entity.index()].gender == gender;
                let mut score = self.nearness(at, t);
                score += SUBJECT * i32::from(self.subject(mention.tokens.end)) + SURE * i32::from(sure);
                score += FIRST * i32::from(self.first(t));
                score -= QUOTED * i32::from(self.reading.quoted[t] != NONE);
                score += LAST * i32::from(last == Some(mention.entity));
                (mention.entity, score)
            })
            .collect()
    }

    /// The mentions that begin before token `at`, nearest first.
    fn before(&self, at: u32) -> impl Iterator<Item = &crate::annotations::Mention> + '_ {
        let mentions = &self.found.mentions;
        mentions[..mentions.partition_point(|m| m.tokens.start < at)].iter().rev()
    }

    /// Whether the phrase with the name at token `at` begins its sentence: "The mayor, Ana" does not.
    fn first(&self, at: usize) -> bool {
        let start = self.found.sentences[self.reading.sentence[at] as usize].tokens.start as usize;
        (start..at).all(|t| self.reading.pos[t].nominal())
    }

    /// Whether a verb follows the name that ends at `end`, or a clause about it: a subject.
    fn subject(&self, end: u32) -> bool {
        (end..self.reading.len() as u32)
            .take(3)
            .find(|&t| self.reading.pos[t as usize] != Pos::Adverb)
            .is_some_and(|t| {
                matches!(self.reading.pos[t as usize], Pos::Finite | Pos::Comma | Pos::Subordinator)
            })
    }

    /// The last entity of a fitting type before `at`, subjects first.
    fn recent(&self, at: u32, fits: impl Fn(EntityType) -> bool) -> Option<EntityId> {
        let before = || self.before(at).take_while(|m| at - m.tokens.start <= HORIZON / 2);
        before()
            .find(|m| fits(m.kind) && self.subject(m.tokens.end))
            .or_else(|| before().find(|m| fits(m.kind)))
            .map(|m| m.entity)
    }

    /// "who": the name before it.
    fn antecedent(&self, at: u32) -> Option<EntityId> {
        let mention = self.before(at).find(|m| m.tokens.end <= at)?;
        (at - mention.tokens.end <= 6
            && self.reading.sentence[mention.tokens.start as usize] == self.reading.sentence[at as usize])
            .then_some(mention.entity)
    }

    /// "the senator", "the spokesman": the last entity that has the title or was described so.
    fn role(&self, words: &Range<u32>, head: u32) -> Option<EntityId> {
        let noun = self.reading.words[head as usize];
        let definite = words.clone().any(|t| {
            self.reading.words[t as usize] == word("the")
                || self.reading.entries[t as usize].classes.any(Classes::POSSESSIVE)
        });
        if !definite || self.found.tokens[head as usize].kind != TokenKind::Word {
            return None;
        }
        let company = [
            word("company"),
            word("agency"),
            word("group"),
            word("ministry"),
            word("government"),
            word("organization"),
            word("organisation"),
            word("party"),
            word("department"),
            word("bank"),
            word("union"),
            word("firm"),
            word("club"),
            word("university"),
            word("court"),
            word("army"),
            word("police"),
        ]
        .contains(&noun);
        let mut titled = None;
        for mention in self.before(words.start) {
            if words.start - mention.tokens.start > HORIZON * 4 {
                break;
            }
            let entity = &self.found.entities[mention.entity.index()];
            let wanted = if company {
                entity.kind == EntityType::Organization
            } else {
                entity.kind == EntityType::Person
            };
            if wanted && (self.described(mention.tokens.clone(), noun) || has_title(&entity.titles, noun)) {
                titled = Some(mention.entity);
                break;
            }
        }
        titled.or_else(|| {
            if company {
                self.recent(words.start, |kind| kind == EntityType::Organization).filter(|_| false)
            } else {
                None
            }
        })
    }

    /// Whether the noun stands in the name's title before it or the appositive after it.
    fn described(&self, tokens: Range<u32>, noun: Word) -> bool {
        let start = tokens.start as usize;
        let end = tokens.end as usize;
        let before = (start.saturating_sub(5)..start)
            .rev()
            .take_while(|&t| self.reading.pos[t].nominal() || self.reading.pos[t] == Pos::Preposition);
        let after = if self.reading.pos.get(end) == Some(&Pos::Comma) {
            end + 1..(end + 9).min(self.reading.len())
        } else {
            end..end
        };
        let after =
            after.take_while(|&t| !matches!(self.reading.pos[t], Pos::Comma | Pos::Stop | Pos::Finite));
        before.chain(after).any(|t| self.reading.words[t] == noun)
    }
}

fn has_title(titles: &[String], noun: Word) -> bool {
    titles.iter().any(|title| {
        title.split(|c: char| !c.is_alphanumeric()).any(|w| super::words::word_in_text(w) == noun)
    })
}
