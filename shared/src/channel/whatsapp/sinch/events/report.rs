//! How far messages of ours have come.

use serde_json::value::RawValue;

use super::{Callback, OTHER_CHANNEL, Problem, customer, notice, read};
use crate::channel::scalar::{UNKNOWN, plain_name, words};
use crate::channel::whatsapp::sinch::payload::Report;
use crate::channel::whatsapp::sinch::verdict;
use crate::event::{DeliveryState, Event, EventKind, StatusOf};
use crate::id::{CustomerId, EventId, MessageId};

/// A delivery report. What it is about is the message, so that one without a person is good all the same.
pub(super) fn event(callback: &Callback, raw: &RawValue) -> Result<Event, Problem> {
    let report: Report = read(raw)?;
    let customer = match customer(report.channel_identity.as_ref()) {
        Ok(None) => return callback.recorded(OTHER_CHANNEL, raw),
        Ok(Some(customer)) => customer,
        Err(_) => CustomerId::nobody(),
    };
    let message = MessageId::new(report.message_id.ok_or(Problem::Without("message_id"))?.0);
    let at = callback.at(None)?;
    let told = words(report.status).map_or_else(|| UNKNOWN.to_owned(), |status| plain_name(&status));
    let state = match told.as_str() {
        "QUEUED_ON_CHANNEL" => DeliveryState::Sent,
        "DELIVERED" => DeliveryState::Delivered,
        "READ" => DeliveryState::Read,
        "FAILED" => DeliveryState::Failed,
        _ => {
            let id = EventId::new(format!("status:{message}:{told}"));
            return Ok(Event::direct(id, customer, at, notice("status")));
        }
    };
    let failure = (state == DeliveryState::Failed).then(|| verdict::reported(report.reason));
    let id = EventId::new(format!("status:{message}:{}", name(state)));
    let kind = EventKind::Status { of: StatusOf::Message(message), state, failure, price: None };
    Ok(Event::direct(id, customer, at, kind))
}

const fn name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Sent => "sent",
        DeliveryState::Failed => "failed",
        DeliveryState::Delivered => "delivered",
        DeliveryState::Read => "read",
        DeliveryState::Played => "played",
    }
}
