//! Which person a name means: full names first, then the bare surnames and given names.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::forms::Form;
use super::groups::{BondKind, Groups};
use crate::annotations::Gender;
use crate::gazetteer::Gazetteer;
use crate::names::function_words::Class;

/// How many people are considered for one name: in a book, a bare "John" means one of the last Johns.
const MOST_CANDIDATES: usize = 64;

/// A person of the article: full forms that are one name, and the mentions known to be theirs.
struct Person<'f> {
    /// Full forms, the longest first.
    forms: Vec<&'f Form>,
    /// The mentions joined so far, in text order.
    mentions: Vec<u32>,
    /// What the honorifics before them say.
    gender: Option<Gender>,
}

/// The people of an article, found again by any word of their names.
#[derive(Default)]
struct People<'f> {
    all: Vec<Person<'f>>,
    by_word: HashMap<&'f str, Vec<usize>, FixedState>,
}

/// Joins the mentions of each person among `forms`. `honorifics` holds, for
/// every mention, the gender that a title before it tells ("Mrs.").
pub(super) fn group(forms: &[&Form], honorifics: &[Option<Gender>], lists: &Gazetteer, groups: &mut Groups) {
    let mut order: Vec<&Form> = forms.iter().copied().filter(|f| is_full(&f.words)).collect();
    // Longest names first: short ones then find the whole name to join.
    order.sort_by_key(|form| (std::cmp::Reverse(bare(&form.words).len()), form.mentions[0]));
    let mut people = People::default();
    for form in order {
        people.add(form, honorifics, lists);
    }
    for person in &people.all {
        let longest = person.forms[0].mentions[0];
        for form in &person.forms {
            groups.join_all(&form.mentions);
            groups.join(form.mentions[0], longest, BondKind::FullName);
        }
    }
    let mut partial: Vec<(u32, &Form)> = forms
        .iter()
        .filter(|f| !is_full(&f.words))
        .flat_map(|&form| form.mentions.iter().map(move |&mention| (mention, form)))
        .collect();
    partial.sort_by_key(|&(mention, _)| mention);
    // Without a full name, one spelling is one person, unless honorifics tell them apart.
    let mut strangers: HashMap<&[String], [Option<u32>; 3], FixedState> = HashMap::default();
    for (mention, form) in partial {
        let gender = honorifics[mention as usize];
        if let Some((person, reason)) = people.whose(mention, bare(&form.words), gender) {
            let person = &mut people.all[person];
            groups.join(mention, person.forms[0].mentions[0], reason);
            let at = person.mentions.partition_point(|&m| m < mention);
            person.mentions.insert(at, mention);
            person.gender = person.gender.or(gender);
            continue;
        }
        let seen = strangers.entry(&form.words).or_default();
        let slot = |gender: Option<Gender>| gender.map_or(0, |g| if g == Gender::Male { 1 } else { 2 });
        // Of unknown gender: joins whoever came first; of known: its like, else the unknown.
        let earlier = match gender {
            None => seen.iter().flatten().min().copied(),
            Some(_) => seen[slot(gender)].or(seen[0]),
        };
        if let Some(earlier) = earlier {
            groups.join(mention, earlier, BondKind::SameSpelling);
        }
        seen[slot(gender)].get_or_insert(mention);
    }
}

impl<'f> People<'f> {
    /// Adds a full form: to the person it can be, else as a new one.
    fn add(&mut self, form: &'f Form, honorifics: &[Option<Gender>], lists: &Gazetteer) {
        let name = bare(&form.words);
        let gender = form.mentions.iter().find_map(|&m| honorifics[m as usize]);
        // One person's names always share a word.
        let mut candidates: Vec<usize> = name.iter().flat_map(|word| self.with_word(word)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let same = candidates.into_iter().find(|&candidate| {
            let person = &self.all[candidate];
            !opposed(person.gender, gender)
                && person.forms.iter().any(|other| same_person(bare(&other.words), name, lists))
        });
        let index = match same {
            Some(index) => {
                let person = &mut self.all[index];
                person.forms.push(form);
                person.mentions.extend(&form.mentions);
                person.mentions.sort_unstable();
                person.gender = person.gender.or(gender);
                index
            }
            None => {
                self.all.push(Person { forms: vec![form], mentions: form.mentions.clone(), gender });
                self.all.len() - 1
            }
        };
        for word in name {
            let people = self.by_word.entry(word).or_default();
            if people.last() != Some(&index) {
                people.push(index);
            }
        }
    }

    fn with_word(&self, word: &str) -> impl Iterator<Item = usize> {
        let people = self.by_word.get(word).map_or(&[][..], Vec::as_slice);
        people[people.len().saturating_sub(MOST_CANDIDATES)..].iter().copied()
    }

    /// The person whom a bare name at `mention` means, and as what: surnames
    /// before given names, then the one last spoken of, else the first to come.
    fn whose(&self, mention: u32, name: &[String], gender: Option<Gender>) -> Option<(usize, BondKind)> {
        self.with_word(name.first()?)
            .filter(|&index| !opposed(self.all[index].gender, gender))
            .filter_map(|index| {
                let person = &self.all[index];
                let part = person.forms.iter().filter_map(|full| part_of(bare(&full.words), name)).max()?;
                let before = person.mentions.partition_point(|&m| m < mention).checked_sub(1);
                // Everything before is nearer than everything after.
                let near = match before {
                    Some(before) => (true, i64::from(person.mentions[before])),
                    None => (false, -i64::from(person.mentions[0])),
                };
                Some(((part, near), index))
            })
            .max_by_key(|&(rank, index)| (rank, std::cmp::Reverse(index)))
            .map(|((part, _), index)| {
                let reason = match part {
                    3 => BondKind::Surname,
                    2 => BondKind::GivenName,
                    _ => BondKind::MiddleName,
                };
                (index, reason)
            })
    }
}

/// How well `name` stands for `full`: 3 the end ("van der Leyen"), 2 the start ("Xi", "Hillary"), 1 within.
fn part_of(full: &[String], name: &[String]) -> Option<u8> {
    if name.len() >= full.len() {
        return None;
    }
    if full.ends_with(name) {
        return Some(3);
    }
    if full.starts_with(name) {
        return Some(2);
    }
    full.windows(name.len()).any(|w| w == name).then_some(1)
}

/// Whether two full names can be one person's.
fn same_person(a: &[String], b: &[String], lists: &Gazetteer) -> bool {
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let (Some(long_first), Some(short_first)) = (long.first(), short.first()) else { return false };
    let (Some(long_last), Some(short_last)) = (long.last(), short.last()) else { return false };
    if short.len() >= 2 && long.windows(short.len()).any(|w| w == short) {
        return true;
    }
    if short_last == long_last && same_given(long_first, short_first, lists) {
        let (long_middle, short_middle) = (&long[1..long.len() - 1], &short[1..short.len() - 1]);
        return subsequence(short_middle, long_middle, |s, l| {
            s == l || is_initial_of(s, l) || is_initial_of(l, s)
        });
    }
    // "Gabriel García" of "Gabriel José García Márquez".
    if short.len() >= 2 && short_first == long_first && subsequence(short, long, |s, l| s == l) {
        return true;
    }
    // "Jinping Xi".
    if long.len() == 2 && short.len() == 2 && long[0] == short[1] && long[1] == short[0] {
        return true;
    }
    long.len() == short.len() && {
        let mut odd = long.iter().zip(short).filter(|(l, s)| l != s);
        matches!((odd.next(), odd.next()), (Some((l, s)), None) if respelled(l, s))
    }
}

fn same_given(a: &str, b: &str, lists: &Gazetteer) -> bool {
    a == b
        || is_initial_of(a, b)
        || is_initial_of(b, a)
        || is_nickname(a, b, lists)
        || is_nickname(b, a, lists)
        || respelled(a, b)
}

/// Whether the list of nicknames gives `short` for `name`.
fn is_nickname(name: &str, short: &str, lists: &Gazetteer) -> bool {
    lists
        .phrases("nickname")
        .get(name)
        .is_some_and(|phrase| phrase.get("nicknames").split('|').any(|nick| nick.eq_ignore_ascii_case(short)))
}

fn is_initial_of(initial: &str, word: &str) -> bool {
    initial.chars().count() == 1 && word.starts_with(initial)
}

/// "Mohamed" and "Mohammed": one letter more, less or other, not the first
/// and not the last (which tells Mario from Maria).
fn respelled(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (long, short) = if a.len() >= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() < 5 || long.len() - short.len() > 1 {
        return false;
    }
    let head = long.iter().zip(short).take_while(|(l, s)| l == s).count();
    let tail = long.iter().rev().zip(short.iter().rev()).take_while(|(l, s)| l == s).count();
    head > 0 && tail > 0 && head + tail + 1 >= long.len()
}

/// Whether the items of `short` stand in `long` in this order.
fn subsequence(short: &[String], long: &[String], same: impl Fn(&str, &str) -> bool) -> bool {
    let mut rest = long.iter();
    short.iter().all(|s| rest.any(|l| same(s, l)))
}

/// Two names or more, the first of which is no particle.
fn is_full(words: &[String]) -> bool {
    let words = bare(words);
    words.len() >= 2 && !Class::SurnameParticle.has(&words[0])
}

/// The name without "Jr", "III" at its end.
fn bare(words: &[String]) -> &[String] {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() && Class::NameSuffix.has(last) => rest,
        _ => words,
    }
}

fn opposed(a: Option<Gender>, b: Option<Gender>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a != b)
}

#[cfg(test)]
mod tests {
    use super::super::forms::fold;
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        same_person(&fold(a), &fold(b), Gazetteer::shipped())
    }

    #[test]
    fn one_person_under_several_full_names() {
        assert!(same("John F. Kennedy", "John Kennedy"));
        assert!(same("Luiz Inácio Lula da Silva", "Lula da Silva"));
        assert!(same("Gabriel José García Márquez", "Gabriel García"));
        assert!(same("J. Edgar Hoover", "John Edgar Hoover"));
        assert!(same("Jinping Xi", "Xi Jinping"));
        assert!(same("Mohamed Salah", "Mohammed Salah"));
    }

    #[test]
    fn two_people_with_something_in_common() {
        assert!(!same("Bill Clinton", "Hillary Clinton"));
        assert!(!same("Mario Draghi", "Maria Draghi"));
        assert!(!same("George H. W. Bush", "George Washington"));
        assert!(!same("Kim Jong Un", "Kim Jong Il"));
        assert!(!same("John A. Smith", "John B. Smith"));
    }
}
