//! The models that the binary carries, packed: half of a model file's bytes
//! say what the other half implies, and a program of forty megabytes of names
//! is large enough. `build.rs` packs them, `shipped!` embeds them.

use zstd::bulk::Decompressor;

use super::room::Room;

/// A model file that the binary carries.
pub(crate) struct Shipped(pub(crate) &'static [u8]);

/// The packed file `models/NAME`.
macro_rules! shipped {
    ($name:literal) => {
        $crate::learn::shipped::Shipped(include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".zst")))
    };
}
pub(crate) use shipped;

impl Shipped {
    /// The bytes of the model file; those of a large one begin a page.
    pub fn unpack(&self) -> Room<u8> {
        let mut bytes = Room::new(self.len());
        match zstd::bulk::decompress_to_buffer(self.0, &mut bytes) {
            Ok(length) => debug_assert_eq!(length, bytes.len()),
            // A test unpacks each; they cannot change afterwards.
            Err(error) => unreachable!("this build's own model: {error}"),
        }
        bytes
    }

    /// The checksum of the model file: only its header is unpacked.
    #[cfg(any(feature = "cli", test))]
    pub fn checksum(&self) -> u64 {
        use super::file;
        use std::io::Read;
        let mut header = [0; file::HEADER];
        let read = zstd::Decoder::new(self.0).and_then(|mut model| model.read_exact(&mut header));
        if let Err(error) = read {
            unreachable!("this build's own model: {error}");
        }
        file::checksum(&header)
    }

    /// Length of the model file in bytes.
    fn len(&self) -> usize {
        Decompressor::upper_bound(self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::learn::{file, hash};

    /// What is embedded is what lies in `models/`.
    #[test]
    fn every_model_is_whole() {
        let models = [
            ("names.bin", shipped!("names.bin")),
            ("clusters.bin", shipped!("clusters.bin")),
            ("quotes.bin", shipped!("quotes.bin")),
            ("syntax.bin", shipped!("syntax.bin")),
        ];
        for (name, model) in models {
            let bytes = std::fs::read(format!("{}/models/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert!(*model.unpack() == *bytes, "{name}");
            assert_eq!(model.checksum(), hash::bytes(&bytes[file::HEADER..]), "{name}");
        }
    }
}
