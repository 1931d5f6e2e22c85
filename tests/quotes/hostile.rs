//! No text makes the stage panic, loop, or take more than linear work.

use proptest::prelude::*;
use saidwho::{Document, Pipeline, Scratch};

/// Every span slices its text, pieces are in order, confidence is a probability.
fn check(text: &str) {
    let pipeline = Pipeline::default();
    let mut scratch = Scratch::default();
    let document = Document::new("hostile", text).unwrap();
    let found = pipeline.annotate(&document, &mut scratch);
    for quote in &found.quotes {
        assert!(!quote.segments.is_empty());
        let mut end = 0;
        for segment in &quote.segments {
            assert!(segment.start() >= end && !segment.is_empty(), "{:?}", quote.segments);
            end = segment.end();
            let _ = segment.of(text);
        }
        for span in quote.cue.iter().chain(quote.speaker.iter().map(|s| &s.span)) {
            assert!(!span.of(text).is_empty());
        }
        assert!((0.0..=1.0).contains(&quote.confidence));
        assert!(
            quote.speaker.as_ref().and_then(|s| s.entity).is_none_or(|e| e.index() < found.entities.len())
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_text(text in "(\\PC|\n){0,300}") {
        check(&text);
    }

    #[test]
    fn texts_made_of_speech(words in prop::collection::vec(prop::sample::select(vec![
        "“", "”", "\"", "'", "‘", "’", "«", "»", "''", ",", ".", ":", ";", "—", "-", "(", ")", "?", "\n", "\n\n",
        "said", "says", "told", "according", "to", "that", "he", "she", "who", "Mr.", "Ana", "Costa", "the", "minister",
        "and", "asked", "claim", "TAPPER", "wrote", "not", "if", "is", "was", "adding", "’s", "n't", "3", "🙂", "é",
    ]), 0..120), glue in any::<u64>()) {
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            text.push_str(word);
            if glue >> (at % 64) & 1 == 0 {
                text.push(' ');
            }
        }
        check(&text);
    }
}

/// Marks cost next to nothing each; a quadratic step would not come back.
#[test]
fn a_hundred_thousand_marks_in_one_paragraph() {
    for mark in ["\"", "“", "”", "'", "\"a\" ", "— ", "“a b c.” ", "A: b. "] {
        check(&mark.repeat(100_000));
    }
}

/// Every cue is judged, over no more than its neighbourhood.
#[test]
fn a_hundred_thousand_cues_in_one_sentence() {
    for cue in ["said ", "“a” said ", "\"x,\" he said. "] {
        check(&cue.repeat(100_000));
    }
}

#[test]
fn a_book_as_one_article() {
    let page = "“We left at dawn,” said Ana Costa. “Nobody saw us.” The road was empty, she said, and the river was low. \
        According to Pedro Alcalde, who kept the inn, two men had asked about them.\n\n";
    check(&page.repeat(12_000));
}
