//! The scores.

pub mod entities;
pub mod gold;
