//! One article as it came in: id, text and whatever else its record held.

use serde_json::{Map, Value};
use thiserror::Error;

/// An article.
///
/// The text is what every span of the result slices; the metadata passes
/// through untouched.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The name it goes by in the output.
    pub id: String,
    /// The text, as given: no trimming, no normalisation.
    pub text: String,
    /// Everything else the input said (title, date, source …).
    pub meta: Map<String, Value>,
}

/// Why a text cannot be a document.
#[derive(Debug, Error, PartialEq)]
pub enum DocumentError {
    /// Spans are 32-bit byte offsets.
    #[error("the text has {bytes} bytes; the limit is {limit}: split it into several articles", limit = Document::MAX_BYTES)]
    TooLong {
        /// Bytes in the text.
        bytes: usize,
    },
}

impl Document {
    /// Longest text in bytes.
    pub const MAX_BYTES: usize = u32::MAX as usize / 2;

    /// A document without metadata.
    ///
    /// # Errors
    /// When the text is longer than [`Document::MAX_BYTES`].
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Result<Self, DocumentError> {
        let text = text.into();
        if text.len() > Self::MAX_BYTES {
            return Err(DocumentError::TooLong { bytes: text.len() });
        }
        Ok(Document { id: id.into(), text, meta: Map::new() })
    }

    /// The same document with metadata.
    #[must_use]
    pub fn with_meta(mut self, meta: Map<String, Value>) -> Self {
        self.meta = meta;
        self
    }
}
