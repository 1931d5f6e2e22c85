//! The scores.
