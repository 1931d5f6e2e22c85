//! The manifest beside an output: what made it, from what, and how it went.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::progress::Report;
use crate::output::file::with_suffix;
use crate::record::SCHEMA;

/// The models that the binary carries, by their checksums.
pub(super) fn models() -> Value {
    json!({
        "gazetteers": checksum(include_bytes!("../../gazetteers/manifest.toml")),
        "names": checksum(&crate::names::SHIPPED_TAGGER.unpack()),
        "clusters": checksum(&crate::names::SHIPPED_CLUSTERS.unpack()),
        "quotes": checksum(&crate::quotes::SHIPPED.unpack()),
        "syntax": checksum(&crate::syntax::SHIPPED.unpack()),
    })
}

fn checksum(bytes: &[u8]) -> Value {
    // Not against forgery: to tell one build from another.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("fnv1a:{hash:016x}").into()
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
