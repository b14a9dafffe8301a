//! What becomes of a message that Twilio took: it is on the phone, or it fails; either is told by status.
//!
//! <https://www.twilio.com/docs/messaging/guides/track-outbound-message-status>

use std::sync::Arc;

use super::number::{NumberState, Statuses};
use super::phone::PhoneMessage;
use super::webhook;
use super::{Kept, media};
use crate::watched::Watched;
use crate::{World, clock};

/// For how long after the customer's last message anything but templates arrives, in milliseconds.
const WINDOW: i64 = 24 * 60 * 60 * 1000;

/// A message that Twilio took.
pub(super) struct Outgoing {
    pub(super) sid: String,
    pub(super) to: String,
    pub(super) content: Content,
    /// Where its statuses go.
    pub(super) callback: Option<String>,
    pub(super) service: Option<String>,
}

/// What it says or is.
pub(super) enum Content {
    Text(String),
    File { url: String, caption: Option<String> },
    Place { place: String, text: String },
    Template { sid: String, filled: String },
}

/// Delivers a message and tells how it went.
pub(super) async fn deliver(world: Arc<World>, number: Kept, message: Outgoing) {
    let told = match arrive(&world, &number, &message).await {
        Ok(true) => vec![("sent", None), ("delivered", None), ("read", None)],
        Ok(false) => vec![("sent", None), ("delivered", None)],
        // WhatsApp refuses what it was handed; the rest does not get that far.
        Err(code @ (63003 | 63024)) => vec![("sent", None), ("undelivered", Some(code))],
        Err(code) => vec![("failed", Some(code))],
    };
    let Some(callback) = &message.callback else { return };
    let told: Vec<_> = match number.read(|number| number.statuses) {
        Statuses::InOrder => told,
        Statuses::Reversed => told.into_iter().rev().collect(),
        Statuses::Silent => return,
    };
    for (status, code) in told {
        let params = number.read(|number| params(number, &message, status, code));
        webhook::to(&world, &number, callback, params).await;
    }
}

/// Puts it on the phone, and says whether it was read; else the code of the failure.
async fn arrive(world: &World, number: &Watched<NumberState>, message: &Outgoing) -> Result<bool, u32> {
    if let Some(code) = number.change(|number| number.fail_later.pop_front()) {
        return Err(code);
    }
    let now = clock::now();
    number.change(|number| -> Result<(), u32> {
        let customer = number.person(&message.to).filter(|customer| customer.on_whatsapp).ok_or(63024_u32)?;
        let open = customer.last_message_at.is_some_and(|at| now - at < WINDOW);
        match message.content {
            _ if customer.blocked => Err(63014),
            Content::Template { .. } => Ok(()),
            _ if open => Ok(()),
            _ => Err(63016),
        }
    })?;
    let shown = PhoneMessage { sid: message.sid.clone(), at: now, from_number: true, ..PhoneMessage::default() };
    let shown = match &message.content {
        Content::Text(text) => PhoneMessage { text: Some(text.clone()), ..shown },
        Content::File { url, caption } => {
            let file = media::fetch(world, url).await?;
            // Below a sound no words are shown.
            let text = caption.clone().filter(|_| !file.content_type.starts_with("audio/"));
            PhoneMessage { text, file: Some(file), ..shown }
        }
        Content::Place { place, text } => {
            PhoneMessage { text: Some(text.clone()), place: Some(place.clone()), ..shown }
        }
        Content::Template { filled, .. } if filled.contains("{{") => return Err(63028),
        Content::Template { sid, filled } => {
            PhoneMessage { text: Some(filled.clone()), template: Some(sid.clone()), ..shown }
        }
    };
    number.change(|number| {
        let customer = number.person(&message.to).ok_or(63024_u32)?;
        customer.messages.push(shown);
        Ok(customer.reads)
    })
}

fn params(number: &NumberState, message: &Outgoing, status: &str, code: Option<u32>) -> Vec<(String, String)> {
    // The number in it is not whole, as in a real one.
    let masked = message.to.trim_start_matches("whatsapp:");
    let masked = format!("{}XXXX", masked.get(..masked.len().saturating_sub(4)).unwrap_or_default());
    let templated = matches!(message.content, Content::Template { .. });
    let mut params = vec![
        ("SmsSid", message.sid.clone()),
        ("SmsStatus", status.to_owned()),
        ("MessageStatus", status.to_owned()),
        ("ChannelPrefix", "whatsapp".to_owned()),
        ("ChannelToAddress", masked),
        ("To", message.to.clone()),
        ("MessageSid", message.sid.clone()),
        ("StructuredMessage", templated.to_string()),
        ("AccountSid", number.account_sid.clone()),
        ("From", format!("whatsapp:+{}", number.number)),
        ("ApiVersion", "2010-04-01".to_owned()),
    ];
    params.extend(message.service.clone().map(|service| ("MessagingServiceSid", service)));
    params.extend(match status {
        "delivered" | "read" | "undelivered" => Some(("EventType", status.to_uppercase())),
        _ => None,
    });
    if let Some(code) = code {
        params.push(("ErrorCode", code.to_string()));
        params.push(("ChannelStatusMessage", String::new()));
    }
    params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
