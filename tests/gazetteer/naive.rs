//! The index answers as a reader would who holds every name against every run of tokens.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rayon::prelude::*;
use saidwho::gazetteer::Gazetteer;
use saidwho::{Annotations, text};
use unicode_normalization::UnicodeNormalization;

use super::{list, own_names};

/// Lower case without accents, hyphens as spaces: written independently of the index.
fn plain(text: &str) -> String {
    let bare: String = text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    let lower: String = bare.to_lowercase().nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
    lower.replace('ß', "ss").split([' ', '-', '\n']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// All pairs of a run of tokens and a name that it is, whatever their case.
fn naive(names: &[String], text: &str) -> Vec<(String, String)> {
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    let mut pairs = Vec::new();
    for start in 0..found.tokens.len() {
        for end in start + 1..=found.tokens.len().min(start + 8) {
            let span = found.span_of(start as u32..end as u32).of(text);
            for name in names {
                if plain(span) == plain(name) && !span.contains("  ") {
                    pairs.push((span.to_owned(), name.clone()));
                }
            }
        }
    }
    pairs
}

fn word() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "Xi",
        "XI",
        "xi",
        "Jinping",
        "José",
        "JOSÉ",
        "jose",
        "Jose\u{301}",
        "Silva",
        "İzmir",
        "IZMIR",
        "Straße",
        "STRASSE",
        "van",
        "der",
        "Łódź",
        "ministre",
        "A",
        "of",
        "Ñandú",
        "北京",
        "Мир",
        "МИР",
    ])
    .prop_map(str::to_owned)
}

fn phrase(most: usize) -> impl Strategy<Value = String> {
    let gap = prop::sample::select(vec![" ", " ", " ", "-", "\n"]);
    prop::collection::vec((word(), gap), 1..=most).prop_map(|parts| {
        let mut out = String::new();
        for (index, (word, gap)) in parts.iter().enumerate() {
            if index > 0 {
                out.push_str(gap);
            }
            out.push_str(word);
        }
        out
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn answers_as_the_naive_reader(
        names in prop::collection::vec(phrase(4), 1..12),
        texts in prop::collection::vec(phrase(8), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = String::from("name\ttype\tcase\n");
        let mut names: Vec<String> = names.iter().map(|n| n.replace('\n', " ")).collect();
        // Spellings that match the same texts are one name; which of them is told is the index's business.
        names.sort();
        names.dedup_by_key(|name| plain(name));
        names.sort_by_key(|name| plain(name));
        names.dedup_by_key(|name| plain(name));
        for name in &names {
            rows.push_str(&format!("{name}\tperson\tany\n"));
        }
        let path = list(folder.path(), "own.tsv", rows);
        let (lists, left_out) = Gazetteer::with_lists_cached(&[path], None).unwrap();
        prop_assert!(left_out.is_empty());
        let text = texts.join("; ");
        let mut expected = naive(&names, &text);
        let mut answers = own_names(&lists, &text);
        expected.sort();
        answers.sort();
        prop_assert_eq!(answers, expected, "names {:?} text {:?}", names, text);
    }

    #[test]
    fn any_text_is_sliced_at_characters(text in "(\\PC|[İßa-zA-Z.' \\u{301}-]){0,200}") {
        let mut found = Annotations::default();
        text::annotate(&text, &mut found);
        let mut hits = Vec::new();
        Gazetteer::shipped().lookup(&text, &found.tokens, &mut hits);
        for hit in &hits {
            prop_assert!(hit.tokens.start < hit.tokens.end && hit.tokens.end as usize <= found.tokens.len());
            prop_assert!(!found.span_of(hit.tokens.clone()).of(&text).is_empty());
            prop_assert!(Gazetteer::shipped().entries(hit.name).count() > 0);
        }
        prop_assert!(hits.windows(2).all(|w| w[0].tokens.start <= w[1].tokens.start));
    }
}

/// A million names against whole corpora: some minutes, `cargo test --release --test suite -- --ignored million`.
#[test]
#[ignore = "takes minutes"]
fn answers_as_the_naive_reader_on_articles_with_a_million_names() {
    let Some(articles) = articles() else { return };
    // Names of letters, of which the reader knows all that the index does: no variants (St. for Saint …).
    let mut names: HashMap<String, String> = HashMap::new();
    for entry in Gazetteer::shipped().canonical() {
        let name = entry.name();
        let words = name.split([' ', '-']).count();
        let varies = ["The", "Saint", "St", "Sainte", "Ste", "Mount", "Mt", "Fort", "Ft", "and"];
        if words <= MOST && name.chars().all(is_plain) && !name.split([' ', '-']).any(|w| varies.contains(&w))
        {
            names.entry(plain(&name)).or_insert(name);
        }
        if names.len() == 1_000_000 {
            break;
        }
    }
    assert_eq!(names.len(), 1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let mut rows = String::from("name\ttype\tcase\n");
    let mut sorted: Vec<&String> = names.values().collect();
    sorted.sort();
    sorted.iter().for_each(|name| rows.push_str(&format!("{name}\tperson\tany\n")));
    let path = list(folder.path(), "own.tsv", rows);
    let (lists, left_out) = Gazetteer::with_lists_cached(&[path], None).unwrap();
    assert!(left_out.is_empty(), "{:?}", left_out.first());
    let (mut count, mut documents) = (0, 0);
    for file in articles {
        let texts = texts(&file);
        let answers: usize = texts
            .par_iter()
            .map(|text| {
                let mut expected = by_key(&names, text);
                let mut answers = own_names(&lists, text);
                answers.retain(|(span, _)| is_plain_run(span));
                expected.sort();
                answers.sort();
                let other = answers.iter().zip(&expected).find(|(a, b)| a != b);
                assert!(answers == expected, "{}: the first difference: {other:?}", file.display());
                answers.len()
            })
            .sum();
        count += answers;
        documents += texts.len();
    }
    println!("{documents} articles, {count} answers, all the same");
    assert!(documents > 1000 && count > 10_000);
}

/// Words of a name, at most.
const MOST: usize = 8;

/// What the reader of articles reads: Latin letters with accents or without, digits, spaces and hyphens.
fn is_plain(c: char) -> bool {
    let base = c.nfd().next().unwrap_or(c);
    base.is_ascii_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) || [' ', '-', '\n'].contains(&c)
}

/// Whether a span is made of words with one space, hyphen or line break between each two.
fn is_plain_run(span: &str) -> bool {
    span.chars().all(is_plain) && !span.split([' ', '-', '\n']).any(str::is_empty)
}

/// As [`naive`], with the names looked up by what is equal.
fn by_key(names: &HashMap<String, String>, text: &str) -> Vec<(String, String)> {
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    let mut pairs = Vec::new();
    for start in 0..found.tokens.len() {
        for end in start + 1..=found.tokens.len().min(start + 2 * MOST) {
            let span = found.span_of(start as u32..end as u32).of(text);
            if !span.chars().all(is_plain) {
                break;
            }
            if let Some(name) = names.get(&plain(span)).filter(|_| is_plain_run(span)) {
                pairs.push((span.to_owned(), name.clone()));
            }
        }
    }
    pairs
}

/// The files of articles that are not part of this project; none, and a word about it, where they are not.
fn articles() -> Option<Vec<PathBuf>> {
    let shared = std::env::var_os("SAIDWHO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join("data/corpora");
    let Ok(files) = fs::read_dir(&folder) else {
        println!(
            "skipped: no articles in {}; SAIDWHO_SHARED names the folder that holds data/corpora",
            folder.display()
        );
        return None;
    };
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.to_string_lossy().contains(".jsonl"));
    files.sort();
    Some(files)
}

/// The texts of a file of articles.
fn texts(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap();
    let bytes = if file.extension().is_some_and(|end| end == "zst") {
        zstd::decode_all(&bytes[..]).unwrap()
    } else {
        bytes
    };
    let text_of = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["text"].as_str().unwrap().to_owned()
    };
    String::from_utf8(bytes).unwrap().lines().map(text_of).collect()
}
