//! What customers do that is no message: reactions, signs of typing, and whether they want to be written to.

use serde_json::value::RawValue;

use super::{Callback, OTHER_CHANNEL, Problem, customer, digest, notice, read};
use crate::channel::scalar::{Text, plain_name, words};
use crate::channel::whatsapp::identity;
use crate::channel::whatsapp::sinch::CHANNEL;
use crate::channel::whatsapp::sinch::payload::{Act, Consent, Members, Reaction};
use crate::event::{Event, EventKind};
use crate::id::{CustomerId, EventId, MessageId};

/// A reaction, or something that is only recorded.
pub(super) fn event(callback: &Callback, raw: &RawValue) -> Result<Event, Problem> {
    let act: Act<'_> = read(raw)?;
    let Some(customer) = customer(act.channel_identity.as_ref())? else {
        return callback.recorded(OTHER_CHANNEL, raw);
    };
    let at = callback.at(act.accept_time)?;
    let id = act.id.map_or_else(|| digest(at, raw), |id| id.0);
    let acts: Members<'_> = act.contact_message_event.or(act.contact_event).map(read).transpose()?.unwrap_or_default();
    if let Some(content) = acts.get("reaction_event") {
        let kind = reaction(read(content)?)?;
        return Ok(Event::direct(EventId::new(format!("reaction:{id}")), customer, at, kind));
    }
    let name = acts.keys().next().map_or_else(|| "event".to_owned(), |name| plain_name(name));
    Ok(Event::direct(EventId::new(format!("event:{id}")), customer, at, notice(&name)))
}

fn reaction(reaction: Reaction) -> Result<EventKind, Problem> {
    let message = MessageId::new(reaction.message_id.ok_or(Problem::Without("message_id"))?.0);
    let taken_back = words(reaction.action).as_deref() == Some("REACTION_ACTION_UNREACT");
    Ok(EventKind::Reaction { message, emoji: words(reaction.emoji).filter(|_| !taken_back) })
}

/// Whether the customer wants to be written to. The person is not named in every notification; then it is only recorded, and
/// the agent is told when Sinch refuses the next message.
pub(super) fn consent(callback: &Callback, raw: &RawValue, given: bool) -> Result<Event, Problem> {
    let consent: Consent = read(raw)?;
    if !matches!(&consent.channel, Some(Text(channel)) if channel == CHANNEL) {
        return callback.recorded(OTHER_CHANNEL, raw);
    }
    let named = consent.identity.and_then(|Text(id)| identity::either(&id));
    let (name, line) = if given {
        ("opt_in", "[opted in] The customer wants to get messages.")
    } else {
        ("opt_out", "[opted out] The customer does not want to get messages any more.")
    };
    let done = words(consent.status).is_some_and(|status| status.ends_with("_SUCCEEDED"));
    let at = callback.at(None)?;
    let id = consent.request_id.map_or_else(|| digest(at, raw), |id| id.0);
    let kind = EventKind::Notice { name: name.to_owned(), line: done.then(|| line.to_owned()), opens_window: false };
    let customer = named.unwrap_or_else(CustomerId::nobody);
    Ok(Event::direct(EventId::new(format!("{name}:{id}")), customer, at, kind))
}
