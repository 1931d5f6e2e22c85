//! The arguments that say how names are found; shared by the commands that find them.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::Context;
use clap::Args;

use super::gazetteer;
use super::quoting::Quoting;
use crate::Pipeline;
use crate::learn::clusters::Clusters;
use crate::names::{Names, Tagger};
use crate::quotes::Quotes;
use crate::syntax::Parser;

#[derive(Args)]
pub(super) struct Naming {
    /// Lists of your own, above the shipped ones: .tsv, .csv, .jsonl or a compiled .idx. What they
    /// name is always found.
    #[arg(long, value_name = "LIST")]
    gazetteer: Vec<PathBuf>,
    /// Leave out names and quotes that are less sure than this, 0 to 1.
    #[arg(long, value_name = "P", default_value_t = 0.0, value_parser = share)]
    min_confidence: f32,
    /// A tagger of your own, made by `saidwho train names`.
    #[arg(long, value_name = "FILE")]
    names_model: Option<PathBuf>,
    /// The word clusters it was trained with, when they are not the shipped ones.
    #[arg(long, value_name = "FILE", requires = "names_model")]
    clusters: Option<PathBuf>,
}

fn share(value: &str) -> Result<f32, String> {
    match value.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("it must be a number from 0 to 1".to_owned()),
    }
}

impl Naming {
    /// The stage of names.
    pub(super) fn names(&self) -> anyhow::Result<Names> {
        let lists = if self.gazetteer.is_empty() { None } else { Some(gazetteer::open(&self.gazetteer)?) };
        let tagger = self.names_model.as_deref().map(|file| open(file, Tagger::read)).transpose()?;
        let clusters = self.clusters.as_deref().map(open_clusters).transpose()?;
        Ok(Names::new(lists, tagger, clusters).with_min_confidence(self.min_confidence))
    }

    /// What decides which names are found, to tell one run from another.
    pub(super) fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "gazetteers": self.gazetteer.iter().map(|path| described(path)).collect::<Vec<_>>(),
            "min_confidence": self.min_confidence,
            "names_model": self.names_model.as_deref().map(described),
            "clusters": self.clusters.as_deref().map(described),
        })
    }

    /// All stages.
    pub(super) fn pipeline(&self, quoting: &Quoting) -> anyhow::Result<Pipeline> {
        // Each reads models of its own, which is most of the time until the first record. The parser's
        // is for quotes only: who needs none does not wait for it.
        if quoting.wants_any() {
            thread::spawn(Parser::shipped);
        }
        let (names, quotes) = thread::scope(|scope| {
            let quotes = scope.spawn(|| self.quotes(quoting));
            (self.names(), quotes.join())
        });
        Ok(Pipeline::new(names?, quotes.unwrap_or_else(|panic| resume_unwind(panic))?))
    }

    /// The stage of quotes: as sure as the names.
    pub(super) fn quotes(&self, quoting: &Quoting) -> anyhow::Result<Quotes> {
        quoting.quotes(self.min_confidence)
    }
}

/// A file of the user's, by name and length.
pub(super) fn described(path: &Path) -> serde_json::Value {
    serde_json::json!([path.display().to_string(), path.metadata().ok().map(|meta| meta.len())])
}

/// Opens a table of word clusters.
pub(super) fn open_clusters(file: &Path) -> anyhow::Result<Arc<Clusters>> {
    open(file, Clusters::read)
}

fn open<M, E: std::error::Error + Send + Sync + 'static>(
    file: &Path,
    read: fn(&[u8]) -> Result<M, E>,
) -> anyhow::Result<Arc<M>> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Arc::new(read(&bytes).with_context(|| file.display().to_string())?))
}
