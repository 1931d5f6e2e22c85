//! Pull quotes and mottoes: a quote, a dash and who said it.
//! "“I came to race.” — Ana Costa, driver".

use super::{Attribution, Finds, Source};
use crate::annotations::{Case, TokenKind};
use crate::quotes::attribution::Rule;
use crate::quotes::reading::{NONE, Pos};

const RULE: Rule = Rule { name: "dash-name", confidence: 0.9 };

/// Longest signature, in words.
const SIGNATURE: usize = 14;

pub(super) fn run(article: &Source<'_>, out: &mut Finds) {
    let reading = article.reading;
    let paragraphs = &article.found.paragraphs;
    for (number, paragraph) in paragraphs.iter().enumerate() {
        let tokens = paragraph.tokens.clone();
        if tokens.end < tokens.start + 1 {
            continue;
        }
        let dash = (tokens.start..tokens.end)
            .rev()
            .find(|&t| reading.pos[t as usize] == Pos::Dash && reading.quoted[t as usize] == NONE);
        let Some(dash) = dash else { continue };
        let content = if dash == tokens.start {
            // The signature has a paragraph of its own: the quote is the paragraph before.
            match number.checked_sub(1).map(|n| paragraphs[n].tokens.clone()) {
                Some(before) if quoted_throughout(article, before.start, before.end) => before,
                _ => continue,
            }
        } else if quoted_throughout(article, tokens.start, dash) {
            tokens.start..dash
        } else {
            continue;
        };
        let after = dash + 1..tokens.end;
        let words = after.clone().filter(|&t| reading.is_word(t as usize)).count();
        if words == 0 || words > SIGNATURE {
            continue;
        }
        let stop = after.clone().find(|&t| {
            let pos = reading.pos[t as usize];
            matches!(pos, Pos::Comma | Pos::Stop | Pos::Bracket | Pos::Preposition | Pos::Semicolon)
                && article.found.token_text(article.text, t as usize) != "of"
        });
        let speaker = after.start..stop.unwrap_or(after.end);
        let named = speaker.clone().any(|t| {
            let token = article.found.tokens[t as usize];
            token.kind == TokenKind::Word && matches!(token.case, Case::Title | Case::Upper | Case::Mixed)
        });
        if speaker.is_empty() || !named || after.clone().any(|t| reading.pos[t as usize] == Pos::Finite) {
            continue;
        }
        // Whoever has most of it stands in its paragraph or at the end of the one before.
        let near = content.start.saturating_sub(1)..tokens.end;
        let first = paragraphs[reading.paragraph[near.start as usize] as usize].tokens.start;
        out.drop(first..near.end, |a| a.covers(&content) * 2 > content.end - content.start);
        out.add(Attribution::found(RULE, dash..dash + 1, [content], Some(speaker)));
    }
}

/// Whether all words of the range stand between marks.
fn quoted_throughout(article: &Source<'_>, start: u32, end: u32) -> bool {
    let mut words = 0;
    for t in start..end {
        if article.reading.is_word(t as usize) {
            if article.reading.quoted[t as usize] == NONE {
                return false;
            }
            words += 1;
        }
    }
    words >= 3
}
