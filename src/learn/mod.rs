//! Machine learning as this house needs it: linear models over hashed
//! features, small enough to embed, fast enough for millions of articles,
//! trained by the same binary.
//!
//! | module | |
//! |---|---|
//! | [`hash`] | what a feature is called inside a model |
//! | [`labels`] | label sets, BILOU, which label may follow which |
//! | [`crf`] | the linear-chain CRF in use: best labelling, probabilities |
//! | [`train`] | its training |
//! | [`logistic`] | yes-or-no classifier |
//! | [`calibration`] | from score to probability |
//! | [`vectors`], [`clusters`] | which words are used alike, from raw text |
//! | [`table`] | weights by feature, eight-bit |
//! | [`mod@file`] | the weight file: version, checksum, refusals |
//! | `shipped` | the models that the binary carries |
//! | [`math`], [`random`] | the same numbers on every machine |
//!
//! What the features mean is not said here: that is the business of
//! [`crate::names`], [`crate::quotes`] and [`crate::syntax`].
//!
//! ```
//! use saidwho::learn::crf::{Features, Lattice};
//! use saidwho::learn::hash::{key, text};
//! use saidwho::learn::labels::{Labels, spans};
//! use saidwho::learn::corpus::Corpus;
//! use saidwho::learn::train::{Settings, train};
//!
//! let labels = Labels::bilou(["name"]);
//! let features = |words: &[&str]| {
//!     let mut features = Features::default();
//!     for word in words {
//!         features.push(key(0, 0)); // bias
//!         features.push(key(1, text(word)));
//!         features.end_unit();
//!     }
//!     features
//! };
//! let mut corpus = Corpus::default();
//! for _ in 0..4 {
//!     corpus.push(&features(&["Ann", "Lee", "spoke"]), &[1, 3, 0], 0);
//!     corpus.push(&features(&["Then", "they", "spoke"]), &[0, 0, 0], 0);
//! }
//! let settings = Settings { min_count: 1, rate: 0.5, ..Settings::default() };
//! let model = train(corpus, labels, &settings, |_| ());
//!
//! let (mut lattice, mut found) = (Lattice::default(), Vec::new());
//! model.score(&features(&["Then", "Ann", "Lee", "spoke"]), &mut lattice);
//! model.best(&mut lattice, &mut found);
//! assert_eq!(spans(&found).collect::<Vec<_>>(), [(1..3, 0)]);
//! ```

pub mod calibration;
pub mod clusters;
pub mod corpus;
pub mod crf;
pub mod file;
pub mod hash;
pub mod labels;
pub mod logistic;
pub mod math;
pub mod random;
pub(crate) mod room;
pub(crate) mod shipped;
pub mod table;
pub mod train;
pub mod vectors;
