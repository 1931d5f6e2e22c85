//! Reads English news and says who is named in it and who said what.
//!
//! Build a [`Pipeline`] once, share it between threads, give each thread a
//! [`Scratch`], and annotate one [`Document`] after another: what comes back are
//! [`Annotations`] in byte offsets of the text. A [`Record`] is the same for
//! the wire, in the unit the reader wants.
//!
//! The rooms stand in the order an article passes them: [`text`], [`names`]
//! (with [`gazetteer`] as evidence and [`learn`] as judge), [`syntax`],
//! [`quotes`]. Around them [`input`], [`output`] and [`batch`] carry dumps of
//! articles through, and [`eval`] says how right the answers are.

pub mod annotations;
pub mod batch;
#[cfg(feature = "cli")]
pub mod cli;
mod document;
pub mod eval;
pub mod gazetteer;
mod hash;
pub mod input;
pub mod learn;
pub mod names;
mod offsets;
pub mod output;
mod pipeline;
mod processor;
pub mod quotes;
pub mod record;
mod span;
pub mod syntax;
pub mod text;
mod tsv;

pub use annotations::Annotations;
pub use document::{Document, DocumentError};
pub use offsets::{Offsets, Unit};
pub use pipeline::{Pipeline, Scratch};
pub use record::Record;
pub use span::Span;
