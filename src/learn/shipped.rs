//! The models that the binary carries, packed: half of a model file's bytes
//! say what the other half implies, and a program of forty megabytes of names
//! is large enough. `build.rs` packs them, `shipped!` embeds them.

use zstd::bulk::Decompressor;

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
    /// The bytes of the model file.
    pub fn unpack(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.len()];
        self.unpack_to(&mut bytes);
        bytes
    }

    /// The bytes of the model file for good, at the start of a cache line, so
    /// that no row of weights lies across two lines more than it must.
    pub fn unpack_aligned(&self) -> &'static [u8] {
        const LINE: usize = 64;
        let room = vec![0; self.len() + LINE].leak();
        let start = room.as_ptr().align_offset(LINE).min(LINE);
        let aligned = &mut room[start..start + self.len()];
        self.unpack_to(aligned);
        aligned
    }

    /// Length of the model file in bytes.
    fn len(&self) -> usize {
        Decompressor::upper_bound(self.0).unwrap_or_default()
    }

    fn unpack_to(&self, room: &mut [u8]) {
        match zstd::bulk::decompress_to_buffer(self.0, room) {
            Ok(length) => debug_assert_eq!(length, room.len()),
            // A test unpacks each; they cannot change afterwards.
            Err(error) => unreachable!("this build's own model: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
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
            let file = std::fs::read(format!("{}/models/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert!(model.unpack() == file, "{name}");
            assert!(model.unpack_aligned() == file, "{name}");
        }
    }
}
