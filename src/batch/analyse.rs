//! What a worker does with one record: parse, analyse, serialise, and live through panics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::{DeadLetter, Print};
use crate::annotations::TokenKind;
use crate::input::{Cut, Fields, Parsed};
use crate::output::check;
use crate::{Document, Pipeline, Record, Scratch, Unit};

/// Numbers of one record or of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Articles analysed.
    pub documents: u64,
    /// Words and numbers in them.
    pub words: u64,
    /// Bytes of text in them.
    pub bytes: u64,
    /// Names found.
    pub names: u64,
    /// Quotes found.
    pub quotes: u64,
    /// Records that were no articles.
    pub passed_over: u64,
    /// Records set aside.
    pub failures: u64,
}

impl Counts {
    /// Records, whatever became of them.
    pub fn records(&self) -> u64 {
        self.documents + self.passed_over + self.failures
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.documents += other.documents;
        self.words += other.words;
        self.bytes += other.bytes;
        self.names += other.names;
        self.quotes += other.quotes;
        self.passed_over += other.passed_over;
        self.failures += other.failures;
    }
}

/// What became of a record.
#[derive(Debug)]
pub enum Outcome {
    /// Its record, one line of JSON with the line's end.
    Line(Vec<u8>),
    /// No article; why.
    PassedOver(String),
    /// Broken.
    SetAside(Box<DeadLetter>),
}

/// What came of one record.
#[derive(Debug)]
pub struct Done {
    /// The result.
    pub outcome: Outcome,
    /// Its numbers.
    pub counts: Counts,
    /// What copies of the article are known by, when they are looked for, and its id.
    pub print: Option<Box<(Print, String)>>,
}

impl Done {
    fn passed_over(reason: String) -> Self {
        Done {
            outcome: Outcome::PassedOver(reason),
            counts: Counts { passed_over: 1, ..Counts::default() },
            print: None,
        }
    }
}

/// Which articles are read, by their language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Those of the web must be English, others are taken as they come.
    #[default]
    Auto,
    /// All must be English.
    English,
    /// Any.
    Any,
}

impl std::str::FromStr for Language {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Language::Auto),
            "en" => Ok(Language::English),
            "any" => Ok(Language::Any),
            other => Err(format!("unknown language \"{other}\": use en, any or auto")),
        }
    }
}

impl Language {
    /// Bytes of text that are looked at.
    const SAMPLE: usize = 4096;

    /// Why an article is not read: the language it surely is in.
    fn refuses(self, cut: &Cut, text: &str) -> Option<String> {
        let guarded = self == Language::English || (self == Language::Auto && cut.kind.is_web());
        if !guarded {
            return None;
        }
        let sample = &text[..text.floor_char_boundary(Self::SAMPLE)];
        let found = whatlang::detect(sample).filter(|found| found.is_reliable())?;
        (found.lang() != whatlang::Lang::Eng).then(|| format!("not English but {}", found.lang().eng_name()))
    }
}

/// How records are analysed.
pub struct Analyst<'p> {
    /// The stages.
    pub pipeline: &'p Pipeline,
    /// Which field holds what.
    pub fields: Fields,
    /// The unit of offsets.
    pub unit: Unit,
    /// Whether the record carries its text.
    pub with_text: bool,
    /// Sentences of context on either side of each quote; none for no context at all.
    pub context: Option<usize>,
    /// Which languages are read.
    pub language: Language,
    /// Whether every span is checked against the text.
    pub check: bool,
    /// Longest time for one article; none means that all are finished.
    pub time: Option<Duration>,
    /// Whether copies of articles are looked for.
    pub dedup: bool,
}

impl Analyst<'_> {
    /// Does one record. A panic becomes a dead letter, with the record that caused it.
    pub fn work(&self, cut: Cut, scratch: &mut Scratch) -> Done {
        let caught = catch_unwind(AssertUnwindSafe(|| self.attempt(&cut, scratch)));
        let (reason, id) = match caught {
            Ok(Ok(done)) => return done,
            Ok(Err(failed)) => failed,
            Err(panic) => {
                // Whatever the panic left half-done goes with it.
                *scratch = Scratch::default();
                (format!("saidwho failed on this article, please report it: {}", message(&*panic)), None)
            }
        };
        let counts = Counts { failures: 1, ..Counts::default() };
        Done { outcome: Outcome::SetAside(Box::new(DeadLetter::new(cut, id, reason))), counts, print: None }
    }

    fn attempt(&self, cut: &Cut, scratch: &mut Scratch) -> Result<Done, (String, Option<String>)> {
        let deadline = self.time.map(|time| (Instant::now() + time, time));
        let (document, notes) = match cut.parse(&self.fields) {
            Parsed::Document(document, notes) => (document, notes),
            Parsed::PassedOver(reason) => return Ok(Done::passed_over(reason)),
            Parsed::SetAside(reason) => return Err((reason, None)),
        };
        if let Some(reason) = self.language.refuses(cut, &document.text) {
            return Ok(Done::passed_over(reason));
        }
        let found = match deadline {
            None => self.pipeline.annotate(&document, scratch),
            Some((deadline, time)) => {
                self.pipeline.annotate_until(&document, scratch, deadline).ok_or_else(|| {
                    let reason =
                        format!("took longer than {} s: raise --max-doc-seconds", time.as_secs_f64());
                    (reason, Some(document.id.clone()))
                })?
            }
        };
        let counts = Counts {
            documents: 1,
            words: found.tokens.iter().filter(|token| is_word(token.kind)).count() as u64,
            bytes: document.text.len() as u64,
            names: found.mentions.len() as u64,
            quotes: found.quotes.len() as u64,
            ..Counts::default()
        };
        let mut record = Record::new(&document, found, self.unit);
        record.notes = notes;
        if let Some(sentences) = self.context {
            record.add_context(&document.text, found, sentences);
        }
        if self.check {
            check::check(&record, &document.text).map_err(|fault| {
                (format!("a span does not fit the text: {fault}"), Some(document.id.clone()))
            })?;
        }
        let print = if self.dedup { Print::of(&document.text) } else { None };
        let print = print.map(|print| Box::new((print, document.id.clone())));
        if self.with_text {
            let Document { text, .. } = document;
            record.text = Some(text);
        }
        let mut line =
            serde_json::to_vec(&record).map_err(|error| (format!("cannot be written: {error}"), None))?;
        line.push(b'\n');
        Ok(Done { outcome: Outcome::Line(line), counts, print })
    }
}

fn is_word(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Address | TokenKind::Handle)
}

thread_local! {
    /// Where the last panic of this thread happened.
    static PANICKED_AT: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

/// Keeps panics of workers off the terminal: they end in dead letters, with their place.
///
/// Replaces the panic hook of the process, so this is for programs, not libraries.
pub fn quiet_panics() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if rayon::current_thread_index().is_none() {
            return default(panic);
        }
        let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
        PANICKED_AT.with(|at| *at.borrow_mut() = place);
    }));
}

/// The words of a panic, and its place when [`quiet_panics`] is on.
fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let words = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    PANICKED_AT.with(|at| format!("{words}{}", at.take()))
}
