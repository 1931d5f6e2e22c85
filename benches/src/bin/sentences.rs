//! Sentence segmenters over the same articles in one run.
//!
//! ```sh
//! cargo run --release --bin sentences -- ARTICLES.txt [ARTICLES.jsonl …]
//! ```
//! A `.jsonl` file gives one article a line (field `text`), any other file is
//! one article for each stretch between two form feeds or, without those, as a
//! whole. Each segmenter reads every article in turn, several rounds; for every
//! article its fastest reading counts, which is the one that a busy machine
//! disturbed least.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Rounds of each segmenter, taking turns, so that a busy moment hits all of them.
const ROUNDS: usize = 9;

/// Counts the sentences of an article.
type Segmenter = Box<dyn Fn(&str) -> usize>;

fn main() -> anyhow::Result<()> {
    let articles = articles()?;
    let bytes: usize = articles.iter().map(String::len).sum();
    let peers = segmenters();
    let mut best = vec![vec![Duration::MAX; articles.len()]; peers.len()];
    let mut found = vec![0; peers.len()];
    for _ in 0..ROUNDS {
        for (i, (_, segment)) in peers.iter().enumerate() {
            found[i] = 0;
            for (text, best) in articles.iter().zip(&mut best[i]) {
                let start = Instant::now();
                found[i] += black_box(segment(black_box(text)));
                *best = start.elapsed().min(*best);
            }
        }
    }
    let best: Vec<Duration> = best.iter().map(|times| times.iter().sum()).collect();
    println!("{} articles, {:.1} MB, best of {ROUNDS} rounds", articles.len(), bytes as f64 / 1e6);
    println!("{:<24} {:>10} {:>10} {:>8}", "segmenter", "sentences", "MB/s", "ratio");
    let fastest_peer = best[1..].iter().min().copied().unwrap_or_default();
    for (i, (name, _)) in peers.iter().enumerate() {
        let speed = bytes as f64 / 1e6 / best[i].as_secs_f64();
        let ratio = fastest_peer.as_secs_f64() / best[i].as_secs_f64();
        println!("{name:<24} {:>10} {speed:>10.0} {ratio:>8.2}", found[i]);
    }
    println!("ratio: against the fastest of the others");
    Ok(())
}

fn segmenters() -> Vec<(&'static str, Segmenter)> {
    // What can be made ready beforehand is made once. Two of the peers only hand out vectors.
    let rules = sentencize::Segmenter::default();
    let icu = icu_segmenter::SentenceSegmenter::new(Default::default());
    vec![
        ("saidwho", Box::new(|text| saidwho::text::Sentences::new(text).count())),
        ("sentencize", Box::new(move |text| rules.spans(text).len())),
        ("sentencex", Box::new(|text| sentencex::segment("en", text).len())),
        (
            "icu_segmenter",
            // It gives the edges: one more than sentences.
            Box::new(move |text| icu.segment_str(text).count().saturating_sub(1)),
        ),
        (
            "unicode-segmentation",
            Box::new(|text| unicode_segmentation::UnicodeSegmentation::split_sentence_bounds(text).count()),
        ),
    ]
}

/// The articles of the files named on the command line.
fn articles() -> anyhow::Result<Vec<String>> {
    let mut articles = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).with_context(|| format!("{path}: cannot read"))?;
        if path.ends_with(".jsonl") {
            for (number, line) in text.lines().enumerate() {
                let record: serde_json::Value =
                    serde_json::from_str(line).with_context(|| format!("{path}:{}: no JSON", number + 1))?;
                let Some(text) = record["text"].as_str() else {
                    bail!("{path}:{}: no field \"text\"", number + 1);
                };
                articles.push(text.to_owned());
            }
        } else {
            articles.extend(text.split('\u{0C}').map(str::to_owned));
        }
    }
    if articles.is_empty() {
        bail!("name the files with the articles to read: cargo run --release --bin sentences -- FILE …");
    }
    Ok(articles)
}
