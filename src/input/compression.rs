//! Compressed streams, told by their first bytes, not only by name.
//!
//! Decoders stream: memory does not depend on what comes out, so a
//! decompression bomb is only a long input, bounded record by record.

use std::io::{self, BufRead, BufReader, Read};

/// How deep compression may be nested (`x.jsonl.zst.gz`); deeper is taken as content.
const DEPTH: usize = 4;

const SUFFIXES: [&str; 6] = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz"];

/// Memory an xz stream may ask for, in KiB: what its strongest preset needs, and a half.
const XZ_MEMORY: u32 = 100 << 10;

/// The name without suffixes that speak of compression.
pub fn strip_suffix(name: &str) -> &str {
    let mut name = name;
    while let Some(short) = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)) {
        name = short;
    }
    name
}

/// The first bytes of a stream, up to `limit`; they are consumed.
pub fn peek(bytes: &mut dyn BufRead, limit: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    bytes.take(limit as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Decodes a stream as often as it is compressed.
///
/// # Errors
/// When the first bytes cannot be read.
pub fn open<'a>(bytes: Box<dyn BufRead + 'a>) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut bytes = bytes;
    for _ in 0..DEPTH {
        let head = peek(&mut *bytes, 6)?;
        let whole = BufReader::new(io::Cursor::new(head.clone()).chain(bytes));
        let decoded: Box<dyn Read + 'a> = match head.as_slice() {
            [0x1F, 0x8B, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
            // A frame, or a skippable frame before it.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => {
                Box::new(zstd::stream::read::Decoder::with_buffer(whole)?)
            }
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31 | 0x17, ..] => {
                Box::new(bzip2::bufread::MultiBzDecoder::new(whole))
            }
            [0xFD, b'7', b'z', b'X', b'Z', 0] => {
                Box::new(lzma_rust2::XzReader::new_mem_limit(whole, true, XZ_MEMORY))
            }
            _ => return Ok(Box::new(whole)),
        };
        bytes = Box::new(BufReader::with_capacity(1 << 16, decoded));
    }
    Ok(bytes)
}
