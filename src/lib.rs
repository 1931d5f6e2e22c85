//! Reads English news and says who is named in it and who said what.
//!
//! Build a [`Pipeline`] once, share it between threads, give each thread a
//! [`Scratch`], and annotate one [`Document`] after another: what comes back are
//! [`Annotations`] in byte offsets of the text. A [`Record`] is the same for
//! the wire, in the unit the reader wants.
//!
//! ```
//! use saidwho::{Document, Pipeline, Record, Scratch, Unit};
//!
//! let text = "LUSAKA — “The rains have failed us again,” said Governor Wangari Otieno.";
//! let pipeline = Pipeline::default(); // lists and models are in the crate
//! let mut scratch = Scratch::default();
//! let article = Document::new("a1", text)?;
//! let found = pipeline.annotate(&article, &mut scratch);
//!
//! for quote in &found.quotes {
//!     let speaker = quote.speaker.as_ref().and_then(|speaker| speaker.entity);
//!     let name = speaker.map_or("somebody", |entity| &found.entities[entity.index()].name);
//!     println!("{name}: {}", quote.span().of(text));
//! }
//! # let quote = &found.quotes[0];
//! # assert_eq!(quote.span().of(text), "“The rains have failed us again,”");
//! # let speaker = quote.speaker.as_ref().and_then(|speaker| speaker.entity).expect("a speaker");
//! # assert_eq!(found.entities[speaker.index()].name, "Wangari Otieno");
//!
//! let record = Record::new(&article, found, Unit::Char); // as `saidwho extract` writes it
//! println!("{}", serde_json::to_string(&record)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Pipeline::new`] takes lists and models of one's own ([`names::Names::new`],
//! [`gazetteer::Gazetteer::with_lists`]) and says which quotes are wanted
//! ([`quotes::Options`]). Sentences alone need no pipeline: [`text::Sentences`].
//!
//! The rooms stand in the order an article passes them: [`text`], [`names`]
//! (with [`gazetteer`] as evidence and [`learn`] as judge), [`syntax`],
//! [`quotes`]. Around them [`input`], [`output`] and [`batch`] carry dumps of
//! articles through, and [`eval`] says how right the answers are.
//!
//! Cargo features, all on by default: `cli`, the command line; `html` (web pages and archives),
//! `archives` (tar and zip), `parquet` and `sqlite`, together `formats`. A library for text in
//! memory does without any: `default-features = false`.

pub mod annotations;
pub mod batch;
#[cfg(feature = "cli")]
pub mod cli;
mod deadline;
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

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
