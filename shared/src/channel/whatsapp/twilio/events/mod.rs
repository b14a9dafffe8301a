//! A webhook as one event: a message of a customer, or how far a message of ours has come. Both come to one address, so what
//! a call holds decides. Twilio tells no time, so it is that of the call.

use sha2::{Digest as _, Sha256};

use super::payload::{Params, written};
use crate::channel::whatsapp::identity::{self, Identity, username};
use crate::channel::{Item, Parsed, RawRequest};
use crate::event::{Event, EventKind, Unreadable};
use crate::id::{AccountKey, CustomerId, EventId, MessageId};
use crate::time::Timestamp;

mod message;
mod status;

/// The longest id taken, in bytes; Twilio's have 34.
const LONGEST_ID: usize = 64;

/// Why a call cannot be read. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Missing {
    /// It does not name the account.
    #[error("no account")]
    Account,
    /// It is about another channel than WhatsApp, as a short message of the same number.
    #[error("our own address in it is not one of WhatsApp")]
    Number,
    /// Nobody knows which message it is.
    #[error("no message id")]
    Message,
    /// Nobody knows whom it is from.
    #[error("no customer id")]
    Customer,
}

/// What the call holds: one event, or something unreadable.
pub(super) fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
    let params = Params::of(request);
    let account = account(&params, own);
    let event = account.clone().and_then(|account| Ok((account, event(&params, request.received)?)));
    let item = match event {
        Ok((account, event)) => Item::Event { account, event },
        Err(missing) => Item::Unreadable {
            account: account.ok(),
            unreadable: Unreadable::new(missing.to_string(), written(request)),
        },
    };
    Parsed { items: vec![item] }
}

/// What Twilio calls the state of a message of ours; nothing where a customer's came in. A fallback call has an error code
/// too, so that alone tells nothing.
fn state(params: &Params) -> Option<&str> {
    let state = params.text("MessageStatus").or_else(|| params.text("SmsStatus"))?;
    (!matches!(state, "received" | "receiving")).then_some(state)
}

/// Whose account it is: the account at Twilio with our number.
fn account(params: &Params, own: Option<&AccountKey>) -> Result<AccountKey, Missing> {
    let sid = params.text("AccountSid").and_then(id).ok_or(Missing::Account)?;
    let is_status = state(params).is_some();
    let name = if is_status { "From" } else { "To" };
    let own = own.filter(|own| own.as_str().starts_with(&format!("whatsapp:twilio:{sid}:")));
    // A messaging service chooses among numbers of the account, and may not tell which.
    let chosen = is_status && params.text("MessagingServiceSid").is_some();
    match own {
        Some(own) if chosen || params.text(name).is_none() => Ok(own.clone()),
        _ => {
            let number = params.address(name).and_then(identity::number).ok_or(Missing::Number)?;
            Ok(AccountKey::new(format!("whatsapp:twilio:{sid}:{number}")))
        }
    }
}

fn event(params: &Params, at: Timestamp) -> Result<Event, Missing> {
    let message = params.text("MessageSid").or_else(|| params.text("SmsSid")).or_else(|| params.text("SmsMessageSid"));
    let message = message.and_then(id).map(MessageId::new).ok_or(Missing::Message)?;
    if let Some(state) = state(params) {
        // Whom a status is about is told by our own record of the message, if by nothing else.
        let customer = params.address("To").and_then(identity::either).unwrap_or_else(CustomerId::nobody);
        let id = EventId::new(format!("status:{message}:{}", word(state)));
        return Ok(Event::direct(id, customer, at, status::kind(params, message, state)));
    }
    let Identity { customer, aliases } = customer(params).ok_or(Missing::Customer)?;
    let id = EventId::of_message(&message);
    let kind = EventKind::Message(message::message(params, message));
    let named = params.text("ProfileName").map(str::to_owned).or_else(|| params.text("ProfileUsername").map(username));
    Ok(Event { aliases, named, ..Event::direct(id, customer, at, kind) })
}

/// The sender, by user id and number. The number is the one that Twilio takes in an answer, which in some countries differs
/// from WhatsApp's own (`WaId`).
fn customer(params: &Params) -> Option<Identity> {
    let from = params.address("From").unwrap_or_default();
    let user_id = params.address("ExternalUserId").filter(|text| identity::user_id(text).is_some()).unwrap_or(from);
    let number = Some(from).filter(|text| identity::number(text).is_some()).or_else(|| params.text("WaId"));
    Identity::of(Some(user_id), number)
}

/// An id as Twilio makes them: letters and digits.
fn id(text: &str) -> Option<&str> {
    let is_id = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then_some(text)
}

/// A word of Twilio's as part of an id or a name: as it is, or its hash where it is no plain word.
fn word(text: &str) -> String {
    let is_plain = text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_plain { text.to_owned() } else { hex::encode(Sha256::digest(text)) }
}

#[cfg(test)]
mod tests;
