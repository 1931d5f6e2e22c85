//! The stages in order.
//!
//! A stage is a plain function over borrowed text and the layers before it; it
//! cannot fail. What can fail (a damaged model, a user's own list) fails when
//! the [`Pipeline`] is built.

use std::time::Instant;

use crate::annotations::Annotations;
use crate::deadline::Deadline;
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
        self.stages(document, scratch, Deadline::default());
        &scratch.found
    }

    /// Runs the stages over one article as long as there is time; none when it was not enough.
    ///
    /// Stages look at the clock every sentence or so, so little time passes after the deadline.
    pub fn annotate_until<'s>(
        &self,
        document: &Document,
        scratch: &'s mut Scratch,
        deadline: Instant,
    ) -> Option<&'s Annotations> {
        let deadline = Deadline::at(deadline);
        self.stages(document, scratch, deadline);
        (!deadline.passed()).then_some(&scratch.found)
    }

    fn stages(&self, document: &Document, scratch: &mut Scratch, deadline: Deadline) {
        let Scratch { found, names, quotes } = scratch;
        let text = document.text.as_str();
        found.clear();
        text::annotate(text, found);
        names.deadline = deadline;
        self.names.annotate(text, found, names);
        quotes.stop_at(deadline);
        self.quotes.annotate(text, found, quotes);
    }
}
