//! Whether an article's persons are "he" or "she": what the article says first, then what the lists know.

use crate::annotations::{Annotations, Entity, EntityType, Gender};
use crate::gazetteer::Gazetteer;

/// From this share of women among its bearers a given name counts as female; from one minus this as male.
const CERTAIN: f32 = 0.9;

/// Fills the gender of the persons of `found`. `honorifics` holds what the title before each mention tells.
pub(super) fn find(text: &str, found: &mut Annotations, honorifics: &[Option<Gender>], lists: &Gazetteer) {
    let pronouns = pronoun_votes(text, found);
    for (entity, &votes) in found.entities.iter_mut().zip(&pronouns) {
        if entity.kind == EntityType::Person {
            let said = entity.mentions.iter().find_map(|m| honorifics[m.index()]);
            entity.gender = said.or_else(|| by_pronoun(votes)).or_else(|| by_list(entity, lists));
        }
    }
}

/// For each entity, how often "he" and "she" follow where nobody else can be meant:
/// in the rest of a sentence that names only this person, or at the start of the next.
fn pronoun_votes(text: &str, found: &Annotations) -> Vec<(u32, u32)> {
    let mut votes = vec![(0, 0); found.entities.len()];
    let mut mention = 0;
    let mut alone_before: Option<usize> = None;
    let mut paragraph = u32::MAX;
    for sentence in &found.sentences {
        if sentence.paragraph != paragraph {
            paragraph = sentence.paragraph;
            alone_before = None;
        }
        let mut people: Option<usize> = None;
        let mut several = false;
        let mut named_from = sentence.tokens.end;
        while mention < found.mentions.len() && found.mentions[mention].span.start() < sentence.span.end() {
            let m = &found.mentions[mention];
            if m.kind == EntityType::Person {
                let entity = m.entity.index();
                several |= people.is_some_and(|p| p != entity);
                people = Some(entity);
                named_from = named_from.min(m.tokens.end);
            }
            mention += 1;
        }
        for (at, token) in
            found.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize].iter().enumerate()
        {
            let word = token.span.of(text);
            let female = match word {
                "he" | "He" | "his" | "His" | "him" | "himself" => false,
                "she" | "She" | "her" | "Her" | "herself" => true,
                _ => continue,
            };
            let at = sentence.tokens.start + at as u32;
            let whom = match (people, several) {
                (Some(person), false) if at >= named_from => Some(person),
                // "She" before anybody is named in this sentence: whoever was named alone in the one before.
                _ if at < named_from && at <= sentence.tokens.start + 1 => alone_before,
                _ => None,
            };
            if let Some(whom) = whom {
                let vote = &mut votes[whom];
                if female { vote.1 += 1 } else { vote.0 += 1 }
            }
        }
        alone_before = match (people, several) {
            (Some(person), false) => Some(person),
            (None, _) => alone_before,
            _ => None,
        };
    }
    votes
}

fn by_pronoun((he, she): (u32, u32)) -> Option<Gender> {
    // Two thirds of the votes, and more than one stray "his".
    match (he, she) {
        (he, she) if he >= 2 && he >= 2 * she => Some(Gender::Male),
        (he, she) if she >= 2 && she >= 2 * he => Some(Gender::Female),
        _ => None,
    }
}

/// The listed person of this full name, else the given name.
fn by_list(entity: &Entity, lists: &Gazetteer) -> Option<Gender> {
    if entity.name.contains(' ') {
        let mut known = lists
            .find(&entity.name)
            .flat_map(|name| lists.entries(name))
            .filter(|entry| entry.kind() == EntityType::Person)
            .filter_map(|entry| entry.gender());
        if let Some(first) = known.next()
            && known.all(|other| other == first)
        {
            return Some(first);
        }
    }
    let given = entity.name.split_whitespace().next().filter(|_| entity.name.contains(' '))?;
    let p = lists.given(given)?.p_female?;
    if p >= CERTAIN {
        Some(Gender::Female)
    } else if p <= 1.0 - CERTAIN {
        Some(Gender::Male)
    } else {
        None
    }
}
