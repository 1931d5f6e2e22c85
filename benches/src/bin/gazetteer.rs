//! The gazetteer index against daachorse, aho-corasick (contiguous NFA) and fst.
//!
//! `gazetteer NAMES.tsv[.zst] CORPUS.jsonl…`: the same names (10,000, 100,000 and all, at most a
//! million; the most prominent first), the same text (`text` of each line), and the same answers:
//! every listed name that starts and ends at word edges, with its id. The answers are compared
//! before anything is timed. The matchers take turns over several rounds, and for every article
//! the fastest reading of each counts, which is the one that a busy machine disturbed least.
//!
//! Our index does more than is compared here: it also finds spellings that differ in hyphens,
//! apostrophes, accents and, for several words, ALL CAPITALS. Those hits are in its time but not
//! in the comparison.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of each matcher.
const ROUNDS: usize = 8;

/// How often a matcher reads everything in its round: first of all to have its own tables in the
/// caches, which the one before has filled with others.
const READINGS: usize = 2;

// The index by itself, without the lists that the library carries.
#[allow(dead_code, reason = "part of the library; the bench needs the builder only")]
#[path = "../../../src/gazetteer/compile/mod.rs"]
mod compile;
#[allow(dead_code, reason = "part of the library; the bench needs the matcher only")]
#[path = "../../../src/gazetteer/index.rs"]
mod index;
#[path = "../../../src/gazetteer/lanes/mod.rs"]
mod lanes;
#[allow(unused, reason = "part of the library; the bench needs some of it only")]
#[path = "../../../src/processor.rs"]
mod processor;
#[path = "../../../src/gazetteer/scan.rs"]
mod scan;
#[path = "../../../src/gazetteer/starts.rs"]
mod starts;

use compile::layout::Policy;
use compile::{Builder, ListMeta, Row};
use index::Index;
use scan::Scratch;

/// An answer: where it starts and ends, and which name it is.
type Hit = (usize, usize, u32);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [names, corpora @ ..] = &arguments[..] else {
        return Err("usage: gazetteer NAMES.tsv[.zst] CORPUS.jsonl…".into());
    };
    let all = names_of(names)?;
    let texts = texts_of(corpora)?;
    let megabytes = texts.iter().map(String::len).sum::<usize>() as f64 / 1e6;
    println!("{} articles, {megabytes:.1} MB", texts.len());
    for count in [10_000, 100_000, 1_000_000] {
        let count = count.min(all.len());
        let mut names: Vec<&str> = all[..count].iter().map(String::as_str).collect();
        names.sort_unstable();
        compare(&names, &texts, megabytes)?;
    }
    Ok(())
}

/// The names of a list that every matcher understands alike, the most prominent first: ASCII words
/// with single spaces between.
fn names_of(path: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let bytes = if path.ends_with(".zst") { zstd::decode_all(&bytes[..])? } else { bytes };
    let text = String::from_utf8(bytes)?;
    let mut rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t'));
    let mut columns = rows.next().ok_or("no line of column names")?;
    let prominence = columns.position(|column| column == "prominence").ok_or("no column \"prominence\"")?;
    let plain = |name: &str| {
        name.split(' ').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    let mut names: Vec<(f32, &str)> = Vec::new();
    for row in rows {
        let fields: Vec<&str> = row.collect();
        if plain(fields[0]) {
            names.push((fields[prominence].parse().unwrap_or(1.0), fields[0]));
        }
    }
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let mut seen = HashSet::new();
    let mut names: Vec<String> =
        names.into_iter().filter(|name| seen.insert(name.1)).map(|name| name.1.to_owned()).collect();
    // Where accents and hyphens leave less than a million, combinations of listed words fill up.
    let words = names.iter().flat_map(|name| name.split(' '));
    let words: Vec<String> =
        words.filter(|word| word.starts_with(|c: char| c.is_uppercase())).map(str::to_owned).collect();
    let mut seen: HashSet<String> = names.iter().cloned().collect();
    let mut at = 0usize;
    while names.len() < 1_000_000 && words.len() > 1000 {
        at = (at + 7919) % words.len();
        let name = format!("{} {}", words[at], words[(at * 31 + 17) % words.len()]);
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    Ok(names)
}

fn texts_of(paths: &[String]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for path in paths {
        for line in fs::read_to_string(path)?.lines() {
            let article: serde_json::Value = serde_json::from_str(line)?;
            texts.extend(article["text"].as_str().map(str::to_owned));
        }
    }
    Ok(texts)
}

fn compare(names: &[&str], texts: &[String], megabytes: f64) -> Result<(), Box<dyn Error>> {
    println!("\n{} names", names.len());
    let start = Instant::now();
    let bytes = build(names)?;
    let size = bytes.len() as f64 / 1e6;
    println!("  index         built in {:.2} s, {size:.1} MB", start.elapsed().as_secs_f64());
    let file = std::env::temp_dir().join(format!("bench-{}.idx", std::process::id()));
    fs::write(&file, &bytes)?;
    let open = |verify: bool| -> Result<Index, Box<dyn Error>> {
        let start = Instant::now();
        // SAFETY: the file was written above, and nobody else writes to it.
        let map = unsafe { memmap2::Mmap::map(&fs::File::open(&file)?)? };
        let index = Index::mapped(map, verify)?;
        let what = if verify { "verified and opened" } else { "opened" };
        println!("  index         {what} in {:.3} ms", start.elapsed().as_secs_f64() * 1e3);
        Ok(index)
    };
    open(true)?;
    let index = open(false)?;
    let start = Instant::now();
    let double = daachorse::DoubleArrayAhoCorasickBuilder::new()
        .build_with_values::<_, _, u32>(names.iter().zip(0..).map(|(name, id)| (name.as_bytes(), id)))
        .map_err(|e| e.to_string())?;
    let size = double.heap_bytes() as f64 / 1e6;
    println!("  daachorse     built in {:.2} s, {size:.1} MB", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let automaton = aho_corasick::AhoCorasick::builder()
        .kind(Some(aho_corasick::AhoCorasickKind::ContiguousNFA))
        .build(names)?;
    let size = automaton.memory_usage() as f64 / 1e6;
    println!("  aho-corasick  built in {:.2} s, {size:.1} MB", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let map = fst::Map::from_iter(names.iter().zip(0..))?;
    let size = map.as_fst().size() as f64 / 1e6;
    println!("  fst           built in {:.2} s, {size:.1} MB", start.elapsed().as_secs_f64());

    let by_double = |text: &str, hit: &mut dyn FnMut(Hit)| {
        for m in double.find_overlapping_iter(text) {
            if at_edges(text, m.start(), m.end()) {
                hit((m.start(), m.end(), m.value()));
            }
        }
    };
    let by_automaton = |text: &str, hit: &mut dyn FnMut(Hit)| {
        for m in automaton.find_overlapping_iter(text) {
            if at_edges(text, m.start(), m.end()) {
                hit((m.start(), m.end(), m.pattern().as_u32()));
            }
        }
    };
    let by_fst = |text: &str, hit: &mut dyn FnMut(Hit)| walk(map.as_fst(), text, hit);

    let ids: HashMap<&str, u32> = names.iter().copied().zip(0..).collect();
    let mut found = 0;
    for text in texts {
        let expected = answers(|hit| by_double(text, hit));
        for other in [answers(|hit| by_automaton(text, hit)), answers(|hit| by_fst(text, hit))] {
            if other != expected {
                return Err("the peers' answers differ".into());
            }
        }
        let ours = answers(|hit| {
            index.scan(text, &mut Scratch::default(), |start, end, name| {
                // Other spellings than the listed one are ours alone.
                if let Some(&id) = ids.get(&text[start..end])
                    && index.spelling(name) == text[start..end]
                {
                    hit((start, end, id));
                }
            });
        });
        if ours != expected {
            let lost: Vec<&Hit> = expected.symmetric_difference(&ours).take(3).collect();
            let shown: Vec<&str> = lost.iter().map(|hit| &text[hit.0..hit.1]).collect();
            return Err(format!("our answers differ: {shown:?}").into());
        }
        found += expected.len();
    }
    println!("  {found} answers, the same from all");

    let scratch = RefCell::new(Scratch::default());
    let by_index = |text: &str, hit: &mut dyn FnMut(Hit)| {
        index.scan(text, &mut scratch.borrow_mut(), |start, end, name| hit((start, end, name)));
    };
    type Matcher<'m> = &'m dyn Fn(&str, &mut dyn FnMut(Hit));
    let matchers: [(&str, Matcher<'_>); 4] =
        [("index", &by_index), ("daachorse", &by_double), ("aho-corasick", &by_automaton), ("fst", &by_fst)];
    let mut best = vec![[Duration::MAX; 4]; texts.len()];
    for _ in 0..ROUNDS {
        for (which, (_, matcher)) in matchers.iter().enumerate() {
            for _ in 0..READINGS {
                for (text, best) in texts.iter().zip(&mut best) {
                    let start = Instant::now();
                    let mut sum = 0u64;
                    matcher(black_box(text), &mut |hit| {
                        sum = sum.wrapping_add(hit.0 as u64 ^ u64::from(hit.2));
                    });
                    black_box(sum);
                    best[which] = best[which].min(start.elapsed());
                }
            }
        }
    }
    let speed = |which: usize| {
        let time: Duration = best.iter().map(|times| times[which]).sum();
        megabytes / time.as_secs_f64()
    };
    let ours = speed(0);
    println!("  index         {ours:7.1} MB/s");
    for (which, (name, _)) in matchers.iter().enumerate().skip(1) {
        let theirs = speed(which);
        println!("  {name:13} {theirs:7.1} MB/s   ours is {:.2} times as fast", ours / theirs);
    }
    fs::remove_file(&file)?;
    Ok(())
}

/// The compiled index of `names`.
fn build(names: &[&str]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut builder = Builder::default();
    let meta = ListMeta { name: "bench".into(), kind: 0, user: true, overrides: false };
    let list = builder.list(meta, Policy::Exact)?;
    for (number, name) in names.iter().enumerate() {
        let id = number.to_string();
        builder.entry(list, &Row { name, links: &[("id", &id)], ..Row::default() })?;
    }
    Ok(builder.finish()?)
}

/// Everything that a matcher reports.
fn answers(matcher: impl FnOnce(&mut dyn FnMut(Hit))) -> BTreeSet<Hit> {
    let mut found = BTreeSet::new();
    matcher(&mut |hit| {
        found.insert(hit);
    });
    found
}

/// Whether `start..end` neither starts nor ends inside a word.
fn at_edges(text: &str, start: usize, end: usize) -> bool {
    let inside = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
    let bytes = text.as_bytes();
    let before = match start.checked_sub(1).map(|at| bytes[at]) {
        Some(byte) if byte < 0x80 => byte.is_ascii_alphanumeric(),
        _ => inside(text[..start].chars().next_back()),
    };
    let after = match bytes.get(end) {
        Some(byte) if *byte < 0x80 => byte.is_ascii_alphanumeric(),
        _ => inside(text[end..].chars().next()),
    };
    !before && !after
}

/// Walks the automaton from every start of a word.
fn walk(map: &fst::raw::Fst<Vec<u8>>, text: &str, hit: &mut dyn FnMut(Hit)) {
    let bytes = text.as_bytes();
    for start in 0..bytes.len() {
        if !bytes[start].is_ascii_alphanumeric() || !at_edges(text, start, bytes.len()) {
            continue;
        }
        let mut node = map.root();
        let mut value = fst::raw::Output::zero();
        for (at, &byte) in bytes.iter().enumerate().skip(start) {
            let Some(number) = node.find_input(byte) else { break };
            let step = node.transition(number);
            value = value.cat(step.out);
            node = map.node(step.addr);
            if node.is_final() && at_edges(text, start, at + 1) {
                hit((start, at + 1, value.cat(node.final_output()).value() as u32));
            }
        }
    }
}
