//! The formats that are written, read again by their own rules.

use std::fs;

use serde_json::json;

use super::*;

/// One record with a quote in two pieces, a speaker, a cue, characters of every width, and one without anything.
fn records_file(folder: &Path) {
    let text = "👋 Zoë Müller spoke.\n\n“We wait,” she said, “for\nrain.”";
    let record = json!({
        "schema": "saidwho/1", "id": "a/1", "offsets": "char",
        "meta": {"title": "Rain", "date": "2021-02-03", "n": 5}, "notes": ["read as x"], "text": text,
        "sentences": [{"start": 0, "end": 19}, {"start": 21, "end": 53}],
        "entities": [{"id": 0, "type": "person", "name": "Zoë Müller", "links": {"wikipedia": "Zoe"}, "gender": "female",
                      "titles": ["Dr"], "mentions": [0]}],
        "mentions": [{"id": 0, "start": 2, "end": 12, "text": "Zoë Müller", "type": "person", "entity": 0,
                      "confidence": 0.9, "by": "tagger"}],
        "quotes": [{"id": 0, "kind": "direct", "start": 21, "end": 53, "text": &text.chars().skip(21).collect::<String>(),
                    "segments": [{"start": 21, "end": 31}, {"start": 42, "end": 53}],
                    "speaker": {"start": 32, "end": 35, "text": "she", "entity": 0, "name": "Zoë Müller"},
                    "cue": {"start": 36, "end": 40, "text": "said"}, "stance": ["negated"],
                    "confidence": 0.8, "by": "test", "quote_key": "00000000000000aa"}],
        "cluster": {"id": "00000000000000bb", "is": "first", "first": "a/1", "similarity": 1.0},
    });
    let empty = json!({"schema": "saidwho/1", "id": "b", "offsets": "char", "text": "", "sentences": [], "entities": [],
                       "mentions": [], "quotes": []});
    write(folder, "r.jsonl", format!("{record}\n{empty}\n"));
}

fn converted(arguments: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    records_file(folder.path());
    let output = run(folder.path(), &[&["convert", "r.jsonl", "-o"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    folder
}

#[test]
fn records_survive_a_round_trip() {
    let folder = converted(&["again.jsonl.zst"]);
    let again = zstd::decode_all(&fs::read(folder.path().join("again.jsonl.zst")).unwrap()[..]).unwrap();
    assert_eq!(records(&again)[0], records(&fs::read(folder.path().join("r.jsonl")).unwrap())[0]);
}

#[cfg(feature = "parquet")]
#[test]
fn records_survive_parquet() {
    let folder = converted(&["x.parquet", "--with-text"]);
    let back = run(folder.path(), &["convert", "x.parquet", "-o", "back.jsonl"]);
    assert_eq!(back.status.code(), Some(0), "{}", String::from_utf8_lossy(&back.stderr));
    // Through the types once, so that absent and empty are the same.
    run(folder.path(), &["convert", "r.jsonl", "-o", "again.jsonl"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("back.jsonl"), read("again.jsonl"));
    let stats = |name: &str| run(folder.path(), &["stats", name]).stdout;
    assert_eq!(stats("x.parquet"), stats("r.jsonl"));
}

#[test]
fn csv_is_a_folder_of_four_tables() {
    let folder = converted(&["tables", "--format", "csv"]);
    let rows = |name: &str| -> Vec<HashMapRow> {
        let mut reader = csv::Reader::from_path(folder.path().join("tables").join(name)).unwrap();
        reader.deserialize().map(Result::unwrap).collect()
    };
    type HashMapRow = std::collections::HashMap<String, String>;
    let documents = rows("documents.csv");
    assert_eq!(
        (documents.len(), documents[0]["title"].as_str(), documents[1]["article"].as_str()),
        (2, "Rain", "b")
    );
    let quotes = rows("quotes.csv");
    assert_eq!(
        (quotes[0]["segments"].as_str(), quotes[0]["speaker_name"].as_str()),
        ("21-31|42-53", "Zoë Müller")
    );
    assert_eq!((rows("mentions.csv").len(), rows("entities.csv")[0]["gender"].as_str()), (1, "female"));
    // The same output is replaced, somebody else's folder is not.
    let again = run(folder.path(), &["convert", "r.jsonl", "-o", "tables", "--format", "csv"]);
    assert_eq!(again.status.code(), Some(0));
    write(folder.path(), "mine/keep.txt", "x");
    let refused = run(folder.path(), &["convert", "r.jsonl", "-o", "mine", "--format", "csv"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(folder.path().join("mine/keep.txt").exists());
}

#[test]
fn conll_has_one_token_a_line() {
    let folder = converted(&["x.conll"]);
    let text = fs::read_to_string(folder.path().join("x.conll")).unwrap();
    assert!(text.starts_with("-DOCSTART- -X- -X- O\n\n"), "{text}");
    assert!(text.contains("Zoë -X- -X- B-PER\nMüller -X- -X- I-PER\nspoke -X- -X- O\n"), "{text}");
}

#[test]
fn spans_of_brat_slice_its_text() {
    let folder = converted(&["x.brat"]);
    let text: Vec<char> =
        fs::read_to_string(folder.path().join("x.brat/000001-a_1.txt")).unwrap().chars().collect();
    let annotations = fs::read_to_string(folder.path().join("x.brat/000001-a_1.ann")).unwrap();
    let mut kinds = Vec::new();
    for line in annotations.lines().filter(|line| line.starts_with('T')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let (kind, places) = fields[1].split_once(' ').unwrap();
        let pieces = places.split(';').map(|place| {
            let (start, end) = place.split_once(' ').unwrap();
            text[start.parse().unwrap()..end.parse().unwrap()].iter().collect::<String>()
        });
        assert_eq!(pieces.collect::<Vec<_>>().join(" "), fields[2], "{line}");
        kinds.push(kind.to_owned());
    }
    assert_eq!(kinds, ["Person", "DirectQuote", "Cue", "Speaker"]);
    assert!(
        annotations.contains("R2\tSaidBy Arg1:T2 Arg2:T4\n")
            && annotations.contains("Reference T1 wikipedia:Zoe")
    );
}

#[test]
fn selectors_of_web_annotation_slice_the_text() {
    let folder = converted(&["x.jsonld"]);
    let pages = records(&fs::read(folder.path().join("x.jsonld")).unwrap());
    let record = &records(&fs::read(folder.path().join("r.jsonl")).unwrap())[0];
    let text: Vec<char> = record["text"].as_str().unwrap().chars().collect();
    let mut count = 0;
    for item in pages[0]["items"].as_array().unwrap() {
        let targets = match &item["target"] {
            Value::Array(targets) => targets.clone(),
            one => vec![one.clone()],
        };
        for target in targets {
            let [position, words] = target["selector"].as_array().unwrap().as_slice() else {
                panic!("two selectors")
            };
            let offset = |name: &str| position[name].as_u64().unwrap() as usize;
            let slice: String = text[offset("start")..offset("end")].iter().collect();
            assert_eq!(words["exact"], slice);
            count += 1;
        }
    }
    assert_eq!(count, 3);
}

#[test]
fn the_name_of_the_output_says_its_format() {
    for (name, format) in [
        ("x.jsonl", "jsonl"),
        ("x.ndjson.gz", "jsonl"),
        ("x.spacy.jsonl", "spacy"),
        ("x.anno.jsonl.zst", "web-annotation"),
        ("x.conll", "conll"),
        ("x", "jsonl"),
    ] {
        assert_eq!(saidwho::output::of_path(Path::new(name)).name, format, "{name}");
    }
}

/// Runs Python where the module is there.
fn python(module: &str, folder: &Path, script: &str) {
    let has = |code: &str| Command::new("python3").args(["-c", code]).output();
    if !has(&format!("import {module}")).is_ok_and(|output| output.status.success()) {
        println!("skipped: no python3 with {module} here");
        return;
    }
    let output = Command::new("python3").args(["-c", script]).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn spacy_reads_its_json() {
    let folder = converted(&["x.spacy.jsonl"]);
    python(
        "spacy",
        folder.path(),
        "import json, spacy\nfrom spacy.tokens import Doc\nnlp = spacy.blank('en')\n\
         for line in open('x.spacy.jsonl', encoding='utf8'):\n    d = json.loads(line); doc = Doc(nlp.vocab).from_json(d)\n    assert doc.text == d['text'], (doc.text, d['text'])\n    \
         for e in d['ents']: assert doc.text[e['start']:e['end']] in [x.text for x in doc.ents]\n    assert len(list(doc.sents)) == len(d['sents']) if d['sents'] else True\n    \
         print(doc.spans['quotes'])",
    );
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_read_by_the_tools_people_have() {
    let folder = converted(&["x.parquet"]);
    let tables = run(folder.path(), &["convert", "r.jsonl", "-o", "tables", "--format", "parquet-tables"]);
    assert_eq!(tables.status.code(), Some(0), "{}", String::from_utf8_lossy(&tables.stderr));
    let check = "rows[0]['id']=='a/1' and rows[0]['quotes'][0]['segments'][1]['end']==53 and rows[0]['quotes'][0]['speaker']['name']=='Zoë Müller' \
                 and len(rows[1]['quotes'])==0 and rows[1]['title'] is None and rows[0]['entities'][0]['links'][0]['id']=='Zoe'";
    python(
        "pyarrow",
        folder.path(),
        &format!(
            "import pyarrow.parquet as q\nrows=q.read_table('x.parquet').to_pylist()\nassert {check}, rows\nassert q.read_table('tables/quotes.parquet').num_rows==1"
        ),
    );
    python(
        "pandas, pyarrow",
        folder.path(),
        "import pandas\nf=pandas.read_parquet('x.parquet')\nassert list(f.id)==['a/1','b'] and f.mentions[0][0]['text']=='Zoë Müller'",
    );
    python(
        "duckdb",
        folder.path(),
        "import duckdb\nr=duckdb.sql(\"select id, quotes[1].speaker.name, len(mentions) from 'x.parquet' order by id\").fetchall()\nassert r==[('a/1','Zoë Müller',1),('b',None,0)], r",
    );
    // And by ourselves, as input.
    let read = run(folder.path(), &["extract", "x.parquet", "--meta", "title"]);
    assert_eq!(
        (ids(&read.stdout), &records(&read.stdout)[0]["meta"]["title"]),
        (vec!["a/1".into(), "b".into()], &json!("Rain"))
    );
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_has_tables_and_a_full_text_index() {
    let folder = converted(&["x.sqlite"]);
    let database = rusqlite::Connection::open(folder.path().join("x.sqlite")).unwrap();
    let found: (String, String) = database
        .query_row(
            "SELECT q.article, q.speaker_name FROM quotes_fts f JOIN quotes q ON q.rowid = f.rowid WHERE quotes_fts MATCH 'rain'",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    assert_eq!(found, ("a/1".into(), "Zoë Müller".into()));
    let whole: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}

#[test]
fn formats_that_need_the_text_say_so() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(1));
    run(folder.path(), &["extract", "in.jsonl", "-o", "r.jsonl"]);
    let output = run(folder.path(), &["convert", "r.jsonl", "-o", "x.conll"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--with-text"));
    assert!(!folder.path().join("x.conll").exists());
    // A run to such a format sees to it.
    assert_eq!(run(folder.path(), &["extract", "in.jsonl", "-o", "y.conll"]).status.code(), Some(0));
}

#[test]
fn statistics_count_names_and_quotes() {
    let folder = tempfile::tempdir().unwrap();
    records_file(folder.path());
    let json = run(folder.path(), &["stats", "r.jsonl", "--format", "json", "--by", "month"]);
    let stats: Value = serde_json::from_slice(&json.stdout).unwrap();
    let expected = json!([{"name": "Zoë Müller", "articles": 1, "mentions": 1, "quotes": 1}]);
    assert_eq!((&stats["2021-02"]["person"], &stats["2021-02"]["quotes_of_women"]), (&expected, &json!(1)));
    assert_eq!(stats["unknown"]["articles"], 1);
    let csv = run(folder.path(), &["stats", "r.jsonl", "--format", "csv"]);
    assert_eq!(
        String::from_utf8(csv.stdout).unwrap(),
        "part,type,name,articles,mentions,quotes\nall,all,,2,,1\nall,women,,,,1\nall,men,,,,0\nall,nobody known,,,,0\n\
         all,person,Zoë Müller,1,1,1\n"
    );
    write(folder.path(), "twice.jsonl", fs::read_to_string(folder.path().join("r.jsonl")).unwrap().repeat(2));
    let quotes = records(&run(folder.path(), &["quotes", "twice.jsonl"]).stdout);
    assert_eq!((quotes.len(), &quotes[0]["count"], &quotes[0]["first"]), (1, &json!(2), &json!("a/1")));
    assert!(records(&run(folder.path(), &["quotes", "twice.jsonl", "--min", "3"]).stdout).is_empty());
}

/// As editors of other systems save them.
#[test]
fn records_may_have_a_byte_order_mark_and_what_is_none_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "in.jsonl", articles(2));
    let lines = String::from_utf8(run(folder.path(), &["extract", "in.jsonl"]).stdout).unwrap();
    write(folder.path(), "r.jsonl", format!("\u{FEFF}{lines}"));
    run(folder.path(), &["convert", "r.jsonl", "-o", "same.jsonl"]);
    assert_eq!(fs::read_to_string(folder.path().join("same.jsonl")).unwrap(), lines);
    write(folder.path(), "r.jsonl", lines + "{\"id\": \"a\"}\n");
    for command in [&["stats", "r.jsonl"][..], &["convert", "r.jsonl", "-o", "x.parquet"]] {
        let output = run(folder.path(), command);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr.contains("r.jsonl:3: no record of saidwho extract: missing field"), "{stderr}");
    }
}
