//! WhatsApp through the Sinch Conversation API: one app of a project, which lives in one region and has one WhatsApp sender.
//! Pure: the requests that `render` and `connect` build are sent, and the answers that `verdict` judges are fetched, by the
//! shell.
//!
//! <https://developers.sinch.com/docs/conversation/overview>

use crate::channel::{Parsed, RawRequest, Refused, Webhook, WebhookKeys};
use crate::id::AccountKey;
use crate::time::Timestamp;

mod authenticate;
mod carrier;
pub mod connect;
mod credential;
mod events;
pub mod limits;
mod payload;
mod render;
mod verdict;

pub use credential::{Credential, Region};

/// The channel with its provider, as account keys begin.
pub const NAME: &str = "whatsapp:sinch";

/// The name of the channel at Sinch, where an app may have others beside it.
const CHANNEL: &str = "WHATSAPP";

/// WhatsApp through Sinch.
#[derive(Clone, Copy, Debug)]
pub struct Sinch;

impl Webhook for Sinch {
    /// Sinch names no size; Meta's, from which it has what it sends, is 3 MB.
    const LARGEST_BODY: usize = 3 * 1024 * 1024;

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys, now)
    }

    fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
        events::parse(&request.body, own)
    }
}
