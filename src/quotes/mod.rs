//! What was said, and by whom.

use crate::Annotations;

/// The stage: its lists and models.
#[derive(Default)]
pub struct Quotes {}

/// Memory that is used again from article to article.
#[derive(Default)]
pub struct Scratch {}

impl Quotes {
    /// Fills the quotes of a document with tokens, sentences, mentions and entities.
    pub fn annotate(&self, _text: &str, _found: &mut Annotations, _scratch: &mut Scratch) {}
}
