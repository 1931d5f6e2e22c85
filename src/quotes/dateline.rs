//! Datelines, which nobody says: "NAIROBI, Sept. 9 (Reuters) - ".

use super::attribution::Attribution;
use super::reading::{Pos, Reading};
use crate::Annotations;
use crate::annotations::Case;

/// Longest dateline, in tokens.
const LONGEST: u32 = 18;

/// Cuts the datelines off contents and speakers that begin with one.
pub fn cut(found: &Annotations, reading: &Reading, attributions: &mut [Attribution]) {
    for a in attributions {
        let Attribution { content, speaker, .. } = a;
        for words in content.iter_mut().chain(speaker.as_mut()) {
            let end = end(found, reading, words.start);
            if end < words.end {
                words.start = end;
            }
        }
    }
}

/// Where the dateline ends that a paragraph at `start` begins with; `start` when there is none.
fn end(found: &Annotations, reading: &Reading, start: u32) -> u32 {
    let Some(&number) = reading.paragraph.get(start as usize) else { return start };
    let paragraph = &found.paragraphs[number as usize].tokens;
    let first = &found.tokens[start as usize];
    if paragraph.start != start || !matches!(first.case, Case::Upper | Case::Title) {
        return start;
    }
    let limit = paragraph.end.min(start + LONGEST);
    let Some(dash) = (start..limit).find(|&t| reading.pos[t as usize] == Pos::Dash) else { return start };
    let written = |t: u32| {
        let token = &found.tokens[t as usize];
        let pos = reading.pos[t as usize];
        !matches!(token.case, Case::Lower) || matches!(pos, Pos::Comma | Pos::Bracket | Pos::Number)
    };
    // A place in capitals, or an agency in brackets right before the dash.
    let shouted = first.case == Case::Upper && first.span.len() > 2;
    let agency = dash > start + 1 && reading.pos[dash as usize - 1] == Pos::Bracket;
    if (shouted || agency) && dash + 2 < paragraph.end && (start..dash).all(written) {
        dash + 1
    } else {
        start
    }
}
