//! Lists: what matches, what a user's own lists do, and what happens to broken ones.
#![allow(clippy::unwrap_used)]

mod command;
mod compiled;
mod hostile;
mod naive;
mod own_lists;
mod spec;

use std::path::{Path, PathBuf};

use saidwho::gazetteer::{Gazetteer, Hit};
use saidwho::{Annotations, text};

/// Writes a list into `folder` and gives its path.
fn list(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// The user's names found in `text`: what stands there, and the canonical names.
fn own_names(lists: &Gazetteer, text: &str) -> Vec<(String, String)> {
    let mut found = Annotations::default();
    text::annotate(text, &mut found);
    let mut hits: Vec<Hit> = Vec::new();
    lists.lookup(text, &found.tokens, &mut hits);
    hits.iter()
        .flat_map(|hit| {
            let span = found.span_of(hit.tokens.clone());
            let own = lists.entries(hit.name).filter(|entry| entry.is_user());
            own.map(move |entry| (span.of(text).to_owned(), entry.name()))
        })
        .collect()
}
