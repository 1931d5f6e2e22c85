//! tar and zip: every member is an input of its own.
//!
//! Nothing is unpacked to disk, so a member's path is only a name. Members are
//! read as streams: however much they unpack to, memory is bounded by the
//! limit on records.

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::{Cut, Format, Kind, Sink, Stream, nested};

/// zip, by its first bytes.
pub(super) const ZIP: Format = Format {
    name: "zip",
    detects: |_, head| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
    read: read_zip,
};

/// tar, by the mark in its first header.
pub(super) const TAR: Format =
    Format { name: "tar", detects: |_, head| head.get(257..262) == Some(b"ustar"), read: read_tar };

/// Folders and hidden files, such as the resource forks that some systems add, are no inputs.
fn is_hidden(name: &str) -> bool {
    name.ends_with('/')
        || name.starts_with("__MACOSX/")
        || name.rsplit('/').next().is_some_and(|n| n.starts_with('.'))
}

fn read_tar(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let (source, limits, depth) = (Arc::clone(&stream.source), stream.limits, stream.depth);
    let mut archive = tar::Archive::new(&mut *stream.bytes);
    for entry in archive.entries()? {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || is_hidden(&name) {
            continue;
        }
        let name: Arc<str> = format!("{source}!{name}").into();
        if nested(&name, Box::new(BufReader::new(entry)), None, limits, depth + 1, sink).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn read_zip(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let file = stream.seekable()?;
    let mut archive = match zip::ZipArchive::new(&file) {
        Ok(archive) => archive,
        Err(error) => return read_headers(stream, &file, error, sink),
    };
    for index in 0..archive.len() {
        let flow = match archive.by_index(index) {
            Ok(file) => read_member(stream, file, sink),
            Err(error) => {
                let reason = format!("member {index} cannot be read: {error}");
                sink(Cut::broken(stream.place(), Kind::Text, Vec::new(), reason))
            }
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The members of an archive whose table of contents, which stands at the end, is lost: each has a header of its own.
fn read_headers(
    stream: &mut Stream<'_>,
    mut file: &File,
    lost: zip::result::ZipError,
    sink: &mut Sink<'_>,
) -> io::Result<ControlFlow<()>> {
    file.rewind()?;
    let mut bytes = BufReader::new(file);
    while let Ok(Some(file)) = zip::read::read_zipfile_from_stream(&mut bytes) {
        if read_member(stream, file, sink).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Err(lost.into())
}

fn read_member<R: io::Read>(
    stream: &Stream<'_>,
    file: zip::read::ZipFile<'_, R>,
    sink: &mut Sink<'_>,
) -> ControlFlow<()> {
    let name = match file.name() {
        Ok(name) => name.into_owned(),
        Err(_) => String::from_utf8_lossy(file.name_raw()).into_owned(),
    };
    if file.is_dir() || is_hidden(&name) {
        return ControlFlow::Continue(());
    }
    let name = format!("{}!{name}", stream.source).into();
    nested(&name, Box::new(BufReader::new(file)), None, stream.limits, stream.depth + 1, sink)
}
