//! CSV and TSV: a header, then one article a row.
//!
//! Each row becomes a JSON object of strings, so that fields are mapped as in
//! JSON and dead letters can be run again without the header.

use std::io;
use std::ops::ControlFlow;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use serde_json::{Map, Value};

use super::{Cut, Format, Kind, Sink, Stream, decode, too_long};

/// Commas (or semicolons) between fields; told by name.
pub(super) const CSV: Format = Format {
    name: "csv",
    detects: |name, _| name.ends_with(".csv"),
    read: |stream, sink| read(stream, b',', sink),
};

/// Tabs between fields; told by name.
pub(super) const TSV: Format = Format {
    name: "tsv",
    detects: |name, _| name.ends_with(".tsv") || name.ends_with(".tab"),
    read: |stream, sink| read(stream, b'\t', sink),
};

/// A row, or how long it was when over the limit.
enum Row {
    Fields {
        fields: Vec<Vec<u8>>,
        /// Whether a quote opens its last field and the file ends before another closes it.
        unclosed: bool,
    },
    TooLong(u64),
}

fn read(stream: &mut Stream<'_>, delimiter: u8, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let delimiter = if delimiter == b',' { sniffed(stream.bytes.fill_buf()?) } else { delimiter };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let Some(Row::Fields { fields: mut header, .. }) = next(stream, &mut reader)? else {
        return Err(io::Error::other("no header line that names the columns"));
    };
    if let Some(first) = header.first_mut()
        && let Some(rest) = first.strip_prefix(b"\xEF\xBB\xBF")
    {
        *first = rest.to_vec();
    }
    let header: Vec<String> = header.iter().map(|name| decode::decode(name).0.into_owned()).collect();
    while let Some(row) = next(stream, &mut reader)? {
        let place = stream.place();
        let cut = match row {
            Row::TooLong(length) => {
                Cut::broken(place, Kind::Json, Vec::new(), too_long(length, stream.limits))
            }
            Row::Fields { fields, unclosed } => {
                let count = fields.len();
                let fault = if unclosed {
                    Some("the file ends within a quoted field: is a quote missing?".to_owned())
                } else if count > header.len() {
                    let columns = header.len();
                    Some(format!("the row has {count} fields, the header {columns}: is a quote missing?"))
                } else {
                    None
                };
                let object: Map<String, Value> = header
                    .iter()
                    .zip(fields)
                    .map(|(name, field)| (name.clone(), Value::String(decode::decode(&field).0.into_owned())))
                    .collect();
                Cut { place, kind: Kind::Json, raw: serde_json::to_vec(&object)?, fault }
            }
        };
        if sink(cut).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// A comma, unless the first line has more semicolons.
fn sniffed(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

fn next(stream: &mut Stream<'_>, reader: &mut Reader) -> io::Result<Option<Row>> {
    let limit = stream.limits.record;
    let (mut output, mut ends) = (vec![0u8; 4096], vec![0usize; 64]);
    let (mut written, mut ended, mut length) = (0, 0, 0u64);
    let (mut at_end, mut unclosed) = (false, false);
    loop {
        let input = stream.bytes.fill_buf()?;
        // The last line may lack its end. With one, it is whole, unless that stands in an open quote.
        let last = input.is_empty() && !at_end;
        let input = if last { b"\n" } else { input };
        let (result, used, wrote, closed) =
            reader.read_record(input, &mut output[written..], &mut ends[ended..]);
        if last {
            at_end = used > 0;
            unclosed = wrote > 0;
        } else {
            stream.bytes.consume(used);
        }
        length += wrote as u64;
        written += wrote;
        ended += closed;
        // Over the limit the row is read on, over what was kept of it.
        if length > limit as u64 {
            written = 0;
        }
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull if length > limit as u64 => {}
            ReadRecordResult::OutputFull => output.resize(output.len() * 2, 0),
            ReadRecordResult::OutputEndsFull if ends.len() > 1 << 16 => ended = 0,
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::End => return Ok(None),
            ReadRecordResult::Record if length > limit as u64 => return Ok(Some(Row::TooLong(length))),
            ReadRecordResult::Record => {
                let mut start = 0;
                let fields = ends[..ended].iter().map(|&end| {
                    let field = output[start..end].to_vec();
                    start = end;
                    field
                });
                return Ok(Some(Row::Fields { fields: fields.collect(), unclosed }));
            }
        }
    }
}
