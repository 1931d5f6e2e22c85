//! The scores equal those of the reference scorers, to the last decimal they print.
//!
//! The reference scorers and the sets are not part of this project; where they
//! are not at hand these tests say so and do nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::cli::{records, run};

/// The folder with scorers and sets.
fn shared() -> Option<PathBuf> {
    let folder = match std::env::var_os("SAIDWHO_SHARED") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
    };
    let python = Command::new("python3").arg("--version").output().is_ok();
    if python && folder.join("eval/score_names.py").exists() {
        return Some(folder);
    }
    println!("skipped: no python3 or no reference scorers in {}", folder.display());
    None
}

fn reference(shared: &Path, scorer: &str, arguments: &[&str]) -> String {
    let output =
        Command::new("python3").arg(shared.join("eval").join(scorer)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn ours(arguments: &[&str]) -> String {
    let output = run(Path::new("."), arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % sides
    }

    /// `offset` moved a little, inside the text.
    fn near(&mut self, offset: u64, length: usize) -> u64 {
        (offset + self.below(4)).saturating_sub(self.below(4)).min(length as u64)
    }
}

/// Predictions that are wrong in many ways, made from the gold.
fn spoiled(gold: &[u8], field: &str) -> String {
    let mut dice = Dice(7);
    let mut lines = String::new();
    for mut article in records(gold) {
        let length = article["text"].as_str().unwrap().chars().count();
        let mut kept = Vec::new();
        for mut item in article[field].take().as_array().cloned().unwrap_or_default() {
            match dice.below(8) {
                0 => continue,
                1 | 2 => spoil(&mut item, length, &mut dice),
                3 => kept.push(item.clone()),
                _ => {}
            }
            kept.push(item);
        }
        lines += &format!("{}\n", json!({"id": article["id"], field: kept}));
    }
    lines
}

fn spoil(item: &mut Value, length: usize, dice: &mut Dice) {
    let mut shift = |start: &mut Value, end: &mut Value| {
        let from = dice.near(start.as_u64().unwrap(), length);
        let to = dice.near(end.as_u64().unwrap(), length).max(from);
        (*start, *end) = (json!(from), json!(to));
    };
    if let Value::Array(pair) = item {
        let [start, end] = pair.as_mut_slice() else { panic!("no pair") };
        return shift(start, end);
    }
    let (mut start, mut end) = (item["start"].take(), item["end"].take());
    shift(&mut start, &mut end);
    (item["start"], item["end"]) = (start, end);
    if item.get("type").is_some() {
        item["type"] = json!(["PER", "ORG", "LOC", "MISC"][dice.below(4) as usize]);
    }
    if item.get("kind").is_some() {
        item.as_object_mut().unwrap().remove("segments");
        match dice.below(3) {
            0 => item["speaker"] = Value::Null,
            1 => item["speaker_entity"] = json!("Zoë Smith Jr."),
            _ => {}
        }
    }
}

/// The gold, the spoiled gold, and what the pipeline itself finds.
fn with_predictions(gold: &Path, field: &str, compare: impl Fn(&str, &str, &Path)) {
    let folder = tempfile::tempdir().unwrap();
    let bytes = fs::read(gold).unwrap();
    let spoiled_path = folder.path().join("spoiled.jsonl");
    fs::write(&spoiled_path, spoiled(&bytes, field)).unwrap();
    let records_path = folder.path().join("records.jsonl");
    let gold = gold.to_str().unwrap();
    let extract = run(folder.path(), &["extract", gold, "--meta", "none", "-o", "records.jsonl"]);
    assert_eq!(extract.status.code(), Some(0));
    for pred in [gold, spoiled_path.to_str().unwrap(), records_path.to_str().unwrap()] {
        compare(gold, pred, folder.path());
    }
}

/// Records in the form that the reference scorers read.
fn in_reference_form(shared: &Path, what: &str, pred: &str, folder: &Path) -> String {
    if !pred.ends_with("records.jsonl") {
        return pred.to_owned();
    }
    let path = folder.join("reference.jsonl");
    fs::write(&path, reference(shared, "to_scorer.py", &[what, pred])).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn names() {
    let Some(shared) = shared() else { return };
    for set in ["worldwide.dev", "conll03.dev", "gum.dev", "uner-ewt.dev"] {
        let gold = shared.join(format!("data/names/{set}.jsonl"));
        with_predictions(&gold, "entities", |gold, pred, folder| {
            let theirs = in_reference_form(&shared, "names", pred, folder);
            let views = [&[][..], &["--raw"], &["--by", "region"], &["--by", "genre", "--types", "PER,LOC"]];
            // The spoiled gold differs most; the others show that their form is read.
            let count = if pred.ends_with("spoiled.jsonl") { views.len() } else { 1 };
            for options in &views[..count] {
                let expected =
                    reference(&shared, "score_names.py", &[&[gold, &theirs][..], *options].concat());
                let found = ours(&[&["eval", "names", gold, pred][..], *options].concat());
                assert_eq!(found, expected, "{set} {pred} {options:?}");
            }
        });
    }
}

#[test]
fn quotes() {
    let Some(shared) = shared() else { return };
    let gold = shared.join("data/quotes/polnear.dev.jsonl");
    with_predictions(&gold, "quotes", |gold, pred, folder| {
        let theirs = in_reference_form(&shared, "quotes", pred, folder);
        for subset in ["all", "quoted", "direct", "mixed", "indirect"] {
            for unit in ["quote", "segment"] {
                for view in [&["--core"][..], &["--speech"], &[]] {
                    if !pred.ends_with("spoiled.jsonl") && (subset, unit, view.len()) != ("all", "quote", 1) {
                        continue;
                    }
                    let options = [&["--subset", subset, "--unit", unit], view].concat();
                    let expected =
                        reference(&shared, "score_quotes.py", &[&[gold, &theirs], &options[..]].concat());
                    let found = ours(&[&["eval", "quotes", gold, pred], &options[..]].concat());
                    assert_eq!(found, expected, "{pred} {options:?}");
                }
            }
        }
    });
}

#[test]
fn sentences() {
    let Some(shared) = shared() else { return };
    for set in ["brown_news", "conll03_dev", "ewt_dev", "gum_other", "golden_en", "golden_news_en"] {
        let gold = shared.join(format!("data/sentences/{set}.jsonl"));
        let field = "sentences";
        with_predictions(&gold, field, |gold, pred, folder| {
            // Golden rules give no sentences that could be scored against themselves.
            if pred == gold && set.starts_with("golden") {
                return;
            }
            let theirs = in_reference_form(&shared, "sentences", pred, folder);
            let expected = reference(&shared, "score_sentences.py", &[gold, &theirs]);
            assert_eq!(ours(&["eval", "sentences", gold, pred]), expected, "{set} {pred}");
        });
    }
}
