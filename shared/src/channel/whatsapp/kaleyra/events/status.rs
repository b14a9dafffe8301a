//! How far a message of ours has come, by the first API.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-callback-url>

use super::super::payload::Fields;
use super::super::verdict;
use super::wrapped::one_form;
use super::{LONGEST_ID, Problem, moment};
use crate::channel::scalar::plain_name;
use crate::channel::whatsapp::identity;
use crate::event::{DeliveryState, Event, EventKind, StatusOf};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

/// Which message and what state, where both are told.
pub(super) fn told(fields: &Fields) -> Option<(&str, &str)> {
    Some((fields.any(&["id", "message_id"])?, fields.text("status")?))
}

/// The status. Whom it is about is told by our own record of the message, if by nothing else.
pub(super) fn event(fields: &Fields, id: &str, state: &str, received: Timestamp) -> Result<Event, Problem> {
    if id.len() > LONGEST_ID || id.chars().any(char::is_control) {
        return Err(Problem::NoMessage);
    }
    let customer = fields.any(&["mobile", "to"]).and_then(identity::either).unwrap_or_else(CustomerId::nobody);
    let at = fields.any(&["time", "created_at"]).and_then(moment).unwrap_or(received);
    let state = plain_name(&state.to_ascii_lowercase());
    let id = one_form(id);
    let event_id = EventId::new(format!("status:{id}:{state}"));
    Ok(Event::direct(event_id, customer, at, kind(fields, MessageId::new(id), &state)))
}

/// The status in words of the hub. Words that came after this was written are only recorded.
fn kind(fields: &Fields, message: MessageId, state: &str) -> EventKind {
    let reached = match state {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        // Kaleyra did not even hand it to WhatsApp.
        "not-sent" | "not_sent" | "notsent" => DeliveryState::Failed,
        "failed" | "0" => DeliveryState::Failed,
        _ => return EventKind::Notice { name: "status".to_owned(), line: None, opens_window: false },
    };
    let failure = (reached == DeliveryState::Failed).then(|| {
        let code = fields.any(&["error_code", "code"]).unwrap_or(state);
        verdict::failed_later(code, fields.any(&["reason", "other_info"]))
    });
    let price = fields.text("price").map(str::to_owned);
    EventKind::Status { of: StatusOf::Message(message), state: reached, failure, price }
}
