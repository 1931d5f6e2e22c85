//! `saidwho gazetteer`: what its users see.

use std::path::Path;

use super::list;
use crate::cli::run;

/// The lines of a run's standard output, and how it ended.
fn lines(folder: &Path, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let output = run(folder, arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(str::to_owned).collect(), output.status.code())
}

/// What it says on standard error, and how it ended.
fn complaint(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let output = run(folder, arguments);
    (String::from_utf8(output.stderr).unwrap(), output.status.code())
}

const OWN: &str = "name\ttype\tid\n\
    Bank (Malawi)\torganization\t\n\
    Mary\tperson\t\n\
    Zorvath Blim\tperson\tx:1\n\
    Zorvath Blim\tperson\tx:2\n";

#[test]
fn check_says_what_is_wrong_and_where() {
    let folder = tempfile::tempdir().unwrap();
    list(folder.path(), "own.tsv", OWN);
    let (found, code) = lines(folder.path(), &["gazetteer", "check", "own.tsv"]);
    for (line, expected) in found.iter().zip([
        "error: own.tsv:2: \"Bank (Malawi)\" can never match",
        "warning: own.tsv:3: \"Mary\" is also the place Mary (list cities)",
        "warning: own.tsv:3: \"Mary\" is also a given name",
        "warning: own.tsv:5: \"Zorvath Blim\" stands already at own.tsv:4",
        "4 rows, 1 error, 3 warnings",
    ]) {
        assert!(line.starts_with(expected), "{line:?} does not begin with {expected:?}");
    }
    assert_eq!((found.len(), code), (5, Some(1)));

    list(folder.path(), "good.tsv", "name\ttype\nZorvath Blim\tperson\n");
    let good = (vec!["1 row, 0 errors, 0 warnings".to_owned()], Some(0));
    assert_eq!(lines(folder.path(), &["gazetteer", "check", "good.tsv"]), good);

    let (said, code) = complaint(folder.path(), &["gazetteer", "check", "none.tsv"]);
    assert!(said.contains("none.tsv") && code == Some(2), "{said}");
}

#[test]
fn find_shows_what_lists_know() {
    let folder = tempfile::tempdir().unwrap();
    list(folder.path(), "own.tsv", OWN);
    let find = ["gazetteer", "find", "--gazetteer", "own.tsv", "Zorvath Blim", "Xi Jinping"];
    let (found, code) = lines(folder.path(), &find);
    assert_eq!(found[0], "Zorvath Blim");
    assert_eq!(found[1], "  person Zorvath Blim · prominence 10.0 · x:1 · list own");
    assert_eq!(found[2], "  person Zorvath Blim · prominence 10.0 · x:2 · list own");
    assert_eq!(found[3], "Xi Jinping");
    assert!(found[4].starts_with("  person Xi Jinping · "), "{}", found[4]);
    assert!(found[4].contains("wikipedia:Xi_Jinping"), "{}", found[4]);
    assert_eq!(code, Some(0));

    let (found, code) = lines(folder.path(), &["gazetteer", "find", "Qwxzy Vlok"]);
    assert_eq!((found[1].as_str(), code), ("  not in any list", Some(1)));
}

#[test]
fn stats_count_what_lists_cover() {
    let folder = tempfile::tempdir().unwrap();
    list(folder.path(), "two.tsv", "name\ttype\nZorvath Blim\tperson\nNobody Atall\tperson\n");
    list(
        folder.path(),
        "news.jsonl",
        r#"{"id":"a","text":"Zorvath Blim met Grxt Vlok in Paris. Zorvath Blim left.","entities":[
            {"start":0,"end":12,"type":"person"},{"start":17,"end":26,"type":"person"},
            {"start":30,"end":35,"type":"place"},{"start":37,"end":49,"type":"person"}]}"#
            .replace('\n', " "),
    );
    let stats = ["gazetteer", "stats", "--gold", "--gazetteer", "two.tsv", "news.jsonl"];
    let (found, code) = lines(folder.path(), &stats);
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let row = |head: &str| found.iter().map(|line| words(line)).find(|line| line.starts_with(head)).unwrap();
    assert_eq!(found[0], "1 articles, 10 words, 4 names");
    assert_eq!(row("person "), "person 3 names, 66.7 % in some list of that type");
    assert_eq!(row("place "), "place 1 names, 100.0 % in some list of that type");
    assert_eq!(row("two (own)"), "two (own) 2 1 2 50.00 0.00");
    let unseen = found.iter().position(|line| line.starts_with("of your own, never seen")).unwrap();
    assert_eq!(found[unseen + 1], "  Nobody Atall (two)");
    assert_eq!(words(found.last().unwrap()), "1 Grxt Vlok");
    assert_eq!(code, Some(0));

    list(folder.path(), "bare.jsonl", "{\"id\":\"a\",\"text\":\"Hi.\"}\n");
    let (said, code) = complaint(folder.path(), &["gazetteer", "stats", "--gold", "bare.jsonl"]);
    assert!(said.contains("bare.jsonl:1: no list \"entities\"") && code == Some(2), "{said}");
}

#[test]
fn compile_makes_an_index_that_is_a_list() {
    let folder = tempfile::tempdir().unwrap();
    list(folder.path(), "own.tsv", OWN);
    let left_out = "own.tsv:2: \"Bank (Malawi)\" can never match";
    let (said, code) = complaint(folder.path(), &["gazetteer", "compile", "own.tsv", "-o", "own.idx"]);
    assert!(said.contains(left_out) && said.contains("bytes in own.idx") && code == Some(1), "{said}");

    let find = ["gazetteer", "find", "--gazetteer", "own.idx", "Zorvath Blim"];
    let (found, code) = lines(folder.path(), &find);
    assert_eq!(found[1], "  person Zorvath Blim · prominence 10.0 · x:1 · list own");
    assert_eq!(code, Some(0));
    // Who opens it is told what it lacks.
    let (said, _) = complaint(folder.path(), &find);
    assert!(said.contains(left_out), "{said}");

    let (said, code) = complaint(folder.path(), &["gazetteer", "compile", "own.tsv", "-o", "own.bin"]);
    assert!(said.contains("name the index .idx") && code == Some(2), "{said}");
    let (said, code) = complaint(folder.path(), &["gazetteer", "compile", "own.tsv", "-o", "no/own.idx"]);
    assert!(said.contains("no/own.idx") && said.contains("cannot write") && code == Some(2), "{said}");
}
