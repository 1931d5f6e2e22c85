//! Every integration test, one binary: each module reads as a specification.
#![allow(clippy::unwrap_used, missing_docs)]

mod articles;
mod cli;
mod corpora;
mod entities;
mod eval;
mod gazetteer;
mod names;
mod quotes;
mod sentences;
mod syntax;
