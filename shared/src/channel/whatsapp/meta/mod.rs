//! WhatsApp through Meta's Cloud API: one telephone number of a WhatsApp business account (WABA). What a message is stands in
//! `cloud`; here is what wraps it. Pure: the requests that `render` and `connect` build are sent, and the answers that
//! `verdict` judges are fetched, by the shell.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform>

use crate::channel::facebook::authenticate;
use crate::channel::{Handshake, Parsed, RawRequest, Refused, Webhook, WebhookKeys};
use crate::id::AccountKey;
use crate::time::Timestamp;

mod carrier;
pub mod connect;
mod events;
pub mod limits;
mod payload;
mod render;
mod verdict;

/// The channel with its provider, as account keys begin; the id of the number follows.
pub const NAME: &str = "whatsapp:meta";

/// WhatsApp through Meta.
#[derive(Clone, Copy, Debug)]
pub struct WhatsAppMeta;

impl Webhook for WhatsAppMeta {
    /// <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>
    const LARGEST_BODY: usize = 3 * 1024 * 1024;

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys)
    }

    fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
        events::parse(request, own)
    }
}

impl Handshake for WhatsAppMeta {
    fn handshake(query: &str, keys: &WebhookKeys) -> Result<String, Refused> {
        authenticate::handshake(query, keys)
    }
}

/// The account of a number, by Meta's id of it.
pub fn account(number_id: &str) -> AccountKey {
    AccountKey::of(NAME, number_id)
}
