//! What grammar knows better than the labels: content and speaker of one cue
//! put right where the tree or the surface leaves no doubt.
//!
//! Each rule is about a construction, not about words, and cuts or moves what
//! is there; none finds anything by itself.

use std::ops::Range;

use super::clause::finite;
use super::span::Opinion;
use crate::annotations::QuoteKind;
use crate::learn::hash::text;
use crate::quotes::Source;
use crate::quotes::attribution::Attribution;
use crate::quotes::emit::kind;
use crate::quotes::reading::{NONE, Pos};
use crate::quotes::words::{Classes, Form, Word, word};
use crate::syntax::{Label, Tag};

/// What one cue reports, as it is being put right.
pub struct Report {
    /// The cue's token.
    pub cue: u32,
    /// Content in pieces.
    pub content: Vec<Range<u32>>,
    /// The words that name the speaker.
    pub speaker: Option<Range<u32>>,
}

/// Puts a report right.
pub fn settle(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    let addressed = |report: &mut Report| {
        report.speaker.take_if(|words| addressed(source, report.cue, words));
    };
    addressed(report);
    if source.trees.parsed(report.cue) {
        within_clause(source, opinions, report);
        without_asides(source, report);
        without_subject(source, report);
        without_addressee(source, report);
        agent(source, report);
    }
    somebody_else(source, report);
    before_second_predicate(source, report);
    inverted(source, opinions, report);
    within_condition(source, report);
    without_description(source, report);
    within_semicolons(source, report);
    nickname(source, opinions, report);
    subject_left(opinions, report);
    whose(source, opinions, report);
    touching(source, opinions, report);
    without_phrases(source, report);
    if report.speaker.is_none() {
        report.speaker = fallback(source, report.cue, opinions);
    }
    before_dash(source, report);
    addressed(report);
    report.content.retain(|r| !r.is_empty());
}

fn quoted(source: &Source<'_>, range: &Range<u32>) -> bool {
    range.clone().any(|t| source.reading.quoted[t as usize] != NONE)
}

/// Cuts a range out of all pieces.
fn cut(content: &mut Vec<Range<u32>>, hole: &Range<u32>) {
    *content = std::mem::take(content)
        .into_iter()
        .flat_map(|r| {
            if r.end <= hole.start || hole.end <= r.start {
                return [r, 0..0];
            }
            [r.start..hole.start.max(r.start), hole.end.min(r.end)..r.end]
        })
        .filter(|r| !r.is_empty())
        .collect();
}

/// Takes back a speaker who cannot be that of the cue: a word out of somebody's quoted speech, and a
/// "who" whose clause is another ("an architect who called him a cheat, saying …").
fn somebody_else(source: &Source<'_>, report: &mut Report) {
    let (reading, trees, cue) = (source.reading, source.trees, report.cue);
    report.speaker.take_if(|words| {
        let first = words.start;
        let mark = reading.quoted[first as usize];
        let elsewhere = mark != NONE && mark != reading.quoted[cue as usize];
        let relative = words.len() == 1 && reading.entries[first as usize].classes.any(Classes::RELATIVE);
        let of_cue = || {
            // "who stood up and said": the second verb has the subject of the first.
            let mut verb = cue;
            while trees.labels[verb as usize] == Label::Conjunct && trees.heads[verb as usize] != verb {
                verb = trees.heads[verb as usize];
            }
            verb == trees.heads[first as usize] || cue == trees.heads[first as usize]
        };
        elsewhere || relative && trees.parsed(cue) && trees.parsed(first) && !of_cue()
    });
}

/// Keeps content inside the clause that holds it: the clause of a noun ("the claim that …"), and the
/// subordinate clause of its verb ("the man who said that …", "if he says that …, …").
fn within_clause(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    let (trees, cue) = (source.trees, report.cue);
    if trees.tags[cue as usize].is_noun() {
        if let Some(clause) = opinions.last().filter(|o| !o.content.is_empty()) {
            report.content.clone_from(&clause.content);
        }
        return;
    }
    let subordinate = match trees.labels[cue as usize] {
        Label::RelativeClause => true,
        Label::AdverbialClause => {
            let marker = trees.children(cue).iter().find(|&&c| trees.labels[c as usize] == Label::Marker);
            let complement = trees
                .children(cue)
                .iter()
                .any(|&c| trees.labels[c as usize] == Label::ClausalComplement && c > cue);
            // "As they say, the sea gives" reports the main clause.
            trees.heads[cue as usize] > cue
                && complement
                && marker.is_some_and(|&m| source.reading.words[m as usize] != word("as"))
        }
        _ => false,
    };
    if subordinate {
        let end = trees.subtree(cue).end;
        for piece in report.content.iter_mut().filter(|r| r.start > cue && !quoted(source, r)) {
            piece.end = piece.end.min(end).max(piece.start);
        }
        report.content.retain(|r| !r.is_empty());
    }
}

/// "…, he said, welcoming the offer": what the speaker did besides is not what he said.
fn without_asides(source: &Source<'_>, report: &mut Report) {
    let (trees, cue) = (source.trees, report.cue);
    for &child in trees.children(cue) {
        let aside = child > cue
            && trees.labels[child as usize] == Label::AdverbialClause
            && trees.tags[child as usize] == Tag::VerbGerund;
        let words = trees.subtree(child);
        if aside && !quoted(source, &words) && report.content.iter().any(|r| r.start < cue) {
            cut(&mut report.content, &words);
        }
    }
}

/// "The talks go on, a diplomat who asked for silence said": the subject of the cue is no content.
fn without_subject(source: &Source<'_>, report: &mut Report) {
    let (trees, cue) = (source.trees, report.cue);
    if report.speaker.is_some() {
        return;
    }
    let subject = trees.children(cue).iter().find(|&&c| trees.labels[c as usize] == Label::Subject);
    let Some(words) = subject.map(|&c| trees.subtree(c)) else { return };
    let starts_late = report.content.iter().any(|r| r.start + 2 < words.start && r.end > words.start);
    if starts_late && words.end <= cue && cue - words.end <= 2 && !quoted(source, &words) {
        cut(&mut report.content, &(words.start..cue));
        report.speaker = Some(words);
    }
}

/// "His claim that the votes were bought has never been proved": a second finite verb without a subject
/// of its own goes on with the sentence, where the cue is a noun or stands in a relative clause.
fn before_second_predicate(source: &Source<'_>, report: &mut Report) {
    let (reading, trees, cue) = (source.reading, source.trees, report.cue);
    let owned = cue > 0 && matches!(reading.pos[cue as usize - 1], Pos::Determiner | Pos::Possessive);
    let noun = owned || trees.parsed(cue) && trees.tags[cue as usize].is_noun();
    let relative = trees.parsed(cue) && trees.labels[cue as usize] == Label::RelativeClause;
    if !noun && !relative {
        return;
    }
    for piece in report.content.iter_mut().filter(|r| r.start > cue) {
        piece.end = second_predicate(source, piece);
    }
}

/// Where in the clause a second finite verb without a subject of its own stands; the clause's end when
/// there is none.
pub fn second_predicate(source: &Source<'_>, clause: &Range<u32>) -> u32 {
    let reading = source.reading;
    let mut finite = false;
    for t in clause.start + 1..clause.end {
        let (here, before) = (t as usize, t as usize - 1);
        let opens = reading.entries[here].classes.any(Classes::RELATIVE.or(Classes::COMPLEMENTIZER));
        if opens || reading.quoted[here] != NONE {
            break;
        }
        if reading.pos[here] != Pos::Finite {
            continue;
        }
        let complete = match reading.pos[before] {
            Pos::Adjective | Pos::Participle | Pos::Base => true,
            // "were bought has": a past that a tagger took for finite.
            Pos::Finite => !reading.entries[before].classes.any(Classes::AUXILIARY),
            _ => false,
        };
        if finite && complete {
            return t;
        }
        finite = true;
    }
    clause.end
}

/// "If he says that the engine was hot, the flight would be stopped": the condition ends before what
/// follows from it. "Told by the doctor that she could not fly, Ana Costa took the train": so does what somebody
/// was told.
fn within_condition(source: &Source<'_>, report: &mut Report) {
    let (reading, cue) = (source.reading, report.cue);
    let block = &reading.blocks[reading.block_of[cue as usize] as usize].tokens;
    const IF: [Word; 2] = [word("if"), word("unless")];
    let participle =
        cue == block.start && reading.entries[cue as usize].verb.is_some_and(|v| v.form == Form::Past);
    if !participle && !IF.contains(&reading.words[block.start as usize]) || cue - block.start > 12 {
        return;
    }
    for piece in report.content.iter_mut().filter(|r| r.start > cue && !quoted(source, r)) {
        let verb = |t: u32| {
            let modal = reading.entries[t as usize].classes.any(Classes::MODAL);
            modal || participle && reading.pos[t as usize] == Pos::Finite
        };
        let follows = |comma: u32| (comma + 1..piece.end.min(comma + 8)).any(verb);
        let end = piece.clone().find(|&t| reading.pos[t as usize] == Pos::Comma && follows(t));
        piece.end = end.unwrap_or(piece.end);
    }
}

/// "told the committee the samples were lost": whom it was told is no content.
fn without_addressee(source: &Source<'_>, report: &mut Report) {
    let (reading, trees, cue) = (source.reading, source.trees, report.cue);
    if !reading.entries[cue as usize].verb.is_some_and(|v| v.classes.any(Classes::ADDRESSED)) {
        return;
    }
    let object = |c: &&u32| {
        matches!(trees.labels[**c as usize], Label::Object | Label::Dative)
            && trees.left[**c as usize] == cue + 1
    };
    let Some(words) = trees.children(cue).iter().find(object).map(|&c| trees.left[c as usize]..c + 1) else {
        return;
    };
    if report.content.iter().any(|r| r.start == words.start && r.end > words.end + 2)
        && !quoted(source, &words)
    {
        cut(&mut report.content, &words);
    }
}

/// Whether the cue is a passive: "they were told", "it was announced". By its label, or by a form of "be"
/// before a past form, which a parser may take for a copula.
pub fn passive(source: &Source<'_>, cue: u32) -> bool {
    let (reading, trees) = (source.reading, source.trees);
    let labelled =
        || trees.children(cue).iter().any(|&c| trees.labels[c as usize] == Label::PassiveAuxiliary);
    let past = || reading.entries[cue as usize].verb.is_some_and(|verb| verb.form == Form::Past);
    let block = reading.blocks[reading.block_of[cue as usize] as usize].tokens.start;
    let before = || {
        let auxiliary = |t: &usize| reading.entries[*t].classes.any(Classes::AUXILIARY);
        let run = (block as usize..cue as usize).rev().take(5);
        run.take_while(|t| reading.pos[*t] == Pos::Adverb || auxiliary(t))
            .any(|t| reading.entries[t].classes.any(Classes::BE))
    };
    trees.parsed(cue) && (labelled() || past() && before())
}

/// "It was announced by the palace that …": the agent speaks, and is no content.
fn agent(source: &Source<'_>, report: &mut Report) {
    let (trees, cue) = (source.trees, report.cue);
    let by = trees.children(cue).iter().find(|&&c| trees.labels[c as usize] == Label::Agent);
    let object = by.and_then(|&by| {
        trees.children(by).iter().find(|&&c| trees.labels[c as usize] == Label::PrepositionalObject)
    });
    // Or what looks like it: "by the palace that …" may be taken for a place.
    let nominal = |t: &u32| source.reading.pos[*t as usize].nominal();
    let behind = cue + 2..source.reading.len() as u32;
    let near = (passive(source, cue) && source.reading.words.get(cue as usize + 1) == Some(&word("by")))
        .then(|| behind.take_while(nominal).last())
        .flatten();
    let words = object.map(|&c| trees.left[c as usize]..c + 1).or(near.map(|last| cue + 2..last + 1));
    let Some(words) = words else { return };
    if report.speaker.is_none() && !quoted(source, &words) {
        cut(&mut report.content, &words);
        report.speaker = Some(words);
    }
}

/// "She said it twice: “…”": what a colon announces is the content, its words before the colon are not.
pub fn only_after_colon(source: &Source<'_>, cue: u32, content: &mut Vec<Range<u32>>) {
    let reading = source.reading;
    let announced = |r: &Range<u32>| {
        r.start > cue
            && reading.quoted[r.start as usize] != NONE
            && reading.pos[r.start as usize - 1] == Pos::Colon
    };
    let Some(start) = content.iter().find(|r| announced(r)).map(|r| r.start) else { return };
    let same = source.reading.sentence[cue as usize] == source.reading.sentence[start as usize - 1];
    if same {
        content.retain(|r| r.start < cue || r.start >= start || quoted(source, r));
    }
}

/// "“…,” said mountain guide Ana Costa": the surface is right in 98 of 100.
fn inverted(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    if !follows_quote(source, report.cue) {
        return;
    }
    let Some(surface) = opinions.first().filter(|o| o.how == text("quote-cue-subject")) else { return };
    let Some(words) = surface.speaker.clone() else { return };
    if !report.content.iter().any(|r| r.start < words.end && words.start < r.end) {
        return;
    }
    cut(&mut report.content, &words);
    report.speaker = Some(words);
}

/// "The talks go on, a diplomat who wants no name said": a subject that the surface reads before the cue
/// is no content.
fn subject_left(opinions: &[Opinion], report: &mut Report) {
    let Some(surface) = opinions.first().filter(|o| o.how == text("clause-subject-cue")) else { return };
    let Some(words) = surface.speaker.clone().filter(|s| s.end == report.cue) else { return };
    let holds = |r: &Range<u32>| r.start + 2 < words.start && words.end <= r.end;
    if report.speaker.is_none() && report.content.iter().any(holds) {
        cut(&mut report.content, &words);
        report.speaker = Some(words);
    }
}

/// "“…,” said Ana Costa, who leads the party", "according to the bank, known as ADB, …": what describes a
/// speaker behind the cue is no content.
fn without_description(source: &Source<'_>, report: &mut Report) {
    let reading = source.reading;
    let Some(speaker) = report.speaker.clone().filter(|s| s.start > report.cue) else { return };
    let who = [word("who"), word("whose"), word("whom")];
    for piece in report.content.iter_mut() {
        let first = piece.clone().find(|&t| reading.pos[t as usize] != Pos::Comma).unwrap_or(piece.start);
        let near = first >= speaker.end && first - speaker.end <= 1 && !quoted(source, piece);
        if near && who.contains(&reading.words[first as usize]) {
            piece.end = piece.start;
        } else if near && reading.pos[first as usize] == Pos::Participle {
            let comma = (first..piece.end).find(|&t| reading.pos[t as usize] == Pos::Comma);
            piece.start = comma.map_or(piece.start, |t| t + 1);
        }
    }
    report.content.retain(|r| !r.is_empty());
}

/// "The rains failed; the wells, the farmers said, are dry; nobody came": a semicolon ends what is reported
/// without marks. But "S; S, according to N." reports both.
fn within_semicolons(source: &Source<'_>, report: &mut Report) {
    let (reading, cue) = (source.reading, report.cue);
    let last = report.content.last().is_some_and(|r| r.end <= cue);
    if last && reading.words[cue as usize] == word("according") {
        return;
    }
    let parts = |t: &u32| reading.pos[*t as usize] == Pos::Semicolon && reading.quoted[*t as usize] == NONE;
    for piece in report.content.iter_mut() {
        if piece.end <= cue {
            piece.start = piece.clone().rfind(parts).map_or(piece.start, |t| t + 1);
        } else {
            piece.end = piece.clone().find(|t| *t > cue && parts(t)).unwrap_or(piece.end);
        }
    }
    report.content.retain(|r| !r.is_empty());
}

/// "“…,” Ana “Lulu” Costa said": what stands between marks in a name is no content.
fn nickname(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    let Some(words) = opinions.first().and_then(|o| o.speaker.clone()) else { return };
    let held = |t: u32| report.content.iter().any(|r| r.contains(&t));
    if quoted(source, &words) && words.clone().any(held) {
        cut(&mut report.content, &words);
        report.speaker = Some(words);
    }
}

/// "Lawyers whose clients were released said …": a parser takes what is said of the clients for the verb of
/// the lawyers; the surface shows where the clause about them ends.
fn whose(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    let reading = source.reading;
    let Some(words) = opinions.first().and_then(|o| o.speaker.clone()) else { return };
    let auxiliary = |t: u32| {
        reading.pos[t as usize] == Pos::Adverb || reading.entries[t as usize].classes.any(Classes::AUXILIARY)
    };
    let before = words.end <= report.cue && (words.end..report.cue).all(auxiliary);
    if !before || !words.clone().any(|t| reading.words[t as usize] == word("whose")) {
        return;
    }
    cut(&mut report.content, &words);
    if report.content.is_empty() {
        report.content.clone_from(&opinions[0].content);
    }
    report.speaker = Some(words);
}

/// Whether the cue stands right behind a quote.
fn follows_quote(source: &Source<'_>, cue: u32) -> bool {
    let reading = source.reading;
    let before = |back: u32| cue.checked_sub(back).map(|t| t as usize);
    before(1).is_some_and(|t| {
        reading.quoted[t] != NONE
            || reading.pos[t] == Pos::Comma && before(2).is_some_and(|t| reading.quoted[t] != NONE)
    })
}

/// Speaker and content do not touch: what looks like a speaker behind a cue that has its subject before
/// it begins the content ("Ana Costa said the strike would go on"), and what looks like content goes on
/// with the speaker when the cue stands behind a quote ("“…,” said mountain guide Ana Costa").
fn touching(source: &Source<'_>, opinions: &[Opinion], report: &mut Report) {
    let cue = report.cue;
    let Some(speaker) = report.speaker.clone().filter(|s| s.start > cue) else { return };
    let Some(at) = report.content.iter().position(|r| r.start == speaker.end && !quoted(source, r)) else {
        return;
    };
    let own = opinions.iter().rev().filter_map(|o| o.speaker.clone()).find(|s| s.end <= cue);
    if follows_quote(source, cue) {
        let piece = report.content.remove(at);
        report.speaker = Some(speaker.start..piece.end);
    } else if let Some(own) = own {
        report.content[at].start = speaker.start;
        report.speaker = Some(own);
    }
}

/// "“…,” he said at the market": the object of a preposition behind the cue of a quote is where it was said.
fn without_phrases(source: &Source<'_>, report: &mut Report) {
    let (reading, cue) = (source.reading, report.cue);
    if !report.content.iter().any(|r| r.end <= cue && quoted(source, r)) {
        return;
    }
    report.content.retain(|r| {
        let phrase = r.start > cue
            && reading.pos[r.start as usize - 1] == Pos::Preposition
            && !quoted(source, r)
            && r.clone().all(|t| reading.pos[t as usize] != Pos::Finite);
        !phrase
    });
}

/// The tree's subject when the labels give no speaker, unless the cue is a passive.
fn fallback(source: &Source<'_>, cue: u32, opinions: &[Opinion]) -> Option<Range<u32>> {
    let trees = source.trees;
    let agent = || trees.children(cue).iter().any(|&c| trees.labels[c as usize] == Label::Agent);
    if passive(source, cue) || agent() || trees.tags[cue as usize] == Tag::VerbParticiple {
        return None;
    }
    opinions.iter().rev().find_map(|o| o.speaker.clone())
}

/// "Ana Costa — the mayor's lawyer — said": the name before the dash speaks.
fn before_dash(source: &Source<'_>, report: &mut Report) {
    let reading = source.reading;
    let Some(speaker) = &report.speaker else { return };
    let dash = |t: u32| reading.pos.get(t as usize) == Some(&Pos::Dash);
    // With its apposition: "Ana Costa — the mayor's lawyer —".
    if let Some(first) = speaker.clone().skip(1).find(|&t| dash(t))
        && reading.pos[first as usize - 1].head()
        && (dash(speaker.end) || dash(speaker.end - 1))
    {
        report.speaker = Some(speaker.start..first);
        return;
    }
    let Some(first) = speaker.start.checked_sub(1).filter(|&t| dash(t)) else { return };
    if !dash(speaker.end) && !dash(speaker.end - 1) || report.cue < speaker.end {
        return;
    }
    let sentence = reading.sentence[first as usize];
    let nominal = |t: &u32| {
        reading.sentence[*t as usize] == sentence
            && reading.quoted[*t as usize] == NONE
            && (reading.pos[*t as usize].nominal() || reading.mention[*t as usize] != NONE)
    };
    let start = (0..first).rev().take_while(nominal).last();
    if let Some(start) = start
        && reading.pos[first as usize - 1].head()
    {
        report.speaker = Some(start..first);
    }
}

/// Whether the words are the subject of a passive cue: "they were told" names no speaker.
fn addressed(source: &Source<'_>, cue: u32, words: &Range<u32>) -> bool {
    let trees = source.trees;
    trees.parsed(cue)
        && trees
            .children(cue)
            .iter()
            .any(|&c| trees.labels[c as usize] == Label::PassiveSubject && words.contains(&c))
}

const FORMULA: [Word; 3] = [word("named"), word("identified"), word("quoted")];

/// "asked not to be named": a formula that reports nothing.
pub fn anonymous(source: &Source<'_>, content: &[Range<u32>]) -> bool {
    let [only] = content else { return false };
    let words = &source.reading.words;
    only.end - only.start <= 5
        && words[only.start as usize..only.end as usize].contains(&word("be"))
        && FORMULA.contains(&words[only.end as usize - 1])
}

/// The last look's score that is enough where grammar leaves no doubt: quoted words of a cue that surely
/// reports, "N says that S", "S, N said." and "they were told that S". One where it says nothing.
pub fn least(source: &Source<'_>, a: &Attribution, reporting: f32) -> f32 {
    const NOTHING: f32 = 1.0;
    const PLAIN: f32 = 0.25;
    let reading = source.reading;
    if kind(reading, &a.content) == QuoteKind::Direct {
        return if reporting >= 0.8 { PLAIN } else { NOTHING };
    }
    let [only] = a.content.as_slice() else { return NOTHING };
    let that = reading.words[only.start as usize] == word("that");
    let Some(speaker) = &a.speaker else {
        // Few of them are in the training articles, so the last look thinks little of any.
        return if that && reporting >= 0.6 && passive(source, a.cue.start) { 0.1 } else { NOTHING };
    };
    // "told police that": whom it was told may stand between.
    let behind = that
        && (a.cue.end..a.cue.end + 4).contains(&only.start)
        && (a.cue.end..only.start)
            .all(|t| reading.pos[t as usize].nominal() || reading.pos[t as usize].head())
        && speaker.end <= a.cue.start;
    let comma = |t: u32| reading.pos[t as usize] == Pos::Comma;
    let before = only.end < speaker.start
        && (only.end..speaker.start).all(comma)
        && speaker.end == a.cue.start
        && reading.pos.get(a.cue.end as usize) == Some(&Pos::Stop)
        && finite(source, only);
    // A clause about the speaker before the cue misleads the parser, and so every score.
    let described = speaker.clone().any(|t| reading.words[t as usize] == word("whose"))
        && (behind || only.start == a.cue.end && finite(source, only));
    let enough = behind && reporting >= 0.65 || before && reporting >= 0.4 || described && reporting >= 0.25;
    if enough { PLAIN } else { NOTHING }
}

/// "N said that S and promised that S": who promised is N, not the subject of what was said.
pub fn shared_speakers(source: &Source<'_>, attributions: &mut [Attribution]) {
    let reading = source.reading;
    for index in 1..attributions.len() {
        let (before, rest) = attributions.split_at_mut(index);
        let (last, this) = (&before[index - 1], &mut rest[0]);
        let Some(words) = &this.speaker else { continue };
        let cue = this.cue.start;
        let Some(piece) = last.content.iter().find(|r| r.start <= words.start && words.end <= r.end) else {
            continue;
        };
        // The cue stands behind the content, with nothing but "and" between.
        let joined = piece.end < cue
            && piece.start > last.cue.start
            && cue - piece.end <= 3
            && (piece.end..cue).any(|t| reading.pos[t as usize] == Pos::Coordinator);
        if joined && last.speaker.is_some() {
            this.speaker.clone_from(&last.speaker);
        }
    }
}
