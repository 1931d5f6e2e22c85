//! Whole articles, start to end: what comes out of the pipeline for each of
//! `fixtures/articles/*.txt`, beside its hand-made gold.
//!
//! `NAME.found.txt` shows both in one readable list, so that a change in any
//! room shows in the diff as names and quotes gained or lost. `scores.tsv` sums
//! it up. `UPDATE=1 cargo test articles` rewrites them.

mod golden;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use saidwho::annotations::{Annotations, Quote, QuoteKind};
use saidwho::eval::gold::{Gold, GoldQuote};
use saidwho::eval::{Line, entities, lines, names, quotes};
use saidwho::{Document, Pipeline, Record, Scratch, Span, Unit};

use golden::check;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/articles")
}

struct Article {
    name: String,
    text: String,
    gold: Gold,
}

/// All articles by name; every fault in their gold at once.
fn articles() -> Vec<Article> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|e| e == "txt")
                && path.file_stem().is_some_and(|s| !s.to_string_lossy().contains('.'))
        })
        .collect();
    paths.sort();
    assert!(paths.len() >= 15, "only {} articles in {}", paths.len(), folder().display());
    let mut faults = String::new();
    let mut articles = Vec::new();
    for path in paths {
        match Gold::read(&path) {
            Ok((text, gold)) => {
                let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                articles.push(Article { name, text, gold });
            }
            Err(fault) => writeln!(faults, "{fault}").unwrap(),
        }
    }
    assert!(faults.is_empty(), "gold that does not match its article:\n{faults}");
    articles
}

static PIPELINE: LazyLock<Pipeline> = LazyLock::new(Pipeline::default);

fn annotated(article: &Article) -> Annotations {
    let document = Document::new(article.name.clone(), article.text.clone()).unwrap();
    PIPELINE.annotate(&document, &mut Scratch::default()).clone()
}

#[test]
fn every_article_gives_its_golden() {
    let mut changed = Vec::new();
    for article in articles() {
        let found = annotated(&article);
        let path = folder().join(format!("{}.found.txt", article.name));
        if let Err(difference) = check(&path, &shown(&article, &found)) {
            changed.push(difference);
        }
    }
    assert!(changed.is_empty(), "{}\nUPDATE=1 rewrites them.", changed.join("\n"));
}

/// The golden of one article.
fn shown(article: &Article, found: &Annotations) -> String {
    let mut out = format!(
        "# {}.txt: what is found, beside the gold. \"=\" both, \"+\" found only, \"-\" gold only.\n\nentities\n",
        article.name
    );
    for entity in &found.entities {
        let mut forms: Vec<(&str, usize)> = Vec::new();
        for mention in &entity.mentions {
            let form = found.mentions[mention.index()].span.of(&article.text);
            match forms.iter_mut().find(|(known, _)| *known == form) {
                Some((_, count)) => *count += 1,
                None => forms.push((form, 1)),
            }
        }
        let forms: Vec<String> = forms
            .iter()
            .map(|(form, count)| if *count > 1 { format!("{form} ×{count}") } else { (*form).to_owned() })
            .collect();
        write!(out, "  {} {}: {}", entity.kind, entity.name, forms.join(", ")).unwrap();
        let gender = entity.gender.map(|g| format!("{g:?}").to_lowercase());
        let links = entity.links.iter().map(|(source, id)| format!("{source}:{id}"));
        let facts: Vec<String> =
            gender.into_iter().chain(entity.titles.iter().cloned()).chain(links).collect();
        if !facts.is_empty() {
            write!(out, " [{}]", facts.join("; ")).unwrap();
        }
        out.push('\n');
    }

    out.push_str("\nnames\n");
    let gold: BTreeSet<_> = article.gold.names.iter().map(|n| (n.span, n.kind, n.entity.as_str())).collect();
    let ours: BTreeSet<_> = found
        .mentions
        .iter()
        .map(|m| (m.span, m.kind, found.entities[m.entity.index()].name.as_str()))
        .collect();
    let exact = |names: &BTreeSet<(Span, _, &str)>, name: &(Span, _, &str)| {
        names.iter().any(|n| (n.0, n.1) == (name.0, name.1))
    };
    let mut shown: Vec<(Span, char, String)> = Vec::new();
    for name in &ours {
        let mark = if exact(&gold, name) { '=' } else { '+' };
        shown.push((name.0, mark, format!("{} {} → {}", name.1, name.0.of(&article.text), name.2)));
    }
    for name in gold.iter().filter(|name| !exact(&ours, name)) {
        shown.push((name.0, '-', format!("{} {} → {}", name.1, name.0.of(&article.text), name.2)));
    }
    shown.sort();
    for (_, mark, line) in shown {
        writeln!(out, "{mark} {line}").unwrap();
    }

    out.push_str("\nquotes\n");
    let ours: Vec<(GoldQuote, &str)> = found.quotes.iter().map(|q| (as_gold(q, found), q.by)).collect();
    let same = |gold: &GoldQuote, ours: &GoldQuote| {
        let speaker = ours.entity.as_ref().map(|name| in_gold(article, found, name));
        content(gold, &article.text) == content(ours, &article.text) && gold.entity == speaker
    };
    let mut shown: Vec<(Span, char, String)> = Vec::new();
    for (quote, by) in &ours {
        let mark = if article.gold.quotes.iter().any(|g| same(g, quote)) { '=' } else { '+' };
        shown.push((quote.segments[0], mark, quote_line(quote, &article.text, by)));
    }
    for quote in article.gold.quotes.iter().filter(|g| !ours.iter().any(|(q, _)| same(g, q))) {
        shown.push((quote.segments[0], '-', quote_line(quote, &article.text, "gold")));
    }
    shown.sort();
    for (_, mark, line) in shown {
        writeln!(out, "{mark} {line}").unwrap();
    }
    out
}

/// What the gold calls the entity found as `name`: by the first of its mentions that the gold knows.
fn in_gold(article: &Article, found: &Annotations, name: &str) -> String {
    let mentions = found.entities.iter().filter(|e| e.name == name).flat_map(|e| &e.mentions);
    let mut spans = mentions.map(|m| found.mentions[m.index()].span);
    let known = spans.find_map(|span| article.gold.names.iter().find(|n| n.span == span));
    known.map_or(name, |n| &n.entity).to_owned()
}

fn as_gold(quote: &Quote, found: &Annotations) -> GoldQuote {
    let entity = quote.speaker.as_ref().and_then(|speaker| speaker.entity);
    GoldQuote {
        kind: quote.kind,
        segments: quote.segments.clone(),
        speaker: quote.speaker.as_ref().map(|speaker| speaker.span),
        entity: entity.map(|entity| found.entities[entity.index()].name.clone()),
        cue: quote.cue,
    }
}

/// The words of a quote's content: marks and punctuation do not matter, nor a leading "that".
fn content(quote: &GoldQuote, text: &str) -> Vec<Span> {
    let mut words = Vec::new();
    for piece in &quote.segments {
        let mut start = None;
        for (at, char) in piece.of(text).char_indices().chain([(piece.len(), ' ')]) {
            match start {
                None if char.is_alphanumeric() => start = Some(at),
                Some(from) if !char.is_alphanumeric() => {
                    words.push(Span::new(piece.start() + from, piece.start() + at));
                    start = None;
                }
                _ => {}
            }
        }
    }
    if words.first().is_some_and(|word| word.of(text).eq_ignore_ascii_case("that")) {
        words.remove(0);
    }
    words
}

fn quote_line(quote: &GoldQuote, text: &str, by: &str) -> String {
    let kind = match quote.kind {
        QuoteKind::Direct => "direct",
        QuoteKind::Indirect => "indirect",
        QuoteKind::Mixed => "mixed",
    };
    let words = |span: Option<Span>| span.map_or("-".to_owned(), |span| format!("[{}]", span.of(text)));
    let pieces: Vec<&str> = quote.segments.iter().map(|piece| piece.of(text)).collect();
    format!(
        "{kind} {} → {} {} ({by})\n    {}",
        words(quote.speaker),
        quote.entity.as_deref().unwrap_or("-"),
        words(quote.cue),
        pieces.join(" … ").replace('\n', " ¶ "),
    )
}

/// F1 in percent of one set: names, entities (B³ over the mentions found, over all), quotes (content, and with speaker).
fn score_row(name: &str, gold: &[Line], found: &[Line]) -> String {
    let names = names::score(gold, found, &names::Options::default()).unwrap().micro.f1;
    let groups = entities::score(gold, found).unwrap();
    let (matched, strict) = (100.0 * groups.matched().f1, 100.0 * groups.strict().f1);
    let quotes = quotes::score(gold, found, quotes::Options::default()).unwrap();
    let (exact, joint) = (quotes.span_exact.f1, quotes.joint.f1);
    let entity = quotes.spk_entity.map_or("-".to_owned(), |share| format!("{share:.1}"));
    format!("{name}\t{names:.1}\t{matched:.1}\t{strict:.1}\t{exact:.1}\t{joint:.1}\t{entity}\n")
}

#[test]
fn scores_are_those_on_record() {
    let mut table = String::from(
        "# In percent. names: strict F1. entities: B³ F1 over the mentions found, and over all. quotes: F1 of exact\n\
         # content, F1 of content and speaker, share of matched quotes with the right entity. Definitions: src/eval.\n\
         article\tnames\tentities\tentities_strict\tquotes_exact\tquotes_joint\tquotes_entity\n",
    );
    let (mut gold, mut found) = (String::new(), String::new());
    for article in articles() {
        let ours = annotated(&article);
        let document = Document::new(article.name.clone(), article.text.clone()).unwrap();
        let record = serde_json::to_string(&Record::new(&document, &ours, Unit::Char)).unwrap();
        let truth = article.gold.to_scorer(&article.name, &article.text).to_string();
        table.push_str(&score_row(&article.name, &lines(&truth).unwrap(), &lines(&record).unwrap()));
        writeln!(gold, "{truth}").unwrap();
        writeln!(found, "{record}").unwrap();
    }
    table.push_str(&score_row("all", &lines(&gold).unwrap(), &lines(&found).unwrap()));
    check(&folder().join("scores.tsv"), &table)
        .unwrap_or_else(|difference| panic!("{difference}\nUPDATE=1 rewrites it."));
}

/// Every span of a record slices to the text it claims, in every unit.
fn assert_spans_slice(document: &Document, found: &Annotations) {
    for unit in [Unit::Char, Unit::Byte, Unit::Utf16] {
        let record = Record::new(document, found, unit);
        let slice = |start: u32, end: u32| -> String {
            let (start, end) = (start as usize, end as usize);
            match unit {
                Unit::Char => document.text.chars().skip(start).take(end - start).collect(),
                Unit::Byte => document.text[start..end].to_owned(),
                Unit::Utf16 => {
                    String::from_utf16(&document.text.encode_utf16().collect::<Vec<_>>()[start..end]).unwrap()
                }
            }
        };
        for mention in &record.mentions {
            assert_eq!(slice(mention.start, mention.end), mention.text);
            assert!(!mention.text.trim().is_empty(), "an empty name in {}", document.id);
            assert!(record.entities[mention.entity as usize].mentions.contains(&mention.id));
        }
        for quote in &record.quotes {
            assert_eq!(slice(quote.start, quote.end), quote.text);
            assert!(!quote.segments.is_empty());
            let mut end = quote.start;
            for segment in &quote.segments {
                assert!(
                    end <= segment.start && segment.start < segment.end && segment.end <= quote.end,
                    "{quote:?}"
                );
                end = segment.end;
            }
            for words in quote.cue.iter() {
                assert_eq!(slice(words.start, words.end), words.text);
            }
            for speaker in quote.speaker.iter() {
                assert_eq!(slice(speaker.start, speaker.end), speaker.text);
                let name = speaker.entity.map(|e| record.entities[e as usize].name.clone());
                assert_eq!(name, speaker.name);
            }
        }
    }
    for pair in found.sentences.windows(2) {
        assert!(pair[0].span.end() <= pair[1].span.start());
    }
    for pair in found.mentions.windows(2) {
        assert!(pair[0].span.end() <= pair[1].span.start(), "names overlap: {:?}", pair);
    }
}

#[test]
fn every_span_slices_to_its_text() {
    for article in articles() {
        let document = Document::new(article.name, article.text).unwrap();
        let found = PIPELINE.annotate(&document, &mut Scratch::default()).clone();
        assert_spans_slice(&document, &found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    /// Articles torn up and put together anew: halves of sentences, unbalanced marks, names cut in two.
    #[test]
    fn torn_articles_break_nothing(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0usize..400), 1..8)) {
        let articles = articles();
        let mut text = String::new();
        for (which, start, length) in cuts {
            let chars: Vec<char> = which.get(&articles).text.chars().collect();
            let start = start.index(chars.len());
            text.extend(&chars[start..(start + length).min(chars.len())]);
        }
        let document = Document::new("torn", text).unwrap();
        let found = PIPELINE.annotate(&document, &mut Scratch::default()).clone();
        assert_spans_slice(&document, &found);
    }
}
