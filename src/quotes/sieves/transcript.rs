//! Transcripts: a paragraph that begins with its speaker in capitals and a
//! colon, "TAPPER: We'll be back."

use std::ops::Range;

use super::{Attribution, Finds, Source};
use crate::annotations::{Case, EntityType, Paragraph, TokenKind};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{NONE, Pos};

/// The `by` of what follows a label.
pub const LABELLED: &str = "transcript-label";

const RULE: Rule = Rule { name: LABELLED, confidence: 0.85 };

/// Longest label, in tokens: a name, and after a comma who that is.
const LABEL: u32 = 18;

pub(super) fn run(article: &Source<'_>, out: &mut Finds) {
    let labelled = |p: &Paragraph| {
        let tokens = unmarked(article, p.tokens.clone());
        Some((tokens.clone(), label(article, tokens)?))
    };
    let all = article.found.paragraphs.iter().filter_map(labelled);
    // Where somebody else speaks, "JOSE SANDOVAL:" is a man, be it thrice a place.
    let people = all.clone().any(|(_, label)| !places(article, label));
    for (tokens, label) in all.filter(|_| people) {
        let colon = label.end;
        out.drop(tokens.start..colon + 1, |_| true);
        // "AMINA DIALLO, MINISTER OF WATER": the name speaks.
        let comma = label.clone().find(|&t| article.reading.pos[t as usize] == Pos::Comma);
        let speaker = label.start..comma.filter(|&t| t > label.start).unwrap_or(label.end);
        out.add(Attribution::found(RULE, colon..colon + 1, Some(colon + 1..tokens.end), Some(speaker)));
    }
}

/// A paragraph without its opening mark: a transcript that is quoted as a whole opens each with one.
fn unmarked(article: &Source<'_>, tokens: Range<u32>) -> Range<u32> {
    let first = tokens.start as usize;
    let marked =
        !tokens.is_empty() && article.reading.quoted[first] != NONE && !article.reading.is_word(first);
    tokens.start + u32::from(marked)..tokens.end
}

/// The label that a paragraph begins with: what stands before the colon.
fn label(article: &Source<'_>, tokens: Range<u32>) -> Option<Range<u32>> {
    let limit = tokens.end.min(tokens.start + LABEL);
    let colon = (tokens.start..limit).find(|&t| article.reading.pos[t as usize] == Pos::Colon)?;
    let label = tokens.start..colon;
    let written = label.clone().all(|t| capital(article, t)) && label.clone().any(|t| named(article, t));
    // A heading is all capitals too; speech is not.
    let spoken = || (colon + 1..tokens.end).any(|t| article.found.tokens[t as usize].case == Case::Lower);
    (written && colon + 2 < tokens.end && spoken()).then_some(label)
}

/// Whether token `t` is written in capitals, or is punctuation that labels hold.
fn capital(article: &Source<'_>, t: u32) -> bool {
    let token = article.found.tokens[t as usize];
    match token.kind {
        TokenKind::Word => {
            token.case == Case::Upper
                || token.span.len() == 1 && token.case == Case::Title
                || abbreviated(article, t)
        }
        TokenKind::Punctuation => {
            matches!(article.found.token_text(article.text, t as usize), "." | "-" | "," | "(" | ")")
        }
        _ => false,
    }
}

/// "Q.", "MR.", "U.S."
fn abbreviated(article: &Source<'_>, t: u32) -> bool {
    let word = article.found.token_text(article.text, t as usize);
    word.ends_with('.') && word.chars().all(|c| c == '.' || c.is_uppercase())
}

/// Whether all that a label names are places: "NEW DELHI: The court …" is a dateline.
fn places(article: &Source<'_>, label: Range<u32>) -> bool {
    let of_place = |t: u32| {
        let mention = article.reading.mention[t as usize];
        mention != NONE && article.found.mentions[mention as usize].kind == EntityType::Place
    };
    label.filter(|&t| named(article, t)).all(of_place)
}

fn named(article: &Source<'_>, t: u32) -> bool {
    let token = article.found.tokens[t as usize];
    token.kind == TokenKind::Word && token.case == Case::Upper && token.span.len() > 1
}
