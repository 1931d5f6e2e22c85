//! The manifest beside an output: what made it, from what, and how it went.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::progress::Report;
use crate::learn::hash;
use crate::output::file::with_suffix;
use crate::record::SCHEMA;

/// What the binary knows, by checksums: the lists by their manifest, which has one of each, and the models.
pub(super) fn models() -> Value {
    let lists = include_bytes!("../../gazetteers/manifest.toml");
    let checksums = [
        ("gazetteers", hash::bytes(lists)),
        ("names", crate::names::SHIPPED_TAGGER.checksum()),
        ("clusters", crate::names::SHIPPED_CLUSTERS.checksum()),
        ("quotes", crate::quotes::SHIPPED.checksum()),
        ("syntax", crate::syntax::SHIPPED.checksum()),
    ];
    checksums.into_iter().map(|(name, checksum)| (name, format!("{checksum:016x}"))).collect()
}

/// Writes `OUT.manifest.json`.
pub(super) fn write(output: &Path, run: &Value, format: &str, report: &Report) -> io::Result<()> {
    let seconds = report.elapsed.as_secs_f64();
    let counts = &report.tally.counts;
    let manifest = json!({
        "output": output.file_name().map(|name| name.to_string_lossy()),
        "schema": SCHEMA,
        "format": format,
        "run": run,
        "counts": counts,
        "passed_over": report.tally.passed_over,
        "seconds": (seconds * 100.0).round() / 100.0,
        "words_per_second": (report.words as f64 / seconds.max(1e-9)).round(),
    });
    let mut text = serde_json::to_vec_pretty(&manifest)?;
    text.push(b'\n');
    std::fs::write(with_suffix(output, ".manifest.json"), text)
}
