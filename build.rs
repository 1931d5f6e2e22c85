//! Compiles the lists in `gazetteers/` into the index that the binary carries,
//! and packs the models in `models/`.

#[allow(dead_code, reason = "shared with the library, which alone reads entries back")]
#[path = "src/gazetteer/compile/mod.rs"]
mod compile;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=gazetteers");
    println!("cargo::rerun-if-changed=src/gazetteer/compile");
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    let out = Path::new(&out);
    let (index, left_out) = match compile::shipped::compile(Path::new("gazetteers")) {
        Ok(compiled) => compiled,
        Err(error) => fail(&error.to_string()),
    };
    if let Some(first) = left_out.first() {
        let count = left_out.len();
        println!(
            "cargo::warning={count} names of the lists can never match and are left out, the first: {first}"
        );
    }
    write(&out.join("gazetteer.idx"), &index);
    for model in ["clusters.bin", "names.bin", "quotes.bin", "syntax.bin"] {
        let path = Path::new("models").join(model);
        println!("cargo::rerun-if-changed={}", path.display());
        let packed = std::fs::read(&path).and_then(|bytes| zstd::bulk::compress(&bytes, LEVEL));
        match packed {
            Ok(packed) => write(&out.join(format!("{model}.zst")), &packed),
            Err(error) => fail(&format!("{}: {error}", path.display())),
        }
    }
}

/// The highest level of zstd that unpacks with the usual memory.
const LEVEL: i32 = 19;

fn write(path: &Path, bytes: &[u8]) {
    if let Err(error) = std::fs::write(path, bytes) {
        fail(&format!("{}: {error}", path.display()));
    }
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1);
}
