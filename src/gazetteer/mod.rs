//! The lists, their index and the matcher.
