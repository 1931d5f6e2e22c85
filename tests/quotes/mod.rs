//! The specification of quotes, `fixtures/quotes/*.txt`: see its README for the form.

use std::fs;
use std::path::{Path, PathBuf};

use saidwho::annotations::{Annotations, Quote, QuoteKind};
use saidwho::{Document, Pipeline, Scratch, Span};

mod hostile;

/// One case of the specification.
struct Case {
    place: String,
    title: String,
    text: String,
    expected: Vec<Expected>,
}

/// One line of expectation.
#[derive(Debug)]
struct Expected {
    kind: String,
    pieces: Vec<String>,
    speaker: Option<String>,
    /// The entity's name, `Some(None)` when it must be unknown.
    entity: Option<Option<String>>,
    cue: Option<String>,
    stance: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/quotes")
}

/// What the system does not meet yet.
const OPEN: &str = "open.txt";

/// All cases that hold; a malformed one is a panic that names its place.
fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "txt") && f.file_name().is_some_and(|n| n != OPEN));
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Vec<Case> {
    let contents = fs::read_to_string(file).unwrap();
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let mut cases = Vec::new();
    let lines: Vec<&str> = contents.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let Some(title) = lines[at].strip_prefix("=== ") else {
            assert!(
                lines[at].is_empty() || lines[at].starts_with('#'),
                "{name}:{}: expected `=== title`: {}",
                at + 1,
                lines[at]
            );
            at += 1;
            continue;
        };
        let place = format!("{name}:{}", at + 1);
        let next = (at + 1..lines.len()).find(|&i| lines[i].starts_with("=== ")).unwrap_or(lines.len());
        let body = &lines[at + 1..next];
        let rule = body.iter().position(|l| *l == "---").unwrap_or_else(|| panic!("{place}: no line `---`"));
        let text = body[..rule].join("\n");
        assert!(!text.trim().is_empty(), "{place}: no text");
        let rows: Vec<&str> =
            body[rule + 1..].iter().copied().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
        assert!(!rows.is_empty(), "{place}: nothing expected; write `none` where nothing is");
        let expected = if rows == ["none"] {
            Vec::new()
        } else {
            rows.iter().map(|row| expectation(row, &text, &place)).collect()
        };
        cases.push(Case { place, title: title.to_owned(), text, expected });
        at = next;
    }
    cases
}

fn expectation(row: &str, text: &str, place: &str) -> Expected {
    let columns: Vec<&str> = row.split(" | ").collect();
    assert!((4..=5).contains(&columns.len()), "{place}: {} columns instead of 4 or 5: {row}", columns.len());
    assert!(["direct", "indirect", "mixed"].contains(&columns[0]), "{place}: no kind: {}", columns[0]);
    let pieces: Vec<String> = columns[1].split(" ++ ").map(|p| p.replace('¶', "\n\n")).collect();
    for piece in &pieces {
        assert!(text.contains(piece.as_str()), "{place}: not in the text: {piece}");
    }
    let (speaker, entity) = match columns[2].split_once(" => ") {
        Some((words, entity)) => (words, Some((entity != "-").then(|| entity.to_owned()))),
        None => (columns[2], None),
    };
    assert!(speaker == "-" || text.contains(speaker), "{place}: not in the text: {speaker}");
    Expected {
        kind: columns[0].to_owned(),
        pieces,
        speaker: (speaker != "-").then(|| speaker.to_owned()),
        entity,
        cue: (columns[3] != "*").then(|| columns[3].to_owned()),
        stance: columns.get(4).map_or_else(Vec::new, |s| s.split(' ').map(str::to_owned).collect()),
    }
}

/// Without outer commas, stops, dashes and space; marks stay.
fn bare(piece: &str) -> &str {
    piece.trim_matches(|c: char| c.is_whitespace() || ",.;:?!—–-".contains(c))
}

fn difference(case: &Case, found: &Annotations) -> Option<String> {
    let text = case.text.as_str();
    if found.quotes.len() != case.expected.len() {
        return Some(format!("{} quotes instead of {}", found.quotes.len(), case.expected.len()));
    }
    case.expected.iter().zip(&found.quotes).find_map(|(e, q)| one(e, q, text, found))
}

fn one(expected: &Expected, quote: &Quote, text: &str, found: &Annotations) -> Option<String> {
    let pieces: Vec<&str> = quote.segments.iter().map(|s| bare(s.of(text))).collect();
    let wanted: Vec<&str> = expected.pieces.iter().map(|p| bare(p)).collect();
    if pieces != wanted {
        return Some(format!("content {pieces:?} instead of {wanted:?}"));
    }
    let kind = match quote.kind {
        QuoteKind::Direct => "direct",
        QuoteKind::Indirect => "indirect",
        QuoteKind::Mixed => "mixed",
    };
    if kind != expected.kind {
        return Some(format!("{kind} instead of {}", expected.kind));
    }
    let words = |span: Span| span.of(text).to_owned();
    let speaker = quote.speaker.as_ref().map(|s| words(s.span));
    if !same_speaker(speaker.as_deref(), expected.speaker.as_deref()) {
        return Some(format!("speaker {speaker:?} instead of {:?}", expected.speaker));
    }
    if let Some(wanted) = &expected.entity {
        let entity =
            quote.speaker.as_ref().and_then(|s| s.entity).map(|e| found.entities[e.index()].name.clone());
        if entity != *wanted {
            return Some(format!("entity {entity:?} instead of {wanted:?}"));
        }
    }
    if let Some(wanted) = &expected.cue {
        let cue = quote.cue.map(words).unwrap_or_default();
        if cue != *wanted {
            return Some(format!("cue {cue:?} instead of {wanted:?}"));
        }
    }
    let stance = [
        (quote.stance.negated, "negated"),
        (quote.stance.modal, "modal"),
        (quote.stance.hypothetical, "hypothetical"),
    ];
    let stance: Vec<&str> = stance.iter().filter(|s| s.0).map(|s| s.1).collect();
    if stance != expected.stance {
        return Some(format!("stance {stance:?} instead of {:?}", expected.stance));
    }
    None
}

/// Articles, possessive endings and what follows a comma do not count.
fn same_speaker(found: Option<&str>, wanted: Option<&str>) -> bool {
    let plain = |s: &str| {
        let s = s.split(',').next().unwrap_or(s).trim();
        let s =
            ["The ", "the ", "A ", "a ", "An ", "an "].iter().find_map(|a| s.strip_prefix(a)).unwrap_or(s);
        let s = ["'s", "’s"].iter().find_map(|p| s.strip_suffix(p)).unwrap_or(s);
        s.to_owned()
    };
    found.map(plain) == wanted.map(plain)
}

#[test]
fn every_case_of_the_specification_holds() {
    let cases = cases();
    assert!(cases.len() >= 250, "only {} cases", cases.len());
    let pipeline = Pipeline::default();
    let mut scratch = Scratch::default();
    let mut failures = Vec::new();
    for case in &cases {
        let document = Document::new(case.place.clone(), case.text.clone()).unwrap();
        let found = pipeline.annotate(&document, &mut scratch);
        if let Some(what) = difference(case, found) {
            failures.push(format!("{} ({}): {what}", case.place, case.title));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

/// Open cases are well formed, and said aloud: one that holds belongs into its file.
#[test]
fn open_cases_are_counted() {
    let pipeline = Pipeline::default();
    let mut scratch = Scratch::default();
    let cases = read(&folder().join(OPEN));
    for case in &cases {
        let document = Document::new(case.place.clone(), case.text.clone()).unwrap();
        match difference(case, pipeline.annotate(&document, &mut scratch)) {
            Some(what) => println!("open: {} ({}): {what}", case.place, case.title),
            None => println!("holds now: {} ({}): move it out of {OPEN}", case.place, case.title),
        }
    }
}

#[test]
fn direct_quotes_include_their_marks() {
    let pipeline = Pipeline::default();
    let mut scratch = Scratch::default();
    for case in cases() {
        let document = Document::new(case.place.clone(), case.text.clone()).unwrap();
        for quote in &pipeline.annotate(&document, &mut scratch).quotes {
            let first = quote.segments[0].of(&case.text);
            assert!(
                quote.kind != QuoteKind::Direct
                    // A turn of a transcript has no marks.
                    || quote.by == "transcript-label"
                    || first.starts_with(['“', '"', '‘', '\'', '`', '«', '„', '»', '’'])
                    || case.title.contains("opening mark missing"),
                "{}: {first}",
                case.place
            );
        }
    }
}
