//! WhatsApp toward the Cloud API: which request is which, and what its answer means.

use bytes::Bytes;
use url::Url;

use super::render::Number;
use super::{WhatsAppMeta, limits, verdict};
use crate::channel::whatsapp::cloud::limits::{LIMITS, Shown};
use crate::channel::whatsapp::identity;
use crate::channel::{Carrier, Connection, HandOver, Limits, MediaRequest, OutFile, OutMessage, Question, Verdict};
use crate::event::MediaSource;
use crate::http::{Answer, HttpError, MediaHosts, Outgoing};
use crate::id::{CustomerId, MessageId};

impl Carrier for WhatsAppMeta {
    fn title(&self) -> &'static str {
        "WhatsApp"
    }

    fn limits(&self) -> &'static Limits {
        &LIMITS
    }

    fn largest_file(&self, content_type: &str) -> Option<usize> {
        Some(Shown::of(content_type).largest())
    }

    fn address(&self, text: &str) -> Option<CustomerId> {
        identity::either(text)
    }

    fn base(&self, connection: &Connection<'_>) -> Url {
        connection.platforms.graph_base_url.clone()
    }

    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing {
        Number::of(connection).message(message)
    }

    fn verdict(&self, answer: &Result<Answer, HttpError>, _human_agent: bool) -> Verdict {
        verdict::verdict(answer)
    }

    fn hands_over(&self) -> HandOver {
        HandOver::Upload
    }

    fn upload(&self, connection: &Connection<'_>, file: &OutFile, bytes: Bytes) -> Option<Question<String>> {
        Some(Question { request: Number::of(connection).upload(file, bytes), read: verdict::uploaded })
    }

    fn media(&self, connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest> {
        let number = Number::of(connection);
        Some(match source {
            MediaSource::Id(id) => {
                MediaRequest::Ask(Question { request: number.media(id), read: verdict::media_address })
            }
            MediaSource::Url(address) => MediaRequest::Fetch(number.fetch(address.parse().ok()?)),
        })
    }

    fn media_hosts(&self) -> MediaHosts<'static> {
        MediaHosts::Under(limits::MEDIA_HOSTS)
    }

    fn seen(&self, connection: &Connection<'_>, message: &MessageId) -> Option<Outgoing> {
        Some(Number::of(connection).seen(message))
    }
}
