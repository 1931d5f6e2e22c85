//! What the names name: mentions of one article grouped into entities.
//!
//! Everything here stays inside one article. People are joined by full name,
//! then bare surnames and given names go to the person last spoken of
//! ([`people`]); organizations and places by spelling, lists, acronyms and
//! short forms ([`bodies`]). Then each entity gets its canonical name, titles,
//! gender and links. Two people of one surname stay two when both full names
//! occur.
//!
//! What the mentions *are* (span, type) is decided before; only a clear vote
//! of the same spelling ([`forms`]) and an explicit "(WIC)" change a type.

mod bodies;
mod canonical;
mod forms;
mod groups;
mod people;

use crate::annotations::{Annotations, Entity, EntityId, EntityType, Gender, MentionId};
use crate::gazetteer::Gazetteer;
use crate::names::{gender, links, titles};

use groups::Groups;
pub use groups::{Bond, BondKind};

/// Fills the entities of a document whose mentions are known, and points the mentions at them.
///
/// Gives for each mention what ties it to its entity: nothing for the name that the others joined.
pub fn resolve(text: &str, found: &mut Annotations, lists: &Gazetteer) -> Vec<Option<Bond>> {
    found.entities.clear();
    if found.mentions.is_empty() {
        return Vec::new();
    }
    let introduced = bodies::introductions(text, found);
    for &(name, acronym) in &introduced {
        found.mentions[acronym as usize].kind = found.mentions[name as usize].kind;
    }
    let forms = forms::collect(text, found);
    let titles = titles::find(text, found, lists);
    let honorifics: Vec<Option<Gender>> = titles.iter().map(|t| t.gender).collect();
    let mut groups = Groups::new(found.mentions.len());
    for (name, acronym) in introduced {
        // The vote may have moved one of them since.
        if found.mentions[name as usize].kind == found.mentions[acronym as usize].kind {
            groups.join(acronym, name, BondKind::Introduced);
        }
    }
    for kind in EntityType::ALL {
        let of_kind: Vec<&forms::Form> = forms.iter().filter(|form| form.kind == kind).collect();
        match kind {
            EntityType::Person => people::group(&of_kind, &honorifics, lists, &mut groups),
            _ => bodies::group(text, found, &of_kind, lists, &mut groups),
        }
    }
    number(found, &mut groups);
    for id in 0..found.entities.len() {
        let name = canonical::name(text, found, &found.entities[id]);
        found.entities[id].name = name;
        found.entities[id].titles = titles::of_entity(text, &found.entities[id], &titles);
    }
    gender::find(text, found, &honorifics, lists);
    links::find(text, found, lists);
    groups.into_bonds()
}

/// Makes one entity of each group, in order of first mention.
fn number(found: &mut Annotations, groups: &mut Groups) {
    let mut entity_of = vec![EntityId(0); found.mentions.len()];
    for mention in 0..found.mentions.len() {
        let first = groups.first(mention as u32) as usize;
        if first == mention {
            entity_of[mention] = EntityId(found.entities.len() as u32);
            found.entities.push(Entity {
                kind: found.mentions[mention].kind,
                name: String::new(),
                mentions: Vec::new(),
                links: Vec::new(),
                gender: None,
                titles: Vec::new(),
            });
        }
        let entity = entity_of[first];
        found.entities[entity.index()].mentions.push(MentionId(mention as u32));
        found.mentions[mention].entity = entity;
    }
}
