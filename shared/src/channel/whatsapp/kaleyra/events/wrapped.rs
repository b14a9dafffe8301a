//! A callback of the second API: one change of Meta's, wrapped, and beside it what Kaleyra says of it. An older page shows the
//! change bare, which is read too.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-incoming-message-webhook-payload-reply-media-message>

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::super::verdict;
use super::{Problem, number_account, unreadable};
use crate::channel::scalar::{Scalar, Text, UNKNOWN, words};
use crate::channel::whatsapp::cloud::events::{self, Scene};
use crate::channel::{Item, RawRequest};
use crate::event::{Event, EventKind, MediaFile, MediaSource, Message, Part, StatusFailure, StatusOf};
use crate::id::{AccountKey, EventId, MessageId};

/// What the change is called where nobody says.
const MESSAGES: &str = "messages";

/// Who writes into a field of the first API may end it and begin members of the second. What has fields of the first beside is
/// read as the first, whose sender they cannot change.
#[derive(Deserialize)]
struct Fields {
    from: Option<IgnoredAny>,
    mobile: Option<IgnoredAny>,
    wanumber: Option<IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
    body: Option<IgnoredAny>,
    created_at: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(borrow)]
    meta_object: Option<&'a RawValue>,
    #[serde(borrow)]
    extra_info: Option<&'a RawValue>,
    message_id: Option<Scalar>,
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
    #[serde(borrow)]
    statuses: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    field: Option<Text>,
}

#[derive(Deserialize)]
struct Value {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    display_phone_number: Option<Scalar>,
}

/// What Kaleyra says beside Meta's object.
#[derive(Default, Deserialize)]
struct Extra {
    media_url: Option<Text>,
    reply_to: Option<Scalar>,
    message_id: Option<Scalar>,
}

/// What the callback holds; nothing where it is none of the second API.
pub(super) fn items(request: &RawRequest, own: Option<&AccountKey>) -> Option<Vec<Item>> {
    let text = String::from_utf8_lossy(&request.body);
    let frame: Frame<'_> = serde_json::from_str(&text).ok()?;
    let Fields { from, mobile, wanumber, kind, body, created_at } = serde_json::from_str(&text).ok()?;
    if [from, mobile, wanumber, kind, body, created_at].iter().any(Option::is_some) {
        return None;
    }
    let is_list = |raw: Option<&RawValue>| raw.is_some_and(|raw| raw.get().starts_with('['));
    let whole;
    let (value, field) = match frame.meta_object {
        Some(object) => match serde_json::from_str(object.get()) {
            Ok(Change { value: Some(value), field }) => (value, words(field)),
            _ => return Some(vec![unreadable(own.cloned(), Problem::NoObject, request)]),
        },
        None if is_list(frame.messages) || is_list(frame.statuses) => {
            whole = serde_json::from_str::<&RawValue>(&text).ok()?;
            (whole, None)
        }
        None => return None,
    };
    let told: Option<Value> = serde_json::from_str(value.get()).ok();
    let number = told.and_then(|told| told.metadata?.display_phone_number).map(|Scalar(number)| number);
    let Some(account) = number_account(number.as_deref(), own) else {
        return Some(vec![unreadable(None, Problem::NoAccount, request)]);
    };
    let repaired = text.contains(char::REPLACEMENT_CHARACTER);
    let scene = Scene { account: &account, sent: Some(request.received), repaired };
    let found = events::items(scene, field.as_deref().unwrap_or(MESSAGES), value);
    let extra = frame.extra_info.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let mut beside = Beside::of(extra, frame.message_id);
    Some(found.into_iter().flat_map(|item| beside.applied(item)).collect())
}

/// What stands beside the change, as it is needed.
struct Beside {
    /// Where Kaleyra keeps the file of the message.
    media_url: Option<String>,
    /// Kaleyra's id of the message that is answered.
    answered: Option<MessageId>,
    /// Meta's id of the message that a status is about.
    metas_id: Option<MessageId>,
}

impl Beside {
    fn of(extra: Extra, message_id: Option<Scalar>) -> Self {
        let id = |id: Option<Scalar>| id.map(|Scalar(id)| id).filter(|id| !id.trim().is_empty());
        Self {
            media_url: words(extra.media_url),
            answered: id(extra.reply_to).map(|id| MessageId::new(one_form(&id))),
            metas_id: id(extra.message_id).or_else(|| id(message_id)).map(MessageId::new),
        }
    }

    /// The item with what Kaleyra says of it.
    fn applied(&mut self, item: Item) -> Vec<Item> {
        let Item::Event { account, event } = item else { return vec![item] };
        let Event { id, kind, .. } = &event;
        let events = match kind.clone() {
            EventKind::Message(message) => vec![self.told(&event, message)],
            EventKind::Reaction { message, emoji } => {
                let message = self.answered.clone().unwrap_or(message);
                vec![Event { kind: EventKind::Reaction { message, emoji }, ..event }]
            }
            EventKind::Status { of: StatusOf::Message(message), state, failure, price } => {
                let failure = failure.map(|failure| in_kaleyras_words(id, failure));
                let about = |message: &MessageId| {
                    let of = StatusOf::Message(message.clone());
                    let kind = EventKind::Status { of, state, failure: failure.clone(), price: price.clone() };
                    Event { id: status_id(message, id), kind, ..event.clone() }
                };
                let kaleyras = MessageId::new(one_form(message.as_str()));
                let metas = self.metas_id.as_ref().filter(|metas| **metas != kaleyras).map(about);
                std::iter::once(about(&kaleyras)).chain(metas).collect()
            }
            _ => vec![event],
        };
        events.into_iter().map(|event| Item::Event { account: account.clone(), event }).collect()
    }

    /// A message whose file lies where Kaleyra says, and which quotes what Kaleyra knows by its own id.
    fn told(&mut self, event: &Event, message: Message) -> Event {
        let parts = message.parts.into_iter().map(|part| match part {
            Part::File(file) => match self.media_url.take() {
                Some(url) => Part::File(MediaFile { source: MediaSource::Url(url), ..file }),
                None => not_handed_over(),
            },
            other => other,
        });
        let parts = parts.collect();
        let quotes = message.quotes.map(|quoted| self.answered.clone().unwrap_or(quoted));
        Event { kind: EventKind::Message(Message { parts, quotes, ..message }), ..event.clone() }
    }
}

/// Meta's id of a file is of no use without Meta's token.
fn not_handed_over() -> Part {
    let text = "Kaleyra does not hand over the file; ask for it in another way".to_owned();
    Part::Line { label: "not handed over".to_owned(), text }
}

/// Where Kaleyra itself stopped the message, WhatsApp says nothing: then its own word for it is all that is known.
fn in_kaleyras_words(id: &EventId, failure: StatusFailure) -> StatusFailure {
    let stopped = id.as_str().to_ascii_lowercase().ends_with(":not-sent");
    if stopped && failure.code == UNKNOWN { verdict::failed_later("not-sent", None) } else { failure }
}

/// The status's id with the id of the message that it is about, which of two it may be.
fn status_id(message: &MessageId, id: &EventId) -> EventId {
    let state = id.as_str().rsplit(':').next().unwrap_or_default();
    EventId::new(format!("status:{message}:{state}"))
}

/// Kaleyra writes the same id with dashes in one place and without in another.
pub(in crate::channel::whatsapp::kaleyra) fn one_form(id: &str) -> String {
    let is_uuid = id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_uuid { id.replace('-', "") } else { id.to_owned() }
}
