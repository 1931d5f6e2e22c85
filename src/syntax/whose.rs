//! "The minister whose budget was cut said …": one repair of finished trees.
//!
//! A greedy parser has made the minister the subject of "was cut" before it sees "said". Two subjects, the
//! second of them somebody's ("whose"), cannot both be right: the first is what the clause describes, and the
//! subject of the verb that the clause was hung on.

use super::{Label, Parse, Tag};

/// Puts right the clauses with "whose" that have a subject too many. The tree stays projective.
pub(super) fn repair(parse: &mut Parse) {
    for at in 0..parse.tags.len() {
        if parse.tags[at] == Tag::WhPossessive {
            describe(parse, at);
        }
    }
}

/// Hangs the clause of the "whose" at `whose` on the noun that it describes.
fn describe(parse: &mut Parse, whose: usize) -> Option<()> {
    let Parse { heads, labels, .. } = parse;
    let owned = heads[whose] as usize;
    let verb = heads[owned] as usize;
    let main = heads[verb] as usize;
    let clausal =
        matches!(labels[verb], Label::ClausalComplement | Label::AdverbialClause | Label::Parataxis);
    if owned <= whose || verb <= owned || main <= verb || !labels[owned].is_subject() || !clausal {
        return None;
    }
    let subject = |at: usize, of: usize| heads[at] as usize == of && labels[at].is_subject();
    let described = (0..whose).rev().find(|&at| subject(at, verb))?;
    if (0..heads.len()).any(|at| subject(at, main)) {
        return None;
    }
    // Whatever stands before it belongs to the main verb, as it does.
    for at in (0..described).filter(|&at| heads[at] as usize == verb).collect::<Vec<_>>() {
        heads[at] = main as u32;
    }
    let passive = (verb + 1..parse.tags.len())
        .any(|at| heads[at] as usize == main && labels[at] == Label::PassiveAuxiliary);
    heads[described] = main as u32;
    labels[described] = if passive { Label::PassiveSubject } else { Label::Subject };
    heads[verb] = described as u32;
    labels[verb] = Label::RelativeClause;
    Some(())
}
