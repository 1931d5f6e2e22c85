//! The arguments that say which quotes are wanted; shared by the commands that find them.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::naming::described;
use crate::quotes::{Attributions, Kinds, Options, Quotes};

#[derive(Args)]
pub(super) struct Quoting {
    /// Which quotes to find. Without any, names are found two to three times as fast.
    #[arg(long, value_enum, value_name = "KINDS", default_value_t)]
    quotes: Kinds,
    /// What counts as a quote.
    #[arg(long, value_enum, value_name = "WHICH", default_value_t)]
    attributions: Attributions,
    /// A judge of quotes of your own, made by `saidwho train quotes`.
    #[arg(long, value_name = "FILE")]
    quotes_model: Option<PathBuf>,
}

impl Quoting {
    /// What decides which quotes are found, to tell one run from another.
    pub(super) fn describe(&self) -> serde_json::Value {
        let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
        serde_json::json!({
            "quotes": name(&self.quotes),
            "attributions": name(&self.attributions),
            "quotes_model": self.quotes_model.as_deref().map(described),
        })
    }

    /// Whether any quotes are wanted.
    pub(super) fn wants_any(&self) -> bool {
        self.quotes != Kinds::None
    }

    /// The stage of quotes, which leaves out those that are less sure than `min_confidence`.
    pub(super) fn quotes(&self, min_confidence: f32) -> anyhow::Result<Quotes> {
        let options = Options { kinds: self.quotes, attributions: self.attributions, min_confidence };
        let Some(file) = &self.quotes_model else { return Ok(Quotes::new(options)) };
        let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Quotes::with_model(options, &bytes).with_context(|| file.display().to_string())
    }
}
