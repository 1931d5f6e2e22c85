//! What may be read, and how it is named.

use serde_json::json;

use super::*;

#[test]
fn text_files_are_one_article_each_named_by_their_path() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "news/b.txt", "Second.");
    write(folder.path(), "news/a.txt", "First.");
    write(folder.path(), "news/deep/c.txt", "Third.");
    write(folder.path(), "news/.hidden", "Not this one.");
    let output = run(folder.path(), &["extract", "news"]);
    assert_eq!(ids(&output.stdout), ["news/a.txt", "news/b.txt", "news/deep/c.txt"]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn globs_stay_in_their_folder_unless_they_have_two_stars() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x/a.txt", "x/b.md", "x/y/c.txt", "d.txt"] {
        write(folder.path(), name, "Text.");
    }
    assert_eq!(ids(&run(folder.path(), &["extract", "x/*.txt"]).stdout), ["x/a.txt"]);
    assert_eq!(ids(&run(folder.path(), &["extract", "**/*.txt"]).stdout), ["d.txt", "x/a.txt", "x/y/c.txt"]);
    assert_eq!(ids(&run(folder.path(), &["extract", "{d,x/a}.txt"]).stdout), ["d.txt", "x/a.txt"]);
}

#[test]
fn compression_is_told_by_content_not_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let lines = articles(3);
    write(folder.path(), "plain.gz", &lines);
    write(folder.path(), "zipped.jsonl", gzip(lines.as_bytes()));
    write(folder.path(), "twice.bin", gzip(&zstd::encode_all(lines.as_bytes(), 1).unwrap()));
    // Two members one after the other are one stream.
    let members = [gzip(&lines.as_bytes()[..40]), gzip(&lines.as_bytes()[40..])].concat();
    write(folder.path(), "members.jsonl.gz", members);
    for name in ["plain.gz", "zipped.jsonl", "twice.bin", "members.jsonl.gz"] {
        let output = run(folder.path(), &["extract", name]);
        assert_eq!(
            ids(&output.stdout),
            ["a0", "a1", "a2"],
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn fields_are_mapped_and_the_rest_passes_through() {
    let line = br#"{"n": 7, "doc": {"body": "Text.", "head": "H"}, "tags": ["x"], "by": "Z"}"#;
    let all =
        pipe(&["extract", "--id-field", "n", "--text-field", "doc.body", "--title-field", "doc.head"], line);
    let record = &records(&all.stdout)[0];
    assert_eq!(record["id"], "7");
    assert_eq!(record["meta"], json!({"doc": {}, "tags": ["x"], "by": "Z", "title": "H"}));
    let some = pipe(&["extract", "--text-field", "doc.body", "--meta", "by,doc.head"], line);
    let record = &records(&some.stdout)[0];
    assert_eq!(record["id"], "stdin:1");
    assert_eq!(record["meta"], json!({"by": "Z", "doc.head": "H"}));
    let none = pipe(&["extract", "--text-field", "doc.body", "--meta", "none"], line);
    assert!(records(&none.stdout)[0].get("meta").is_none());
}

#[test]
fn line_ends_of_windows_are_line_ends() {
    let unix = articles(3);
    let windows = unix.replace('\n', "\r\n");
    assert_eq!(pipe(&["extract"], windows.as_bytes()).stdout, pipe(&["extract"], unix.as_bytes()).stdout);
}

#[test]
fn text_that_is_not_utf_8_is_read_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "latin.txt", b"Bogot\xE1 said \x93yes\x94.");
    write(folder.path(), "broken.jsonl", b"{\"id\":\"b\",\"text\":\"Zo\xC3\xAB \xFF said.\"}");
    let output = run(folder.path(), &["extract", "--with-text", "--check", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let records = records(&output.stdout);
    assert_eq!(records[0]["text"], "Zoë \u{FFFD} said.");
    assert!(records[0]["notes"][0].as_str().unwrap().contains("1 broken"));
    assert_eq!(records[1]["text"], "Bogotá said “yes”.");
    assert!(records[1]["notes"][0].as_str().unwrap().contains("windows-1252"));
}

#[test]
fn an_empty_article_is_an_article() {
    let output =
        pipe(&["extract", "--check"], b"{\"id\":\"e\",\"text\":\"\"}\n{\"id\":\"s\",\"text\":\" \\n \"}\n");
    assert_eq!(output.status.code(), Some(0));
    let records = records(&output.stdout);
    assert_eq!(
        (records.len(), &records[0]["sentences"], &records[1]["sentences"]),
        (2, &json!([]), &json!([]))
    );
}

/// A mark at the beginning says how what follows is written, in every format that is cut inside.
#[test]
fn byte_order_marks_and_utf_16_are_read_in_all_formats() {
    let article =
        "\u{FEFF}{\"id\": \"a\", \"text\": \"Zoë spoke.\"}\r\n{\"id\": \"b\", \"text\": \"李 too.\"}\r\n";
    let table = "\u{FEFF}id,text\r\na,Zoë spoke.\r\nb,李 too.\r\n";
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("lines", article), ("table.csv", table)] {
        let little: Vec<u8> = content.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = content.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [content.as_bytes().to_vec(), little, big] {
            write(folder.path(), name, gzip(&bytes));
            let output = run(folder.path(), &["extract", name, "--with-text"]);
            assert_eq!(ids(&output.stdout), ["a", "b"], "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(records(&output.stdout)[0]["text"], "Zoë spoke.");
        }
    }
}

#[test]
fn halves_of_emoji_in_escapes_lose_no_record() {
    let output =
        pipe(&["extract", "--with-text"], br#"{"id": "a", "text": "Ana Lopez said yes \ud83d today."}"#);
    let record = &records(&output.stdout)[0];
    assert_eq!(record["text"], "Ana Lopez said yes \u{FFFD} today.");
    assert!(record["notes"][0].as_str().unwrap().contains("surrogates"), "{record}");
}
