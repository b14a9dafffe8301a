//! What Sinch has no kind for and hands on as WhatsApp wrote it, JSON inside a text: contacts that customers share, and what
//! WhatsApp says of them. Any other kind is named.

use serde_json::value::RawValue;

use super::message::{trimmed, unsupported};
use super::{Callback, OTHER_CHANNEL, Problem, customer, digest, read};
use crate::channel::scalar::{plain_name, words};
use crate::channel::whatsapp::identity;
use crate::channel::whatsapp::sinch::payload::{Card, Native, System, Unsupported};
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
    let payload = words(callback_of.payload);
    let id = callback_of.id.map(|id| MessageId::new(id.0));
    if let Some(Native { system: Some(system), .. }) = payload.as_deref().and_then(native) {
        let id = id.map_or_else(|| digest(at, raw), |id| id.to_string());
        return Ok(told_by_whatsapp(EventId::new(format!("system:{id}")), customer, at, system));
    }
    let parts = parts(payload.as_deref());
    let event = match &id {
        Some(id) => EventId::of_message(id),
        None => EventId::new(format!("message:{}", digest(at, raw))),
    };
    Ok(Event::direct(event, customer, at, EventKind::Message(Message { id, quotes: None, parts })))
}

fn native(json: &str) -> Option<Native> {
    serde_json::from_str(json).ok()
}

/// What a person can read of a message in WhatsApp's own words.
pub(super) fn parts(json: Option<&str>) -> Vec<Part> {
    let Some(native) = json.and_then(native) else { return vec![unsupported("message")] };
    let cards: Vec<Part> = native.contacts.into_iter().flatten().filter_map(card).collect();
    if !cards.is_empty() {
        return cards;
    }
    vec![unsupported(&words(native.kind).map_or_else(|| "message".to_owned(), |kind| plain_name(&kind)))]
}

/// A contact: name and numbers.
fn card(card: Card) -> Option<Part> {
    let name = card.name.and_then(|name| {
        let parts =
            || [trimmed(name.first_name), trimmed(name.last_name)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        trimmed(name.formatted_name).or_else(|| Some(parts()).filter(|name| !name.is_empty()))
    });
    let numbers = card.phones.into_iter().flatten().filter_map(|phone| trimmed(phone.phone));
    let told: Vec<String> = name.into_iter().chain(numbers).collect();
    (!told.is_empty()).then(|| Part::Line { label: "contact".to_owned(), text: told.join(", ") })
}

/// Not said by the customer, so that it opens nothing; a new number is another id of theirs from now on.
fn told_by_whatsapp(id: EventId, customer: CustomerId, at: Timestamp, system: System) -> Event {
    let line = trimmed(system.body).map(|body| format!("[WhatsApp] {body}"));
    let number = system.wa_id.and_then(|number| identity::number(&number.0)).filter(|number| *number != customer);
    let kind = EventKind::Notice { name: "system".to_owned(), line, opens_window: false };
    Event { aliases: number.into_iter().collect(), ..Event::direct(id, customer, at, kind) }
}
