//! The desk: an Open Channel account of XCALLY Motion, where agents read and answer.
//!
//! Pure: every file builds requests as values or reads what came back. What is documented, what was only seen and what
//! nobody states is told where it matters.

pub mod account;
mod answer;
pub mod attachment;
pub mod contact;
pub mod file;
pub mod line;
mod loose;
pub mod receive;
pub mod reply;
#[cfg(test)]
mod shown;
pub mod url;
