//! Writing records, and reading them back.
//!
//! [`check`] proves that a record fits its text; [`mod@file`] writes beside the
//! target and renames when whole, so that a file with the final name is never
//! half a result.

pub mod check;
pub mod file;
