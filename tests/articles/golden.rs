//! Golden files: compare, or rewrite with `UPDATE=1`.

use std::fs;
use std::path::Path;

/// Compares `actual` with the file at `path`; with `UPDATE=1` in the environment writes it instead.
/// The error shows the first lines that differ.
pub fn check(path: &Path, actual: &str) -> Result<(), String> {
    if std::env::var_os("UPDATE").is_some_and(|v| v == "1") {
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    let mut report = format!("{} differs:\n", path.display());
    let (expected, actual): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    let gone = expected.iter().filter(|line| !actual.contains(line)).map(|line| format!("  was: {line}\n"));
    let new = actual.iter().filter(|line| !expected.contains(line)).map(|line| format!("  now: {line}\n"));
    report.extend(gone.take(8).chain(new.take(8)));
    Err(report)
}
