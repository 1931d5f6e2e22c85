//! What a worker does with one record: parse, analyse, serialise, and live through panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::DeadLetter;
use crate::annotations::TokenKind;
use crate::input::{Cut, Fields, Parsed};
use crate::output::check;
use crate::{Document, Pipeline, Record, Scratch, Unit};

/// Numbers of one record or of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// Whether every span is checked against the text.
    pub check: bool,
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
        Done { outcome: Outcome::SetAside(Box::new(DeadLetter::new(cut, id, reason))), counts }
    }

    fn attempt(&self, cut: &Cut, scratch: &mut Scratch) -> Result<Done, (String, Option<String>)> {
        let (document, notes) = match cut.parse(&self.fields) {
            Parsed::Document(document, notes) => (document, notes),
            Parsed::PassedOver(reason) => {
                let counts = Counts { passed_over: 1, ..Counts::default() };
                return Ok(Done { outcome: Outcome::PassedOver(reason), counts });
            }
            Parsed::SetAside(reason) => return Err((reason, None)),
        };
        let found = self.pipeline.annotate(&document, scratch);
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
        if self.with_text {
            let Document { text, .. } = document;
            record.text = Some(text);
        }
        let mut line =
            serde_json::to_vec(&record).map_err(|error| (format!("cannot be written: {error}"), None))?;
        line.push(b'\n');
        Ok(Done { outcome: Outcome::Line(line), counts })
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
