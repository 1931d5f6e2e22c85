//! The spellings of an article: mentions of one type with the same words are one form.

use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::hash::BuildHasher;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::annotations::{Annotations, EntityType, TokenKind};

/// One spelling in one article.
#[derive(Debug)]
pub(super) struct Form {
    /// The type of its mentions.
    pub kind: EntityType,
    /// Its words, folded: lower case, no accents, no periods, hyphens split.
    pub words: Vec<String>,
    /// Its mentions, in text order.
    pub mentions: Vec<u32>,
    /// How sure its mentions are, summed.
    pub weight: f32,
}

/// The forms of an article, in order of first mention, after the vote on types.
pub(super) fn collect(text: &str, found: &mut Annotations) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let hasher = FixedState::default();
    let mut by_words: HashMap<u64, Vec<usize>, FixedState> = HashMap::with_hasher(FixedState::default());
    for (id, mention) in found.mentions.iter().enumerate() {
        let mut words = Vec::with_capacity(mention.tokens.len());
        for token in &found.tokens[mention.tokens.start as usize..mention.tokens.end as usize] {
            if !matches!(token.kind, TokenKind::Punctuation | TokenKind::Possessive) {
                fold_into(token.span.of(text), &mut words);
            }
        }
        if words.is_empty() {
            words.push(mention.span.of(text).to_lowercase());
        }
        let same = by_words.entry(hasher.hash_one(&words)).or_default();
        let form = same.iter().copied().find(|&f| forms[f].kind == mention.kind && forms[f].words == words);
        let form = form.unwrap_or_else(|| {
            forms.push(Form { kind: mention.kind, words, mentions: Vec::new(), weight: 0.0 });
            same.push(forms.len() - 1);
            forms.len() - 1
        });
        forms[form].mentions.push(id as u32);
        forms[form].weight += mention.confidence;
    }
    vote(found, &mut forms, &by_words);
    forms
}

/// A spelling that is clearly one type in this article is not suddenly another:
/// unsure minorities join the majority.
fn vote(found: &mut Annotations, forms: &mut Vec<Form>, by_words: &HashMap<u64, Vec<usize>, FixedState>) {
    /// How many times the minority's weight the majority must have.
    const LEAD: f32 = 2.0;
    let mut rivals: Vec<&Vec<usize>> = by_words.values().filter(|forms| forms.len() > 1).collect();
    rivals.sort();
    for group in rivals {
        for &loser in group {
            let winner = group
                .iter()
                .copied()
                .filter(|&w| w != loser && forms[w].words == forms[loser].words)
                .max_by(|&a, &b| forms[a].weight.total_cmp(&forms[b].weight));
            let Some(winner) = winner else { continue };
            if forms[winner].weight < LEAD * forms[loser].weight || forms[loser].mentions.is_empty() {
                continue;
            }
            let moved = std::mem::take(&mut forms[loser].mentions);
            let weight = std::mem::take(&mut forms[loser].weight);
            for &mention in &moved {
                found.mentions[mention as usize].kind = forms[winner].kind;
            }
            forms[winner].mentions.extend(moved);
            forms[winner].mentions.sort_unstable();
            forms[winner].weight += weight;
        }
    }
    forms.retain(|form| !form.mentions.is_empty());
    forms.sort_by_key(|form| form.mentions[0]);
}

/// Appends the folded words of one token: hyphens split, everything but letters and digits dropped.
pub(super) fn fold_into(token: &str, words: &mut Vec<String>) {
    for part in token.split(['-', '‐', '‑', '–']) {
        let folded: String = if part.is_ascii() {
            part.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase() as char).collect()
        } else {
            part.nfkd()
                .filter(|&c| !is_combining_mark(c) && c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect()
        };
        if !folded.is_empty() {
            words.push(folded);
        }
    }
}

/// The folded words of a phrase.
#[cfg(test)]
pub(super) fn fold(phrase: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in phrase.split_whitespace() {
        fold_into(token, &mut words);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_what_writers_vary() {
        assert_eq!(fold("U.S. Treasury"), ["us", "treasury"]);
        assert_eq!(fold("Bashar al-Assad"), ["bashar", "al", "assad"]);
        assert_eq!(fold("Nicolás O’Brien"), ["nicolas", "obrien"]);
    }
}
