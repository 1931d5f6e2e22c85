//! The parser on sentences of our own, and on any words at all.

use std::path::Path;

use proptest::prelude::*;
use saidwho::syntax::train::{Agreement, Bits, Options, train};
use saidwho::syntax::{Label, Parse, ParsedSentence, Parser, Scratch, Tree};

/// One sentence of a fixture with what must hold of it.
struct Case {
    line: usize,
    words: Vec<String>,
    /// Token, label, head (none: the root).
    expected: Vec<(usize, Label, Option<usize>)>,
}

/// Reads a fixture. A malformed line is a failure that names it.
fn read_cases(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut cases: Vec<Case> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let place = format!("{}:{}", file.display(), at + 1);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some(expectation) = line.strip_prefix('\t') else {
            let words = line.split(' ').map(str::to_owned).collect();
            cases.push(Case { line: at + 1, words, expected: Vec::new() });
            continue;
        };
        let case = cases.last_mut().unwrap_or_else(|| panic!("{place}: no sentence above"));
        let [token, label, head] = expectation.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{place}: expected a token, its label and its head");
        };
        let find = |name: &str| {
            let (word, nth) =
                name.rsplit_once(':').and_then(|(w, n)| Some((w, n.parse().ok()?))).unwrap_or((name, 1));
            let mut places = case.words.iter().enumerate().filter(|(_, w)| *w == word).map(|(i, _)| i);
            places.nth(nth - 1).unwrap_or_else(|| panic!("{place}: the sentence has no \"{name}\""))
        };
        let label = Label::from_name(label).unwrap_or_else(|| panic!("{place}: \"{label}\" is no label"));
        let head = (head != "-").then(|| find(head));
        let token = find(token);
        case.expected.push((token, label, head));
    }
    cases
}

fn parse(parser: &Parser<'_>, words: &[&str]) -> Parse {
    let (mut scratch, mut parse) = (Scratch::default(), Parse::default());
    parser.parse(words, &mut scratch, &mut parse);
    parse
}

#[test]
fn relations_that_decide_who_said_what() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/syntax/reported_speech.txt");
    let cases = read_cases(&file);
    assert!(cases.len() >= 25, "only {} cases were read", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(!case.expected.is_empty(), "{}:{}: nothing is expected", file.display(), case.line);
        let words: Vec<&str> = case.words.iter().map(String::as_str).collect();
        let found = parse(Parser::shipped(), &words);
        for &(token, label, head) in &case.expected {
            let found_head = Some(found.heads[token] as usize).filter(|&head| head != token);
            if (found.labels[token], found_head) != (label, head) {
                let word = |at: Option<usize>| at.map_or("-", |at| words[at]);
                wrong.push(format!(
                    "{}:{}: {} is {} of {}, not {} of {}",
                    file.display(),
                    case.line,
                    words[token],
                    found.labels[token],
                    word(found_head),
                    label,
                    word(head)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What must hold of every parse.
fn assert_tree(words: &[&str], parse: &Parse) {
    assert_eq!([parse.tags.len(), parse.heads.len(), parse.labels.len()], [words.len(); 3]);
    let roots = parse.heads.iter().enumerate().filter(|(at, head)| **head as usize == *at).count();
    assert_eq!(roots, usize::from(!words.is_empty()));
    let mut tree = Tree::default();
    tree.build(parse);
    for token in 0..words.len() {
        // Everything leads up to the root, so there is no cycle.
        assert_eq!(tree.ancestors(token).last().unwrap_or(token), tree.root());
        assert_eq!(tree.head(token).is_none(), parse.labels[token] == Label::Root);
        // Subtrees are runs of tokens: the spans of dependents lie inside and apart.
        let span = tree.span(token);
        assert!(span.contains(&token));
        let inside: usize = tree.children(token).map(|child| tree.span(child).len()).sum();
        assert_eq!(inside + 1, span.len());
    }
}

proptest! {
    #[test]
    fn any_words_make_a_tree(words in prop::collection::vec("\\PC{0,8}|said|the|,|\"|that|he|of|.", 0..60)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found = parse(Parser::shipped(), &words);
        assert_tree(&words, &found);
    }
}

#[test]
fn a_sentence_as_long_as_a_book() {
    for word in ["said", "\"", "the", ",", "…"] {
        let words = vec![word; 100_000];
        let found = parse(Parser::shipped(), &words);
        let mut tree = Tree::default();
        tree.build(&found);
        assert_eq!(tree.span(tree.root()), 0..words.len());
    }
}

#[test]
fn memory_used_again_changes_nothing() {
    let sentences = [vec!["He", "left", "."], vec![], vec!["She", "said", "\"", "no", "\"", "."], vec!["He"]];
    let (mut scratch, mut reused) = (Scratch::default(), Parse::default());
    for words in &sentences {
        Parser::shipped().parse(words, &mut scratch, &mut reused);
        assert_eq!(reused, parse(Parser::shipped(), words));
    }
}

/// A few sentences, enough to learn by heart.
const LESSON: &str = "\
The mayor said he would resign .\tDT NN VBD PRP MD VB .\t1 2 2 5 5 2 2\tdet nsubj ROOT nsubj aux ccomp punct
She told us that it rained .\tPRP VBD PRP IN PRP VBD .\t1 1 1 5 5 1 1\tnsubj ROOT dobj mark nsubj ccomp punct
Police found the car in a river .\tNNS VBD DT NN IN DT NN .\t1 1 3 1 1 6 4 1\tnsubj ROOT det dobj prep det pobj punct
\" It is late , \" said Omar .\t`` PRP VBZ JJ , '' VBD NNP .\t6 2 6 2 6 6 6 6 6\tpunct nsubj ccomp acomp punct punct ROOT nsubj punct
";

fn lesson() -> Vec<ParsedSentence> {
    ParsedSentence::read_all(LESSON.as_bytes(), usize::MAX).unwrap()
}

fn small() -> Options {
    Options {
        tagger_passes: 8,
        passes: 12,
        bits: Bits { words: 4, tagger: 6, arcs: 8, labels: 4 },
        ..Options::default()
    }
}

#[test]
fn teaching_twice_gives_the_same_bytes_and_the_lesson_is_learned() {
    let teach = |options: &Options| train(&lesson(), options, &mut |_| {}).unwrap();
    let model = teach(&small());
    assert_eq!(model, teach(&small()));
    assert_ne!(model, teach(&Options { seed: 2, ..small() }));
    let parser = Parser::open(&model).unwrap();
    let agreement = Agreement::measure(&parser, &lesson());
    assert_eq!((agreement.tags, agreement.heads), (agreement.tokens, agreement.words), "{agreement}");
}

#[test]
fn other_and_damaged_models_are_refused() {
    let model = train(&lesson(), &small(), &mut |_| {}).unwrap();
    let refused = |bytes: &[u8]| Parser::open(bytes).err().unwrap().to_string();
    assert!(refused(b"GIF89a").contains("no saidwho model"));
    let mut damaged = model.clone();
    damaged[model.len() / 2] ^= 1;
    assert!(refused(&damaged).contains("damaged"));
    assert!(refused(&model[..model.len() - 1]).contains("damaged"));
    let mut newer = model.clone();
    newer[16] += 1;
    let message = refused(&newer);
    assert!(message.contains("saidwho train syntax"), "{message}");
}
