//! Quotes: content, speaker, and both together.
//!
//! A quote: `{"start", "end"}` with optional `segments` (its pieces), `kind`,
//! `speaker` (`{"start", "end", "text"}` or null), `speaker_entity` (a name or
//! null), `cue`. Content is compared as sets of word tokens, so quotation marks
//! and punctuation never matter; a leading "that" is dropped. Predictions and
//! gold are matched one to one, greedily by intersection over union; *exact* is
//! the same set, *overlap* at least one half. *joint* asks for overlap and the
//! right speaker. The kind of either side is told from the text: the share of
//! its letters inside double quotation marks.
//!
//! Gold outside the subset is ignored: what matches it, or lies by half inside
//! it, is neither right nor wrong. `speech` ignores gold whose cue reports no
//! speech, `core` besides indirect gold without a finite verb.

mod heads;
mod marks;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::{EvalError, Line, Prf, by_id, chars, round, span, speech};
use crate::annotations::QuoteKind;
use heads::{head, is_pronoun, trimmed};

/// Which kinds of quotes are scored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subset {
    /// All.
    #[default]
    All,
    /// Direct and mixed.
    Quoted,
    /// One kind.
    Only(QuoteKind),
}

impl Subset {
    fn holds(self, kind: QuoteKind) -> bool {
        match self {
            Subset::All => true,
            Subset::Quoted => kind != QuoteKind::Indirect,
            Subset::Only(only) => kind == only,
        }
    }
}

/// What is compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The kinds.
    pub subset: Subset,
    /// Ignore gold whose cue reports no speech.
    pub speech: bool,
    /// Besides, ignore indirect gold that is no clause.
    pub core: bool,
    /// Every contiguous piece is a quote of its own.
    pub by_segment: bool,
}

/// The scores of a set.
#[derive(Clone, Debug, Default)]
pub struct Scores {
    /// Content equal.
    pub span_exact: Prf,
    /// Content alike by half.
    pub span_overlap: Prf,
    /// Words of content.
    pub token: Prf,
    /// Content alike by half and speaker right.
    pub joint: Prf,
    /// Content equal and speaker's words equal.
    pub joint_exact: Prf,
    /// Of matched quotes with a speaker: the same words at the same place, in percent.
    pub spk_span: Option<f64>,
    /// The same head word.
    pub spk_head: Option<f64>,
    /// The same head word or the same entity.
    pub spk_any: Option<f64>,
    /// Nobody predicted.
    pub spk_none: Option<f64>,
    /// Of matched quotes without a speaker: nobody predicted either.
    pub spk_null: Option<f64>,
    /// Of matched quotes with an entity: that entity.
    pub spk_entity: Option<f64>,
    /// Of all quotes with an entity: matched, with that entity.
    pub joint_entity_r: Option<f64>,
    /// Of matched quotes whose kind was predicted: the right one.
    pub kind_acc: Option<f64>,
    /// Matched quotes with a speaker.
    pub n_spk: usize,
    /// What was wrong.
    pub errors: Vec<Mistake>,
}

/// One wrong answer.
#[derive(Clone, Debug)]
pub struct Mistake {
    /// `MISS`, `SPK` or `FP`.
    pub what: &'static str,
    /// The article.
    pub id: String,
    /// The content.
    pub content: String,
    /// Gold and predicted speaker's words.
    pub speakers: [Option<String>; 2],
}

/// A speaker's words, and where they stand.
#[derive(Clone, Debug)]
struct Words {
    place: Option<(usize, usize)>,
    text: String,
}

/// A quote as it was given.
#[derive(Clone, Debug)]
struct Given {
    segments: Vec<(usize, usize)>,
    kind: Option<String>,
    speaker: Option<Words>,
    entity: Option<String>,
    cue: Option<String>,
    finite: Option<bool>,
}

/// A quote as it is compared: its word tokens.
struct Item<'g> {
    given: &'g Given,
    segments: Vec<(usize, usize)>,
    tokens: BTreeSet<usize>,
    kind: QuoteKind,
    ignored: bool,
}

#[derive(Default)]
struct Counts {
    gold: usize,
    pred: usize,
    tokens: [usize; 3],
    overlap: usize,
    exact: usize,
    kinds: [usize; 2],
    with_speaker: usize,
    span: usize,
    head: usize,
    any: usize,
    none: usize,
    without: [usize; 2],
    entities: usize,
    entity: [usize; 2],
    joint: usize,
    joint_exact: usize,
}

/// Scores `pred` against `gold`; an article without prediction is taken as empty.
///
/// # Errors
/// When a line lacks a field or a span lies outside of its text.
pub fn score(gold: &[Line], pred: &[Line], options: Options) -> Result<Scores, EvalError> {
    let predicted = by_id(pred);
    let mut counts = Counts::default();
    let mut errors = Vec::new();
    for line in gold {
        let text = line.text()?;
        let wanted = given(line, &text)?;
        let found = match predicted.get(line.id.as_str()) {
            Some(pred) => given(pred, &text)?,
            None => Vec::new(),
        };
        article(line, &text, &wanted, &found, options, &mut counts, &mut errors);
    }
    let percent =
        |part: usize, whole: usize| (whole > 0).then(|| round(100.0 * part as f64 / whole as f64, 1));
    let c = &counts;
    let prf = |tp| Prf::new(tp, c.pred, c.gold, 1);
    Ok(Scores {
        span_exact: prf(c.exact),
        span_overlap: prf(c.overlap),
        token: Prf::new(c.tokens[0], c.tokens[1], c.tokens[2], 1),
        joint: prf(c.joint),
        joint_exact: prf(c.joint_exact),
        spk_span: percent(c.span, c.with_speaker),
        spk_head: percent(c.head, c.with_speaker),
        spk_any: percent(c.any, c.with_speaker),
        spk_none: percent(c.none, c.with_speaker),
        spk_null: percent(c.without[0], c.without[1]),
        spk_entity: percent(c.entity[0], c.entity[1]),
        joint_entity_r: percent(c.entity[0], c.entities),
        kind_acc: percent(c.kinds[0], c.kinds[1]),
        n_spk: c.with_speaker,
        errors,
    })
}

/// The quotes of a line, whichever form it has.
fn given(line: &Line, text: &[char]) -> Result<Vec<Given>, EvalError> {
    if let Some(record) = line.record(text)? {
        return Ok(record.quotes.into_iter().map(from_record).collect());
    }
    line.list("quotes")?
        .iter()
        .map(|value| from_value(value).ok_or_else(|| line.error("a quote lacks start or end")))
        .collect()
}

fn from_record(quote: crate::record::QuoteRecord) -> Given {
    let entity = quote.speaker.as_ref().and_then(|speaker| speaker.name.clone());
    Given {
        segments: quote.segments.iter().map(|s| (s.start as usize, s.end as usize)).collect(),
        kind: serde_json::to_value(quote.kind).ok().and_then(|kind| Some(kind.as_str()?.to_owned())),
        speaker: quote.speaker.filter(|speaker| !speaker.text.is_empty()).map(|speaker| Words {
            place: Some((speaker.start as usize, speaker.end as usize)),
            text: speaker.text,
        }),
        entity,
        cue: quote.cue.map(|cue| cue.text),
        finite: None,
    }
}

fn from_value(value: &Value) -> Option<Given> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let segments = match value["segments"].as_array().filter(|segments| !segments.is_empty()) {
        Some(segments) => segments.iter().map(span).collect::<Option<Vec<_>>>()?,
        None => vec![span(value)?],
    };
    let speaker = &value["speaker"];
    Some(Given {
        segments,
        kind: text(&value["kind"]),
        speaker: speaker.is_object().then(|| Words {
            place: span(speaker),
            text: speaker["text"].as_str().unwrap_or_default().to_owned(),
        }),
        entity: text(&value["speaker_entity"]),
        cue: value["cue"]["text"].as_str().map(str::to_owned),
        finite: value["finite"].as_bool(),
    })
}

/// A word token: where it stands, and whether it is "that".
struct Token {
    start: usize,
    is_that: bool,
}

/// Words with inner apostrophes, periods, hyphens and ampersands.
fn tokens(text: &[char]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let word = |at: usize| text.get(at).is_some_and(|c| chars::is_word(*c));
    let mut at = 0;
    while at < text.len() {
        if !word(at) {
            at += 1;
            continue;
        }
        let start = at;
        while word(at) || (matches!(text.get(at), Some('\'' | '’' | '.' | '-' | '&')) && word(at + 1)) {
            at += 1;
        }
        let is_that = text[start..at].iter().collect::<String>().to_lowercase() == "that";
        tokens.push(Token { start, is_that });
    }
    tokens
}

fn items<'g>(
    quotes: &'g [Given],
    text: &[char],
    tokens: &[Token],
    quoted: &[bool],
    by_segment: bool,
) -> Vec<Item<'g>> {
    let first = |offset: usize| tokens.partition_point(|token| token.start < offset);
    let mut items = Vec::new();
    for given in quotes {
        let groups = if by_segment {
            given
                .segments
                .iter()
                .flat_map(|&segment| unbroken(text, segment))
                .map(|piece| vec![piece])
                .collect()
        } else {
            vec![given.segments.clone()]
        };
        for segments in groups {
            let mut inside: BTreeSet<usize> =
                segments.iter().flat_map(|&(a, b)| first(a)..first(b)).collect();
            if inside.len() > 1 && inside.first().is_some_and(|&token| tokens[token].is_that) {
                inside.pop_first();
            }
            if inside.is_empty() {
                continue;
            }
            let kind = marks::kind(text, &segments, quoted);
            items.push(Item { given, segments, tokens: inside, kind, ignored: false });
        }
    }
    items
}

/// The pieces of a segment between runs of line breaks.
fn unbroken(text: &[char], (start, end): (usize, usize)) -> Vec<(usize, usize)> {
    let end = end.min(text.len());
    let mut pieces = Vec::new();
    let mut from = start;
    let mut at = start;
    while at < end {
        if text[at] == '\n' {
            pieces.push((from, at));
            while at < end && text[at] == '\n' {
                at += 1;
            }
            from = at;
        } else {
            at += 1;
        }
    }
    pieces.push((from, end));
    pieces
}

/// Pairs items of gold and prediction: gold to (prediction), prediction to (gold).
fn matched(gold: &[Item], pred: &[Item]) -> (BTreeMap<usize, usize>, BTreeMap<usize, usize>) {
    let mut having: HashMap<usize, Vec<usize>> = HashMap::new();
    for (g, item) in gold.iter().enumerate() {
        for &token in &item.tokens {
            having.entry(token).or_default().push(g);
        }
    }
    let mut candidates: Vec<(bool, f64, usize, usize)> = Vec::new();
    for (p, item) in pred.iter().enumerate() {
        let mut common: BTreeMap<usize, usize> = BTreeMap::new();
        for g in item.tokens.iter().filter_map(|token| having.get(token)).flatten() {
            *common.entry(*g).or_default() += 1;
        }
        for (g, count) in common {
            let union = gold[g].tokens.len() + item.tokens.len() - count;
            candidates.push((gold[g].ignored, count as f64 / union as f64, g, p));
        }
    }
    // Gold that is scored first, then by likeness, then by position.
    candidates.sort_by(|a, b| {
        let alike = b.1.partial_cmp(&a.1).unwrap_or(Ordering::Equal);
        a.0.cmp(&b.0).then(alike).then(a.2.cmp(&b.2)).then(a.3.cmp(&b.3))
    });
    let (mut of_gold, mut of_pred) = (BTreeMap::new(), BTreeMap::new());
    for (_, likeness, g, p) in candidates {
        if likeness >= 0.5 && !of_gold.contains_key(&g) && !of_pred.contains_key(&p) {
            of_gold.insert(g, p);
            of_pred.insert(p, g);
        }
    }
    (of_gold, of_pred)
}

fn article(
    line: &Line,
    text: &[char],
    wanted: &[Given],
    found: &[Given],
    options: Options,
    counts: &mut Counts,
    errors: &mut Vec<Mistake>,
) {
    let tokens = tokens(text);
    let quoted = marks::quoted(text);
    let mut gold = items(wanted, text, &tokens, &quoted, options.by_segment);
    let pred = items(found, text, &tokens, &quoted, options.by_segment);
    for item in &mut gold {
        let is_speech = || item.given.cue.as_deref().is_some_and(speech::is_speech);
        item.ignored = !options.subset.holds(item.kind)
            || ((options.speech || options.core) && !is_speech())
            || (options.core && item.kind == QuoteKind::Indirect && item.given.finite == Some(false));
    }
    let (of_gold, of_pred) = matched(&gold, &pred);
    let ignored: BTreeSet<usize> =
        gold.iter().filter(|g| g.ignored).flat_map(|g| &g.tokens).copied().collect();
    let live = |p: usize| match of_pred.get(&p) {
        Some(&g) => !gold[g].ignored,
        None => {
            let inside = pred[p].tokens.intersection(&ignored).count();
            options.subset.holds(pred[p].kind) && (inside == 0 || 2 * inside < pred[p].tokens.len())
        }
    };
    let live: Vec<usize> = (0..pred.len()).filter(|&p| live(p)).collect();
    let scored = || gold.iter().enumerate().filter(|(_, item)| !item.ignored);
    counts.gold += scored().count();
    counts.pred += live.len();
    let gold_tokens: BTreeSet<usize> = scored().flat_map(|(_, item)| &item.tokens).copied().collect();
    let pred_tokens: BTreeSet<usize> = live
        .iter()
        .flat_map(|&p| &pred[p].tokens)
        .filter(|token| gold_tokens.contains(token) || !ignored.contains(token))
        .copied()
        .collect();
    counts.tokens[0] += gold_tokens.intersection(&pred_tokens).count();
    counts.tokens[1] += pred_tokens.len();
    counts.tokens[2] += gold_tokens.len();

    let content = |segments: &[(usize, usize)]| {
        let pieces =
            segments.iter().map(|&(a, b)| text[a.min(b)..b.min(text.len())].iter().collect::<String>());
        pieces.collect::<Vec<_>>().join(" … ")
    };
    let mut mistake = |what, segments: &[(usize, usize)], gold: Option<&Given>, pred: Option<&Given>| {
        let words = |given: Option<&Given>| given.and_then(|g| Some(g.speaker.as_ref()?.text.clone()));
        errors.push(Mistake {
            what,
            id: line.id.clone(),
            content: content(segments),
            speakers: [words(gold), words(pred)],
        });
    };
    for (g, item) in scored() {
        counts.entities += usize::from(item.given.entity.is_some());
        match of_gold.get(&g) {
            None => mistake("MISS", &item.segments, Some(item.given), None),
            Some(&p) => {
                if !pair(text, item, &pred[p], counts) {
                    mistake("SPK", &item.segments, Some(item.given), Some(pred[p].given));
                }
            }
        }
    }
    for p in live {
        if !of_pred.contains_key(&p) {
            mistake("FP", &pred[p].segments, None, Some(pred[p].given));
        }
    }
}

/// Counts a matched pair; whether its speaker is right, or gold has none.
fn pair(text: &[char], gold: &Item, pred: &Item, counts: &mut Counts) -> bool {
    counts.overlap += 1;
    let exact = gold.tokens == pred.tokens;
    counts.exact += usize::from(exact);
    if let Some(kind) = &pred.given.kind {
        counts.kinds[1] += 1;
        let right = match &gold.given.kind {
            Some(right) => right == kind,
            None => serde_json::to_value(gold.kind).is_ok_and(|right| right == kind.as_str()),
        };
        counts.kinds[0] += usize::from(right);
    }
    let spoken = pred.given.speaker.as_ref();
    let spoken_head = spoken.and_then(|words| head(&words.text));
    let entity_head = match &pred.given.entity {
        Some(entity) => head(entity),
        None => spoken_head.clone(),
    };
    let same_entity = |gold: &str| entity_head.is_some() && entity_head == head(gold);
    let (mut span, mut any) = (false, false);
    if let Some(right) = &gold.given.speaker {
        counts.with_speaker += 1;
        let place = spoken.and_then(|words| words.place);
        span = place.is_some_and(|place| {
            right.place.is_some_and(|right| trimmed(text, place) == trimmed(text, right))
        });
        let mut same_head = spoken_head.is_some() && spoken_head == head(&right.text);
        if same_head
            && spoken_head.as_deref().is_some_and(is_pronoun)
            && let (Some(place), Some(right)) = (place, right.place)
        {
            same_head = place.0 < right.1 && right.0 < place.1;
        }
        any = span || same_head || gold.given.entity.as_deref().is_some_and(same_entity);
        counts.span += usize::from(span);
        counts.head += usize::from(same_head || span);
        counts.any += usize::from(any);
        counts.none += usize::from(spoken.is_none());
    } else {
        counts.without[1] += 1;
        counts.without[0] += usize::from(spoken.is_none());
    }
    if let Some(entity) = &gold.given.entity {
        counts.entity[1] += 1;
        counts.entity[0] += usize::from(same_entity(entity));
    }
    let both_null = gold.given.speaker.is_none() && spoken.is_none();
    counts.joint += usize::from(any || both_null);
    counts.joint_exact += usize::from(exact && (span || both_null));
    any || gold.given.speaker.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::lines;

    const GOLD: &str = r#"{"id":"a","text":"“We agree,” said Zoë Smith. “All of us.” He said that it rains.","quotes":[
        {"start":0,"end":40,"segments":[[0,11],[28,40]],"speaker":{"start":17,"end":26,"text":"Zoë Smith"},"speaker_entity":"Zoë Smith","cue":{"start":12,"end":16,"text":"said"}},
        {"start":49,"end":63,"speaker":{"start":41,"end":43,"text":"He"},"cue":{"start":44,"end":48,"text":"said"}}]}"#;

    fn scores(pred: &str, options: Options) -> Scores {
        let pred = format!(r#"{{"id":"a","quotes":[{pred}]}}"#).replace('\n', "");
        score(&lines(&GOLD.replace('\n', "")).unwrap(), &lines(&pred).unwrap(), options).unwrap()
    }

    #[test]
    fn marks_and_that_do_not_matter_and_a_surname_is_its_person() {
        let found = scores(
            r#"{"start":1,"end":39,"segments":[[1,9],[29,39]],"speaker":{"start":21,"end":26,"text":"Smith"}},
               {"start":54,"end":62,"speaker":{"start":41,"end":43,"text":"He"}}"#,
            Options::default(),
        );
        assert_eq!((found.span_exact.f1, found.joint.f1, found.joint_exact.f1), (100.0, 100.0, 50.0));
        assert_eq!((found.spk_span, found.spk_entity), (Some(50.0), Some(100.0)));
    }

    #[test]
    fn quotes_outside_of_the_subset_are_neither_right_nor_wrong() {
        let options = Options { subset: Subset::Only(QuoteKind::Direct), ..Options::default() };
        let found = scores(r#"{"start":49,"end":63}"#, options);
        assert_eq!((found.span_exact.tp, found.span_exact.pred, found.span_exact.gold), (0, 0, 1));
    }

    #[test]
    fn pieces_may_count_by_themselves() {
        let options = Options { by_segment: true, ..Options::default() };
        let found = scores(r#"{"start":0,"end":11}"#, options);
        assert_eq!((found.span_exact.tp, found.span_exact.gold), (1, 3));
    }
}
