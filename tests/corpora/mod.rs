//! Links and pronouns in other people's articles.
//!
//! The articles are not part of this project. `fixtures/links/links.tsv` and
//! `fixtures/pronouns/pronouns.tsv` hold what was decided about them by hand,
//! as offsets; where the articles are not at hand these tests say so and do
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use saidwho::{Document, Pipeline, Record, Scratch, Unit};
use serde_json::Value;

/// Share of the links given that must be right.
const LINKS_RIGHT: f64 = 0.95;
/// Share of the speaking pronouns that must be resolved right.
const PRONOUNS_RIGHT: f64 = 0.85;

/// The folder with the articles.
fn corpora() -> Option<PathBuf> {
    let shared = match std::env::var_os("SAIDWHO_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    };
    let folder = shared.join("data/corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: no articles in {}; SAIDWHO_SHARED names the folder that holds data/corpora",
        folder.display()
    );
    None
}

/// The rows of a table of `columns` columns, comments and the header line left out.
fn rows(table: &str, columns: usize) -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(table);
    let content = fs::read_to_string(&path).unwrap();
    let lines = content.lines().enumerate().filter(|(_, line)| !line.starts_with('#')).skip(1);
    let rows: Vec<Vec<String>> = lines
        .map(|(index, line)| {
            let row: Vec<String> = line.split('\t').map(str::to_owned).collect();
            assert_eq!(row.len(), columns, "{}:{}: not {columns} columns", path.display(), index + 1);
            row
        })
        .collect();
    assert!(rows.len() >= 200, "{} has only {} rows", path.display(), rows.len());
    rows
}

/// The records of the documents that `rows` speak of, by source and id.
fn records(folder: &Path, rows: &[Vec<String>]) -> BTreeMap<(String, String), Record> {
    let wanted: BTreeSet<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[1].as_str())).collect();
    let sources: BTreeSet<&str> = wanted.iter().map(|(source, _)| *source).collect();
    let pipeline = Pipeline::default();
    let mut scratch = Scratch::default();
    let mut records = BTreeMap::new();
    for source in sources {
        let plain = folder.join(format!("{source}.jsonl"));
        let bytes = if plain.exists() {
            fs::read(plain).unwrap()
        } else {
            zstd::decode_all(fs::File::open(folder.join(format!("{source}.jsonl.zst"))).unwrap()).unwrap()
        };
        for line in bytes.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let article: Value = serde_json::from_slice(line).unwrap();
            let id = article["id"].as_str().unwrap();
            if wanted.contains(&(source, id)) {
                let document = Document::new(id, article["text"].as_str().unwrap()).unwrap();
                let found = pipeline.annotate(&document, &mut scratch);
                records.insert((source.to_owned(), id.to_owned()), Record::new(&document, found, Unit::Char));
            }
        }
    }
    assert_eq!(records.len(), wanted.len(), "some documents of the table are not in {}", folder.display());
    records
}

fn place(row: &[String]) -> (u32, u32) {
    (row[2].parse().unwrap(), row[3].parse().unwrap())
}

#[test]
fn links_are_right_or_absent() {
    let Some(folder) = corpora() else { return };
    let rows = rows("links/links.tsv", 6);
    let records = records(&folder, &rows);
    let (mut found, mut right, mut wrong, mut unjudged, mut due) = (0, 0, 0, 0, 0);
    for row in &rows {
        let record = &records[&(row[0].clone(), row[1].clone())];
        let allowed: Vec<(&str, &str)> = row[5].split(' ').filter_map(|link| link.split_once(':')).collect();
        due += usize::from(!allowed.is_empty());
        let (start, end) = place(row);
        let mention =
            record.mentions.iter().find(|m| (m.start, m.end, m.kind.name()) == (start, end, row[4].as_str()));
        let Some(mention) = mention else { continue };
        found += 1;
        let entity = &record.entities[mention.entity as usize];
        let given: Vec<(&str, &str)> =
            entity.links.iter().filter_map(|(key, id)| Some((key.as_str(), id.as_str()?))).collect();
        if given.is_empty() {
            continue;
        }
        let comparable = |link: &&(&str, &str)| allowed.iter().any(|(key, _)| *key == link.0);
        let judged: Vec<_> = given.iter().filter(comparable).collect();
        if !allowed.is_empty() && judged.is_empty() {
            unjudged += 1;
            println!("no id of the same source: {} {}..{} {} {given:?}", row[1], start, end, mention.text);
        } else if !judged.is_empty() && judged.iter().all(|link| allowed.contains(link)) {
            right += 1;
        } else {
            wrong += 1;
            println!(
                "wrong link: {} {}..{} {} is {} not {given:?}",
                row[1], start, end, mention.text, row[5]
            );
        }
    }
    let precision = f64::from(right) / f64::from((right + wrong).max(1));
    println!(
        "links: {} names, {found} found, {due} due a link; right {right}, wrong {wrong}, not comparable {unjudged}; precision {precision:.3}",
        rows.len()
    );
    assert!(precision >= LINKS_RIGHT, "link precision {precision:.3} is under {LINKS_RIGHT}");
}

/// The last word of a name, lower case, by which two forms of one person's name are compared.
fn last_word(name: &str) -> String {
    name.rsplit(' ').next().unwrap_or(name).to_lowercase()
}

#[test]
fn speaking_pronouns_stand_for_the_right_one() {
    let Some(folder) = corpora() else { return };
    let rows = rows("pronouns/pronouns.tsv", 5);
    let records = records(&folder, &rows);
    let (mut speaking, mut right) = (0, 0);
    for row in &rows {
        let record = &records[&(row[0].clone(), row[1].clone())];
        let (start, end) = place(row);
        let speaker = record
            .quotes
            .iter()
            .filter_map(|q| q.speaker.as_ref())
            .find(|s| (s.start, s.end) == (start, end));
        let Some(speaker) = speaker else {
            println!("no quote: {} {start}..{end} {}", row[1], row[4]);
            continue;
        };
        speaking += 1;
        let agrees = match &speaker.name {
            None => row[4] == "-",
            Some(name) => row[4] != "-" && last_word(name) == last_word(&row[4]),
        };
        right += usize::from(agrees);
        if !agrees {
            println!("wrong: {} {start}..{end} is {} not {:?}", row[1], row[4], speaker.name);
        }
    }
    let share = right as f64 / speaking.max(1) as f64;
    println!("pronouns: {} cases, {speaking} speak in a quote found, {right} right: {share:.3}", rows.len());
    assert!(
        4 * speaking >= 3 * rows.len(),
        "only {speaking} of {} pronouns speak in a quote found",
        rows.len()
    );
    assert!(share >= PRONOUNS_RIGHT, "{share:.3} of the speaking pronouns are right, under {PRONOUNS_RIGHT}");
}
