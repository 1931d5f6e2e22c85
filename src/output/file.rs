//! Output files: written beside the target, compressed when its name says so, renamed when whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How a file is compressed, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not.
    None,
    /// `.gz`
    Gzip,
    /// `.zst`
    Zstd,
}

impl Compression {
    /// What the name asks for.
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("gz" | "gzip") => Compression::Gzip,
            Some("zst" | "zstd") => Compression::Zstd,
            _ => Compression::None,
        }
    }
}

/// Whether a path is a device or a pipe, which is written to and never replaced.
pub fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

/// Whether two paths are one file, be it there or still to be made.
pub fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => {
            let folder = |path: &Path| folder_of(path).canonicalize().ok();
            a.file_name() == b.file_name() && folder(a) == folder(b)
        }
    }
}

/// `path` with `suffix` after its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

/// Brings the names in the folder of `path` to disk, so that a rename outlives a power cut.
///
/// # Errors
/// When the folder cannot be opened or written.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    // Elsewhere folders cannot be opened, and renames are written through.
    let _ = path;
    Ok(())
}

/// Gives a file another name in the same folder, for good.
///
/// # Errors
/// When the name cannot be given.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder(to)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A place beside a target where the output is made before it gets its name.
#[derive(Debug)]
pub struct Beside {
    target: PathBuf,
    path: PathBuf,
}

impl Beside {
    /// A place beside `target`; what an earlier try left there goes.
    ///
    /// # Errors
    /// When that cannot be removed, or the target must not be replaced.
    pub fn new(target: &Path) -> io::Result<Self> {
        check_target(target)?;
        // The compression suffix stays last: it says how to write.
        let folder = folder_of(target);
        let mut name = OsString::from(".making-");
        name.push(target.file_name().ok_or_else(|| io::Error::other("no file name"))?);
        let path = folder.join(name);
        remove(&path)?;
        Ok(Beside { target: target.to_owned(), path })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the output its name; an older output of that name goes.
    ///
    /// # Errors
    /// When the name cannot be given.
    pub fn rename(&self) -> io::Result<()> {
        check_target(&self.target)?;
        if self.target.is_dir() {
            remove(&self.target)?;
        }
        rename(&self.path, &self.target)
    }
}

/// Looks whether an output may have this name, before the work for it is done.
///
/// # Errors
/// When there is a device, a pipe, or a folder that no earlier run made.
pub fn check_target(target: &Path) -> io::Result<()> {
    if is_special(target) {
        return Err(io::Error::other("a device or a pipe, which a file cannot replace"));
    }
    if target.is_dir() && !is_ours(target) {
        return Err(io::Error::other("there is a folder of that name with other things in it"));
    }
    Ok(())
}

/// A folder that an earlier run made, so that it may be replaced.
const MARK: &str = ".saidwho";

fn is_ours(folder: &Path) -> bool {
    folder.join(MARK).exists() || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Makes a folder for an output of several files.
///
/// # Errors
/// When it cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    fs::write(
        path.join(MARK),
        "Made by saidwho; replaced as a whole when the same output is written again.\n",
    )
}

fn remove(path: &Path) -> io::Result<()> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

enum Encoder {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<File>>),
}

/// A file, compressed as its name says, that is on disk when it is finished.
pub struct WholeFile(Encoder);

impl WholeFile {
    /// Starts the file.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, File::create(path)?);
        Ok(WholeFile(match Compression::of(path) {
            Compression::None => Encoder::Plain(file),
            Compression::Gzip => {
                Encoder::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::new(6)))
            }
            Compression::Zstd => Encoder::Zstd(zstd::stream::write::Encoder::new(file, 3)?),
        }))
    }

    /// Ends the file and brings it to disk.
    ///
    /// # Errors
    /// When the rest cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let mut file = match self.0 {
            Encoder::Plain(file) => file,
            Encoder::Gzip(encoder) => encoder.finish()?,
            Encoder::Zstd(encoder) => encoder.finish()?,
        };
        file.flush()?;
        file.get_ref().sync_all()
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Encoder::Plain(file) => file.write(bytes),
            Encoder::Gzip(encoder) => encoder.write(bytes),
            Encoder::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Encoder::Plain(file) => file.flush(),
            Encoder::Gzip(encoder) => encoder.flush(),
            Encoder::Zstd(encoder) => encoder.flush(),
        }
    }
}
