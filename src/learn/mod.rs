//! Hashed features, linear models, training.
