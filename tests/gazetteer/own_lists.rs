//! A user's own lists: formats, links, add, override and block, and their cache.

use std::fs;

use saidwho::annotations::{EntityType, Gender};
use saidwho::gazetteer::{Entry, Gazetteer};

use super::{list, own_names};

fn link(entry: &Entry<'_>, key: &str) -> Option<String> {
    entry.links().into_iter().find(|(k, _)| k == key).map(|(_, value)| value)
}

#[test]
fn three_formats_say_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        list(
            folder.path(),
            "a.tsv",
            "# ours\nname\ttype\taliases\tid\tgender\tdesk\nWanjiku Otieno-Blix\tperson\tMama Wanjiku|W. Blix\t77 b\tF\tNairobi\n",
        ),
        list(
            folder.path(),
            "b.csv",
            "name,type,aliases,id,gender,desk\n\"Wanjiku Otieno-Blix\",person,Mama Wanjiku|W. Blix,77 b,F,Nairobi\n",
        ),
        list(
            folder.path(),
            "c.jsonl",
            "{\"name\":\"Wanjiku Otieno-Blix\",\"type\":\"person\",\"aliases\":[\"Mama Wanjiku\",\"W. Blix\"],\"id\":\"77 b\",\"gender\":\"F\",\"links\":{\"desk\":\"Nairobi\"}}\n",
        ),
    ];
    for file in files {
        let (lists, left_out) = Gazetteer::with_lists_cached(std::slice::from_ref(&file), None).unwrap();
        assert!(left_out.is_empty());
        for name in ["Wanjiku Otieno-Blix", "Mama Wanjiku", "W. Blix", "WANJIKU OTIENO BLIX"] {
            let entries: Vec<Entry<'_>> = lists.find(name).flat_map(|n| lists.entries(n)).collect();
            let entry = entries.iter().find(|e| e.is_user()).unwrap_or_else(|| panic!("{name} in {file:?}"));
            assert_eq!(entry.name(), "Wanjiku Otieno-Blix");
            assert_eq!(entry.kind(), EntityType::Person);
            assert_eq!(entry.gender(), Some(Gender::Female));
            assert_eq!(link(entry, "id").as_deref(), Some("77 b"));
            assert_eq!(link(entry, "desk").as_deref(), Some("Nairobi"));
            assert_eq!(entry.is_alias(), !name.to_lowercase().contains("otieno"));
        }
    }
}

#[test]
fn long_lists_are_the_same_index_in_every_format_and_say_their_first_fault() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("own.idx");
    // More rows than are read at once.
    let compiled = |format: &str, lines: &[String]| {
        let path = list(folder.path(), &format!("own.{format}"), lines.join("\n"));
        let _ = fs::remove_file(&into);
        Gazetteer::compile(&[path], &into)
    };
    let mut indexes = Vec::new();
    for (format, head, row) in [
        ("tsv", "name\ttype\tid", "NAME\tplace\tID"),
        ("csv", "name,type,id", "NAME,place,ID"),
        ("jsonl", "", "{\"id\":\"ID\",\"name\":\"NAME\",\"type\":\"place\"}"),
    ] {
        let row = |n: usize| row.replace("NAME", &format!("Zork Uqbar {n}")).replace("ID", &n.to_string());
        let mut lines: Vec<String> = std::iter::once(head.to_owned()).chain((1..40_000).map(row)).collect();
        if head.is_empty() {
            lines.remove(0);
        }
        let (_, left_out) = compiled(format, &lines).unwrap();
        assert!(left_out.is_empty(), "{format}: {left_out:?}");
        indexes.push(fs::read(&into).unwrap());

        // What can never match is told in the order of the lines.
        for line in [9_000, 18_000, 36_000] {
            lines[line] = lines[line].replace("Zork Uqbar", "([-])").replace(char::is_numeric, "-");
        }
        let (_, left_out) = compiled(format, &lines).unwrap();
        let told: Vec<usize> = left_out.iter().map(|problem| problem.line).collect();
        assert_eq!(told, [9_001, 18_001, 36_001], "{format}");

        // Of two faults far apart the first is told, whichever is read first.
        for line in [30_000, 39_000] {
            lines[line] = lines[line].replace("place", "palace");
        }
        let error = compiled(format, &lines).unwrap_err();
        assert_eq!(error.line, 30_001, "{format}: {error}");
        assert!(error.message.contains("type \"palace\" is none of"), "{format}: {error}");
        assert!(!into.exists());
    }
    assert!(indexes.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn numbers_places_and_ids_come_back_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = list(
        folder.path(),
        "places.tsv",
        "name\ttype\tid\tpopulation\tlat\tlon\tcountry\tkind\tprominence\tzip\nKwaOld-Town\tplace\tgeonames:0042 wikidata:Q77 iso:KE\t1234567\t-1.2921\t36.8219\tKE\tcity\t7.5\t00100\n",
    );
    let (lists, _) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    let name = lists.find("KwaOld-Town").next().unwrap();
    let entry = lists.entries(name).next().unwrap();
    assert_eq!((entry.population(), entry.coordinates()), (1_234_567, Some((-1.2921, 36.8219))));
    assert_eq!(
        (entry.country(), entry.subtype(), entry.prominence(), entry.list()),
        ("KE", "city", 7.5, "places")
    );
    assert_eq!(link(&entry, "geonames").as_deref(), Some("0042"), "leading zeros stay");
    assert_eq!(link(&entry, "wikidata").as_deref(), Some("Q77"));
    assert_eq!(link(&entry, "zip").as_deref(), Some("00100"));
}

#[test]
fn names_come_back_with_the_marks_at_their_edges() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["Marlowin'", "'t Hoogeveld", "Zappo!", "Kestrel & Co.", "Orla’s"];
    let rows: Vec<String> = names.iter().map(|name| format!("{name}\torganization\n")).collect();
    let path = list(folder.path(), "own.tsv", format!("name\ttype\n{}", rows.concat()));
    let (lists, left_out) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    assert!(left_out.is_empty());
    for name in names {
        let written: Vec<String> =
            lists.find(name).flat_map(|n| lists.entries(n)).map(|e| e.name()).collect();
        assert!(written.contains(&name.to_owned()), "{name}: {written:?}");
    }
}

#[test]
fn several_meanings_of_one_name() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "name\ttype\tprominence\tid\nZarovia\tplace\t3\tx:1\nZarovia\torganization\t8\tx:2\nZarovia\tplace\t3\tx:1\n";
    let path = list(folder.path(), "own.tsv", rows);
    let (lists, _) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    let name = lists.find("Zarovia").next().unwrap();
    let ids: Vec<_> = lists.entries(name).map(|e| (e.kind(), link(&e, "x").unwrap())).collect();
    // Most prominent first; the row that stands twice counts once.
    assert_eq!(ids, [(EntityType::Organization, "2".to_owned()), (EntityType::Place, "1".to_owned())]);
}

#[test]
fn add_override_and_block() {
    let folder = tempfile::tempdir().unwrap();
    let base = list(folder.path(), "base.tsv", "name\ttype\nZarovia Falls\tplace\nOld Mill\tplace\n");
    let own = list(
        folder.path(),
        "own.tsv",
        "name\ttype\tmode\nZarovia Falls\torganization\toverride\nOld Mill\tnever\t\nNew Mill\tplace\tadd\n",
    );
    let (lists, _) = Gazetteer::with_lists_cached(&[base, own], None).unwrap();
    let text = "Zarovia Falls met Old Mill and New Mill.";
    let names: Vec<String> = own_names(&lists, text).into_iter().map(|(_, name)| name).collect();
    assert!(!names.contains(&"Old Mill".to_owned()), "{names:?}");
    assert!(names.contains(&"New Mill".to_owned()) && names.contains(&"Zarovia Falls".to_owned()));
}

#[test]
fn a_folder_of_lists() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("more")).unwrap();
    list(folder.path(), "b.tsv", "name\ttype\nBee Hive Ltd\torganization\n");
    list(&folder.path().join("more"), "a.csv", "name,type\nAnt Hill Ltd,organization\n");
    list(folder.path(), "readme.md", "not a list");
    let (lists, _) = Gazetteer::with_lists_cached(&[folder.path().to_owned()], None).unwrap();
    assert!(lists.find("Bee Hive Ltd").next().is_some() && lists.find("Ant Hill Ltd").next().is_some());
}

fn big(count: usize) -> String {
    let mut rows = String::from("name\ttype\n");
    for number in 0..count {
        rows.push_str(&format!("Zed{number} Qux{}\tperson\n", number * 7919 % 1000));
    }
    rows
}

#[test]
fn the_cache_is_used_and_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let path = list(folder.path(), "big.tsv", big(20_000));
    let open = || {
        let (lists, _) = Gazetteer::with_lists_cached(std::slice::from_ref(&path), Some(&cache)).unwrap();
        assert!(lists.find("Zed19999 Qux81").next().is_some());
    };
    open();
    let file = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
    let first = fs::read(&file).unwrap();
    open();
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 1);

    // One flipped bit anywhere, a cut, another format: made again, with the same bytes.
    for at in [0, 9, 20, 30, first.len() / 3, first.len() - 1] {
        let mut damaged = first.clone();
        damaged[at] ^= 0x10;
        fs::write(&file, &damaged).unwrap();
        open();
        assert_eq!(fs::read(&file).unwrap(), first, "byte {at}");
    }
    for length in [0, 7, 100, first.len() - 1] {
        fs::write(&file, &first[..length]).unwrap();
        open();
        assert_eq!(fs::read(&file).unwrap(), first, "cut at {length}");
    }

    // Another content is another file.
    fs::write(&path, big(20_001)).unwrap();
    open();
    assert_eq!(fs::read_dir(&cache).unwrap().count(), 2);
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = list(folder.path(), "a-file-and-no-folder", "");
    let path = list(folder.path(), "big.tsv", big(20_000));
    assert!(Gazetteer::with_lists_cached(&[path], Some(&blocked)).is_ok());
}
