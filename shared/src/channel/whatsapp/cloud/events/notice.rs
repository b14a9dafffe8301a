//! Everything that is neither message nor status: told to the agent in a line, or only recorded.

use serde_json::value::RawValue;

use super::{People, Person, Problem, digest, read, trimmed};
use crate::channel::scalar::{Id, Moment, Scalar, words};
use crate::channel::whatsapp::cloud::payload::{self, Preference, System, UserIdUpdate};
use crate::channel::whatsapp::identity::{self, Identity};
use crate::event::{Event, EventKind};
use crate::id::{CustomerId, EventId};
use crate::time::Timestamp;

/// A notice that no agent reads.
pub(super) fn recorded(name: &str) -> EventKind {
    EventKind::Notice { name: name.to_owned(), line: None, opens_window: false }
}

/// The customer opened the chat for the first time. They have not written, so that nothing is open.
pub(super) fn chat_opened() -> EventKind {
    let line = Some("[chat opened] The customer opened the chat and has not written yet.".to_owned());
    EventKind::Notice { name: "request_welcome".to_owned(), line, opens_window: false }
}

/// What WhatsApp says of a customer, and the ids that are theirs from now on. Not said by the customer, so that it opens
/// nothing.
fn system(system: System) -> (EventKind, Vec<CustomerId>) {
    let number = system.wa_id.as_ref().and_then(|Scalar(number)| identity::number(number));
    let user_id = system.user_id.as_ref().and_then(|Scalar(id)| identity::user_id(id));
    let line = trimmed(system.body).map(|body| format!("[WhatsApp] {body}"));
    let kind = EventKind::Notice { name: "system".to_owned(), line, opens_window: false };
    (kind, number.into_iter().chain(user_id).collect())
}

/// A message of WhatsApp's own about the customer whom it names as sender.
pub(super) fn by_whatsapp(
    said: Option<&RawValue>,
    raw: &RawValue,
    message: payload::Message,
    person: Result<Person, Problem>,
    at: Timestamp,
) -> Result<Event, Problem> {
    let told: System = read(said.ok_or(Problem::Without("system"))?)?;
    let body = told.body.as_ref().map(|body| body.0.clone()).unwrap_or_default();
    let (kind, news) = system(told);
    let (person, kind) = match person.ok().or_else(|| before(&body, &news)) {
        Some(person) => (person, kind),
        // Only the new id is told, which says nothing of who they were: no agent could make anything of it.
        None => (Person { identity: nobody(), named: None }, recorded("system")),
    };
    let own = message.id.map_or_else(|| digest(&person.identity.customer, Some(at), raw), |Id(id)| id);
    let event = person.event(format!("system:{own}"), at, kind);
    if event.customer.is_nobody() {
        return Ok(event);
    }
    // The news first: what works from now on.
    let aliases = news.into_iter().chain(event.aliases).filter(|id| *id != event.customer).collect();
    Ok(Event { aliases, ..event })
}

fn nobody() -> Identity {
    Identity { customer: CustomerId::nobody(), aliases: Vec::new() }
}

/// The customer of a change of user id that names no sender: the old id stands in the words alone.
fn before(body: &str, news: &[CustomerId]) -> Option<Person> {
    let customer = body.split_whitespace().filter_map(identity::user_id).find(|id| !news.contains(id))?;
    Some(Person { identity: Identity { customer, aliases: Vec::new() }, named: None })
}

/// A user id became another: whoever was known by the old one is the same customer. Nothing that an agent needs to read.
pub(super) fn user_id_update(raw: &RawValue, people: &People, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let update: UserIdUpdate = read(raw)?;
    let at = update.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let ids = update.user_id.ok_or(Problem::Without("user_id"))?;
    let id = |id: Option<Scalar>| id.and_then(|Scalar(id)| identity::user_id(&id));
    let customer = id(ids.previous).ok_or(Problem::NoCustomer)?;
    let current = id(ids.current).ok_or(Problem::Without("current"))?;
    let named = people.named(None, update.wa_id.as_ref()).ok().and_then(|person| person.named);
    let number = update.wa_id.and_then(|Scalar(number)| identity::number(&number));
    let event_id = EventId::new(format!("user_id_update:{}", digest(&customer, Some(at), raw)));
    let aliases = std::iter::once(current).chain(number).collect();
    Ok(Event { aliases, named, ..Event::direct(event_id, customer, at, recorded("user_id_update")) })
}

/// Whether the customer wants to get advertising.
pub(super) fn preference(raw: &RawValue, people: &People, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let preference: Preference = read(raw)?;
    let at = preference.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let person = people.named(preference.user_id.as_ref(), preference.wa_id.as_ref())?;
    let category = words(preference.category);
    let line = match (category.as_deref(), words(preference.value).as_deref()) {
        (Some("marketing_messages"), Some("stop")) => Some("[opted out of marketing messages]".to_owned()),
        (Some("marketing_messages"), Some("resume")) => Some("[opted in to marketing messages again]".to_owned()),
        _ => trimmed(preference.detail).map(|detail| format!("[WhatsApp] {detail}")),
    };
    let kind = EventKind::Notice { name: "user_preferences".to_owned(), line, opens_window: false };
    let own = digest(&person.identity.customer, Some(at), raw);
    Ok(person.event(format!("user_preferences:{own}"), at, kind))
}
