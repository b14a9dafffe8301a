//! From the agent's desk to the customer: what an agent wrote is sent before Motion is answered, and the answer is the truth.
//!
//! One reply goes this way: `route` and `door` (or `bridge`) tell whose it is, `recipient` whom it is for, `claim` makes a
//! repeat harmless, `send` hands it to the platform part by part, `outcome` writes
//! down how it ended, and `answer` is what Motion, and so the agent, reads.

mod answer;
mod bridge;
mod budget;
mod claim;
mod code;
mod content;
mod door;
mod file;
mod handler;
mod hold;
mod outcome;
mod pause;
mod recipient;
mod route;
mod send;
mod settings;
mod shell;

pub use handler::handle;
pub use settings::Settings;
pub use shell::Shell;
