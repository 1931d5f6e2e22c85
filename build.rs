//! Compiles the lists in `gazetteers/` into the index that the binary carries.

#[allow(dead_code)]
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
    for problem in left_out.iter().take(20) {
        println!("cargo::warning={problem}");
    }
    if left_out.len() > 20 {
        println!("cargo::warning={} names of the lists cannot match and are left out", left_out.len());
    }
    if let Err(error) = std::fs::write(Path::new(&out).join("gazetteer.idx"), index) {
        eprintln!("{}: {error}", Path::new(&out).display());
        std::process::exit(1);
    }
}
