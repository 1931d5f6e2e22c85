//! Training the tagger on annotated articles, also on people's own.
//!
//! Articles are read exactly as [`super::Names`] reads them, the gold spans
//! are laid onto their tokens, and the islands around capitals become the
//! sequences of a CRF. The confidence is calibrated on articles that a first
//! model, trained on the others, has not seen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;

use super::tagger::{Tagged, Tagger, island_features, islands};
use super::{Desk, Reader, edges};
use crate::annotations::EntityType;
use crate::deadline::Deadline;
use crate::gazetteer::Gazetteer;
use crate::learn::calibration::Calibration;
use crate::learn::clusters::{Clusters, form};
use crate::learn::corpus::Corpus;
use crate::learn::crf::Features;
use crate::learn::labels::{Label, Labels, mark};
use crate::learn::random::Random;
use crate::learn::train::{Progress, Settings, train};
use crate::learn::vectors;
use crate::{Annotations, Span, text};

/// How to train, as `models/names.toml` says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Decides everything random.
    pub seed: u64,
    /// Times through the articles.
    pub passes: usize,
    /// Trainings in different orders whose weights are averaged.
    #[serde(default = "one")]
    pub runs: usize,
    /// Percent of the features that each training sees, another choice in each.
    #[serde(default = "all")]
    pub features: u64,
    /// Rate of the first pass; it falls to 0 in a straight line.
    pub rate: f32,
    /// A feature seen fewer times is left out.
    pub min_count: u32,
    /// A weight smaller than this is dropped.
    pub prune: f32,
    /// The value of one step of the stored integers.
    pub step: f32,
    /// Types of the model, and what the sets call them.
    pub types: toml::Table,
    /// Training sets; the first one's convention is the model's.
    #[serde(rename = "set")]
    pub sets: Vec<Set>,
    /// Sets to measure on.
    #[serde(rename = "dev", default)]
    pub devs: Vec<Set>,
}

fn one() -> usize {
    1
}

fn all() -> u64 {
    100
}

/// A set of annotated articles.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// JSON Lines, within the data folder.
    pub file: PathBuf,
    /// What of its "dropped" names counts as type `other`.
    #[serde(default)]
    pub other: Vec<String>,
    /// Share of its articles that are learned from a second time with some
    /// sentences written as headlines are, in capitals or Title Case.
    #[serde(default)]
    pub headlines: f32,
}

/// Why training cannot go on.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The configuration makes no sense.
    #[error("the configuration {0}")]
    Config(String),
    /// A file cannot be read.
    #[error("{file}: {error}")]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A line is no annotated article.
    #[error("{file}:{line}: {what}")]
    Line {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// The name of the type that takes the sets' `other`.
const OTHER: &str = "other";

impl Config {
    /// Reads TOML.
    ///
    /// # Errors
    /// When it is none, or a field is missing, unknown or senseless.
    pub fn parse(toml: &str) -> Result<Self, TrainError> {
        let config: Config =
            toml::from_str(toml).map_err(|e| TrainError::Config(format!("is malformed: {e}")))?;
        let wrong = |what: &str| Err(TrainError::Config(what.to_owned()));
        if config.sets.is_empty() {
            return wrong("names no [[set]] to train on");
        }
        if config.types.is_empty() || config.types.len() > 60 {
            return wrong("needs between 1 and 60 [types]");
        }
        if config.step <= 0.0 || config.passes == 0 {
            return wrong("needs a step above 0 and at least one pass");
        }
        if config.types.values().any(|names| names.as_array().is_none_or(|a| a.iter().any(|n| !n.is_str()))) {
            return wrong("gives a type something else than a list of names, as in person = [\"PER\"]");
        }
        Ok(config)
    }

    fn kind(&self, name: &str) -> Option<u8> {
        let calls = |names: &toml::Value| {
            names.as_array().is_some_and(|a| a.iter().any(|n| n.as_str() == Some(name)))
        };
        self.types.iter().position(|(kind, names)| kind == name || calls(names)).map(|at| at as u8)
    }
}

/// An annotated article.
struct Article {
    text: String,
    /// Gold spans in bytes with the numbers of their types.
    gold: Vec<(Span, u8)>,
}

#[derive(Deserialize)]
struct Row {
    text: String,
    entities: Vec<Marked>,
    #[serde(default)]
    dropped: Vec<Marked>,
}

#[derive(Deserialize)]
struct Marked {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: Option<String>,
    orig: Option<String>,
}

/// Reads a set.
fn load(folder: &Path, set: &Set, config: &Config) -> Result<Vec<Article>, TrainError> {
    let file = folder.join(&set.file);
    let contents =
        std::fs::read_to_string(&file).map_err(|error| TrainError::Read { file: file.clone(), error })?;
    let other = config.kind(OTHER);
    let mut articles = Vec::new();
    for (number, line) in contents.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |what: String| TrainError::Line { file: file.clone(), line: number + 1, what };
        let row: Row = serde_json::from_str(line).map_err(|e| wrong(format!("no annotated article: {e}")))?;
        let bytes: Vec<usize> = row.text.char_indices().map(|(at, _)| at).chain([row.text.len()]).collect();
        let span = |marked: &Marked| match (bytes.get(marked.start), bytes.get(marked.end)) {
            (Some(&start), Some(&end)) if start < end => Ok(Span::new(start, end)),
            _ => Err(wrong(format!("the span {}..{} is not within its text", marked.start, marked.end))),
        };
        let mut gold = Vec::new();
        for marked in &row.entities {
            let name = marked.kind.as_deref().unwrap_or_default();
            let kind = config
                .kind(name)
                .ok_or_else(|| wrong(format!("no type of the configuration is called \"{name}\"")))?;
            gold.push((span(marked)?, kind));
        }
        for marked in &row.dropped {
            let wanted = marked.orig.as_ref().is_some_and(|orig| set.other.contains(orig));
            let Some(kind) = other.filter(|_| wanted) else { continue };
            let span = span(marked)?;
            let small = span.of(&row.text).chars().next().is_some_and(char::is_lowercase);
            if !small && !gold.iter().any(|(taken, _)| taken.overlaps(span)) {
                gold.push((span, kind));
            }
        }
        articles.push(Article { text: row.text, gold });
    }
    Ok(articles)
}

/// Writes some sentences of an article as headlines and wires do: in capitals,
/// or with a capital for every word. Bytes stay where they are.
fn as_headlines(article: &Article, found: &Annotations, random: &mut Random) -> Article {
    let mut text = String::with_capacity(article.text.len());
    let mut at = 0;
    for sentence in &found.sentences {
        text.push_str(&article.text[at..sentence.span.start()]);
        at = sentence.span.end();
        let choice = random.unit();
        let mut inside = false;
        for c in sentence.span.of(&article.text).chars() {
            let raise = if choice < 0.35 { true } else { choice < 0.6 && !inside };
            inside = c.is_alphanumeric() || matches!(c, '\'' | '’');
            let mut upper = c.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(one), None) if raise && one.len_utf8() == c.len_utf8() => text.push(one),
                _ => text.push(c),
            }
        }
    }
    text.push_str(&article.text[at..]);
    Article { text, gold: article.gold.clone() }
}

/// The gold spans as they are learned: "Lima, Peru" is two places, whatever
/// the annotators of a set made of it, so that all sets say the same.
fn apart(article: &Article, place: Option<u8>) -> Vec<(Span, u8)> {
    let mut gold = Vec::new();
    for &(span, kind) in &article.gold {
        let mut rest = span;
        while Some(kind) == place
            && let Some(comma) = rest.of(&article.text).find(", ")
        {
            gold.push((Span::new(rest.start(), rest.start() + comma), kind));
            rest = Span::new(rest.start() + comma + 2, rest.end());
        }
        gold.push((rest, kind));
    }
    gold
}

/// Lays gold spans onto tokens: BILOU labels of all tokens.
fn project(found: &Annotations, gold: &[(Span, u8)], labels: &mut Vec<Label>) {
    labels.clear();
    labels.resize(found.tokens.len(), 0);
    for &(span, kind) in gold {
        let start = found.tokens.partition_point(|token| token.span.end() <= span.start());
        let end = found.tokens.partition_point(|token| token.span.start() < span.end());
        let sentence = found.sentences.partition_point(|s| (s.tokens.end as usize) <= start);
        // A name does not go on in the next sentence.
        let end = found.sentences.get(sentence).map_or(end, |s| end.min(s.tokens.end as usize));
        if start < end && labels[start..end].iter().all(|&l| l == 0) {
            mark(labels, start..end, kind);
        }
    }
}

/// Training and measuring with one set of lists and clusters.
pub struct School {
    config: Config,
    reader: Reader,
    /// One for each set.
    sets: Vec<Vec<Article>>,
    folder: PathBuf,
}

/// How well a model does on a set: whole spans with the right type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Found and right.
    pub right: usize,
    /// Found.
    pub found: usize,
    /// To be found.
    pub gold: usize,
}

impl Score {
    /// Harmonic mean of precision and recall, in percent.
    pub fn f1(self) -> f64 {
        if self.right == 0 { 0.0 } else { 200.0 * self.right as f64 / (self.found + self.gold) as f64 }
    }
}

/// Articles of the first set that the first model does not see: one in this many.
const HELD_OUT: usize = 5;

impl School {
    /// Reads the training sets below `folder`. No lists or clusters means the shipped ones.
    ///
    /// # Errors
    /// When a set cannot be read.
    pub fn new(
        config: Config,
        folder: &Path,
        lists: Option<Arc<Gazetteer>>,
        clusters: Option<Arc<Clusters>>,
    ) -> Result<Self, TrainError> {
        let sets = config.sets.iter().map(|set| load(folder, set, &config)).collect::<Result<_, _>>()?;
        Ok(School { reader: Reader::new(lists, clusters), sets, folder: folder.to_owned(), config })
    }

    /// Names of the model's types.
    pub fn types(&self) -> Vec<&str> {
        self.config.types.keys().map(String::as_str).collect()
    }

    /// Trains and calibrates.
    pub fn train(&self, mut report: impl FnMut(&str, Progress)) -> Tagger {
        let held_out = |set: usize, article: usize| set == 0 && article.is_multiple_of(HELD_OUT);
        let first = self.learn(|set, article| !held_out(set, article), |p| report("held-out", p));
        let mut pupil = Pupil::new(&first);
        let mut seen = Vec::new();
        for article in self.sets[0].iter().step_by(HELD_OUT) {
            pupil.tag(&self.reader, &article.text);
            for name in pupil.tagged.iter().filter(|name| first.kind(name.kind).is_some()) {
                let right = article.gold.contains(&(pupil.span(&article.text, name), name.kind));
                seen.push((name.probability, right));
            }
        }
        let model = self.learn(|_, _| true, |p| report("all", p));
        Tagger { calibration: Calibration::fit(seen, 60), ..model }
    }

    fn learn(&self, wanted: impl Fn(usize, usize) -> bool, report: impl FnMut(Progress)) -> Tagger {
        let config = &self.config;
        let mut corpus = Corpus::default();
        let mut desk = Desk::default();
        let mut lesson = Lesson { place: config.kind(EntityType::Place.name()), ..Lesson::default() };
        let mut random = Random::new(config.seed);
        for (domain, articles) in self.sets.iter().enumerate() {
            for (number, article) in articles.iter().enumerate() {
                // Drawn for every article, so that leaving some out changes no other.
                let (again, seed) = (random.unit() < config.sets[domain].headlines, random.bits());
                if !wanted(domain, number) {
                    continue;
                }
                lesson.add(article, &self.reader, &mut desk, domain as u16, &mut corpus);
                if again {
                    let article = as_headlines(article, &lesson.found, &mut Random::new(seed));
                    lesson.add(&article, &self.reader, &mut desk, domain as u16, &mut corpus);
                }
            }
        }
        let settings = Settings {
            passes: config.passes,
            rate: config.rate,
            min_count: config.min_count,
            prune: config.prune,
            step: config.step,
            domain: 0,
            seed: config.seed,
            runs: config.runs,
            features: config.features,
        };
        let labels = Labels::bilou(config.types.keys());
        Tagger::new(train(corpus, labels, &settings, report), Calibration::default())
    }

    /// Measures a model on each of the configuration's dev sets: all types
    /// that become mentions together, then each one.
    ///
    /// # Errors
    /// When a set cannot be read.
    pub fn measure(&self, model: &Tagger) -> Result<Vec<(PathBuf, Score, Vec<Score>)>, TrainError> {
        let mut all = Vec::new();
        let mut pupil = Pupil::new(model);
        for set in &self.config.devs {
            let mut scores = vec![Score::default(); self.config.types.len()];
            for article in load(&self.folder, set, &self.config)? {
                pupil.tag(&self.reader, &article.text);
                for (_, kind) in &article.gold {
                    scores[*kind as usize].gold += 1;
                }
                for name in &pupil.tagged {
                    let score = &mut scores[name.kind as usize];
                    score.found += 1;
                    score.right +=
                        usize::from(article.gold.contains(&(pupil.span(&article.text, name), name.kind)));
                }
            }
            let mut total = Score::default();
            for (_, score) in scores.iter().enumerate().filter(|(kind, _)| model.kind(*kind as u8).is_some())
            {
                total.right += score.right;
                total.found += score.found;
                total.gold += score.gold;
            }
            all.push((set.file.clone(), total, scores));
        }
        Ok(all)
    }
}

/// Turns articles into sequences.
#[derive(Default)]
struct Lesson {
    /// Number of the type of places.
    place: Option<u8>,
    found: Annotations,
    labels: Vec<Label>,
    islands: Vec<std::ops::Range<usize>>,
    features: Features,
}

impl Lesson {
    fn add(&mut self, article: &Article, reader: &Reader, desk: &mut Desk, domain: u16, corpus: &mut Corpus) {
        self.found.clear();
        text::annotate(&article.text, &mut self.found);
        desk.read(reader, &article.text, &self.found, Deadline::default());
        let reading = desk.page.reading(&article.text, &self.found, &desk.vocabulary);
        project(&self.found, &apart(article, self.place), &mut self.labels);
        for sentence in reading.sentences() {
            islands(&reading, &sentence, &mut self.islands);
            for island in &self.islands {
                island_features(&reading, &desk.memory, &sentence, island, &mut self.features);
                let mut labels = self.labels[island.clone()].to_vec();
                trim(&mut labels);
                corpus.push(&self.features, &labels, domain);
            }
        }
    }
}

/// Makes whole spans of what an island cuts out of longer ones.
fn trim(labels: &mut [Label]) {
    use crate::learn::labels::Part;
    let count = labels.len();
    let mut at = 0;
    while at < count {
        let Some((kind, _)) = Part::of(labels[at]) else {
            at += 1;
            continue;
        };
        let goes_on = |label: Label| matches!(Part::of(label), Some((_, Part::Inside | Part::Last)));
        let end = (at + 1..count).find(|&i| !goes_on(labels[i])).unwrap_or(count);
        mark(labels, at..end, kind);
        at = end;
    }
}

/// A model at work on one article after the other.
struct Pupil<'m> {
    model: &'m Tagger,
    desk: Desk,
    scratch: super::tagger::Scratch,
    found: Annotations,
    tagged: Vec<Tagged>,
}

impl<'m> Pupil<'m> {
    fn new(model: &'m Tagger) -> Self {
        Pupil {
            model,
            desk: Desk::default(),
            scratch: super::tagger::Scratch::default(),
            found: Annotations::default(),
            tagged: Vec::new(),
        }
    }

    fn tag(&mut self, reader: &Reader, article: &str) {
        self.found.clear();
        text::annotate(article, &mut self.found);
        if self.desk.read(reader, article, &self.found, Deadline::default()) {
            self.scratch.forget_words();
        }
        self.tagged.clear();
        let reading = self.desk.page.reading(article, &self.found, &self.desk.vocabulary);
        self.model.tag(&reading, &self.desk.memory, &mut self.scratch, &mut self.tagged, Deadline::default());
    }

    fn span(&self, text: &str, name: &Tagged) -> Span {
        edges::span(text, &self.found, name.tokens.start as u32..name.tokens.end as u32)
    }
}

/// Takes in raw articles and learns word clusters from them.
#[derive(Default)]
pub struct ClusterSchool {
    builder: vectors::Builder,
    found: Annotations,
}

impl ClusterSchool {
    /// Reads an article.
    pub fn read(&mut self, article: &str) {
        let ClusterSchool { builder, found } = self;
        found.clear();
        text::annotate(article, found);
        for sentence in &found.sentences {
            let tokens = &found.tokens[sentence.tokens.start as usize..sentence.tokens.end as usize];
            if tokens.len() < 4 {
                continue;
            }
            let words = || tokens.iter().map(|token| token.span.of(article));
            let letters = words().filter(|w| w.chars().all(char::is_alphabetic)).count();
            let upper = words().filter(|w| w.chars().all(char::is_uppercase)).count();
            // Lines of capitals say nothing about how a word is written.
            if upper * 10 > letters * 6 {
                builder.sentence(words().map(|w| form(&w.to_lowercase())));
            } else {
                builder.sentence(words().map(form));
            }
        }
    }

    /// Words read so far.
    pub fn words(&self) -> usize {
        self.builder.words()
    }

    /// Learns the clusters.
    pub fn learn(self, settings: &vectors::Settings) -> Clusters {
        Clusters::learn(&self.builder.learn(settings), settings.seed)
    }
}
