//! What the user names, expanded: files, folders, globs and `-`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

/// One input to be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// Why the inputs cannot be listed.
#[derive(Debug, Error)]
pub enum SourceError {
    /// Nothing there.
    #[error("no such file or folder: {0}")]
    Missing(String),
    /// A pattern that cannot be read.
    #[error("cannot read the pattern \"{pattern}\": {reason}")]
    Pattern {
        /// As given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern or a folder without files.
    #[error("no files in {0}")]
    Empty(String),
}

impl Source {
    /// The name that ids, dead letters and messages use.
    pub fn name(&self) -> Arc<str> {
        match self {
            Source::Stdin => "stdin".into(),
            Source::File(path) => path.to_string_lossy().into(),
        }
    }

    /// Bytes on disk, when known.
    pub fn size(&self) -> Option<u64> {
        match self {
            Source::Stdin => None,
            Source::File(path) => path.metadata().ok().map(|meta| meta.len()),
        }
    }

    /// Opens it; every byte read is added to `read`.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn open(&self, read: Arc<AtomicU64>) -> io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Source::Stdin => {
                Box::new(BufReader::with_capacity(1 << 16, Counted { inner: io::stdin(), read }))
            }
            Source::File(path) => {
                Box::new(BufReader::with_capacity(1 << 16, Counted { inner: File::open(path)?, read }))
            }
        })
    }
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Lists the sources that `inputs` name, folders and globs in order of path.
///
/// Hidden files are left out of folders; a file named outright is always taken.
///
/// # Errors
/// When an input names nothing.
pub fn expand(inputs: &[String]) -> Result<Vec<Source>, SourceError> {
    let mut sources = Vec::new();
    for input in inputs {
        let path = Path::new(input);
        if input == "-" {
            sources.push(Source::Stdin);
        } else if path.is_dir() {
            let before = sources.len();
            sources.extend(walk(path, None).map(Source::File));
            if sources.len() == before {
                return Err(SourceError::Empty(input.clone()));
            }
        } else if path.exists() {
            sources.push(Source::File(path.to_owned()));
        } else if input.contains(['*', '?', '[', '{']) {
            let before = sources.len();
            sources.extend(matching(input)?.into_iter().map(Source::File));
            if sources.len() == before {
                return Err(SourceError::Empty(input.clone()));
            }
        } else {
            return Err(SourceError::Missing(input.clone()));
        }
    }
    Ok(sources)
}

/// The files below `folder` in order of path, and what cannot be looked at: opening that says why.
fn walk(folder: &Path, depth: Option<usize>) -> impl Iterator<Item = PathBuf> {
    ignore::WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .max_depth(depth)
        .sort_by_file_path(Path::cmp)
        .build()
        .filter_map(|entry| match entry {
            Ok(entry) => entry.file_type().is_some_and(|kind| kind.is_file()).then(|| entry.into_path()),
            Err(error) => troubled(error),
        })
}

/// The path that an error is about.
fn troubled(error: ignore::Error) -> Option<PathBuf> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => troubled(*err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}

/// The files that a pattern names.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, SourceError> {
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build().map_err(|error| {
        SourceError::Pattern { pattern: pattern.to_owned(), reason: error.kind().to_string() }
    })?;
    let matcher = glob.compile_matcher();
    let fixed: PathBuf = Path::new(pattern)
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']))
        .collect();
    let depth = if pattern.contains("**") {
        None
    } else {
        Some(Path::new(pattern).components().count() - fixed.components().count())
    };
    let root = if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed };
    Ok(walk(&root, depth)
        .map(|path| path.strip_prefix("./").map(Path::to_owned).unwrap_or(path))
        .filter(|path| matcher.is_match(path))
        .collect())
}
