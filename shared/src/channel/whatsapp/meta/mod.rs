//! WhatsApp through meta.

use url::Url;

use super::identity;
use crate::channel::{
    Carrier, Connection, Limits, MediaRequest, OutMessage, Parsed, RawRequest, Refused, Verdict, Webhook, WebhookKeys,
};
use crate::event::MediaSource;
use crate::http::{Answer, HttpError, MediaHosts, Outgoing};
use crate::id::{AccountKey, CustomerId};
use crate::time::Timestamp;

/// WhatsApp through meta.
#[derive(Clone, Copy, Debug)]
pub struct WhatsAppMeta;

impl Webhook for WhatsAppMeta {
    const LARGEST_BODY: usize = 3 * 1024 * 1024;

    fn authenticate(_request: &RawRequest, _keys: &WebhookKeys, _now: Timestamp) -> Result<(), Refused> {
        unimplemented!()
    }

    fn parse(_request: &RawRequest, _own: Option<&AccountKey>) -> Parsed {
        unimplemented!()
    }
}

impl Carrier for WhatsAppMeta {
    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn limits(&self) -> &'static Limits {
        unimplemented!()
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        identity::either(text)
    }

    fn base(&self, _connection: &Connection<'_>) -> Url {
        unimplemented!()
    }

    fn message(&self, _connection: &Connection<'_>, _message: OutMessage<'_>) -> Outgoing {
        unimplemented!()
    }

    fn verdict(&self, _answer: &Result<Answer, HttpError>, _human_agent: bool) -> Verdict {
        unimplemented!()
    }

    fn media(&self, _connection: &Connection<'_>, _source: &MediaSource) -> Option<MediaRequest> {
        unimplemented!()
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        unimplemented!()
    }
}
