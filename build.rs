//! Compiles the lists in `gazetteers/` into the index that the binary carries.

#[allow(dead_code, reason = "shared with the library, which alone reads entries back")]
#[path = "src/gazetteer/compile/mod.rs"]
mod compile;

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=gazetteers");
    println!("cargo::rerun-if-changed=src/gazetteer/compile");
    println!("cargo::rerun-if-changed=build.rs");
    let out = std::env::var_os("OUT_DIR").unwrap_or_default();
    let (index, left_out) = match compile::shipped::compile(Path::new("gazetteers")) {
        Ok(compiled) => compiled,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    if let Some(first) = left_out.first() {
        let count = left_out.len();
        println!(
            "cargo::warning={count} names of the lists can never match and are left out, the first: {first}"
        );
    }
    if let Err(error) = std::fs::write(Path::new(&out).join("gazetteer.idx"), index) {
        eprintln!("{}: {error}", Path::new(&out).display());
        std::process::exit(1);
    }
}
