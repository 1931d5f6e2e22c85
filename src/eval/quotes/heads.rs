//! The head word of a speaker's words, by which two speakers are compared.

use std::sync::LazyLock;

use regex::Regex;

use crate::eval::chars;

/// Where the head ends: at punctuation, or before what describes it.
static CUT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[,(;–—]|\s(?:who|of|for|from|at|in|with|on|and|to)\s").ok());

const SUFFIXES: [&str; 4] = ["jr", "sr", "ii", "iii"];

const PRONOUNS: [&str; 15] = [
    "he", "she", "they", "it", "we", "i", "you", "who", "which", "that", "his", "her", "their", "him", "them",
];

pub(super) fn is_pronoun(head: &str) -> bool {
    PRONOUNS.contains(&head)
}

/// The last word of the name proper, lower case, without possessive and generational suffix.
pub(super) fn head(words: &str) -> Option<String> {
    let words = without_possessive(words.trim_matches(chars::is_space));
    let name = match CUT.as_ref().and_then(|cut| cut.find(words)) {
        Some(cut) if cut.start() > 0 => &words[..cut.start()],
        _ => words,
    };
    let found = name_words(name);
    let last = match found.as_slice() {
        [.., before, last] if SUFFIXES.contains(&last.to_lowercase().trim_matches('.')) => before,
        [.., last] => last,
        [] => return None,
    };
    let last = last.to_lowercase();
    Some(without_possessive(last.trim_matches('.')).to_owned())
}

/// Words that begin with a letter and may hold periods, hyphens and apostrophes.
fn name_words(name: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, char) in name.char_indices() {
        let inner = chars::is_word(char) || matches!(char, '.' | '-' | '\'' | '’');
        match start {
            None if chars::is_word(char) => start = Some(at),
            Some(from) if !inner => {
                words.push(&name[from..at]);
                start = None;
            }
            _ => {}
        }
    }
    words.extend(start.map(|from| &name[from..]));
    words
}

fn without_possessive(text: &str) -> &str {
    ["'s", "’s", "'", "’"].into_iter().find_map(|ending| text.strip_suffix(ending)).unwrap_or(text)
}

/// The span without surrounding punctuation, leading article and trailing possessive.
pub(super) fn trimmed(text: &[char], (start, end): (usize, usize)) -> (usize, usize) {
    let (mut start, mut end) = (start, end.min(text.len()));
    while start < end && !chars::is_alnum(text[start]) {
        start += 1;
    }
    while end > start && !chars::is_alnum(text[end - 1]) {
        end -= 1;
    }
    let words = text.get(start..end).unwrap_or_default();
    start += chars::article(words).unwrap_or(0);
    if let [.., '\'' | '’', 's'] = text.get(start..end).unwrap_or_default() {
        end -= 2;
    }
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn heads() {
        for (words, expected) in [
            ("Mr. Trump", Some("trump")),
            ("Robert Downey Jr.", Some("downey")),
            ("Zoë Smith, a spokeswoman", Some("smith")),
            ("a spokesman for the ministry", Some("spokesman")),
            ("Trump's", Some("trump")),
            ("", None),
        ] {
            assert_eq!(head(words).as_deref(), expected, "{words}");
        }
    }
}
