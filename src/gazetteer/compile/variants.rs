//! Other ways to write a listed name that a reader takes for the same.
//!
//! Case, accents, and the kinds of hyphens, spaces and apostrophes are folded
//! away in the key and need no variant.

use super::fold::{is_apostrophe, without_apostrophes};

/// Words that are written short or in full, in lower case: every word of a row can stand for the first.
const SHORT_FORMS: &[(&str, &[&str])] =
    &[("Saint", &["St"]), ("Sainte", &["Ste"]), ("Mount", &["Mt"]), ("Fort", &["Ft"]), ("and", &["&"])];

/// Calls `found` with each variant of `name`, which is not one itself.
pub fn variants(name: &str, mut found: impl FnMut(&str)) {
    if let Some(rest) = name.strip_prefix("The ").or_else(|| name.strip_prefix("the "))
        && rest.contains([' ', '-'])
    {
        found(rest);
    }
    if name.contains(is_apostrophe) {
        found(&without_apostrophes(name));
    }
    if let Some(joined) = undotted(name) {
        found(&joined);
    }
    // Most names have no such word.
    let may = |word: &str| {
        let word = word.strip_suffix('.').unwrap_or(word);
        let is = |form: &&str| *form == word;
        word.len() <= 6 && SHORT_FORMS.iter().any(|(full, shorts)| is(full) || shorts.iter().any(is))
    };
    if !name.split([' ', '-']).any(may) {
        return;
    }
    // Each rule by itself: two short forms in one name are rare, all combinations rarer.
    for &(full, shorts) in SHORT_FORMS {
        for &short in shorts {
            swap(name, full, short, &mut found);
            swap(name, short, full, &mut found);
        }
    }
}

/// `name` with its dotted initials written together: `U.S. Steel` → `US Steel`, `J. K. Rowling` → `JK Rowling`.
fn undotted(name: &str) -> Option<String> {
    if !name.contains('.') {
        return None;
    }
    let mut out = String::with_capacity(name.len());
    let mut initials = 0;
    let mut joined = false;
    for word in name.split_inclusive(['.', ' ']) {
        if word == " " && initials > 0 {
            // Whether the space goes depends on what follows.
            continue;
        }
        let mut chars = word.chars();
        let initial = matches!((chars.next(), chars.next(), chars.next()), (Some(c), Some('.'), None) if c.is_uppercase());
        if initial {
            joined |= initials > 0;
            initials += 1;
            out.extend(word.chars().next());
        } else {
            if initials > 0 && !word.starts_with([',', '-', '\'', '’']) {
                out.push(' ');
            }
            initials = 0;
            out.push_str(word);
        }
    }
    joined.then(|| out.trim_end().to_owned())
}

/// `name` with the word `from` replaced by `to`, where it is a word of it.
fn swap(name: &str, from: &str, to: &str, found: &mut impl FnMut(&str)) {
    let Some(at) = name.find(from) else { return };
    let before = name[..at].chars().next_back();
    let rest = &name[at + from.len()..];
    let stands_alone = before.is_none_or(|c| c == ' ' || c == '-')
        && (rest.starts_with(' ') || rest.starts_with('-') || rest.starts_with(". "));
    // "and" and "&" join two words; a name neither starts nor ends with them.
    if !stands_alone || (before.is_none() && matches!(from, "and" | "&")) {
        return;
    }
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    found(&format!("{}{to}{rest}", &name[..at]));
}

#[cfg(test)]
mod tests {
    fn of(name: &str) -> Vec<String> {
        let mut all = Vec::new();
        super::variants(name, |v| all.push(v.to_owned()));
        all
    }

    #[test]
    fn a_name_and_its_variants() {
        assert_eq!(of("The New York Times"), ["New York Times"]);
        assert!(of("The Hague").is_empty());
        assert_eq!(of("Xi'an"), ["Xian"]);
        assert_eq!(of("St. Louis"), ["Saint Louis"]);
        assert_eq!(of("Saint-Denis"), ["St-Denis"]);
        assert_eq!(of("Marks & Spencer"), ["Marks and Spencer"]);
        assert_eq!(of("Trinidad and Tobago"), ["Trinidad & Tobago"]);
        assert_eq!(of("U.S. Steel"), ["US Steel"]);
        assert_eq!(of("J. K. Rowling"), ["JK Rowling"]);
        assert_eq!(of("Washington, D.C."), ["Washington, DC"]);
        assert!(of("John F. Kennedy").is_empty());
        assert!(of("Stanford").is_empty());
        assert!(of("AT&T").is_empty());
    }
}
