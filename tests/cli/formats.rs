//! The formats that are read, each with its own broken files.

use serde_json::json;

use super::*;

/// Reads `bytes` as a file of that name; the records and what became of the rest.
fn read(name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> (Vec<Value>, Vec<Value>, String) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), name, bytes);
    let arguments = [&["extract", name, "--with-text", "--check", "--errors", "dead.jsonl"], more].concat();
    let output = run(folder.path(), &arguments);
    let dead = std::fs::read(folder.path().join("dead.jsonl")).unwrap_or_default();
    (records(&output.stdout), records(&dead), String::from_utf8(output.stderr).unwrap())
}

fn texts(found: &[Value]) -> Vec<&str> {
    found.iter().map(|record| record["text"].as_str().unwrap()).collect()
}

#[test]
fn csv_rows_are_articles_with_the_header_as_fields() {
    let rows = "id,body,date\n1,\"A \"\"good\"\" day,\nhe said.\",2020-01-01\n2,Short,\n";
    let (found, dead, _) = read("a.csv", rows, &["--text-field", "body"]);
    assert_eq!(texts(&found), ["A \"good\" day,\nhe said.", "Short"]);
    assert_eq!((&found[0]["id"], &found[0]["meta"]), (&json!("1"), &json!({"date": "2020-01-01"})));
    assert!(dead.is_empty());
    let (found, ..) = read("a.tsv", "id\ttext\nx\tTabs, and commas\n", &[]);
    assert_eq!(texts(&found), ["Tabs, and commas"]);
    let (found, ..) = read("a.csv", "\u{FEFF}text;id\r\nSemicolons;y\r\n", &[]);
    assert_eq!((texts(&found), found[0]["id"].as_str()), (vec!["Semicolons"], Some("y")));
}

#[test]
fn csv_rows_that_do_not_fit_are_set_aside() {
    let (found, dead, _) = read("a.csv", "id,text\n1,One\n2,Two,surplus\n3\n4,Four\n", &[]);
    assert_eq!(texts(&found), ["One", "Four"]);
    assert!(dead[0]["reason"].as_str().unwrap().contains("3 fields, the header 2"), "{dead:?}");
    assert!(dead[1]["reason"].as_str().unwrap().contains("no field \"text\""), "{dead:?}");
    // A quote that is never closed does not fill the memory.
    let endless = format!("id,text\n1,\"{}", "never closed\n".repeat(200_000));
    let (found, dead, _) = read("b.csv", endless, &["--max-doc-mb", "1"]);
    assert_eq!((found.len(), dead.len()), (0, 1));
    assert!(dead[0]["reason"].as_str().unwrap().contains("--max-doc-mb"));
}

#[test]
fn a_quote_that_nothing_closes_is_told() {
    let (found, dead, _) = read("a.csv", "id,text\n1,\"One,\nby one\"\n2,\"Two\n3,Three\n", &[]);
    assert_eq!(texts(&found), ["One,\nby one"]);
    assert!(dead[0]["reason"].as_str().unwrap().contains("within a quoted field"), "{dead:?}");
    for whole in ["id,text\n1,One", "id,text\n1,\"One\"", "id,text\r\n1,\"One\"\r\n\r\n"] {
        let (found, dead, _) = read("b.csv", whole, &[]);
        assert_eq!((texts(&found), dead.len()), (vec!["One"], 0));
    }
}

#[test]
fn files_without_a_byte_are_broken_where_their_format_has_a_head() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.jsonl", "c.txt", "d.tar.gz", "e.warc", "x.parquet", "y.zip"] {
        write(folder.path(), name, "");
    }
    let output = run(folder.path(), &["extract", ".", "--errors", "dead"]);
    assert_eq!(ids(&output.stdout), ["./c.txt"]);
    let dead = records(&std::fs::read(folder.path().join("dead")).unwrap());
    assert_eq!(dead.len(), 4, "{dead:?}");
}

#[test]
fn json_may_be_a_list_or_spread_over_lines() {
    for (name, text) in [
        ("list.json", "[{\"id\":\"a\",\"text\":\"A [1]\"},\n {\"id\":\"b\",\"text\":\"B\"}]"),
        (
            "spread.json",
            "{\n  \"id\": \"a\",\n  \"text\": \"A [1]\"\n}\n{\n  \"id\": \"b\", \"text\": \"B\"}",
        ),
        ("lines.json", "{\"id\":\"a\",\"text\":\"A [1]\"}\n{\"id\":\"b\",\"text\":\"B\"}\n"),
    ] {
        let (found, dead, _) = read(name, text, &[]);
        assert_eq!((texts(&found), dead.len()), (vec!["A [1]", "B"], 0), "{name}");
    }
    let (found, dead, _) = read("cut.json", "[{\"id\":\"a\",\"text\":\"A\"}, {\"id\":\"b\", \"te", &[]);
    assert_eq!((texts(&found), dead.len()), (vec!["A"], 1));
}

#[test]
fn ninjs_is_read_and_pictures_are_passed_over() {
    let item = json!({
        "uri": "urn:x:1", "type": "text", "versioncreated": "2021-02-03T04:05:06Z", "headline": "Rain at last",
        "byline": "By Zoë Field", "body_html": "<p>It rained &amp; rained.</p><p>“Good,” she said.</p>",
    });
    let (found, ..) = read("item.json", serde_json::to_string_pretty(&item).unwrap(), &[]);
    assert_eq!(
        texts(&found),
        ["It rained & rained.\n\n“Good,” she said."].map(|text| {
            // Without the reader of web pages entities stay as they are.
            if cfg!(feature = "html") { text.to_owned() } else { text.replace("& ", "&amp; ") }
        })
    );
    assert_eq!(found[0]["id"], "urn:x:1");
    assert_eq!(found[0]["meta"]["title"], "Rain at last");
    let wrapped = json!({"total": 1, "item": [item]}).to_string();
    let (found, dead, _) = read("answer.json", wrapped, &[]);
    assert_eq!((found.len(), found[0]["id"].as_str()), (1, Some("urn:x:1")), "{dead:?}");
    let (found, dead, stderr) = read("pic.json", r#"{"uri":"u","type":"picture","headline":"A cat"}"#, &[]);
    assert_eq!((found.len(), dead.len()), (0, 0));
    assert!(stderr.contains("passed over 1: ninjs item that is no text"), "{stderr}");
}

const NITF: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<nitf><head><title>Head</title><docdata><doc-id id-string="n-1"/><date.issue norm="20200102"/></docdata></head>
<body><body.head><hedline><hl1>Dam bursts in the north</hl1></hedline><byline>By Ana Ruiz</byline></body.head>
<body.content><p>LIMA &#8212; The dam at <em>Ca&#241;on</em> burst on
Monday.</p><media><media-caption>A dam</media-caption></media><p>"We ran," said Jos"#;

#[test]
fn nitf_gives_its_paragraphs_title_and_date() {
    let mut file = NITF.as_bytes().to_vec();
    file.extend_from_slice(b"\xE9 Paz.</p></body.content></body></nitf>");
    let (found, dead, _) = read("story.xml", &file, &[]);
    assert_eq!(
        texts(&found),
        ["LIMA — The dam at Cañon burst on Monday.\n\n\"We ran,\" said José Paz."],
        "{dead:?}"
    );
    assert_eq!(
        (&found[0]["id"], &found[0]["meta"]["title"]),
        (&json!("n-1"), &json!("Dam bursts in the north"))
    );
    assert_eq!(
        (&found[0]["meta"]["date"], &found[0]["meta"]["byline"]),
        (&json!("20200102"), &json!("By Ana Ruiz"))
    );
    let (found, dead, _) = read("cut.xml", NITF, &[]);
    assert_eq!((found.len(), dead.len()), (0, 1));
    assert!(dead[0]["reason"].as_str().unwrap().contains("ends within <nitf>"), "{dead:?}");
}

#[test]
fn newsml_messages_hold_many_items() {
    let item = |guid: &str, content: &str| {
        format!(
            "<newsItem guid=\"{guid}\" xml:lang=\"en\"><itemMeta><versionCreated>2019-01-01T00:00:00Z</versionCreated></itemMeta>\
             <contentMeta><headline>Title of {guid}</headline></contentMeta><contentSet>{content}</contentSet></newsItem>"
        )
    };
    let story = "<inlineXML contenttype=\"application/xhtml+xml\"><html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>x</title>\
                 </head><body><p>First.</p><p>Second.</p></body></html></inlineXML>";
    let message = format!(
        "<newsMessage><header><sent>2019</sent></header><itemSet>{}{}<packageItem guid=\"p\"/></itemSet></newsMessage>",
        item("g1", story),
        item("g2", "<remoteContent href=\"photo.jpg\"/>"),
    );
    let (found, dead, stderr) = read("message.xml", message, &[]);
    assert_eq!((texts(&found), dead.len()), (vec!["First.\n\nSecond."], 0));
    assert_eq!((&found[0]["id"], &found[0]["meta"]["title"]), (&json!("g1"), &json!("Title of g1")));
    assert!(
        stderr.contains("news item without text") && stderr.contains("package of news items"),
        "{stderr}"
    );
}

fn warc(kind: &str, id: &str, content_type: &str, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Target-URI: http://news.example/{id}\r\n\
         WARC-Date: 2020-01-01T00:00:00Z\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
}

const HTTP: &str = "application/http; msgtype=response";

#[test]
fn web_archives_give_their_texts_and_say_what_they_passed_over() {
    let plain = "The minister said on Monday that the new bridge over the river would open in spring.";
    let archive = [
        warc("warcinfo", "i", "application/warc-fields", "software: x\r\n"),
        warc("conversion", "a", "text/plain", plain),
        warc("revisit", "r", HTTP, "HTTP/1.1 200 OK\r\n\r\n"),
        warc(
            "response",
            "b",
            HTTP,
            &format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n54\r\n{plain}\r\n0\r\n\r\n"
            ),
        ),
        warc("response", "c", HTTP, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\ngone"),
        warc("response", "d", HTTP, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\nPNG"),
        warc(
            "conversion",
            "e",
            "text/plain",
            "Der Minister sagte am Montag, dass die neue Brücke über den Fluss im Frühling eröffnet werde und dass niemand mehr warten müsse.",
        ),
    ];
    let (found, dead, stderr) = read("x.warc.gz", gzip(archive.concat().as_bytes()), &[]);
    assert_eq!(texts(&found), [plain, plain], "{dead:?} {stderr}");
    assert_eq!(found[0]["id"], "urn:uuid:a");
    assert_eq!(found[0]["meta"], json!({"url": "http://news.example/a", "fetched": "2020-01-01T00:00:00Z"}));
    assert!(dead.is_empty(), "{dead:?}");
    for reason in [
        "warcinfo record",
        "revisit record",
        "HTTP status 404",
        "no page but image",
        "not English but German",
    ] {
        assert!(stderr.contains(&format!("passed over 1: {reason}")), "{reason}: {stderr}");
    }
}

#[test]
fn a_broken_record_of_a_web_archive_costs_itself_and_no_other() {
    let text =
        |id: &str| warc("conversion", id, "text/plain", "All is well here, said the mayor of the town.");
    let lengthless = text("b").replace("Content-Length", "Content-Breadth");
    let cut = text("d");
    let archive = [&text("a"), &lengthless, "stray bytes\r\n", &text("c"), &cut[..cut.len() - 30]].concat();
    let (found, dead, _) = read("x.warc", archive, &[]);
    assert_eq!(
        found.iter().map(|r| r["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["urn:uuid:a", "urn:uuid:c"]
    );
    let reasons: Vec<&str> = dead.iter().map(|letter| letter["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(
        reasons[0].contains("no length")
            && reasons[1].contains("belong to no record")
            && reasons[2].contains("breaks off"),
        "{reasons:?}"
    );
}

#[test]
fn arc_is_the_older_web_archive() {
    let body =
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nThe mayor said that the bridge was safe to use.";
    let archive = format!(
        "filedesc://x.arc 0.0.0.0 20080101000000 text/plain 8\n1 0 Test\n\n\
         dns:n.example 1.2.3.4 20080102030405 text/dns 7\n1.2.3.4\n\nhttp://n.example/ 1.2.3.4 20080102030405 text/plain {}\n{body}\n",
        body.len()
    );
    let (found, dead, _) = read("x.arc", archive, &[]);
    assert_eq!(
        (texts(&found), dead.len()),
        (vec!["The mayor said that the bridge was safe to use."], 0),
        "{dead:?}"
    );
    assert_eq!(found[0]["meta"]["fetched"], "20080102030405");
}

#[cfg(feature = "html")]
#[test]
fn a_web_page_is_reduced_to_its_article() {
    let story = "The council of the harbour town voted on Tuesday to rebuild the old lighthouse, which a storm had damaged in the winter of last year. ".repeat(4);
    let page = format!(
        "<!DOCTYPE html><html><head><meta charset=\"windows-1252\"><title>Lighthouse | The Gazette</title>\
         <meta name=\"author\" content=\"Ada Quay\"></head><body><nav><a href=\"/\">Home</a> <a href=\"/sport\">Sport</a></nav>\
         <article><h1>Lighthouse</h1><p>{story}</p><p>\u{1}We are glad,\u{2} said the mayor. {story}</p></article><footer>Imprint</footer></body></html>"
    );
    let page: Vec<u8> = page
        .bytes()
        .map(|byte| match byte {
            1 => 0x93,
            2 => 0x94,
            other => other,
        })
        .collect();
    let (found, dead, _) = read("page.html", page, &[]);
    assert_eq!(found.len(), 1, "{dead:?}");
    let text = found[0]["text"].as_str().unwrap();
    assert!(text.contains("“We are glad,” said the mayor.") && text.contains("\n\n"), "{text}");
    assert!(!text.contains("Sport") && !text.contains("Imprint"), "{text}");
    assert_eq!(found[0]["meta"]["byline"], "Ada Quay");
}

#[cfg(feature = "html")]
#[test]
fn bodies_packed_by_brotli_are_unpacked() {
    let text = "The mayor said that the bridge was safe to use, and that it would open in spring.";
    // One block that is stored, not packed, then an empty last one (RFC 7932, 9.2).
    let head = (text.len() as u32 - 1) << 4 | 1 << 20;
    let body = [&head.to_le_bytes()[..3], text.as_bytes(), &[3]].concat();
    let http = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: br\r\n\r\n";
    let block = [&http[..], &body].concat();
    let header = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:b>\r\nContent-Type: {HTTP}\r\nContent-Length: {}\r\n\r\n",
        block.len()
    );
    let (found, dead, _) = read("x.warc", [header.as_bytes(), &block, b"\r\n\r\n"].concat(), &[]);
    assert_eq!(texts(&found), [text], "{dead:?}");
}

#[cfg(feature = "archives")]
#[test]
fn members_of_archives_are_inputs_and_never_written() {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in [("n/a.txt", &b"A."[..]), ("b.jsonl", articles(1).as_bytes()), ("skipped/.x", b"no")]
    {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes).unwrap();
    }
    let mut escaping = tar::Header::new_gnu();
    escaping.set_size(2);
    escaping.as_gnu_mut().unwrap().name[..10].copy_from_slice(b"../../up.t");
    escaping.set_cksum();
    tar.append(&escaping, &b"Up"[..]).unwrap();
    let (found, dead, _) = read("x.tar.gz", gzip(&tar.into_inner().unwrap()), &[]);
    let ids: Vec<&str> = found.iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["x.tar.gz!n/a.txt", "a0", "x.tar.gz!../../up.t"], "{dead:?}");

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [("a.txt", &b"A."[..]), ("bomb.txt", &vec![b' '; 3 << 20][..])] {
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let (found, dead, _) = read("x.zip", zip.finish().unwrap().into_inner(), &["--max-doc-mb", "1"]);
    assert_eq!((texts(&found), dead.len()), (vec!["A."], 1));
}

#[test]
fn streams_of_every_compression_are_read() {
    for command in ["bzip2", "xz"] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.txt", "Hello there.");
        let packed = Command::new(command).arg("a.txt").current_dir(folder.path()).status();
        if !packed.is_ok_and(|status| status.success()) {
            println!("skipped: no {command} here to pack with");
            continue;
        }
        let output = run(folder.path(), &["extract", ".", "--with-text"]);
        assert_eq!(records(&output.stdout)[0]["text"], "Hello there.", "{command}");
    }
}
