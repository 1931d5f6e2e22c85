//! Whatever the text: spans that slice, in order, the same however it is read.

use std::fmt::Write;

use proptest::prelude::*;
use saidwho::Annotations;
use saidwho::names::{Names, Scratch};

use super::read;

fn check(article: &str, found: &Annotations) {
    let mut end = 0;
    for mention in &found.mentions {
        assert!(mention.span.start() >= end && !mention.span.is_empty(), "{:?} after {end}", mention.span);
        end = mention.span.end();
        let name = mention.span.of(article);
        assert_eq!(name, name.trim(), "white space at the edge");
        assert!((0.0..=1.0).contains(&mention.confidence));
        let entity = &found.entities[mention.entity.index()];
        assert!(entity.mentions.iter().any(|m| found.mentions[m.index()].span == mention.span));
    }
}

fn names() -> &'static Names {
    static NAMES: std::sync::OnceLock<Names> = std::sync::OnceLock::new();
    NAMES.get_or_init(Names::default)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_text_at_all(text in "(\\PC|\n|[A-Z][a-z]{0,6} ?|[.,()'’\"-]){0,200}") {
        check(&text, &read(names(), &text, &mut Scratch::default()));
    }

    #[test]
    fn what_was_read_before_makes_no_difference(
        words in prop::collection::vec("(Xi|Berlin|UN|Bank|of|the|said|JOHN|Mr\\.|Nairobi|Ann|Lee|ACME|and|,|\\.)", 1..60),
        before in prop::collection::vec("(Ann|Berlin|XI|bank|Bank|lee|acme|\\.|said)", 0..60),
    ) {
        let text = words.join(" ");
        let fresh = read(names(), &text, &mut Scratch::default());
        let mut used = Scratch::default();
        read(names(), &before.join(" "), &mut used);
        prop_assert_eq!(&fresh, &read(names(), &text, &mut used));
        prop_assert_eq!(&fresh, &read(names(), &text, &mut used));
    }
}

/// Texts made to be slow; whoever is quadratic does not come back.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let mut distinct = String::new();
    for n in 0..30_000 {
        let _ = write!(distinct, "Name{n} Bank of Name{} ", n % 97);
    }
    for text in [
        "A".repeat(1_000_000),
        "A ".repeat(200_000),
        "Xi Jinping ".repeat(60_000),
        "Bank of the ".repeat(60_000),
        "Ann (AL) ".repeat(60_000),
        "Ann, ".repeat(100_000),
        "(".repeat(300_000),
        "Ann Lee said. ".repeat(50_000),
        "New York-based ".repeat(50_000),
        "é".repeat(300_000),
        distinct,
    ] {
        check(&text, &read(names(), &text, &mut Scratch::default()));
    }
}
