//! How far a run is, on stderr when it is a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::batch::Counts;
use crate::input::source::Source;

/// How often the bar is drawn.
const EVERY: Duration = Duration::from_millis(200);

pub(super) struct Progress {
    bar: Option<ProgressBar>,
    read: Arc<AtomicU64>,
    started: Instant,
    drawn: Instant,
}

impl Progress {
    /// `read` counts the bytes read from the sources.
    pub(super) fn new(sources: &[Source], read: &Arc<AtomicU64>, quiet: bool) -> Self {
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let total: Option<u64> = sources.iter().map(Source::size).sum();
            match total {
                Some(total) => ProgressBar::new(total).with_style(style(
                    "{elapsed} {wide_bar} {bytes}/{total_bytes} {binary_bytes_per_sec} ETA {eta} {msg}",
                )),
                None => ProgressBar::new_spinner().with_style(style("{elapsed} {spinner} {bytes} {msg}")),
            }
        });
        let now = Instant::now();
        Progress { bar, read: Arc::clone(read), started: now, drawn: now }
    }

    pub(super) fn show(&mut self, counts: &Counts) {
        let Some(bar) = &self.bar else { return };
        if self.drawn.elapsed() < EVERY {
            return;
        }
        self.drawn = Instant::now();
        bar.set_position(self.read.load(Ordering::Relaxed));
        bar.set_message(match counts.failures {
            0 => format!("{} documents", counts.documents),
            failures => format!("{} documents, {failures} set aside", counts.documents),
        });
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// One line about a whole run.
pub(super) fn summary(counts: &Counts, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    let passed_over = match counts.passed_over {
        0 => String::new(),
        count => format!(", {count} passed over"),
    };
    format!(
        "{} documents, {} words, {} names, {} quotes, {} failures{passed_over} in {seconds:.2} s ({:.0} words/s, {:.1} MB/s)",
        counts.documents,
        counts.words,
        counts.names,
        counts.quotes,
        counts.failures,
        counts.words as f64 / seconds.max(1e-9),
        counts.bytes as f64 / 1e6 / seconds.max(1e-9),
    )
}
