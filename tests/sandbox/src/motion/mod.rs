//! XCALLY Motion as the hub sees it: the Receive URL of an Open Channel account, the REST API, and an agent who answers
//! through the Reply URL.
//!
//! The vendor's page is "How to configure a Custom Open Channel"
//! (<https://xcally.atlassian.net/wiki/spaces/XM/pages/1913487950>). Where no page says what Motion does, this one does what
//! is hardest on the hub.

mod account;
mod agent;
mod contacts;
pub(crate) mod door;
mod receive;
mod refusal;
mod rest;
mod server;
mod shape;
mod state;

#[cfg(test)]
mod tests;

pub use account::{Account, AccountConfig, ReceiveForm};
pub use agent::{Agent, Draft, NoReplyUrl};
pub use contacts::STANDARD_FIELDS;
pub use refusal::status;
pub(crate) use server::DeskServer;
pub use server::MotionServer;
pub use shape::Shape;
pub use state::{AccountState, Contact, DeskMessage, HubAnswer, Interaction, StoredFile};

/// The kinds of call to Motion that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MotionCall {
    /// A message at the Receive URL.
    Receive,
    /// A file is stored.
    Upload,
    /// A file, or what is known of it, is fetched.
    Download,
    /// `GET /openchannel/accounts/{id}`
    Account,
}
