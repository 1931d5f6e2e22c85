//! Broken and hostile lists end in an error that says where and what to do, or in a plain answer.

use saidwho::gazetteer::Gazetteer;

use super::{list, own_names};

/// The message that a list gives.
fn message(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = list(folder.path(), name, content);
    match Gazetteer::with_lists_cached(&[path], None) {
        Ok((_, left_out)) => left_out.first().map_or_else(|| "fine".to_owned(), ToString::to_string),
        Err(error) => error.to_string(),
    }
    .replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn messages_name_file_and_line() {
    let head = "name\ttype\n";
    for (content, expected) in [
        ("".to_owned(), "x.tsv: no line of column names"),
        ("title\ttype\nA\tperson\n".to_owned(), "x.tsv:1: no column \"name\""),
        ("name\tname\ttype\n".to_owned(), "x.tsv:1: two columns \"name\""),
        (format!("{head}A\tpersona\n"), "x.tsv:2: type \"persona\" is none of"),
        (format!("{head}# c\n\nA\tperson\tx\n"), "x.tsv:4: 3 fields, but 2 columns"),
        (format!("{head}\tperson\n"), "x.tsv:2: no name"),
        (format!("{head}--\tperson\n"), "x.tsv:2: \"--\" has no letter or digit"),
        (format!("{head}Bank (Malawi)\torganization\n"), "x.tsv:2: \"Bank (Malawi)\" can never match"),
        (format!("{head}{}\tperson\n", "a ".repeat(30)), "has more than 24 words"),
        (format!("{head}{}\tperson\n", "a".repeat(1 << 20)), "is longer than 512 bytes"),
        (format!("{head}A\0B\tperson\n"), "can never match"),
        ("name\ttype\tprominence\nA\tperson\thigh\n".to_owned(), "x.tsv:2: prominence \"high\" is no number"),
        ("name\ttype\tmode\nA\tperson\tdelete\n".to_owned(), "x.tsv:2: mode \"delete\" is none of"),
    ] {
        let found = message("x.tsv", &content);
        assert!(found.contains(expected), "{expected:?} is not what was said: {found:?}");
    }
    assert!(
        message("x.jsonl", "{\"name\":\"A\",\"type\":\"person\"}\n{oops\n")
            .starts_with("x.jsonl:2: no JSON object")
    );
    assert!(message("x.jsonl", "{\"name\":\"A\"}\n").starts_with("x.jsonl:1: no column \"type\""));
    assert!(message("x.csv", "name,type\nA,persona\n").starts_with("x.csv:2: type"));
    assert!(message("x.tsv", b"name\ttype\nA\xff\tperson\n").starts_with("x.tsv:2: not UTF-8"));
    assert!(message("x.xlsx", "PK").contains("cannot tell what it is"));
    assert!(message("x.tsv.zst", "no zstd").contains("cannot be unpacked"));
}

#[test]
fn a_million_lines_of_one_letter() {
    let rows = format!("name\ttype\n{}", "a\tperson\n".repeat(1_000_000));
    assert_eq!(message("x.tsv", rows), "fine");
}

#[test]
fn a_million_namesakes() {
    let mut rows = String::from("name\ttype\tid\n");
    for number in 0..1_000_000 {
        rows.push_str(&format!("Ann Example\tperson\tx:{number}\n"));
    }
    assert!(message("x.tsv", rows).contains("\"Ann Example\" has more than 255 meanings"));
}

#[test]
fn spellings_without_end() {
    let mut rows = String::from("name\ttype\n");
    for bits in 0..1u32 << 12 {
        let name: String = (0..12).map(|b| if bits >> b & 1 == 0 { 'a' } else { 'A' }).collect();
        rows.push_str(&format!("{name}\tperson\n"));
    }
    assert!(message("x.tsv", rows).contains("spellings that differ in case or accents only"));
}

#[test]
fn aliases_in_a_circle() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "name\ttype\taliases\nAlpha One\tperson\tBeta Two|Alpha One\nBeta Two\tperson\tAlpha One\n";
    let path = list(folder.path(), "x.tsv", rows);
    let (lists, _) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    let mut names = own_names(&lists, "Alpha One met Beta Two.");
    names.sort();
    let expected = [
        ("Alpha One", "Alpha One"),
        ("Alpha One", "Beta Two"),
        ("Beta Two", "Alpha One"),
        ("Beta Two", "Beta Two"),
    ];
    assert_eq!(names, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn hostile_texts_are_read_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = list(
        folder.path(),
        "x.tsv",
        format!("name\ttype\tcase\n{}\tperson\tany\na\tperson\tany\n", "a ".repeat(24).trim()),
    );
    let (lists, _) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    assert_eq!(own_names(&lists, &"a ".repeat(2000)).len(), 2000 + 2000 - 23);
    own_names(&lists, &"'".repeat(1 << 16));
    own_names(&lists, &"\u{301}".repeat(1 << 16));
    own_names(&lists, &"a".repeat(1 << 20));
}
