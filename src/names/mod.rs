//! Who and what is named: mentions and entities.

pub mod entities;
mod gender;
mod links;
mod titles;

use crate::Annotations;

/// The stage: its lists and its tagger.
#[derive(Default)]
pub struct Names {}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {}

impl Names {
    /// Fills the mentions and entities of a document with tokens and sentences.
    pub fn annotate(&self, _text: &str, _found: &mut Annotations, _scratch: &mut Scratch) {}
}
