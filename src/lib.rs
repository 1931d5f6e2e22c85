//! Reads English news and says who is named in it and who said what.

pub mod annotations;
pub mod batch;
#[cfg(feature = "cli")]
pub mod cli;
mod document;
pub mod eval;
pub mod gazetteer;
pub mod input;
pub mod learn;
pub mod names;
mod offsets;
pub mod output;
mod pipeline;
pub mod quotes;
pub mod record;
mod span;
pub mod syntax;
pub mod text;

pub use annotations::Annotations;
pub use document::{Document, DocumentError};
pub use offsets::{Offsets, Unit};
pub use pipeline::{Pipeline, Scratch};
pub use record::Record;
pub use span::Span;
