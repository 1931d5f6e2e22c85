//! Which quotes are wanted, how sure they must be, and what stands around them.

use super::*;

const TEXT: &str = "The storm came on Monday. “We counted 12 boats,” said Achieng Odhiambo. \
    She said that the others had not come back. She believes that they are lost. The search goes on.";

fn article() -> String {
    serde_json::json!({"id": "a", "text": TEXT}).to_string()
}

/// The kind and the first words of each quote.
fn quotes(arguments: &[&str]) -> Vec<(String, String)> {
    let arguments = [&["extract", "--check"], arguments].concat();
    let output = pipe(&arguments, article().as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let word = |quote: &Value, field: &str| quote[field].as_str().unwrap().to_owned();
    let quotes = records(&output.stdout)[0]["quotes"].as_array().unwrap().clone();
    quotes.iter().map(|quote| (word(quote, "kind"), word(quote, "text"))).collect()
}

fn owned(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(kind, text)| (kind.to_owned(), text.to_owned())).collect()
}

const DIRECT: (&str, &str) = ("direct", "“We counted 12 boats,”");
const INDIRECT: (&str, &str) = ("indirect", "the others had not come back");
const BELIEF: (&str, &str) = ("indirect", "they are lost");

#[test]
fn all_quotes_are_found_unless_told_otherwise() {
    assert_eq!(quotes(&[]), owned(&[DIRECT, INDIRECT]));
    assert_eq!(quotes(&["--quotes", "all"]), quotes(&[]));
}

#[test]
fn only_direct_quotes_when_asked() {
    assert_eq!(quotes(&["--quotes", "direct"]), owned(&[DIRECT]));
}

#[test]
fn no_quotes_when_asked_and_the_names_stay() {
    let names = |arguments: &[&str]| {
        let output = pipe(&[&["extract"], arguments].concat(), article().as_bytes());
        let record = records(&output.stdout).remove(0);
        (record["mentions"].clone(), record["entities"].clone())
    };
    assert_eq!(quotes(&["--quotes", "none"]), []);
    assert_eq!(names(&["--quotes", "none"]), names(&[]));
}

#[test]
fn beliefs_are_attributions_but_no_reports() {
    assert_eq!(quotes(&["--attributions", "reporting"]), owned(&[DIRECT, INDIRECT]));
    assert_eq!(quotes(&["--attributions", "any"]), owned(&[DIRECT, INDIRECT, BELIEF]));
}

#[test]
fn unsure_quotes_are_left_out_as_unsure_names_are() {
    let sure = |least: &str| {
        let output = pipe(&["extract", "--min-confidence", least], article().as_bytes());
        let record = records(&output.stdout).remove(0);
        let confidences = |layer: &str| -> Vec<f64> {
            record[layer].as_array().unwrap().iter().map(|x| x["confidence"].as_f64().unwrap()).collect()
        };
        [confidences("mentions"), confidences("quotes")].concat()
    };
    let (all, some) = (sure("0"), sure("0.93"));
    assert!(some.len() < all.len(), "some of {all:?} is under 0.93");
    assert!(some.iter().all(|&p| p >= 0.93), "{some:?}");
    assert_eq!(sure("1"), [] as [f64; 0]);
}

#[test]
fn context_is_whole_sentences_around_the_quote_its_cue_and_its_speaker() {
    let contexts = |arguments: &[&str]| -> Vec<Value> {
        let output = pipe(&[&["extract", "--check"], arguments].concat(), article().as_bytes());
        let quotes = records(&output.stdout).remove(0)["quotes"].as_array().unwrap().clone();
        quotes.iter().map(|quote| quote["context"]["text"].clone()).collect()
    };
    assert_eq!(contexts(&[]), [Value::Null, Value::Null]);
    assert_eq!(
        contexts(&["--context", "0"]),
        ["“We counted 12 boats,” said Achieng Odhiambo.", "She said that the others had not come back."]
    );
    assert_eq!(
        contexts(&["--context", "1", "--offsets", "utf16"])[0],
        "The storm came on Monday. “We counted 12 boats,” said Achieng Odhiambo. \
         She said that the others had not come back."
    );
    assert_eq!(contexts(&["--context", "99"]), [TEXT, TEXT]);
}

#[test]
fn a_model_that_cannot_be_read_stops_the_run_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.txt", TEXT);
    write(folder.path(), "own.bin", b"no model");
    for (name, why) in [("own.bin", "own.bin: "), ("missing.bin", "cannot read missing.bin")] {
        let output = run(folder.path(), &["extract", "a.txt", "--quotes-model", name]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(why) && output.stdout.is_empty(), "{said}");
    }
}

#[test]
fn a_model_of_ones_own_is_used() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/models/quotes.bin");
    assert_eq!(quotes(&["--quotes-model", shipped]), quotes(&[]));
}
