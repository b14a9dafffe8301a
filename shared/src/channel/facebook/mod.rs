//! Facebook Messenger through Meta's Graph API; the Page wall is recorded but not yet shown. Pure: the requests that
//! `render` builds are sent, and the answers that `verdict` judges are fetched, by the shell.

use super::{Handshake, Parsed, RawRequest, Refused, Webhook, WebhookKeys};
use crate::id::{AccountKey, CustomerId};
use crate::time::Timestamp;

pub mod authenticate;
pub mod carrier;
mod events;
pub mod limits;
mod payload;
pub mod render;
pub mod verdict;

/// The channel's name in account keys and integration records.
pub const NAME: &str = "facebook";

/// The Facebook channel.
#[derive(Clone, Copy, Debug)]
pub struct Facebook;

impl Webhook for Facebook {
    /// Meta names no size for a Page's webhooks; a thousand updates of usual size are far below it.
    const LARGEST_BODY: usize = 1024 * 1024;

    fn authenticate(request: &RawRequest, keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        authenticate::webhook(request, keys)
    }

    fn parse(request: &RawRequest, _own: Option<&AccountKey>) -> Parsed {
        events::parse(&request.body)
    }
}

impl Handshake for Facebook {
    fn handshake(query: &str, keys: &WebhookKeys) -> Result<String, Refused> {
        authenticate::handshake(query, keys)
    }
}

/// The customer whom a text names, if it can be a page-scoped id: a whole number that does not begin with a nought.
pub fn address(text: &str) -> Option<CustomerId> {
    let digits = (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits && !text.starts_with('0')).then(|| CustomerId::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_scoped_id_is_an_address() {
        let table = [
            ("7304418829920156", true),
            ("24418829920156730", true),
            ("0304418829920156", false),
            ("+7304418829920156", false),
            ("7304418829920156 ", false),
            ("７304418829920156", false),
            ("livia.conti", false),
            ("1234", false),
            ("123456789012345678901", false),
            ("-", false),
        ];
        for (text, is_address) in table {
            assert_eq!(address(text).is_some(), is_address, "{text}");
        }
    }
}
