//! Sentences, paragraphs and tokens.
//!
//! `fixtures/sentences/*.txt` are the specification: one case a line, marked as
//! each file's header says. Below them, what holds for every text.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use saidwho::text::{self, Sentences};
use saidwho::{Annotations, Span};

/// One line of a fixture.
struct Case {
    place: String,
    text: String,
    sentences: Vec<String>,
}

/// Reads `marked`: its text, and its sentences as they should be found.
fn case(place: String, marked: &str) -> Result<Case, String> {
    let (mut text, mut sentences, mut start) = (String::new(), Vec::new(), 0);
    let mut chars = marked.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '‖' | '¦' => {
                let sentence = text[start..].trim().to_owned();
                if sentence.is_empty() {
                    return Err(format!("{place}: nothing stands before a {c}"));
                }
                sentences.push(sentence);
                if c == '‖' && chars.peek() != Some(&'⏎') {
                    text.push(' ');
                }
                start = text.len();
            }
            '⏎' => text.push('\n'),
            _ => text.push(c),
        }
    }
    let last = text[start..].trim().to_owned();
    if last.is_empty() {
        return Err(format!("{place}: nothing stands after the last mark"));
    }
    sentences.push(last);
    Ok(Case { place, text, sentences })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sentences")
}

fn cases() -> Vec<Case> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let marked = fs::read_to_string(&file).unwrap();
        let before = cases.len();
        for (number, line) in marked.lines().enumerate() {
            if !line.starts_with('#') && !line.is_empty() {
                cases.push(case(format!("{name}:{}", number + 1), line).unwrap());
            }
        }
        assert!(cases.len() > before, "{name} holds no case");
    }
    cases
}

fn sentences(text: &str) -> Vec<String> {
    Sentences::new(text).map(|span| span.of(text).to_owned()).collect()
}

#[test]
fn fixtures() {
    let cases = cases();
    assert!(cases.len() >= 120, "only {} cases", cases.len());
    let mut wrong = String::new();
    for case in &cases {
        let found = sentences(&case.text);
        if found != case.sentences {
            writeln!(wrong, "{}\n  expected {:?}\n  found    {found:?}", case.place, case.sentences).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_malformed_case_is_an_error() {
    assert!(case("x:1".into(), "One.‖").is_err());
    assert!(case("x:1".into(), "‖One.").is_err());
    assert!(case("x:1".into(), "One.‖‖Two.").is_err());
}

/// `text` with every line break written as CRLF.
fn crlf(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[test]
fn fixtures_with_crlf() {
    for case in cases() {
        let expected: Vec<String> = case.sentences.iter().map(|sentence| crlf(sentence)).collect();
        assert_eq!(sentences(&crlf(&case.text)), expected, "{}", case.place);
    }
}

/// Tokens of sentences, written with `¦` between them.
fn tokens(text: &str) -> String {
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    found.tokens.iter().map(|token| token.span.of(text)).collect::<Vec<_>>().join("¦")
}

#[test]
fn tokens_as_news_needs_them() {
    for (text, expected) in [
        // A period that ends the sentence is a mark of its own.
        ("Troops left Gaza.", "Troops¦left¦Gaza¦."),
        ("Troops left the U.S.", "Troops¦left¦the¦U.S."),
        ("Vitamin C.", "Vitamin¦C¦."),
        ("He said no.", "He¦said¦no¦."),
        // Names.
        (
            "Jean-Claude O'Brien met Bashar al-Assad's aide.",
            "Jean-Claude¦O'Brien¦met¦Bashar¦al-Assad¦'s¦aide¦.",
        ),
        ("J. K. Rowling and Gen. Mark A. Milley spoke.", "J.¦K.¦Rowling¦and¦Gen.¦Mark¦A.¦Milley¦spoke¦."),
        ("J.K.Rowling spoke.", "J.K.¦Rowling¦spoke¦."),
        ("Apple Inc. and AT&T won.", "Apple¦Inc.¦and¦AT&T¦won¦."),
        ("The U.S.-led force left.", "The¦U.S.-led¦force¦left¦."),
        ("Zoë’s café is in Besançon.", "Zoë¦’s¦café¦is¦in¦Besançon¦."),
        ("Curaçao-born Ömer won.", "Curaçao-born¦Ömer¦won¦."),
        ("John F. Kennedy Jr.'s plane crashed.", "John¦F.¦Kennedy¦Jr.¦'s¦plane¦crashed¦."),
        // Endings and contractions.
        ("The boys' team isn't here, they'll come.", "The¦boys¦'¦team¦isn't¦here¦,¦they¦'ll¦come¦."),
        ("It’s China’s turn.", "It¦’s¦China¦’s¦turn¦."),
        ("Rock 'n roll, 'tis said, isn’t dead.", "Rock¦'¦n¦roll¦,¦'tis¦said¦,¦isn’t¦dead¦."),
        // Numbers.
        ("It paid $4.5bn, £1,000, US$5m and 4.5%.", "It¦paid¦$4.5bn¦,¦£1,000¦,¦US$5m¦and¦4.5¦%¦."),
        ("A 3-1 win at 10:30 on Sept. 14 in the 1990s.", "A¦3-1¦win¦at¦10:30¦on¦Sept.¦14¦in¦the¦1990s¦."),
        ("The 30-year-old flew an F-16.", "The¦30-year-old¦flew¦an¦F-16¦."),
        ("Back in the '90s it fell to -3.", "Back¦in¦the¦'90s¦it¦fell¦to¦-3¦."),
        ("No. 5 seed, up .2 percent.", "No.¦5¦seed¦,¦up¦.2¦percent¦."),
        // Addresses and handles.
        (
            "See https://x.org/a?b=c, @jo_doe, #vote or a.b@c.co.uk.",
            "See¦https://x.org/a?b=c¦,¦@jo_doe¦,¦#vote¦or¦a.b@c.co.uk¦.",
        ),
        ("Amazon.com Inc. grew.", "Amazon.com¦Inc.¦grew¦."),
        // Marks.
        ("“We agree,” he said.", "“¦We¦agree¦,¦”¦he¦said¦."),
        ("She said ''go'' -- no... stay…", "She¦said¦''¦go¦''¦--¦no¦...¦stay¦…"),
        ("‘It was dark,’ she said.", "‘¦It¦was¦dark¦,¦’¦she¦said¦."),
        ("'It was dark for days' she said.", "'¦It¦was¦dark¦for¦days¦'¦she¦said¦."),
        ("and/or (maybe)", "and¦/¦or¦(¦maybe¦)"),
        ("Ok 👩‍👧! 10\u{202F}000", "Ok¦👩‍👧¦!¦10¦000"),
    ] {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn a_possessive_torn_apart() {
    let text = "China ’ s exports rose.";
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    use saidwho::annotations::TokenKind::*;
    let kinds: Vec<_> = found.tokens.iter().map(|token| token.kind).collect();
    assert_eq!(kinds, [Word, Possessive, Possessive, Word, Word, Punctuation]);
}

#[test]
fn paragraphs_are_blocks() {
    let text = "Mayor wins again\n\nOSLO — The mayor won. She thanked voters.\n\n\n  Nobody else ran.\n";
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    let blocks: Vec<&str> = found.paragraphs.iter().map(|p| p.span.of(text)).collect();
    assert_eq!(blocks, ["Mayor wins again", "OSLO — The mayor won. She thanked voters.", "Nobody else ran."]);
    assert_eq!(found.paragraphs[1].sentences, 1..3);
    assert_eq!(found.sentences[2].paragraph, 1);
}

/// What must hold of the layers of any text.
fn check(text: &str) {
    let mut found = Annotations::default();
    text::annotate(text, &mut found);

    let mut end = 0;
    for sentence in &found.sentences {
        let span = sentence.span;
        assert!(span.start() >= end && !span.is_empty());
        assert!(text[end..span.start()].chars().all(char::is_whitespace), "text between sentences");
        assert_eq!(span.of(text).trim(), span.of(text));
        end = span.end();
    }
    assert!(text[end..].chars().all(char::is_whitespace), "text after the last sentence");

    let mut end = 0;
    for token in &found.tokens {
        assert!(token.span.start() >= end && !token.span.is_empty());
        assert!(!token.span.of(text).contains(char::is_whitespace), "{:?}", token.span.of(text));
        assert!(text[end..token.span.start()].chars().all(char::is_whitespace), "text between tokens");
        end = token.span.end();
    }
    assert!(text[end..].chars().all(char::is_whitespace), "text after the last token");

    let mut next = 0;
    for sentence in &found.sentences {
        assert_eq!(sentence.tokens.start, next);
        assert_eq!(found.span_of(sentence.tokens.clone()), sentence.span);
        next = sentence.tokens.end;
    }
    assert_eq!(next as usize, found.tokens.len());

    let mut next = 0;
    for (index, paragraph) in found.paragraphs.iter().enumerate() {
        assert_eq!(paragraph.sentences.start, next);
        assert_eq!(found.span_of(paragraph.tokens.clone()), paragraph.span);
        for sentence in &found.sentences[paragraph.sentences.start as usize..paragraph.sentences.end as usize]
        {
            assert_eq!(sentence.paragraph as usize, index);
        }
        next = paragraph.sentences.end;
    }
    assert_eq!(next as usize, found.sentences.len());
}

/// Pieces of which news and trouble are made.
fn news() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Gen. ",
        "U.S. ",
        "the ",
        "The ",
        "said ",
        "J. ",
        "Inc.",
        "No. ",
        "5 ",
        "4.5",
        "p.m. ",
        ".",
        ". ",
        "? ",
        "! ",
        "...",
        "…",
        ". . .",
        "\"",
        "“",
        "” ",
        "'",
        "’",
        "‘",
        "''",
        " ' ",
        "(",
        ") ",
        "[1]",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "1) ",
        "2. ",
        "• ",
        "a) ",
        "—",
        " -- ",
        "-",
        "@x ",
        "#y ",
        "http://a.b/c. ",
        "x@y.z",
        "é",
        "北京",
        "。",
        "？",
        "👩‍👧",
        "\u{301}",
        "\u{200D}",
        "\u{A0}",
        "\u{202F}",
        "\u{2028}",
        "\u{FEFF}",
        "$",
        "£3",
        "'s ",
        "’ s ",
        "n't",
        ":)",
        "\t",
        "   ",
        "A",
        "i ",
        "é’s",
        "_",
        "&",
        "/",
        ",",
        ";",
        ":",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn layers_hold_for_news(text in news()) {
        check(&text);
    }

    #[test]
    fn layers_hold_for_anything(text in "(\\PC|[\\s\\x00-\\x1F]){0,200}") {
        check(&text);
    }

    #[test]
    fn crlf_and_lf_give_the_same_sentences(text in news()) {
        let text = text.replace('\r', "");
        let expected: Vec<String> = sentences(&text).iter().map(|sentence| crlf(sentence)).collect();
        prop_assert_eq!(sentences(&crlf(&text)), expected);
    }

    #[test]
    fn a_sentence_is_found_wherever_its_text_stands(text in news(), at in 0usize..200) {
        // The iterator and `annotate` agree, and a span cut out again is the same words.
        let mut found = Annotations::default();
        text::annotate(&text, &mut found);
        let spans: Vec<Span> = Sentences::new(&text).collect();
        prop_assert_eq!(&spans, &found.sentences.iter().map(|s| s.span).collect::<Vec<_>>());
        if let Some(span) = spans.get(at % spans.len().max(1)) {
            prop_assert!(text.is_char_boundary(span.start()) && text.is_char_boundary(span.end()));
        }
    }
}

/// Texts that cost a careless scanner the square of their length; that these end is the test.
#[test]
fn hostile_texts_end() {
    let size = 8 << 20;
    for piece in [
        ".", "a", ". ", "\n", "\r", " ", "\"", "'", ".\"", "“", "(", ")", "1) ", "a. ", "U.", "• ", "?'",
        "é", "-", "a-", "a'", "1.", "@", "http://", "[1]", ". . ", "\u{301}", "\u{200D}", "。", "Aa\n", "A ",
        ". \n", "’", "a@", "x.", "\u{A0}",
    ] {
        let text = piece.repeat(size / piece.len());
        let count = Sentences::new(&text).count();
        assert!(count <= text.len());
    }
    let mut found = Annotations::default();
    for piece in [".", "a", "a-", "a'", "é", "\u{200D}", "@", "a@", "http://", "'", "1,", "x."] {
        found.clear();
        text::annotate(&piece.repeat((1 << 20) / piece.len()), &mut found);
        assert!(!found.sentences.is_empty());
    }
}
