//! What is written, and where.

use super::*;

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    let output = run(Path::new("."), &["schema"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/saidwho-1.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &output.stdout).unwrap();
    }
    let current = std::fs::read(&path).unwrap();
    assert!(
        current == output.stdout,
        "schema/saidwho-1.json is out of date: saidwho schema > schema/saidwho-1.json"
    );
}

/// How sure a model is changes when it is trained again; nothing else that the README shows may.
#[test]
fn the_readme_shows_a_real_record() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, shown) = readme.split_once("```json\n").unwrap();
    let mut shown: Value = serde_json::from_str(shown.split_once("```").unwrap().0).unwrap();
    let article = r#"{"id":"a1","text":"Governor Wangari Otieno said: “The rains have failed us again.”"}"#;
    let mut record = records(&pipe(&["extract"], article.as_bytes()).stdout).remove(0);
    for record in [&mut shown, &mut record] {
        for layer in ["mentions", "quotes"] {
            record[layer][0].as_object_mut().unwrap().remove("confidence");
        }
    }
    assert_eq!(shown, record);
}

#[test]
fn the_name_of_the_output_says_how_it_is_compressed() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(20));
    for name in ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst"] {
        assert_eq!(run(folder.path(), &["extract", "in.jsonl", "-o", name]).status.code(), Some(0));
    }
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let plain = read("out.jsonl");
    assert_eq!(plain, run(folder.path(), &["extract", "in.jsonl"]).stdout);
    assert_eq!(zstd::decode_all(&read("out.jsonl.zst")[..]).unwrap(), plain);
    let mut gz = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::MultiGzDecoder::new(&read("out.jsonl.gz")[..]), &mut gz)
        .unwrap();
    assert_eq!(gz, plain);
}

#[test]
fn the_output_is_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(700) + "no json\n" + &articles(300));
    let with = |threads| run(folder.path(), &["extract", "in.jsonl", "--threads", threads]).stdout;
    let one = with("1");
    assert_eq!(records(&one).len(), 1000);
    assert!(one == with("2") && one == with("7"));
}

#[test]
fn offsets_slice_the_text_in_every_unit() {
    let line = "{\"id\":\"u\",\"text\":\"👋 Zoë Müller said: “Grüße aus Łódź 👋.” He left.\"}";
    for unit in ["char", "byte", "utf16"] {
        let output = pipe(&["extract", "--check", "--with-text", "--offsets", unit], line.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(records(&output.stdout)[0]["offsets"], unit);
    }
}

#[test]
fn pretty_is_plain_where_no_colours_are_wanted() {
    let output = pipe(&["extract", "--pretty"], articles(1).as_bytes());
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.starts_with("Story 0\n") && shown.contains("We counted 0 boats"), "{shown}");
    assert!(!shown.contains('\u{1b}'), "no escapes: {shown:?}");
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in ["extract", "retry", "convert", "merge", "stats", "quotes", "eval", "schema"] {
        let output = run(Path::new("."), &[command, "--help"]);
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && help.contains("Example"), "{command}: {help}");
    }
}
