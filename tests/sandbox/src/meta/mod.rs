//! Facebook as the hub sees it: the Graph API, the webhooks of Messenger, and the phones of customers; and, through the same
//! Graph API, WhatsApp.
//!
//! Strict where Meta is: <https://developers.facebook.com/documentation/business-messaging/messenger-platform>.

mod customer;
mod error;
pub(crate) mod graph;
mod lookup;
pub(crate) mod media;
mod outgoing;
mod page;
mod params;
mod phone;
mod send;
mod upload;
mod webhook;
pub mod whatsapp;
mod wire;

#[cfg(test)]
mod tests;

pub use customer::{Customer, Sent};
pub use error::GraphError;
pub use media::{Fetch, File};
pub use page::{FIELDS, Page, PageState, Token};
pub use phone::{CustomerState, FileKind, PhoneFile, PhoneMessage};
pub use webhook::Post;
pub use wire::{appsecret_proof, sign, wire};

/// A Meta app: who a webhook is signed for and whose proof Graph wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetaApp {
    /// App id, decimal.
    pub id: String,
    /// App secret; it signs webhooks and proves calls.
    pub secret: String,
    /// What the app's owner entered as verify token.
    pub verify_token: String,
}

/// The kinds of Graph call that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphCall {
    /// `POST /{page}/messages`
    Messages,
    /// `POST /{page}/message_attachments`
    Uploads,
    /// `GET` of a page or a person.
    Lookup,
    /// `/{page}/subscribed_apps`
    Subscription,
    /// Anything else.
    Other,
}
