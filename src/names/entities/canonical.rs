//! The name an entity goes by: the fullest form that the article gives.

use crate::annotations::{Annotations, Entity, EntityType};

/// The canonical name of `entity`, from its mentions.
pub(super) fn name(text: &str, found: &Annotations, entity: &Entity) -> String {
    let mut spellings: Vec<(&str, usize)> = Vec::new();
    for mention in &entity.mentions {
        let spelling = found.mentions[mention.index()].span.of(text);
        match spellings.iter_mut().find(|(known, _)| *known == spelling) {
            Some((_, count)) => *count += 1,
            None => spellings.push((spelling, 1)),
        }
    }
    let best = spellings.iter().enumerate().max_by_key(|&(order, &(spelling, count))| {
        let words = spelling.split_whitespace().count();
        let shouted = words_are_upper(spelling) && spelling.len() > 1;
        let plain = match entity.kind {
            // "JAKE TAPPER" is better than "Jake".
            EntityType::Person if words > 1 => 1 + usize::from(!shouted),
            EntityType::Person => 0,
            _ => usize::from(!shouted),
        };
        let fullness = match entity.kind {
            // "U.S." as often as the article says, not "U.S. of America" once.
            EntityType::Place => count,
            _ => words,
        };
        (plain, fullness, count, spelling.len(), std::cmp::Reverse(order))
    });
    let spelling = best.map_or("", |(_, &(spelling, _))| spelling);
    let spelling: String = spelling.split_whitespace().collect::<Vec<_>>().join(" ");
    let shouted = match entity.kind {
        EntityType::Person => true,
        // "USA" and "U.K." are written so everywhere.
        EntityType::Place => spelling.len() > 4 && !spelling.contains('.'),
        // Nobody can tell "BBC NEWS" from "BANK OF CHINA".
        EntityType::Organization => false,
    };
    if shouted && words_are_upper(&spelling) { in_title_case(&spelling) } else { spelling }
}

/// Whether it is written in capitals throughout, more than initials.
fn words_are_upper(name: &str) -> bool {
    name.chars().filter(|c| c.is_uppercase()).count() > 1 && !name.chars().any(char::is_lowercase)
}

/// "JAKE TAPPER" → "Jake Tapper".
fn in_title_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut inside = false;
    for c in name.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
        inside = c.is_alphabetic() || c == '.' && inside;
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn capitals() {
        assert_eq!(super::in_title_case("JAKE O'NEIL-TAPPER"), "Jake O'Neil-Tapper");
        assert!(super::words_are_upper("JAKE TAPPER"));
        assert!(!super::words_are_upper("McDonald"));
    }
}
