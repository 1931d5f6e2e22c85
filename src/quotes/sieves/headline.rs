//! Headlines: "Xi: Jointly foster stable cyberspace", "Merkel: 'No quick fix'".
//!
//! Only the first paragraphs of an article are headlines, and only a name can
//! speak in one: "Update: Storm nears coast" quotes nobody.

use super::{Attribution, Finds, LABELLED, Source};
use crate::annotations::{Case, EntityType, TokenKind};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::words::{Classes, word};

const RULE: Rule = Rule { name: "headline-colon", confidence: 0.7 };

pub(super) fn run(article: &Source<'_>, out: &mut Finds) {
    let Some(paragraph) = article.found.paragraphs.first() else { return };
    let tokens = paragraph.tokens.clone();
    // A headline is one short paragraph before a longer text.
    if tokens.end - tokens.start > 30 || article.found.paragraphs.len() < 2 {
        return;
    }
    // The first of several turns is none.
    if out.count(LABELLED) > 1 {
        return;
    }
    let reading = article.reading;
    let Some(colon) =
        (tokens.start..tokens.end.min(tokens.start + 8)).find(|&t| reading.pos[t as usize] == Pos::Colon)
    else {
        return;
    };
    if colon == tokens.start || colon + 3 > tokens.end {
        return;
    }
    // "Trump on NATO: …" names its subject behind the speaker.
    let end = (tokens.start..colon)
        .find(|&t| reading.pos[t as usize] == Pos::Preposition && reading.words[t as usize] != word("of"))
        .unwrap_or(colon);
    let label = tokens.start..end;
    if label.is_empty()
        || label.clone().any(|t| reading.entries[t as usize].classes.any(Classes::HEADLINE_LABEL))
    {
        return;
    }
    if !label.clone().all(|t| capital(article, t)) || !speaks(article, label.start, label.end) {
        return;
    }
    let last = tokens.end - u32::from(reading.pos[tokens.end as usize - 1] == Pos::Stop);
    out.drop(0..colon + 1, |_| true);
    out.add(Attribution::found(RULE, colon..colon + 1, Some(colon + 1..last), Some(label)));
}

fn capital(article: &Source<'_>, t: u32) -> bool {
    let token = article.found.tokens[t as usize];
    match token.kind {
        TokenKind::Word => {
            !matches!(token.case, Case::Lower | Case::None)
                || article.reading.entries[t as usize]
                    .classes
                    .any(Classes::DETERMINER.or(Classes::COORDINATOR))
                || article.reading.words[t as usize] == word("of")
        }
        TokenKind::Punctuation | TokenKind::Possessive => {
            matches!(article.found.token_text(article.text, t as usize), "." | "-" | "," | "&")
        }
        TokenKind::Number => false,
        _ => false,
    }
}

/// Whether the label names a person or organization, or names one again that the article names.
fn speaks(article: &Source<'_>, start: u32, end: u32) -> bool {
    let reading = article.reading;
    let mut mentioned = (start..end).filter_map(|t| {
        let id = reading.mention[t as usize];
        (id != NONE).then(|| article.found.mentions[id as usize].kind)
    });
    if mentioned.any(|kind| kind != EntityType::Place) {
        return true;
    }
    // "Minister: 'No new taxes'".
    if end - start == 1 && reading.entries[start as usize].classes.any(Classes::ROLE) {
        return true;
    }
    // The label's last word stands capitalised inside a later sentence.
    let last = reading.words[end as usize - 1];
    let paragraph = reading.paragraph[start as usize];
    (end as usize..reading.len()).take(4000).any(|t| {
        reading.words[t] == last
            && reading.paragraph[t] != paragraph
            && !matches!(article.found.tokens[t].case, Case::Lower | Case::None)
            && reading.sentence[t] == reading.sentence[t.saturating_sub(1)]
    })
}
