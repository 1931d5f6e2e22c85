//! The models that the binary carries, packed: half of a model file's bytes
//! say what the other half implies, and a program of forty megabytes of names
//! is large enough. `build.rs` packs them, `shipped!` embeds them.

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
        match zstd::decode_all(self.0) {
            Ok(bytes) => bytes,
            // A test unpacks each; they cannot change afterwards.
            Err(error) => unreachable!("this build's own model: {error}"),
        }
    }

    /// The bytes of the model file for good, at the start of a cache line, so
    /// that no row of weights lies across two lines more than it must.
    pub fn unpack_aligned(&self) -> &'static [u8] {
        const LINE: usize = 64;
        let bytes = self.unpack();
        let room = vec![0; bytes.len() + LINE].leak();
        let start = room.as_ptr().align_offset(LINE).min(LINE);
        let aligned = &mut room[start..start + bytes.len()];
        aligned.copy_from_slice(&bytes);
        aligned
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
