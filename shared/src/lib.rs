//! The common crate of the Open Channel Hub.
