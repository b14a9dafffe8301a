//! The reply function: takes what an agent wrote from Motion, sends it to the customer, and answers with the truth.
//!
//! One reply goes this way: [`handler`] lets it in by its `route`, `door` or `bridge` tells whose it is, `recipient` whom
//! it is for, `claim` makes a repeat harmless, `send` hands it to the platform, and `answer` is what Motion reads.

mod answer;
mod bridge;
mod budget;
mod channel;
mod claim;
mod content;
mod door;
mod file;
pub mod handler;
mod pause;
mod records;
mod recipient;
mod route;
mod send;
pub mod settings;
mod shell;

pub use handler::handle;
pub use shell::Shell;

#[cfg(test)]
mod tests;
