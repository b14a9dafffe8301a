//! The Sinch Conversation API with WhatsApp as the hub sees it: keys and tokens, apps with their webhooks, messages, contacts,
//! and the phones of customers.
//!
//! Strict where Sinch is: <https://developers.sinch.com/docs/conversation/api-reference>. What Sinch checks at once is refused
//! at once; what it finds out later comes by delivery report.

mod admin;
mod app;
mod callback;
mod customer;
pub(crate) mod door;
mod error;
pub(crate) mod media;
mod outgoing;
mod phone;
mod report;
mod send;
mod webhook;

#[cfg(test)]
mod tests;

pub(crate) use app::Sinch;
pub use app::{AppConfig, AppState, Mode, SinchApp, Template};
pub use customer::{Sent, SinchCustomer};
pub use error::SinchError;
pub use media::{Fetch, File};
pub use phone::{PhoneFile, PhoneMessage, SinchPerson};
pub use webhook::{Post, sign};

/// The kinds of call that faults tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SinchCall {
    /// `POST /oauth2/token`
    Token,
    /// `POST .../messages:send`
    Send,
    /// `GET .../contacts`
    Contacts,
    /// `GET .../apps/{app}`
    App,
    /// Everything about webhooks.
    Webhooks,
}
