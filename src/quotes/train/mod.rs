//! Training of the judge: from articles with hand-marked attributions to the
//! bytes of its model file.
//!
//! Seeded and on one thread: the same articles give the same bytes. The last
//! look is trained on predictions of models that have not seen the article
//! (the training set in parts, each judged by models of the others), so that
//! it meets the mistakes it will meet later.

use crate::Annotations;
use crate::learn::calibration::Calibration;
use crate::learn::corpus::Corpus;
use crate::learn::crf::{Crf, Features};
use crate::learn::logistic::{Case, Logistic, Settings as LogisticSettings};
use crate::learn::train::Settings as CrfSettings;

use super::Attributions;
use super::attribution::{Attribution, Rule, held};
use super::judge::glance::{self, Glance};
use super::judge::rescore::{self, Scores};
use super::judge::sink::Sink;
use super::judge::{Cue, Judge, Last, Proposer, Vocabulary, continuation, cue, opinions, span, worth};
use super::reading::Reading;
use super::rules;
use super::source::Source;
use super::trees::Trees;
use super::words::{Classes, Lexicon, Word};

mod gold;

use gold::Gold;
pub use gold::{GoldError, Marked, MarkedArticle, read};

/// An article with the layers that the stages before this one found, and its hand-marked attributions.
pub struct Article {
    /// Text and attributions.
    pub marked: MarkedArticle,
    /// Tokens, sentences, mentions, entities.
    pub found: Annotations,
}

/// An article made ready: read, parsed, aligned.
struct Prepared {
    article: Article,
    reading: Reading,
    trees: Trees,
    /// Tokens that may be cues.
    candidates: Vec<u32>,
    gold: Vec<Gold>,
}

impl Prepared {
    fn source(&self) -> Source<'_> {
        Source {
            text: &self.article.marked.text,
            found: &self.article.found,
            reading: &self.reading,
            trees: &self.trees,
        }
    }

    fn gold_at(&self, cue: u32) -> Option<&Gold> {
        self.gold.binary_search_by_key(&cue, |g| g.cue).ok().map(|at| &self.gold[at])
    }
}

/// Parts of the training articles, each judged by models of the others.
const FOLDS: usize = 2;

/// Trains on `articles`; `report` hears what is going on.
pub fn train(articles: Vec<Article>, mut report: impl FnMut(&str)) -> Vec<u8> {
    let lexicon = Lexicon::shipped();
    let mut prepared: Vec<Prepared> = articles.into_iter().map(|a| prepare(a, lexicon)).collect();
    let vocabulary = vocabulary(&prepared);
    report(&format!("{} lemmas can report", vocabulary.len()));
    let glances = [Attributions::Reporting, Attributions::Any]
        .map(|wanted| glance(&prepared, &vocabulary, lexicon, wanted));
    // Again, parsed only where a glance finds it worth it, as it will be in use.
    let mut sink = Sink::default();
    for p in &mut prepared {
        let Prepared { article, reading, trees, candidates, .. } = p;
        let choose = |reading: &Reading, candidates: &mut Vec<u32>| {
            let known = (0..reading.len() as u32).filter(|&t| vocabulary.knows(reading.lemmas[t as usize]));
            candidates.extend(known.filter(|&t| glances.iter().any(|g| g.worth(reading, t, &mut sink))));
        };
        super::prepare(&article.marked.text, &article.found, lexicon, choose, candidates, reading, trees);
    }
    let total: usize = prepared.iter().map(|p| p.gold.len()).sum();
    let reporting: usize = prepared.iter().flat_map(|p| &p.gold).filter(|g| g.reporting).count();
    report(&format!("{} articles, {total} attributions, {reporting} of them report", prepared.len()));
    let everyone: Vec<&Prepared> = prepared.iter().collect();
    let proposer = part(&everyone, "all", &mut report);
    // Each article with attributions by models that have not seen it.
    let mut judged: Vec<Judged<'_>> = Vec::new();
    for fold in 0..FOLDS {
        let with = |inside: bool| {
            let chosen =
                prepared.iter().enumerate().filter(move |(number, _)| (number % FOLDS == fold) == inside);
            chosen.map(|(_, p)| p).collect::<Vec<_>>()
        };
        let proposer = part(&with(false), &format!("without part {} of {FOLDS}", fold + 1), &mut report);
        judged.extend(with(true).into_iter().map(|p| propose(&proposer, p)));
    }
    let last = [Attributions::Reporting, Attributions::Any].map(|wanted| last(&judged, wanted, &mut report));
    Judge { vocabulary, glances, proposer, last }.write()
}

fn prepare(article: Article, lexicon: &'static Lexicon) -> Prepared {
    let mut reading = Reading::default();
    let mut trees = Trees::default();
    let mut candidates = Vec::new();
    let all = |reading: &Reading, candidates: &mut Vec<u32>| candidates.extend(0..reading.len() as u32);
    super::prepare(
        &article.marked.text,
        &article.found,
        lexicon,
        all,
        &mut candidates,
        &mut reading,
        &mut trees,
    );
    let mut prepared = Prepared { article, reading, trees, candidates, gold: Vec::new() };
    prepared.gold = gold::align(&prepared.source(), lexicon, &prepared.article.marked);
    prepared
}

/// The lemmas of all cues seen and of all reporting verbs.
fn vocabulary(articles: &[Prepared]) -> Vocabulary {
    let mut lemmas: Vec<Word> = Lexicon::shipped().verbs().collect();
    for p in articles {
        for g in &p.gold {
            let classes = p.reading.entries[g.cue as usize].classes;
            let closed = Classes::AUXILIARY
                .or(Classes::PREPOSITION)
                .or(Classes::DETERMINER)
                .or(Classes::PRONOUN)
                .or(Classes::COORDINATOR);
            if !classes.any(closed) {
                lemmas.push(p.reading.lemmas[g.cue as usize]);
            }
        }
    }
    Vocabulary::new(lemmas)
}

/// The first look, on articles as they are before they are parsed.
fn glance(articles: &[Prepared], vocabulary: &Vocabulary, lexicon: &Lexicon, wanted: Attributions) -> Glance {
    let mut sink = Sink::default();
    let mut halves: [Vec<Case>; 2] = Default::default();
    for (number, p) in articles.iter().enumerate() {
        let mut reading = Reading::default();
        reading.fill(&p.article.marked.text, &p.article.found, lexicon);
        for t in 0..reading.len() as u32 {
            let gold = p.gold_at(t);
            // What reports nothing but attributes is no case of either.
            let neither = wanted == Attributions::Reporting && gold.is_some_and(|g| !g.reporting);
            if neither || !vocabulary.knows(reading.lemmas[t as usize]) {
                continue;
            }
            glance::features(&reading, t, &mut sink);
            halves[number % 2].push(case(&sink, gold.is_some()));
        }
    }
    let settings = LogisticSettings { passes: 8, rate: 0.05, ridge: 2e-5, ..LogisticSettings::default() };
    let mut unseen = Vec::new();
    for (half, other) in [(0, 1), (1, 0)] {
        let model = Logistic::train(&halves[half], &settings);
        let cues = halves[other].iter().filter(|case| case.answer);
        unseen.extend(cues.map(|case| model.probability(case.features.iter().copied())));
    }
    Glance::new(Logistic::train(&halves.concat(), &settings), unseen)
}

/// Trains the models between the first look and the last.
fn part(articles: &[&Prepared], name: &str, report: &mut impl FnMut(&str)) -> Proposer {
    let reporting = cues(articles, false);
    let any = cues(articles, true);
    report(&format!("{name}: cues"));
    let span = spans(articles, report);
    report(&format!("{name}: spans, {} features", span.table().len()));
    let continuation = owners(articles);
    report(&format!("{name}: continuation"));
    Proposer { reporting, any, span, continuation }
}

fn case(sink: &Sink, answer: bool) -> Case {
    Case { features: sink.pairs().collect(), answer }
}

/// The cue scorer; for `any`, all attributions are cues, else those that report, the others left out.
fn cues(articles: &[&Prepared], any: bool) -> Logistic {
    let mut cases = Vec::new();
    let mut sink = Sink::default();
    for p in articles {
        let source = p.source();
        for &t in &p.candidates {
            if !cue::possible(&source, t) {
                continue;
            }
            let gold = p.gold_at(t);
            if !any && gold.is_some_and(|g| !g.reporting) {
                continue;
            }
            cue::features(&source, t, &mut sink);
            cases.push(case(&sink, gold.is_some()));
        }
    }
    Logistic::train(
        &cases,
        &LogisticSettings { passes: 12, rate: 0.05, ridge: 2e-5, ..LogisticSettings::default() },
    )
}

/// The CRF over the windows of all gold cues.
fn spans(articles: &[&Prepared], report: &mut impl FnMut(&str)) -> Crf {
    let mut corpus = Corpus::default();
    let mut sink = Sink::default();
    let mut features = Features::default();
    let mut units = Vec::new();
    let mut reported = Vec::new();
    for p in articles {
        let source = p.source();
        for g in &p.gold {
            let block = p.reading.block_units(p.reading.block_of[g.cue as usize] as usize);
            reported.clear();
            rules::read(&p.reading, block, &mut reported);
            let opinions = opinions(&source, g.cue, block, &reported);
            let at = span::window(&source, g.cue, &mut units);
            let others = |unit: &super::reading::Unit| {
                (unit.start..unit.end)
                    .take(400)
                    .any(|t| t != g.cue && p.gold_at(t).is_some_and(|o| o.reporting))
            };
            span::features(&source, &units, at, &others, &opinions, &mut sink, &mut features);
            corpus.push(&features, &labels(g, &units), 0);
        }
    }
    report(&format!(
        "spans: {} windows, {} units, {} features",
        corpus.len(),
        corpus.units(),
        corpus.features()
    ));
    let settings = CrfSettings {
        passes: 8,
        rate: 0.05,
        min_count: 2,
        prune: 0.05,
        step: 0.03,
        runs: 3,
        ..CrfSettings::default()
    };
    crate::learn::train::train(corpus, span::labels(), &settings, |_| ())
}

fn labels(gold: &Gold, units: &[super::reading::Unit]) -> Vec<u8> {
    let mut labels = Vec::with_capacity(units.len());
    let mut before = span::OUT;
    for unit in units {
        let tokens = unit.start..unit.end;
        let content = super::attribution::shared(&gold.content, &tokens);
        let speaks = gold.speaker.as_ref().is_some_and(|s| s.start <= unit.start && unit.end <= s.end);
        let label = if content * 2 >= tokens.end - tokens.start && content > 0 {
            if matches!(before, span::CONTENT | span::CONTENT_ON) { span::CONTENT_ON } else { span::CONTENT }
        } else if speaks {
            if matches!(before, span::SPEAKER | span::SPEAKER_ON) { span::SPEAKER_ON } else { span::SPEAKER }
        } else {
            span::OUT
        };
        labels.push(label);
        before = label;
    }
    labels
}

/// The continuation model, on gold attributions cut to the block of their cue.
fn owners(articles: &[&Prepared]) -> Logistic {
    let mut cases = Vec::new();
    let mut sink = Sink::default();
    for p in articles {
        let source = p.source();
        let mut found: Vec<Attribution> =
            p.gold.iter().filter(|g| g.reporting).map(|g| within_block(&source, g)).collect();
        let gold: Vec<&Gold> = p.gold.iter().filter(|g| g.reporting).collect();
        let held = held(&p.reading, &found);
        let mut kinds = continuation::Kinds::new(&p.reading, &found);
        for (id, stretch) in p.reading.stretches.iter().enumerate() {
            if held[id] || !worth(stretch) {
                continue;
            }
            let tokens = stretch.tokens.clone();
            let owner = gold.iter().position(|g| {
                super::attribution::shared(&g.content, &tokens) * 2 >= tokens.end - tokens.start
            });
            for candidate in continuation::candidates(&source, id, &found) {
                continuation::features(&source, id, &found, &kinds, candidate, &mut sink);
                cases.push(case(&sink, owner == Some(candidate.index)));
            }
            if let Some(owner) = owner {
                kinds.add(&p.reading, owner, &tokens);
                found[owner].add(tokens);
            }
        }
    }
    Logistic::train(
        &cases,
        &LogisticSettings { passes: 15, rate: 0.05, ridge: 2e-5, ..LogisticSettings::default() },
    )
}

const GOLD: Rule = Rule { name: "gold", confidence: 1.0 };

fn within_block(source: &Source<'_>, gold: &Gold) -> Attribution {
    let block = &source.reading.blocks[source.reading.block_of[gold.cue as usize] as usize].tokens;
    let content = gold.content.iter().map(|r| r.start.max(block.start)..r.end.min(block.end));
    Attribution::found(GOLD, gold.cue..gold.cue + 1, content, gold.speaker.clone())
}

/// An article as models that have not seen it judge it.
struct Judged<'p> {
    prepared: &'p Prepared,
    found: Vec<Attribution>,
    scores: Vec<Scores>,
}

fn propose<'p>(proposer: &Proposer, prepared: &'p Prepared) -> Judged<'p> {
    let source = prepared.source();
    let mut memory = super::judge::Scratch::default();
    let mut cues: Vec<Cue> = Vec::new();
    proposer.cues(&source, &prepared.candidates, Attributions::Any, &mut memory, &mut cues);
    let (mut found, mut scores) = super::propose(proposer, &source, &cues, &mut Vec::new(), &mut memory);
    proposer.attach(&source, &mut found, &mut scores, &mut memory);
    Judged { prepared, found, scores }
}

/// Hundredths on either side of a threshold whose F1 counts for it, too.
const AROUND: u32 = 8;

/// The last look for one view: model, calibration and threshold.
fn last(judged: &[Judged<'_>], wanted: Attributions, report: &mut impl FnMut(&str)) -> Last {
    // Cases with the article they come from; answers that neither view can give are left out.
    let mut cases: Vec<(usize, Case, Option<bool>)> = Vec::new();
    let mut sink = Sink::default();
    for (number, j) in judged.iter().enumerate() {
        let source = j.prepared.source();
        for index in 0..j.found.len() {
            if j.found[index].content.is_empty()
                || wanted == Attributions::Reporting && j.scores[index].reporting < super::judge::CUE_FLOOR
            {
                continue;
            }
            let Some(answer) = answer(j, index, |g| wanted == Attributions::Any || g.reporting) else {
                continue;
            };
            let core = self::answer(j, index, |g| wanted == Attributions::Any || g.core);
            rescore::features(&source, &j.found, &j.scores, index, &mut sink);
            cases.push((number, case(&sink, answer), core));
        }
    }
    let settings = LogisticSettings { passes: 12, rate: 0.05, ridge: 3e-5, ..LogisticSettings::default() };
    // Scores of five models, each asked about the articles it has not seen.
    let mut seen: Vec<(f32, Option<bool>)> = Vec::new();
    for fold in 0..5 {
        let rest: Vec<Case> = cases.iter().filter(|c| c.0 % 5 != fold).map(|c| c.1.clone()).collect();
        let model = Logistic::train(&rest, &settings);
        seen.extend(
            cases
                .iter()
                .filter(|c| c.0 % 5 == fold)
                .map(|c| (model.probability(c.1.features.iter().copied()), c.2)),
        );
    }
    let wanted_total = judged
        .iter()
        .flat_map(|j| &j.prepared.gold)
        .filter(|g| wanted == Attributions::Any || g.core)
        .count();
    let f1 = |threshold: f32| {
        let kept = seen.iter().filter(|s| s.0 >= threshold && s.1.is_some());
        let (all, right) =
            kept.fold((0, 0), |(all, right), s| (all + 1, right + usize::from(s.1 == Some(true))));
        2.0 * right as f32 / (all + wanted_total).max(1) as f32
    };
    // The middle of the plateau, not its highest pebble: the mean of F1 around each threshold.
    let share = |n: u32| n as f32 / 100.0;
    let around = |n: u32| (n - AROUND..=n + AROUND).map(|n| f1(share(n))).sum::<f32>();
    let best = (15..75).max_by(|&a, &b| around(a).total_cmp(&around(b))).map_or(0.5, share);
    report(&format!("{wanted:?}: F1 {:.3} on unseen articles at {best}", f1(best)));
    let calibration = Calibration::fit(seen.iter().filter_map(|s| Some((s.0, s.1?))).collect(), 40);
    let all: Vec<Case> = cases.into_iter().map(|c| c.1).collect();
    Last { model: Logistic::train(&all, &settings), calibration, threshold: best }
}

/// Whether an attribution is right in content and speaker; none when it matches
/// something that the view leaves out.
fn answer(judged: &Judged<'_>, index: usize, counts: impl Fn(&Gold) -> bool) -> Option<bool> {
    let a = &judged.found[index];
    if let Some(gold) = judged.prepared.gold_at(a.cue.start) {
        if !counts(gold) {
            return None;
        }
        let speaker = match (&gold.speaker, &a.speaker) {
            (Some(g), Some(s)) => g.start < s.end && s.start < g.end,
            (None, None) => true,
            _ => false,
        };
        return Some(speaker && gold.overlap(&a.content) >= 0.5);
    }
    let size = a.size();
    let left_out = judged.prepared.gold.iter().filter(|g| !counts(g));
    let mut left_out =
        left_out.map(|g| a.content.iter().map(|r| super::attribution::shared(&g.content, r)).sum::<u32>());
    if left_out.any(|both| both * 2 >= size) { None } else { Some(false) }
}
