//! Transcripts: a paragraph that begins with its speaker in capitals and a
//! colon, "TAPPER: We'll be back."

use std::ops::Range;

use super::{Attribution, Source};
use crate::annotations::{Case, EntityType, Paragraph, TokenKind};
use crate::quotes::reading::{NONE, Pos};

/// The `by` of its quotes.
pub const NAME: &str = "transcript-label";

/// Longest label, in tokens.
const LABEL: u32 = 7;

pub(super) fn run(article: &Source<'_>, out: &mut Vec<Attribution>) {
    let labelled = |p: &Paragraph| Some((p.tokens.clone(), label(article, p.tokens.clone())?));
    let all = article.found.paragraphs.iter().filter_map(labelled);
    // Where somebody else speaks, "JOSE SANDOVAL:" is a man, be it thrice a place.
    let people = all.clone().any(|(_, label)| !places(article, label));
    for (tokens, label) in all.filter(|_| people) {
        let colon = label.end;
        out.retain(|a| !(a.cue.start >= tokens.start && a.cue.start <= colon));
        out.push(Attribution {
            cue: colon..colon + 1,
            content: std::iter::once(colon + 1..tokens.end).collect(),
            speaker: Some(label),
            confidence: 0.85,
            by: NAME,
        });
    }
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
