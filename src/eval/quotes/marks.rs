//! What stands between double quotation marks, told from the text alone.

use crate::annotations::QuoteKind;
use crate::eval::chars;

/// Whether each character stands inside double quotation marks, the marks included.
///
/// Curly, low, angle, straight and doubled single marks; an open quote ends with its line.
pub(super) fn quoted(text: &[char]) -> Vec<bool> {
    let mut mask = vec![false; text.len()];
    let mut inside = false;
    let mut at = 0;
    while let Some(&char) = text.get(at) {
        if char == '\n' {
            inside = false;
            at += 1;
            continue;
        }
        let doubled = matches!(char, '\'' | '’' | '‘' | '`') && text.get(at + 1) == Some(&char);
        if doubled && text.get(at + 2) == Some(&char) {
            mask[at] = inside;
            at += 1;
            continue;
        }
        let width = if doubled { 2 } else { 1 };
        if matches!(char, '“' | '„' | '«') {
            inside = true;
            mask[at] = true;
        } else if matches!(char, '”' | '»') {
            mask[at] = true;
            inside = false;
        } else if char == '"' || doubled {
            mask[at..at + width].fill(true);
            let space =
                |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(|c| chars::is_space(*c));
            let (before, after) = (space(at.checked_sub(1)), space(Some(at + width)));
            // A mark after space and before a word opens, even when one is open already.
            inside = if inside { before && !after } else { !after };
        } else {
            mask[at] = inside;
        }
        at += width;
    }
    mask
}

/// Direct when at least 97 % of the letters and digits stand between marks, indirect when none does.
pub(super) fn kind(text: &[char], segments: &[(usize, usize)], quoted: &[bool]) -> QuoteKind {
    let (mut all, mut inside) = (0usize, 0usize);
    for &(start, end) in segments {
        for at in start..end.min(text.len()) {
            if chars::is_alnum(text[at]) {
                all += 1;
                inside += usize::from(quoted[at]);
            }
        }
    }
    if inside == 0 {
        QuoteKind::Indirect
    } else if inside as f64 >= 0.97 * all as f64 {
        QuoteKind::Direct
    } else {
        QuoteKind::Mixed
    }
}
