//! Twilio as a carrier: which request is which, and what its answer means.

use std::sync::LazyLock;

use secrecy::SecretString;
use url::Url;

use super::render::Account;
use super::{Credential, Twilio, limits, render, verdict};
use crate::channel::whatsapp::identity;
use crate::channel::{Carrier, Connection, HandOver, Limits, MediaRequest, OutMessage, PlatformCredential, Verdict};
use crate::event::MediaSource;
use crate::http::{Answer, HttpError, MediaHosts, Outgoing};
use crate::id::{CustomerId, MessageId};

/// A credential that Twilio takes for nobody's: stands where an integration has another platform's, which none does.
static NO_CREDENTIAL: LazyLock<Credential> = LazyLock::new(|| Credential {
    account_sid: String::new(),
    user: String::new(),
    password: SecretString::default(),
    number: String::new(),
    messaging_service: None,
});

impl Carrier for Twilio {
    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn limits(&self) -> &'static Limits {
        &limits::LIMITS
    }

    fn largest_file(&self, content_type: &str) -> Option<usize> {
        limits::largest_file(content_type)
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        identity::either(text)
    }

    fn base(&self, connection: &Connection<'_>) -> Url {
        connection.platforms.twilio_base_url.clone()
    }

    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing {
        render::message(&account(connection), message)
    }

    fn verdict(&self, answer: &Result<Answer, HttpError>, _human_agent: bool) -> Verdict {
        verdict::verdict(answer)
    }

    fn hands_over(&self) -> HandOver {
        HandOver::Link
    }

    fn media(&self, connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest> {
        let MediaSource::Url(address) = source else { return None };
        Some(MediaRequest::Fetch(render::media(&account(connection), address.parse().ok()?)))
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        MediaHosts::Under(limits::MEDIA_HOSTS)
    }

    fn seen(&self, connection: &Connection<'_>, message: &MessageId) -> Option<Outgoing> {
        Some(render::seen(&account(connection), message))
    }
}

/// The account that a connection is to.
pub fn account<'a>(connection: &Connection<'a>) -> Account<'a> {
    let credential = match connection.credential {
        PlatformCredential::Twilio(credential) => credential,
        _ => &NO_CREDENTIAL,
    };
    Account { base: &connection.platforms.twilio_base_url, credential, callback_url: connection.callback_url }
}
