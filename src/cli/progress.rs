//! How far a run is: a bar for people, lines of JSON for machines, and the last words.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::batch::{Done, Tally};
use crate::input::source::Source;

/// How often the bar is drawn.
const BAR: Duration = Duration::from_millis(200);
/// How often a line is written.
const LINE: Duration = Duration::from_secs(1);

/// How a run went.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// Its numbers, those of the runs it continued included.
    pub(super) tally: Tally,
    /// Time of this run alone.
    pub(super) elapsed: Duration,
    /// Words of this run alone.
    pub(super) words: u64,
    /// Bytes of text of this run alone.
    bytes: u64,
}

impl Report {
    /// Of a run that had nothing left to analyse.
    pub(super) fn of(tally: &Tally) -> Self {
        Report { tally: tally.clone(), elapsed: Duration::ZERO, words: 0, bytes: 0 }
    }
}

enum Display {
    None,
    Bar(ProgressBar),
    Lines,
}

pub(super) struct Progress {
    display: Display,
    tally: Tally,
    read: Arc<AtomicU64>,
    total: Option<u64>,
    words_before: u64,
    bytes_before: u64,
    started: Instant,
    shown: Instant,
}

impl Progress {
    /// `read` counts the bytes read from the sources; `tally` is what was done before.
    pub(super) fn new(sources: &[Source], read: &Arc<AtomicU64>, how: &str, tally: &Tally) -> Self {
        let total: Option<u64> = sources.iter().map(Source::size).sum();
        let display = match how {
            "json" => Display::Lines,
            "auto" if std::io::stderr().is_terminal() => Display::Bar(match total {
                Some(total) => ProgressBar::new(total).with_style(style(
                    "{elapsed} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} ETA {eta} {msg}",
                )),
                None => ProgressBar::new_spinner().with_style(style("{elapsed} {spinner} {bytes} {msg}")),
            }),
            _ => Display::None,
        };
        let now = Instant::now();
        Progress {
            display,
            tally: tally.clone(),
            read: Arc::clone(read),
            total,
            words_before: tally.counts.words,
            bytes_before: tally.counts.bytes,
            started: now,
            shown: now,
        }
    }

    pub(super) fn add(&mut self, done: &Done) {
        self.tally.add(done);
        let every = match self.display {
            Display::None => return,
            Display::Bar(_) => BAR,
            Display::Lines => LINE,
        };
        if self.shown.elapsed() >= every {
            self.shown = Instant::now();
            self.show();
        }
    }

    fn show(&self) {
        let counts = &self.tally.counts;
        let read = self.read.load(Ordering::Relaxed);
        match &self.display {
            Display::None => {}
            Display::Bar(bar) => {
                bar.set_position(read);
                bar.set_message(match counts.failures {
                    0 => counted(counts.documents, "document"),
                    failures => {
                        format!("{}, {failures} set aside", counted(counts.documents, "document"))
                    }
                });
            }
            Display::Lines => {
                let seconds = self.started.elapsed().as_secs_f64();
                let rate = read as f64 / seconds.max(1e-9);
                let eta = self.total.map(|total| (total.saturating_sub(read) as f64 / rate.max(1.0)).round());
                let line = json!({
                    "documents": counts.documents,
                    "failures": counts.failures,
                    "passed_over": counts.passed_over,
                    "bytes_read": read,
                    "bytes_total": self.total,
                    "mb_per_second": (rate / 1e4).round() / 100.0,
                    "seconds": (seconds * 10.0).round() / 10.0,
                    "eta_seconds": eta,
                });
                eprintln!("{line}");
            }
        }
    }

    /// Takes the bar away, writes the last line.
    pub(super) fn finish(self) -> Report {
        match &self.display {
            Display::Bar(bar) => bar.finish_and_clear(),
            _ => self.show(),
        }
        Report {
            elapsed: self.started.elapsed(),
            words: self.tally.counts.words - self.words_before,
            bytes: self.tally.counts.bytes - self.bytes_before,
            tally: self.tally,
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// "1 row", "2 rows".
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// One line about a whole run.
pub(super) fn summary(report: &Report) -> String {
    let counts = &report.tally.counts;
    let seconds = report.elapsed.as_secs_f64();
    let passed_over = match counts.passed_over {
        0 => String::new(),
        count => format!(", {count} passed over"),
    };
    format!(
        "{}, {}, {}, {}, {}{passed_over} in {seconds:.2} s ({:.0} words/s, {:.1} MB/s)",
        counted(counts.documents, "document"),
        counted(counts.words, "word"),
        counted(counts.names, "name"),
        counted(counts.quotes, "quote"),
        counted(counts.failures, "failure"),
        report.words as f64 / seconds.max(1e-9),
        report.bytes as f64 / 1e6 / seconds.max(1e-9),
    )
}
