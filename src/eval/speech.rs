//! Whether a cue reports speech; the list is `speech.tsv`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::chars;

static LIST: LazyLock<(HashSet<&str>, HashMap<&str, &str>)> = LazyLock::new(|| {
    let (mut lemmas, mut forms) = (HashSet::new(), HashMap::new());
    for line in include_str!("speech.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (lemma, irregular) = line.split_once('\t').unwrap_or((line, ""));
        lemmas.insert(lemma);
        forms.extend(irregular.split_whitespace().map(|form| (form, lemma)));
    }
    (lemmas, forms)
});

/// Endings that may be taken off, and what takes their place.
const ENDINGS: [(&str, &str); 9] = [
    ("ies", "y"),
    ("ied", "y"),
    ("es", ""),
    ("es", "e"),
    ("s", ""),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
];

/// Whether any word of the cue may be a form of a speech verb; marks such as a colon always report.
pub(super) fn is_speech(cue: &str) -> bool {
    let cue = cue.to_lowercase();
    cue.contains("according to")
        || chars::words(&cue).next().is_none()
        || chars::words(&cue).any(is_speech_verb)
}

fn is_speech_verb(word: &str) -> bool {
    let (lemmas, forms) = &*LIST;
    if forms.contains_key(word) {
        return true;
    }
    let length = word.chars().count();
    lemmas.contains(word)
        || ENDINGS.iter().any(|(ending, instead)| {
            length > ending.len() + 1
                && word
                    .strip_suffix(ending)
                    .is_some_and(|stem| lemmas.contains(format!("{stem}{instead}").as_str()))
        })
}

#[cfg(test)]
mod tests {
    use super::is_speech;

    #[test]
    fn cues() {
        for cue in ["said", "SAYS", "has repeatedly denied", ":", "according to", "tweeting", "replies"] {
            assert!(is_speech(cue), "{cue}");
        }
        for cue in ["wants", "expected", "supported", "s"] {
            assert!(!is_speech(cue), "{cue}");
        }
    }
}
