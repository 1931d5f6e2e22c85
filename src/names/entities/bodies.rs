//! Which organization or place a name means: lists, legal suffixes, acronyms, and short forms of longer names.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::forms::Form;
use super::groups::{BondKind, Groups};
use crate::annotations::{Annotations, EntityType};
use crate::gazetteer::Gazetteer;
use crate::names::function_words::Class;

/// How many longer names are considered for one short form; more are ambiguous anyway.
const MOST_CANDIDATES: usize = 64;

/// By what a form is found again by shorter or differently written ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key<'f> {
    /// Its words without legal suffix, written together: "store974".
    Core(String),
    /// The list entry that it means.
    Listed(String),
    /// Its first word.
    First(&'f str),
    /// Its last word.
    Last(&'f str),
    /// Its initials.
    Initials(String),
}

impl Key<'_> {
    /// Why a form found by this key is the same.
    fn reason(&self) -> BondKind {
        match self {
            Key::Core(_) => BondKind::LegalSuffix,
            Key::Listed(_) => BondKind::SameEntry,
            Key::First(_) | Key::Last(_) => BondKind::ShortForm,
            Key::Initials(_) => BondKind::Acronym,
        }
    }
}

/// Joins the mentions of each organization or place among `forms`, all of one type.
pub(super) fn group(
    text: &str,
    found: &Annotations,
    forms: &[&Form],
    lists: &Gazetteer,
    groups: &mut Groups,
) {
    let mut order: Vec<&Form> = forms.to_vec();
    order.sort_by_key(|form| (std::cmp::Reverse(form.words.len()), form.mentions[0]));
    let mut longer: HashMap<Key<'_>, Vec<&Form>, FixedState> = HashMap::default();
    for form in order {
        groups.join_all(&form.mentions);
        let core = without_legal_suffix(&form.words, lists);
        let listed = identity(text, found, form, lists);
        let mut same = vec![Key::Core(core.concat())];
        same.extend(listed.map(Key::Listed));
        let named = |key: &Key<'_>| Some((*longer.get(key)?.first()?, key.reason()));
        let joined = same
            .iter()
            .find_map(named)
            .or_else(|| only_longer(text, found, form, core, &longer, lists, groups));
        if let Some((long, reason)) = joined {
            groups.join(form.mentions[0], long.mentions[0], reason);
        }
        let (Some(first), Some(last)) = (form.words.first(), form.words.last()) else { continue };
        let mut keys = same;
        keys.extend([Key::First(first), Key::Last(last)]);
        keys.extend(initials(&form.words).into_iter().map(Key::Initials));
        for key in keys {
            let forms = longer.entry(key).or_default();
            if forms.len() <= MOST_CANDIDATES {
                forms.push(form);
            }
        }
    }
}

/// The longer name that `form` is short for, when only one can be meant.
fn only_longer<'f>(
    text: &str,
    found: &Annotations,
    form: &'f Form,
    core: &'f [String],
    longer: &HashMap<Key<'f>, Vec<&'f Form>, FixedState>,
    lists: &Gazetteer,
    groups: &mut Groups,
) -> Option<(&'f Form, BondKind)> {
    let (first, last) = (core.first()?, core.last()?);
    let head = core.len() == 1 && lists.phrases("organization-head").get(first).is_some();
    let mut keys = Vec::new();
    // "York" is not short for "New York", nor "Congo" for "Republic of Congo": places keep their words.
    if form.kind == EntityType::Organization {
        keys.extend([Key::First(first), Key::Last(last)]);
    }
    if core.len() == 1 && is_acronym_shaped(text, found, form) {
        keys.push(Key::Initials(first.clone()));
    }
    let mut fitting = keys.iter().flat_map(|key| {
        let forms = longer.get(key).map_or(&[][..], Vec::as_slice);
        let acronym = matches!(key, Key::Initials(_));
        let fits = move |long: &&Form| acronym || short_form(core, &long.words, head);
        forms.iter().copied().filter(fits).map(|long| (long, key.reason()))
    });
    let one = fitting.next()?;
    let root = groups.first(one.0.mentions[0]);
    fitting.all(|(long, _)| groups.first(long.mentions[0]) == root).then_some(one)
}

/// The list entry that a form means first of all, when there is one.
fn identity(text: &str, found: &Annotations, form: &Form, lists: &Gazetteer) -> Option<String> {
    let name = found.mentions[form.mentions[0] as usize].span.of(text);
    let mut best: Option<(f32, String)> = None;
    for id in lists.find(name) {
        for entry in lists.entries(id).filter(|entry| entry.kind() == form.kind) {
            if best.as_ref().is_none_or(|(prominence, _)| entry.prominence() > *prominence) {
                best = Some((entry.prominence(), entry.name()));
            }
        }
    }
    best.map(|(_, name)| name)
}

/// Explicit introductions: "World Internet Conference (WIC)". The acronym's
/// mention joins the name before it and takes its type.
pub(super) fn introductions(text: &str, found: &Annotations) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for (at, pair) in found.mentions.windows(2).enumerate() {
        let between = &text[pair[0].span.end()..pair[1].span.start()];
        let closes = text[pair[1].span.end()..].starts_with(')');
        let opened = between.trim_start().strip_prefix('(').map(str::trim);
        let acronym = pair[1].span.of(text);
        let letters: String =
            acronym.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let upper = acronym.chars().filter(|c| c.is_uppercase()).count();
        if closes
            && matches!(opened, Some("" | "the"))
            && pair[0].kind != EntityType::Person
            && upper >= 2
            && pair[1].tokens.len() == 1
            && letters.len() < pair[0].span.len()
            && in_order(&letters, &pair[0].span.of(text).to_lowercase())
        {
            pairs.push((at as u32, at as u32 + 1));
        }
    }
    pairs
}

/// Whether the letters stand in `name` in this order, the first at its start.
fn in_order(letters: &str, name: &str) -> bool {
    let mut rest = name.chars();
    name.chars().next() == letters.chars().next() && letters.chars().all(|l| rest.any(|c| c == l))
}

/// Written in capitals, two letters or more.
fn is_acronym_shaped(text: &str, found: &Annotations, form: &Form) -> bool {
    let name = found.mentions[form.mentions[0] as usize].span.of(text);
    form.words.len() == 1
        && name.chars().filter(|c| c.is_uppercase()).count() >= 2
        && name.chars().all(|c| c.is_uppercase() || !c.is_alphabetic() || c == 's')
}

/// The acronyms that `words` make, with and without the linking ones; none for a single word.
fn initials(words: &[String]) -> Vec<String> {
    let of = |all: bool| -> String {
        words.iter().filter(|w| all || !Class::Linking.has(w)).filter_map(|w| w.chars().next()).collect()
    };
    let mut acronyms = vec![of(true), of(false)];
    acronyms.dedup();
    acronyms.retain(|acronym| acronym.chars().nth(1).is_some());
    acronyms
}

/// Whether `short` is the start or the end of `long`: "Barclays" of "Barclays
/// Bank", "Supreme Court" of "Federal Supreme Court"; the head alone, too:
/// "the Bank" of "Bank of England".
fn short_form(short: &[String], long: &[String], head: bool) -> bool {
    if short.is_empty() || short.len() >= long.len() {
        return false;
    }
    let linking = |word: &String| Class::Linking.has(word);
    let starts = long.starts_with(short) && (head || !linking(&long[short.len()]));
    let ends =
        long.ends_with(short) && (head || short.len() >= 2 && !linking(&long[long.len() - short.len() - 1]));
    starts || ends
}

/// The words before "Ltd", "Inc", "GmbH".
fn without_legal_suffix<'w>(words: &'w [String], lists: &Gazetteer) -> &'w [String] {
    let suffixes = lists.phrases("legal-suffix");
    let mut core = words;
    if let [first, rest @ ..] = core
        && first == "the"
        && !rest.is_empty()
    {
        core = rest;
    }
    while let [rest @ .., last] = core {
        if rest.is_empty() || suffixes.get(last).is_none() {
            break;
        }
        core = rest;
    }
    core
}

#[cfg(test)]
mod tests {
    use super::super::forms::fold;
    use super::*;

    #[test]
    fn acronyms() {
        assert_eq!(initials(&fold("World Internet Conference")), ["wic"]);
        assert_eq!(initials(&fold("Department of Justice")), ["doj", "dj"]);
        assert_eq!(initials(&fold("Food and Agriculture Organization")), ["faao", "fao"]);
        assert!(initials(&fold("Unicef")).is_empty());
        assert!(in_order("ofcom", "office of communications"));
    }

    #[test]
    fn short_forms() {
        let short = |a, b| short_form(&fold(a), &fold(b), false);
        assert!(short("Barclays", "Barclays Bank"));
        assert!(short("Supreme Court", "Federal Supreme Court"));
        assert!(!short("Bank", "Bank of England"));
        assert!(!short("Court", "Federal Supreme Court"));
        assert!(short_form(&fold("Court"), &fold("Federal Supreme Court"), true));
        assert!(short_form(&fold("Bank"), &fold("Bank of England"), true));
    }
}
