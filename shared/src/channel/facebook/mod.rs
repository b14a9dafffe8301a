//! Facebook Messenger through Meta's Graph API; the Page wall is recorded but not yet shown. Pure: the requests that
//! `render` builds are sent, and the answers that `verdict` judges are fetched, by the shell.

use super::{Handshake, Parsed, RawRequest, Refused, Webhook, WebhookKeys};
use crate::time::Timestamp;

pub mod authenticate;
mod events;
pub mod limits;
mod payload;
pub mod render;
mod scalar;
pub mod verdict;

/// The Facebook channel.
#[derive(Clone, Copy, Debug)]
pub struct Facebook;

impl Webhook for Facebook {
    /// Meta names no size for a Page's webhooks; a thousand updates of usual size are far below it.
    const LARGEST_BODY: usize = 1024 * 1024;

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys)
    }

    fn parse(request: &RawRequest) -> Parsed {
        events::parse(&request.body)
    }
}

impl Handshake for Facebook {
    fn handshake(query: &str, keys: &WebhookKeys) -> Result<String, Refused> {
        authenticate::handshake(query, keys)
    }
}
