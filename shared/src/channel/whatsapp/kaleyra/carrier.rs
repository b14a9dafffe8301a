//! WhatsApp through Kaleyra toward its APIs: which request is which, and what its answer means.

use url::Url;

use super::render::Account;
use super::{Kaleyra, limits, verdict};
use crate::channel::whatsapp::identity;
use crate::channel::{Carrier, Connection, HandOver, Limits, MediaRequest, OutMessage, Verdict};
use crate::event::MediaSource;
use crate::http::{Answer, Auth, HttpError, MediaHosts, Outgoing};
use crate::id::CustomerId;

impl Carrier for Kaleyra {
    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn largest_file(&self, content_type: &str) -> Option<usize> {
        Some(limits::largest(content_type))
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        identity::either(text)
    }

    fn base(&self, connection: &Connection<'_>) -> Url {
        Account::of(connection).base
    }

    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing {
        Account::of(connection).message(message)
    }

    fn verdict(&self, answer: &Result<Answer, HttpError>, _human_agent: bool) -> Verdict {
        verdict::verdict(answer)
    }

    fn hands_over(&self) -> HandOver {
        HandOver::Link
    }

    /// Kaleyra keeps copies that anyone with the address may fetch. Meta's ids are of no use without Meta's token.
    fn media(&self, _connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest> {
        let MediaSource::Url(address) = source else { return None };
        Some(MediaRequest::Fetch(Outgoing::get(address.parse().ok()?, Auth::None)))
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        MediaHosts::Anywhere
    }
}

#[cfg(test)]
mod tests {
    use super::super::Generation;
    use super::super::render::tests::with;
    use super::*;

    #[test]
    fn a_file_of_a_customer_may_lie_anywhere_and_sees_no_key() {
        let fetched = |source: &MediaSource| {
            with(Generation::V2, |connection| match Kaleyra.media(connection, source) {
                Some(MediaRequest::Fetch(request)) => {
                    Some((request.url.to_string(), matches!(request.auth, Auth::None)))
                }
                _ => None,
            })
        };
        let elsewhere = "https://media.kaleyra-sample.example/in/7f2b.jpg";
        assert_eq!(fetched(&MediaSource::Url(elsewhere.to_owned())), Some((elsewhere.to_owned(), true)));
        assert_eq!(fetched(&MediaSource::Url("no address".to_owned())), None);
        assert_eq!(fetched(&MediaSource::Id("1100220033004402".to_owned())), None);
        assert!(matches!(Kaleyra.media_hosts(), MediaHosts::Anywhere));
    }
}
