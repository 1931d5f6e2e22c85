//! Which known person, organization or place an entity is. No link rather than a wrong one.

use crate::annotations::{Annotations, EntityType};
use crate::gazetteer::Gazetteer;

/// Fills the links of the entities of `found`.
pub(super) fn find(_text: &str, found: &mut Annotations, lists: &Gazetteer) {
    for entity in &mut found.entities {
        // A user's own entry always wins.
        let user = lists
            .find(&entity.name)
            .flat_map(|name| lists.entries(name))
            .find(|entry| entry.is_user() && entry.kind() == entity.kind);
        if let Some(entry) = user {
            entity.links = entry.links();
            continue;
        }
        if entity.kind == EntityType::Place {}
    }
}
