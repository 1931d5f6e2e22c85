//! Who is the same, on mentions that are right: what the entities room does by itself.
//!
//! The mentions come from the hand-made gold of `fixtures/articles`, so no
//! fault of the tagger hides one of the grouping.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use saidwho::annotations::{Annotations, EntityId, Mention, NamedBy};
use saidwho::eval::entities::{BCubed, Grouped};
use saidwho::eval::gold::Gold;
use saidwho::gazetteer::Gazetteer;
use saidwho::names::entities;

/// The layers of `text` with the gold's names as mentions, grouped.
fn grouped(text: &str, gold: &Gold) -> Annotations {
    let mut found = Annotations::default();
    saidwho::text::annotate(text, &mut found);
    for name in &gold.names {
        let start = found.tokens.partition_point(|t| t.span.end() <= name.span.start()) as u32;
        let end = found.tokens.partition_point(|t| t.span.start() < name.span.end()) as u32;
        found.mentions.push(Mention {
            span: name.span,
            tokens: start..end,
            kind: name.kind,
            entity: EntityId(0),
            confidence: 1.0,
            by: NamedBy::Tagger,
        });
    }
    entities::resolve(text, &mut found, Gazetteer::shipped());
    found
}

#[test]
fn gold_mentions_are_grouped_as_the_gold_groups_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles");
    let mut paths: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.with_extension("gold.tsv").exists() && path.extension().is_some_and(|e| e == "txt")
    });
    paths.sort();
    assert!(paths.len() >= 15, "only {} articles in {}", paths.len(), folder.display());
    let mut all = BCubed::default();
    let mut faults = String::new();
    for path in paths {
        let (text, gold) = Gold::read(&path).unwrap();
        let found = grouped(&text, &gold);
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        let (mut wanted, mut got) = (Vec::new(), Vec::new());
        for (name, mention) in gold.names.iter().zip(&found.mentions) {
            let next = numbers.len() as u32;
            let group = *numbers.entry(&name.entity).or_insert(next);
            wanted.push(Grouped { span: name.span, kind: name.kind, group });
            got.push(Grouped { span: name.span, kind: name.kind, group: mention.entity.0 });
        }
        all.add(&wanted, &got);
        // What is split or thrown together, to read.
        let mut of_gold: BTreeMap<&str, BTreeMap<u32, &str>> = BTreeMap::new();
        let mut of_found: BTreeMap<u32, BTreeMap<&str, &str>> = BTreeMap::new();
        for (name, mention) in gold.names.iter().zip(&found.mentions) {
            of_gold.entry(&name.entity).or_default().insert(mention.entity.0, name.span.of(&text));
            of_found.entry(mention.entity.0).or_default().insert(&name.entity, name.span.of(&text));
        }
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (entity, parts) in of_gold.iter().filter(|(_, parts)| parts.len() > 1) {
            writeln!(faults, "{file}: {entity} split: {:?}", parts.values().collect::<Vec<_>>()).unwrap();
        }
        for parts in of_found.values().filter(|parts| parts.len() > 1) {
            writeln!(faults, "{file}: thrown together: {parts:?}").unwrap();
        }
    }
    let f1 = all.strict().f1;
    println!("B³ F1 on gold mentions {f1:.4}\n{faults}");
    assert!(f1 >= 0.95, "B³ F1 {f1:.4} on gold mentions\n{faults}");
}
