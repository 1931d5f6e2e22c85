//! Parts of speech and dependency arcs.
