//! Every integration test, one binary: each module reads as a specification.
