//! WhatsApp through Twilio Programmable Messaging. Messages and statuses come to one address, and what they hold tells them
//! apart. Pure: the requests that `render` builds are sent, and the answers that `verdict` judges are fetched, by the shell.

use std::time::Duration;

use crate::channel::{Parsed, RawRequest, Refused, Webhook, WebhookKeys};
use crate::id::AccountKey;
use crate::time::Timestamp;

pub mod authenticate;
pub mod carrier;
pub mod connect;
mod credential;
mod events;
pub mod limits;
mod payload;
pub mod render;
pub mod verdict;

pub use credential::Credential;

/// WhatsApp through Twilio.
#[derive(Clone, Copy, Debug)]
pub struct Twilio;

/// What follows the webhook address at Twilio: so often, and after these failures, is a call made again. Twilio keeps it to
/// itself, and signs the address without it. Unless told so, it repeats nothing but a connection that did not come about.
///
/// <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>
pub const RETRIES: &str = "#rc=3&rp=5xx,ct,rt";

impl Webhook for Twilio {
    /// A webhook is a form with a text of 1600 characters in it and some addresses.
    const LARGEST_BODY: usize = 1024 * 1024;

    /// Twilio waits 15 s for a call and its repeats together (`tt`), and [`RETRIES`] asks for three repeats. Four times 3 s
    /// leave 3 s for connections, cold starts and secrets, so that each repeat has its whole time. One call already asks the
    /// queue six times, which bridges a moment of trouble also for an address that was entered without [`RETRIES`].
    const QUEUE_BUDGET: Duration = Duration::from_secs(3);

    /// Twilio sends what it is answered to the customer, so the answer is one that can hold no word.
    ///
    /// <https://www.twilio.com/docs/messaging/twiml>
    const ACCEPTED: u16 = 204;

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys)
    }

    fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
        events::parse(request, own)
    }
}
