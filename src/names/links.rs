//! Which known person, organization or place an entity is. No link rather than a wrong one.
//!
//! The lists propose every entry that bears one of the entity's spellings; the
//! article's countries (places and nationalities it names) decide between them.
//! What stays unclear gets no link. A user's own entry always wins.

use std::collections::BTreeMap;

use crate::annotations::{Annotations, Entity, EntityType};
use crate::gazetteer::{Entry, Gazetteer};

/// How far the best candidate must be ahead of the next.
const LEAD: f32 = 0.5;
/// What being in the article's countries is worth, at most, in points of prominence.
const COUNTRY_BONUS: f32 = 2.5;
/// Countries are prominent enough; above this their rank says nothing about a namesake (Georgia).
const PROMINENCE_CAP: f32 = 7.5;
/// What another name of a city ("Mexico" for its capital) loses against places of that very name.
const ALIAS_MALUS: f32 = 0.6;
/// From here on a person is so widely known that the full name alone tells.
const WIDELY_KNOWN: f32 = 3.0;
/// From here on an organization is known by its acronym alone.
const WIDELY_KNOWN_ACRONYM: f32 = 7.0;
/// Frequency buckets of given name and surname, added, up to which a full name is rare enough to mean one person.
const RARE_NAME: u8 = 12;

/// Fills the links of the entities of `found`.
pub(super) fn find(text: &str, found: &mut Annotations, lists: &Gazetteer) {
    let candidates: Vec<Vec<Entry<'_>>> =
        found.entities.iter().map(|entity| candidates(text, found, entity, lists)).collect();
    let countries = Countries::of(text, found, &candidates, lists);
    for (id, candidates) in candidates.iter().enumerate() {
        let entity = &found.entities[id];
        let links =
            candidates.iter().find(|entry| entry.is_user()).map(Entry::links).or_else(|| match entity.kind {
                EntityType::Person => person(id, entity, candidates, &countries, lists),
                EntityType::Place => best(candidates, |entry| {
                    place_score(entry, candidates) + COUNTRY_BONUS * countries.share(entry.country(), id)
                }),
                EntityType::Organization => {
                    let known = candidates.iter().filter(|entry| clear_organization(entity, entry));
                    let known: Vec<Entry<'_>> = known.copied().collect();
                    best(&known, |entry| {
                        entry.prominence() + COUNTRY_BONUS * countries.share(entry.country(), id)
                    })
                }
            });
        found.entities[id].links = links.unwrap_or_default();
    }
}

/// The entries of the entity's type that bear one of its spellings.
fn candidates<'g>(text: &str, found: &Annotations, entity: &Entity, lists: &'g Gazetteer) -> Vec<Entry<'g>> {
    let mut spellings: Vec<&str> = vec![&entity.name];
    for mention in &entity.mentions {
        let spelling = found.mentions[mention.index()].span.of(text);
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    let mut entries: Vec<Entry<'g>> = Vec::new();
    let mut seen: Vec<(String, String)> = Vec::new();
    for spelling in spellings {
        // A bare surname is nobody's name in particular, and an acronym or "the Bank" not one
        // organization's where the article gives the name in full.
        let bare = !spelling.contains(char::is_whitespace);
        let acronym = spelling.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
        let head = || lists.phrases("organization-head").get(spelling).is_some();
        let vague = match entity.kind {
            EntityType::Person => bare,
            EntityType::Organization => bare && spelling != entity.name && (acronym || head()),
            EntityType::Place => false,
        };
        if vague {
            continue;
        }
        for entry in
            lists.find(spelling).flat_map(|name| lists.entries(name)).filter(|e| e.kind() == entity.kind)
        {
            let known =
                (entry.name(), entry.links().into_iter().map(|(_, id)| id).next().unwrap_or_default());
            if !seen.contains(&known) {
                seen.push(known);
                entries.push(entry);
            }
        }
    }
    entries
}

/// The one widely known bearer of the name, else the one from a country of the
/// article whose name is so rare that there is hardly another.
fn person(
    id: usize,
    entity: &Entity,
    candidates: &[Entry<'_>],
    countries: &Countries<'_>,
    lists: &Gazetteer,
) -> Option<Vec<(String, String)>> {
    let known: Vec<&Entry<'_>> = candidates.iter().filter(|entry| !entry.links().is_empty()).collect();
    let [entry] = known[..] else { return None };
    let mut words = entity.name.split_whitespace();
    let (first, last) = (words.next()?, words.next_back()?);
    let common = lists.given(first).map_or(0, |given| given.frequency) + lists.surname(last).unwrap_or(0);
    let here = countries.share(entry.country(), id) > 0.0;
    let clear = entry.prominence() >= WIDELY_KNOWN || (here && common <= RARE_NAME);
    clear.then(|| entry.links())
}

/// How prominent a place is among its namesakes.
fn place_score(entry: &Entry<'_>, candidates: &[Entry<'_>]) -> f32 {
    // A capital is listed as such, without a link of its own.
    let capital = candidates
        .iter()
        .filter(|other| other.subtype() == "capital" && entry.subtype() == "city")
        .filter(|capital| capital.country() == entry.country())
        .map(Entry::prominence)
        .fold(entry.prominence(), f32::max);
    let foreign = if entry.is_alias() && entry.subtype() == "city" { ALIAS_MALUS } else { 0.0 };
    capital.min(PROMINENCE_CAP) - foreign
}

/// An acronym alone means an organization only when it is widely known by it (UN, IMF).
fn clear_organization(entity: &Entity, entry: &Entry<'_>) -> bool {
    let acronym = entity.name.chars().all(|c| c.is_uppercase() || !c.is_alphabetic());
    !acronym || entry.prominence() >= WIDELY_KNOWN_ACRONYM
}

/// The links of the entry with the best `score`, when it has a lead. Entries that link nowhere do not compete.
fn best(candidates: &[Entry<'_>], score: impl Fn(&Entry<'_>) -> f32) -> Option<Vec<(String, String)>> {
    let linking = candidates.iter().filter(|entry| !entry.links().is_empty());
    let mut ranked: Vec<(f32, &Entry<'_>)> = linking.map(|entry| (score(entry), entry)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    match ranked[..] {
        [(_, only)] => Some(only.links()),
        [(first, entry), (second, _), ..] if first >= second + LEAD => Some(entry.links()),
        _ => None,
    }
}

/// Which countries an article is about, by what it names.
#[derive(Default)]
struct Countries<'g> {
    /// How often each is named, by its places and by nationality.
    weights: BTreeMap<&'g str, f32>,
    /// All of them together.
    total: f32,
    /// What each entity brought, by number.
    brought: Vec<Option<(&'g str, f32)>>,
}

impl<'g> Countries<'g> {
    fn of(text: &str, found: &Annotations, candidates: &[Vec<Entry<'g>>], lists: &'g Gazetteer) -> Self {
        let mut countries = Countries::default();
        for (entity, candidates) in found.entities.iter().zip(candidates) {
            let place = if entity.kind == EntityType::Place { clear(candidates) } else { None };
            let brought = place.map(|entry| (entry.country(), entity.mentions.len() as f32));
            if let Some((country, weight)) = brought {
                countries.add(country, weight);
            }
            countries.brought.push(brought);
        }
        let mut demonyms = Vec::new();
        lists.phrases("demonym").find(text, &found.tokens, &mut demonyms);
        for (_, demonym) in demonyms {
            countries.add(demonym.get("country"), 1.0);
        }
        countries
    }

    fn add(&mut self, country: &'g str, weight: f32) {
        if !country.is_empty() {
            *self.weights.entry(country).or_default() += weight;
            self.total += weight;
        }
    }

    /// The share of `country` in what is named, what `entity` brought left out; 0 for none.
    fn share(&self, country: &str, entity: usize) -> f32 {
        let (mut here, mut all) = (self.weights.get(country).copied().unwrap_or(0.0), self.total);
        if let Some((own, weight)) = self.brought[entity] {
            all -= weight;
            if own == country {
                here -= weight;
            }
        }
        if all > 0.0 { here / all } else { 0.0 }
    }
}

/// The place that is meant without any context: the only one, or the one far ahead, or all in one country.
fn clear<'e, 'g>(candidates: &'e [Entry<'g>]) -> Option<&'e Entry<'g>> {
    let mut ranked: Vec<&Entry<'g>> = candidates.iter().collect();
    ranked.sort_by(|a, b| b.prominence().total_cmp(&a.prominence()));
    match ranked[..] {
        [only] => Some(only),
        [first, second, ..] => {
            let same = first.country() == second.country();
            (same || first.prominence() >= second.prominence() + 1.0).then_some(first)
        }
        [] => None,
    }
}
