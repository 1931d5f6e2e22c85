//! Compiled lists of users, kept between runs.
//!
//! A cached index is named by the content of its lists and the version of the
//! format, so it cannot be stale; a damaged one is made again. Where nothing
//! can be written, lists are compiled anew each time.

use std::env;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use foldhash::quality::FixedState;
use memmap2::Mmap;

use super::compile::layout::VERSION;
use super::compile::list::ListError;
use super::index::Index;
use super::user::{self, ListFile};

/// Lists smaller than this many bytes compile faster than a file is looked up.
const SMALL: usize = 1 << 16;

/// The index of `files`, from the cache in `folder` if it is there.
///
/// # Errors
/// When a list is malformed.
pub(super) fn index(files: &[ListFile], folder: Option<&Path>) -> Result<(Index, Vec<ListError>), ListError> {
    let size: usize = files.iter().map(|file| file.text.len()).sum();
    let cached = folder.filter(|_| size >= SMALL).map(|folder| folder.join(name(files)));
    if let Some(index) = cached.as_deref().and_then(open) {
        return Ok((index, Vec::new()));
    }
    let (bytes, left_out) = user::compile(files)?;
    // With a complaint to repeat the next time, nothing is cached.
    if let Some(path) = cached.filter(|_| left_out.is_empty()) {
        store(&path, &bytes);
    }
    let index = Index::owned(bytes).map_err(|error| ListError {
        file: files.first().map_or_else(String::new, |f| f.path.display().to_string()),
        line: 0,
        message: error.to_string(),
    })?;
    Ok((index, left_out))
}

/// The index that `saidwho gazetteer compile` wrote.
///
/// # Errors
/// When the file cannot be read or is no index of this version.
pub(super) fn compiled(path: &Path) -> Result<Index, ListError> {
    let fail = |message: String| ListError { file: path.display().to_string(), line: 0, message };
    let bytes = fs::read(path).map_err(|e| fail(e.to_string()))?;
    Index::owned(bytes).map_err(|error| fail(error.to_string()))
}

/// Where caches are by the platform's custom; `SAIDWHO_CACHE` names another place.
pub(super) fn folder() -> Option<PathBuf> {
    let path = |variable: &str| env::var_os(variable).filter(|v| !v.is_empty()).map(PathBuf::from);
    if let Some(folder) = path("SAIDWHO_CACHE") {
        return Some(folder);
    }
    let caches = if cfg!(target_os = "windows") {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        path("HOME").map(|home| home.join("Library/Caches"))
    } else {
        path("XDG_CACHE_HOME").or_else(|| path("HOME").map(|home| home.join(".cache")))
    };
    caches.map(|caches| caches.join("saidwho"))
}

/// 128 bits of the lists' names and content.
fn name(files: &[ListFile]) -> String {
    let half = |seed: u64| {
        let mut hasher = FixedState::with_seed(seed).build_hasher();
        for file in files {
            hasher.write(file.path.as_os_str().as_encoded_bytes());
            hasher.write_usize(file.text.len());
            hasher.write(file.text.as_bytes());
        }
        hasher.finish()
    };
    format!("lists-{VERSION}-{:016x}{:016x}.idx", half(0x5a1d), half(0x3110))
}

/// The cached index, if there is one and it is whole.
fn open(path: &Path) -> Option<Index> {
    let file = File::open(path).ok()?;
    // SAFETY: the mapping is read-only. A cache file is written under another
    // name, renamed when complete and never changed in place by this program;
    // its bytes are only ever read as numbers and checked text, behind bounds
    // checks, so a file that somebody else alters gives wrong answers or a
    // clean panic.
    let map = unsafe { Mmap::map(&file) }.ok()?;
    Index::mapped(map).ok()
}

/// Writes a cache file; what fails is left for the next run.
fn store(path: &Path, bytes: &[u8]) {
    let Some(folder) = path.parent() else { return };
    let own = folder.join(format!(".{}.part", std::process::id()));
    let written = fs::create_dir_all(folder)
        .and_then(|()| File::create(&own))
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&own, path));
    if written.is_err() {
        let _ = fs::remove_file(&own);
    }
}
