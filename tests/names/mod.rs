//! Names: what is found in plain sentences, whose word is last, and that
//! models are made, kept and refused as promised.

mod robust;
mod training;

use std::sync::Arc;

use saidwho::annotations::NamedBy;
use saidwho::gazetteer::Gazetteer;
use saidwho::names::entities::Bond;
use saidwho::names::{Names, Scratch};
use saidwho::{Annotations, text};

/// Reads `article` with `names`.
fn read(names: &Names, article: &str, scratch: &mut Scratch) -> Annotations {
    let mut found = Annotations::default();
    text::annotate(article, &mut found);
    names.annotate(article, &mut found, scratch);
    found
}

/// The article with its mentions marked as in `spec.txt`.
fn marked(article: &str, found: &Annotations) -> String {
    let mut marked = String::new();
    let mut at = 0;
    for mention in &found.mentions {
        marked.push_str(&article[at..mention.span.start()]);
        marked.push_str(&format!("[{}: {}]", mention.kind, mention.span.of(article)));
        at = mention.span.end();
    }
    marked + &article[at..]
}

/// A marked case without its marks.
fn unmarked(case: &str) -> String {
    let mut plain = String::new();
    let mut rest = case;
    while let Some((before, after)) = rest.split_once('[') {
        let (mark, after) = after.split_once(']').unwrap_or_else(|| panic!("a mark is not closed: {case}"));
        let (kind, name) = mark.split_once(": ").unwrap_or_else(|| panic!("a mark without a type: {case}"));
        assert!(matches!(kind, "person" | "organization" | "place"), "no type: {kind}");
        plain.push_str(before);
        plain.push_str(name);
        rest = after;
    }
    plain + rest
}

#[test]
fn names_in_plain_sentences() {
    let spec = include_str!("spec.txt");
    let cases: Vec<&str> =
        spec.split("\n\n").map(str::trim).filter(|case| !case.is_empty() && !case.starts_with('#')).collect();
    assert!(cases.len() >= 12, "only {} cases were read", cases.len());
    let names = Names::default();
    let mut scratch = Scratch::default();
    let mut wrong = Vec::new();
    for case in cases {
        let article = unmarked(case);
        let answer = marked(&article, &read(&names, &article, &mut scratch));
        if answer != case {
            wrong.push(format!("wanted: {case}\nfound:  {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n\n"));
}

fn own_lists(rows: &str) -> Names {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.tsv");
    std::fs::write(&file, format!("name\ttype\n{rows}")).unwrap();
    let (lists, left_out) = Gazetteer::with_lists_cached(&[file], None).unwrap();
    assert!(left_out.is_empty(), "{left_out:?}");
    Names::new(Some(Arc::new(lists)), None, None)
}

#[test]
fn a_users_own_entry_always_wins() {
    let article = "On Tuesday Berlin said that Blue Kettle Nine of Geneva would pay.";
    let found = read(
        &own_lists("Berlin\tperson\nBlue Kettle Nine of Geneva\torganization\n"),
        article,
        &mut Scratch::default(),
    );
    assert_eq!(
        marked(article, &found),
        "On Tuesday [person: Berlin] said that [organization: Blue Kettle Nine of Geneva] would pay."
    );
    assert!(found.mentions.iter().all(|m| m.by == NamedBy::List && m.confidence == 1.0));
}

#[test]
fn names_inside_words_are_cut_out() {
    let article = "The UK-based company and a Kenya-born runner met in Oslo.";
    let found = read(&Names::default(), article, &mut Scratch::default());
    let spans: Vec<&str> = found.mentions.iter().map(|m| m.span.of(article)).collect();
    assert!(spans.contains(&"UK"), "{spans:?}");
    assert!(!spans.iter().any(|s| s.contains('-')), "{spans:?}");
}

#[test]
fn less_sure_mentions_can_be_left_out() {
    let article = "Angela Merkel met Gomoa Abotsia of the Zendar Sorn in Vell. Merkel then left for Paris.";
    let mut scratch = Scratch::default();
    let all = read(&Names::default(), article, &mut scratch).mentions;
    for least in [0.5f32, 0.9, 1.0] {
        let names = Names::default().with_min_confidence(least);
        let kept = read(&names, article, &mut scratch).mentions;
        let wanted: Vec<_> = all.iter().filter(|m| m.confidence >= least).map(|m| m.span).collect();
        assert_eq!(kept.iter().map(|m| m.span).collect::<Vec<_>>(), wanted, "at {least}");
    }
}

#[test]
fn explanations_name_lists_and_reasons() {
    let article = "President Xi Jinping left Beijing.";
    let names = Names::default();
    let mut scratch = Scratch::default();
    let found = read(&names, article, &mut scratch);
    let explained = names.explain(article, &found, &scratch);
    assert_eq!(explained.len(), found.mentions.len());
    let beijing =
        found.mentions.iter().position(|m| m.span.of(article) == "Beijing").expect("Beijing is found");
    assert!(explained[beijing].lists.iter().any(|l| l.kind.starts_with("place")), "{explained:?}");
    assert!(explained[beijing].reasons.first().is_some_and(|r| r.weight > 0.0), "{explained:?}");
}

#[test]
fn explanations_say_why_an_entity_took_a_mention() {
    let article = "Angela Merkel met Emmanuel Macron in Berlin. Merkel left the World Health Organization (WHO) \
                   to Macron. Later the WHO thanked Angela Merkel. \
                   The Bank of England paused, and she praised the Bank.";
    let names = Names::default();
    let mut scratch = Scratch::default();
    let found = read(&names, article, &mut scratch);
    let told: Vec<(&str, String)> = names
        .explain(article, &found, &scratch)
        .iter()
        .zip(&found.mentions)
        .map(|(why, mention)| {
            let to = |b: Bond| format!("{} {}", b.kind, found.mentions[b.to as usize].span.of(article));
            (mention.span.of(article), why.bond.map(to).unwrap_or_default())
        })
        .collect();
    let wanted = [
        ("Angela Merkel", ""),
        ("Emmanuel Macron", ""),
        ("Berlin", ""),
        ("Merkel", "surname of Angela Merkel"),
        ("World Health Organization", ""),
        ("WHO", "in brackets behind World Health Organization"),
        ("Macron", "surname of Emmanuel Macron"),
        ("WHO", "written like WHO"),
        ("Angela Merkel", "written like Angela Merkel"),
        ("Bank of England", ""),
        ("Bank", "short for Bank of England"),
    ];
    assert_eq!(told, wanted.map(|(name, why)| (name, why.to_owned())));
}
