//! How far a message of ours has come.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use super::super::payload::Params;
use super::super::verdict;
use super::word;
use crate::event::{DeliveryState, EventKind, StatusOf};
use crate::id::MessageId;

/// The status in words of the hub. What comes before the message is on its way, and words that came after this was written,
/// are only recorded.
pub(super) fn kind(params: &Params, message: MessageId, state: &str) -> EventKind {
    let reached = match state {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" | "undelivered" | "canceled" => DeliveryState::Failed,
        other => {
            return EventKind::Notice { name: format!("status_{}", word(other)), line: None, opens_window: false };
        }
    };
    let failure = (reached == DeliveryState::Failed).then(|| {
        let said = params.text("ChannelStatusMessage").or_else(|| params.text("ErrorMessage"));
        verdict::failed_later(params.text("ErrorCode"), said)
    });
    EventKind::Status { of: StatusOf::Message(message), state: reached, failure, price: None }
}
