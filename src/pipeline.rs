//! The stages in order.
//!
//! A stage is a plain function over borrowed text and the layers before it; it
//! cannot fail. What can fail (a damaged model, a user's own list) fails when
//! the [`Pipeline`] is built.

use crate::annotations::Annotations;
use crate::document::Document;
use crate::{names, quotes, text};

/// Everything read-only that the stages need, and their order.
///
/// Build one, share it between threads, and give each thread its own [`Scratch`].
///
/// ```
/// use saidwho::{Document, Pipeline, Scratch};
/// let pipeline = Pipeline::default();
/// let article = Document::new("a1", "“We agree,” said Angela Merkel.")?;
/// let mut scratch = Scratch::default();
/// let found = pipeline.annotate(&article, &mut scratch);
/// assert_eq!(found.sentences.len(), 1);
/// # Ok::<(), saidwho::DocumentError>(())
/// ```
#[derive(Default)]
pub struct Pipeline {
    names: names::Names,
    quotes: quotes::Quotes,
}

/// Memory that one worker uses again from article to article.
#[derive(Default)]
pub struct Scratch {
    found: Annotations,
    names: names::Scratch,
    quotes: quotes::Scratch,
}

impl Pipeline {
    /// The stages with lists, models or options of one's own.
    ///
    /// ```
    /// use saidwho::quotes::{Kinds, Options, Quotes};
    /// use saidwho::{Pipeline, names::Names};
    /// let direct = Options { kinds: Kinds::Direct, min_confidence: 0.8, ..Options::default() };
    /// let pipeline = Pipeline::new(Names::default(), Quotes::new(direct));
    /// ```
    pub fn new(names: names::Names, quotes: quotes::Quotes) -> Self {
        Pipeline { names, quotes }
    }

    /// Runs all stages over one article.
    pub fn annotate<'s>(&self, document: &Document, scratch: &'s mut Scratch) -> &'s Annotations {
        let Scratch { found, names, quotes } = scratch;
        let text = document.text.as_str();
        found.clear();
        text::annotate(text, found);
        self.names.annotate(text, found, names);
        self.quotes.annotate(text, found, quotes);
        found
    }
}
