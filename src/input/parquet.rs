//! Parquet: one article a row, columns mapped as fields of JSON.

use std::io;
use std::ops::ControlFlow;

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{Cut, Format, Kind, Sink, Stream, too_long};

/// Parquet, by its first bytes.
pub(super) const FILE: Format =
    Format { name: "parquet", detects: |_, head| head.starts_with(b"PAR1"), read };

fn read(stream: &mut Stream<'_>, sink: &mut Sink<'_>) -> io::Result<ControlFlow<()>> {
    let reader = SerializedFileReader::new(stream.seekable()?)?;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for row in group.get_row_iter(None)? {
            let raw = serde_json::to_vec(&row?.to_json_value())?;
            let place = stream.place();
            let cut = if raw.len() > stream.limits.record {
                Cut::broken(place, Kind::Json, Vec::new(), too_long(raw.len(), stream.limits))
            } else {
                Cut { place, kind: Kind::Json, raw, fault: None }
            };
            if sink(cut).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}
