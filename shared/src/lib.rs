//! What two or more functions of the Open Channel Hub share.
//!
//! The hub takes what customers write on a platform to an agent's desk, an Open Channel account of XCALLY Motion, and the
//! agent's answers back. An [`event::Event`] is one thing that happened; an [`envelope::Envelope`] is what lies in the
//! queue; an [`store::Integration`] links one account of a channel to one account of Motion.
//!
//! # The core
//!
//! Free of I/O: functions of bytes, values, secrets and the time, so that tables, snapshots and arbitrary bytes can test
//! them.
//!
//! - [`event`]: what a webhook tells, in words that fit every channel
//! - [`envelope`]: a piece of work in the queue, with its group and its deduplication id
//! - [`channel`]: a folder a channel, the same file names in each; how its calls are checked, read, made and judged
//! - [`openchannel`]: Motion: the message to its Receive URL, the answer that it posts, files, its account
//! - [`window`]: whether the platform lets us answer now, and what becomes of an answer where it does not
//! - [`recontact`]: the template that asks a customer to write again
//! - [`text`]: splitting and shortening, never inside a letter
//! - [`id`], [`time`]: typed ids that say where they are unique, and one kind of time
//!
//! # The shell
//!
//! Talks to AWS, the platforms and Motion, and decides nothing.
//!
//! - [`webhook`]: the flow that all webhooks share: authenticate, read, queue, answer
//! - [`queue`]: the FIFO queue whose groups keep the order, and the one that only waits
//! - [`store`]: the table, a file an entity, its keys at the top
//! - [`secrets`]: Secrets Manager behind a small cache; what is read cannot be printed
//! - [`http`]: the one client, guarded: every request says why it goes out, and that decides where it may go
//! - [`sender`]: a message to a customer, with all that its platform wants before it
//! - [`agent_file`]: an agent's file, from Motion to a message
//! - [`links`]: files that a provider fetches, for an hour
//! - [`gateway`]: a call of the HTTP API without losing a byte
//! - [`aws`], [`cache`], [`config`], [`log`]: what every function starts with
pub mod agent_file;
pub mod aws;
pub mod cache;
pub mod channel;
pub mod config;
pub mod envelope;
pub mod event;
pub mod gateway;
pub mod http;
pub mod id;
pub mod links;
pub mod log;
pub mod openchannel;
pub mod queue;
pub mod recontact;
pub mod secrets;
pub mod sender;
pub mod store;
#[cfg(test)]
mod test_aws;
pub mod text;
pub mod time;
pub mod webhook;
pub mod window;
