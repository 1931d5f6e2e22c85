//! Questions about a finished tree.
/// A tree.
pub struct Tree;
