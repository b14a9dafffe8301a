//! WhatsApp through Kaleyra, whose numbers are on one of two APIs. The first sends forms and calls back in a form of the
//! customer's own making; the second wraps Meta's objects (`cloud`). Which a callback is of is told by what it holds, so that a
//! number may move from one to the other. Pure: the requests that `render` and `connect` build are sent, and the answers that
//! `verdict` judges are fetched, by the shell.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-text-messages>,
//! <https://developers.kaleyra.io/docs/send-a-text-message-through-whatsapp>

use std::time::Duration;

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

pub use credential::{Credential, Generation};

/// The channel with its provider, as account keys begin.
pub const NAME: &str = "whatsapp:kaleyra";

/// WhatsApp through Kaleyra.
#[derive(Clone, Copy, Debug)]
pub struct Kaleyra;

impl Webhook for Kaleyra {
    /// Kaleyra names no size; Meta's, from which it has what it hands on, is 3 MB.
    const LARGEST_BODY: usize = 3 * 1024 * 1024;

    /// Kaleyra promises no repeat and names no deadline, so that the one call is held for as long as a caller can be expected
    /// to wait.
    const QUEUE_BUDGET: Duration = Duration::from_secs(8);

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys)
    }

    fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
        events::parse(request, own)
    }
}

/// The key of an account, by its number.
fn account_key(number: &str) -> AccountKey {
    AccountKey::of(NAME, number)
}
