//! What Sinch has no kind for and hands on as WhatsApp wrote it, JSON inside a text: it is read as WhatsApp's own.

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::message::unsupported;
use super::{Callback, OTHER_CHANNEL, Problem, customer, digest, read};
use crate::channel::scalar::{Id, plain_name, words};
use crate::channel::whatsapp::sinch::payload::Unsupported;
use crate::channel::whatsapp::{cloud, identity};
use crate::event::{Event, EventKind, Message, Part};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

/// A message of a kind that Sinch does not know.
pub(super) fn event(callback: &Callback, raw: &RawValue) -> Result<Event, Problem> {
    let callback_of: Unsupported = read(raw)?;
    let Some(customer) = customer(callback_of.channel_identity.as_ref())? else {
        return callback.recorded(OTHER_CHANNEL, raw);
    };
    let at = callback.at(None)?;
    let payload = words(callback_of.payload).unwrap_or_default();
    let id = callback_of.id.map(|Id(id)| id);
    if let Some(event) = told(&payload, &customer, id.as_deref(), at) {
        return Ok(event);
    }
    let event = match &id {
        Some(id) => EventId::of_message(&MessageId::new(id)),
        None => EventId::new(format!("message:{}", digest(at, raw))),
    };
    let parts = vec![unsupported(&kind(&payload))];
    let kind = EventKind::Message(Message { id: id.map(MessageId::new), quotes: None, parts });
    Ok(Event::direct(event, customer, at, kind))
}

/// What a person can read of a message in WhatsApp's own words.
pub(super) fn parts(json: &str, customer: &CustomerId, at: Timestamp) -> Vec<Part> {
    match told(json, customer, None, at).map(|event| event.kind) {
        Some(EventKind::Message(message)) => message.parts,
        _ => vec![unsupported(&kind(json))],
    }
}

/// The event that WhatsApp's own words are, from the sender and under the id that Sinch names.
fn told(json: &str, customer: &CustomerId, id: Option<&str>, at: Timestamp) -> Option<Event> {
    let mut message: Map<String, Value> = serde_json::from_str(json).ok()?;
    message.retain(|name, _| !matches!(name.as_str(), "id" | "from" | "from_user_id"));
    let sender = if identity::is_number(customer) { "from" } else { "from_user_id" };
    message.insert(sender.to_owned(), customer.as_str().into());
    message.extend(id.map(|id| ("id".to_owned(), id.into())));
    cloud::events::message(&to_raw_value(&message).ok()?, at)
}

/// WhatsApp's name of the kind.
fn kind(json: &str) -> String {
    let message: Option<Map<String, Value>> = serde_json::from_str(json).ok();
    let kind = message.as_ref().and_then(|message| message.get("type")?.as_str());
    plain_name(kind.filter(|kind| !kind.trim().is_empty()).unwrap_or("message"))
}
