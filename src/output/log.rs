//! The log of a run: JSON Lines in blocks that are sealed one by one.
//!
//! A sealed block is on disk and, when the log is compressed, a frame of its
//! own; so a log cut off after any seal is whole, and one that is continued
//! there is byte for byte what it would have been without the break.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;

use super::file::Compression;

/// A log that is being written.
#[derive(Debug)]
pub struct Log {
    file: File,
    compression: Compression,
    block: Vec<u8>,
    sealed: u64,
}

impl Log {
    /// Opens the log at `path`, cut off after its first `sealed` bytes; 0 starts it anew.
    ///
    /// # Errors
    /// When the file cannot be opened, is shorter than that, or another run is writing it.
    pub fn open(path: &Path, compression: Compression, sealed: u64) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        if file.try_lock().is_err() {
            return Err(io::Error::other("another run is writing it"));
        }
        let length = file.metadata()?.len();
        if length < sealed {
            return Err(io::Error::other(format!("{length} bytes where {sealed} were written before")));
        }
        file.set_len(sealed)?;
        file.seek(SeekFrom::Start(sealed))?;
        Ok(Log { file, compression, block: Vec::new(), sealed })
    }

    /// Adds a line to the open block.
    pub fn add(&mut self, line: &[u8]) {
        self.block.extend_from_slice(line);
    }

    /// Bytes in the open block.
    pub fn open_bytes(&self) -> usize {
        self.block.len()
    }

    /// Ends the block and brings it to disk; the length of the file then.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn seal(&mut self) -> io::Result<u64> {
        if !self.block.is_empty() {
            let bytes = match self.compression {
                Compression::None => std::mem::take(&mut self.block),
                Compression::Zstd => zstd::bulk::compress(&self.block, 3)?,
                Compression::Gzip => {
                    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                    encoder.write_all(&self.block)?;
                    encoder.finish()?
                }
            };
            self.file.write_all(&bytes)?;
            self.file.sync_data()?;
            self.sealed += bytes.len() as u64;
            self.block.clear();
        }
        Ok(self.sealed)
    }
}
