//! The index answers as a reader would who holds every name against every run of tokens.

use proptest::prelude::*;
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
