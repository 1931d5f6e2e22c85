//! Compiled lists of users, kept between runs.
//!
//! A cached index is named by the content of its lists and the version of the
//! format, so it cannot be stale; a damaged one is made again. Where nothing
//! can be written, lists are compiled anew each time.
//!
//! To read all of an index for its checksum takes longer than to open it, so
//! the folder also remembers which files were found whole, by path, size and
//! time of the last change: a file that nobody has written to since is not
//! read again. A change in the last moments before it was looked at might
//! leave no trace in its time; such a file is not remembered.

use std::env;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

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
    if let Some(Ok(index)) = cached.as_deref().map(|path| open(path, folder)) {
        let left_out = left_out(&index);
        return Ok((index, left_out));
    }
    let (bytes, left_out) = user::compile(files)?;
    if let Some(path) = cached {
        store(&path, &bytes);
    }
    let index = Index::owned(bytes).map_err(|error| ListError {
        file: files.first().map_or_else(String::new, |f| f.path.display().to_string()),
        line: 0,
        message: error.to_string(),
    })?;
    Ok((index, left_out))
}

/// The index that `saidwho gazetteer compile` wrote, and the names that it had to leave out.
///
/// # Errors
/// When the file cannot be read or is no index of this version.
pub(super) fn compiled(path: &Path, folder: Option<&Path>) -> Result<(Index, Vec<ListError>), ListError> {
    let index = open(path, folder).map_err(|message| ListError {
        file: path.display().to_string(),
        line: 0,
        message,
    })?;
    let left_out = left_out(&index);
    Ok((index, left_out))
}

/// The names that an index had to leave out.
fn left_out(index: &Index) -> Vec<ListError> {
    let problem = |(file, line, message): (&str, usize, &str)| ListError {
        file: file.to_owned(),
        line,
        message: message.to_owned(),
    };
    index.left_out().map(problem).collect()
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

/// The index in the file at `path`, found whole now or, as `folder` remembers, before; or why there is none.
fn open(path: &Path, folder: Option<&Path>) -> Result<Index, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let state = file.metadata().ok().and_then(|found| Some((found.len(), found.modified().ok()?)));
    // SAFETY: the mapping is read-only. This program writes an index under
    // another name, renames it when complete and never changes it in place;
    // its bytes are only ever read as numbers and checked text, behind bounds
    // checks, so a file that somebody else alters gives wrong answers or a
    // clean panic.
    let map = unsafe { Mmap::map(&file) }.map_err(|error| error.to_string())?;
    let memory = folder.and_then(|folder| Some(Memory::new(path, folder, state?)));
    let known = memory.as_ref().and_then(Memory::recall);
    let index = Index::mapped(map, known.is_none()).map_err(|error| error.to_string())?;
    match (known, memory) {
        // Another file of that size and time, whose header tells.
        (Some(known), _) if known != index.checksum() => open(path, None),
        (None, Some(memory)) => {
            memory.note(index.checksum());
            Ok(index)
        }
        _ => Ok(index),
    }
}

/// That a file was found whole.
struct Memory {
    /// Where it is noted.
    path: PathBuf,
    /// The file's size and the time of its last change.
    size: u64,
    changed: SystemTime,
}

impl Memory {
    fn new(path: &Path, folder: &Path, (size, changed): (u64, SystemTime)) -> Memory {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut hasher = FixedState::with_seed(0x3e30).build_hasher();
        hasher.write(path.as_os_str().as_encoded_bytes());
        Memory { path: folder.join(format!("whole-{:016x}", hasher.finish())), size, changed }
    }

    /// All that is noted of the file, but for its checksum.
    fn line(&self) -> Option<String> {
        let changed = self.changed.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{} {} ", self.size, changed.as_nanos()))
    }

    /// The checksum of the file when it was found whole, if it has not changed since.
    fn recall(&self) -> Option<u64> {
        let noted = fs::read_to_string(&self.path).ok()?;
        noted.strip_prefix(&self.line()?)?.trim().parse().ok()
    }

    /// Remembers the file.
    fn note(&self, checksum: u64) {
        const MOMENT: Duration = Duration::from_secs(2);
        let settled = self.changed.elapsed().is_ok_and(|since| since > MOMENT);
        if let Some(line) = self.line().filter(|_| settled) {
            store(&self.path, format!("{line}{checksum}\n").as_bytes());
        }
    }
}

/// Writes a cache file; what fails is left for the next run.
fn store(path: &Path, bytes: &[u8]) {
    if let Some(folder) = path.parent() {
        let _ = fs::create_dir_all(folder).and_then(|()| write(path, bytes));
    }
}

/// Writes a file under another name and renames it when it is complete, for it may be mapped.
///
/// # Errors
/// When it cannot be written; nothing is left behind then.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let own = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = File::create(&own).and_then(|mut file| file.write_all(bytes));
    let written = written.and_then(|()| fs::rename(&own, path));
    if written.is_err() {
        let _ = fs::remove_file(&own);
    }
    written
}
