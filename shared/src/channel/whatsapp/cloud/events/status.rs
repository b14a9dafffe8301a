//! How far messages of ours have come.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status>

use serde_json::value::RawValue;

use super::{Problem, notice, read, trimmed};
use crate::channel::scalar::{Id, Moment, Scalar, UNKNOWN, plain_name, words};
use crate::channel::whatsapp::cloud::errors;
use crate::channel::whatsapp::cloud::payload::{Pricing, Status};
use crate::channel::whatsapp::identity::Identity;
use crate::event::{DeliveryState, Event, EventKind, StatusOf};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

/// A status. What it is about is the message, so that one without a person is good all the same.
pub(super) fn event(raw: &RawValue, sent: Option<Timestamp>) -> Result<Event, Problem> {
    let status: Status = read(raw)?;
    let Id(message) = status.id.ok_or(Problem::Without("id"))?;
    let at = status.timestamp.map(|Moment(at)| at).or(sent).ok_or(Problem::NoTime)?;
    let text = |id: &Option<Scalar>| id.as_ref().map(|Scalar(id)| id.clone());
    let (user_id, number) = (text(&status.recipient_user_id), text(&status.recipient_id));
    let person = Identity::of(user_id.as_deref(), number.as_deref());
    let Identity { customer, aliases } =
        person.unwrap_or_else(|| Identity { customer: CustomerId::nobody(), aliases: Vec::new() });
    let told = words(status.status).map_or_else(|| UNKNOWN.to_owned(), |status| plain_name(&status));
    let id = EventId::new(format!("status:{message}:{told}"));
    let kind = match state(&told) {
        Some(state) => {
            let failure = (state == DeliveryState::Failed).then(|| errors::reported(status.errors));
            let price = status.pricing.and_then(price);
            EventKind::Status { of: StatusOf::Message(MessageId::new(message)), state, failure, price }
        }
        None => notice::recorded("status"),
    };
    Ok(Event { aliases, ..Event::direct(id, customer, at, kind) })
}

fn state(told: &str) -> Option<DeliveryState> {
    Some(match told {
        "sent" => DeliveryState::Sent,
        "failed" => DeliveryState::Failed,
        // Kaleyra's word for what it did not even hand to WhatsApp.
        "not-sent" | "NOT-SENT" => DeliveryState::Failed,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "played" => DeliveryState::Played,
        _ => return None,
    })
}

/// The price in Meta's words: what the message counts as, by which rule, and whether it is charged at all.
fn price(pricing: Pricing) -> Option<String> {
    let charged = pricing.billable.map(|billable| if billable { "billable" } else { "not billable" }.to_owned());
    let told: Vec<String> = [trimmed(pricing.category), trimmed(pricing.kind), charged].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(", "))
}
