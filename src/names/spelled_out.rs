//! The long name of an organization that the article also calls by its acronym.
//!
//! The tagger may take "World Internet Conference" for an event and drop it;
//! where "WIC" is an organization of the same article, the capitalised run
//! that it abbreviates is that organization, too.

use std::collections::BTreeMap;

use crate::annotations::{Annotations, Case, EntityId, EntityType, Mention, NamedBy, TokenKind};

/// Shortest acronym that counts: two letters fit too much.
const SHORTEST: usize = 3;

/// Adds the runs of capitalised words whose initials are an acronym that is named as an organization.
pub(super) fn find(text: &str, found: &mut Annotations) {
    let mut acronyms: BTreeMap<&str, f32> = BTreeMap::new();
    for mention in found.mentions.iter().filter(|m| m.kind == EntityType::Organization) {
        let name = mention.span.of(text);
        if name.len() >= SHORTEST && name.bytes().all(|b| b.is_ascii_uppercase()) {
            let known = acronyms.entry(name).or_default();
            *known = known.max(mention.confidence);
        }
    }
    if acronyms.is_empty() {
        return;
    }
    let mut added = Vec::new();
    for sentence in &found.sentences {
        let mut start = sentence.tokens.start;
        while start < sentence.tokens.end {
            let initials: String = found.tokens[start as usize..sentence.tokens.end as usize]
                .iter()
                .take_while(|t| t.kind == TokenKind::Word && t.case == Case::Title)
                .filter_map(|t| t.span.of(text).chars().next())
                .collect();
            let end = start + initials.chars().count() as u32;
            if let Some(&confidence) = acronyms.get(initials.as_str()) {
                let span = found.span_of(start..end);
                let next = found.mentions.partition_point(|m| m.span.end() <= span.start());
                if found.mentions.get(next).is_none_or(|m| !m.span.overlaps(span)) {
                    added.push(Mention {
                        span,
                        tokens: start..end,
                        kind: EntityType::Organization,
                        entity: EntityId(0),
                        confidence,
                        by: NamedBy::Repeat,
                    });
                }
            }
            start = end.max(start + 1);
        }
    }
    if !added.is_empty() {
        found.mentions.extend(added);
        found.mentions.sort_by_key(|mention| mention.span);
    }
}
