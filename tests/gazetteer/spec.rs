//! The specification in `spec.txt`: what a listed name matches and what not.

use saidwho::gazetteer::Gazetteer;

use super::{list, own_names};

#[test]
fn names_match_as_specified() {
    let folder = tempfile::tempdir().unwrap();
    let (mut name, mut case) = (String::new(), String::new());
    let mut cases = 0;
    for (number, line) in include_str!("spec.txt").lines().enumerate() {
        let number = number + 1;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(listed) = line.strip_prefix("name ") {
            let (policy, listed) =
                listed.split_once(' ').unwrap_or_else(|| panic!("spec.txt:{number}: name POLICY NAME"));
            (case, name) = (policy.to_owned(), listed.to_owned());
            continue;
        }
        let (expected, text) = match line.split_once(' ') {
            Some(("+", text)) => (true, text),
            Some(("-", text)) => (false, text),
            _ => panic!("spec.txt:{number}: a line starts with name, + or -"),
        };
        let (before, rest) =
            text.split_once('[').unwrap_or_else(|| panic!("spec.txt:{number}: no [name] marked"));
        let (marked, after) = rest.split_once(']').unwrap_or_else(|| panic!("spec.txt:{number}: no ]"));
        let text = format!("{before}{marked}{after}");
        let path =
            list(folder.path(), "own.tsv", format!("name\ttype\tcase\n{name}\torganization\t{case}\n"));
        let (lists, _) = Gazetteer::with_lists_cached(&[path], None).unwrap();
        let found =
            own_names(&lists, &text).iter().any(|(span, canonical)| span == marked && *canonical == name);
        assert_eq!(found, expected, "spec.txt:{number}: \"{name}\" ({case}) in \"{text}\"");
        cases += 1;
    }
    assert!(cases > 60, "only {cases} cases");
}
