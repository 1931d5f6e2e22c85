//! Bounded runs over many documents.
