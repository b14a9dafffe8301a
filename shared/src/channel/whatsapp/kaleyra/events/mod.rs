//! A callback as events. What it holds tells which API it is of and what it is about: messages and statuses, of both, may come
//! to one address.

use sha2::{Digest as _, Sha256};

use super::account_key;
use super::payload::{Ambiguous, Fields, written};
use crate::channel::scalar::plain_name;
use crate::channel::whatsapp::identity::{self, Identity};
use crate::channel::{Item, Parsed, RawRequest};
use crate::event::{Event, EventKind, Unreadable};
use crate::id::{AccountKey, CustomerId, EventId};
use crate::time::Timestamp;

mod message;
mod status;
mod wrapped;

pub(in crate::channel::whatsapp::kaleyra) use wrapped::one_form;

/// The longest id taken, in bytes; Kaleyra's have below 40.
const LONGEST_ID: usize = 200;

/// Below this a time is in seconds: as milliseconds it would be in March 1973.
const SMALLEST_MILLIS: i64 = 100_000_000_000;

/// Why a callback cannot be read. Says nothing of its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Problem {
    /// It does not name the number, and nobody knows whose address it came to.
    #[error("no number of ours")]
    NoAccount,
    /// It says twice, and differently, what must be certain: a customer's words may have broken it.
    #[error("more than one sender or number of ours in it")]
    Ambiguous,
    /// It is neither message nor status nor anything else that is known.
    #[error("neither a sender nor the id and state of a message in it")]
    NoKind,
    /// Nobody knows whom it is from.
    #[error("no customer id")]
    NoCustomer,
    /// Nobody knows which message it is about.
    #[error("no usable message id")]
    NoMessage,
    /// It is Kaleyra's wrapping of Meta's object, without that object.
    #[error("no object of Meta's in it")]
    NoObject,
}

impl From<Ambiguous> for Problem {
    fn from(_: Ambiguous) -> Self {
        Self::Ambiguous
    }
}

/// Everything that a callback holds.
pub(super) fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
    let items = wrapped::items(request, own).unwrap_or_else(|| vec![item(request, own)]);
    Parsed { items }
}

fn unreadable(account: Option<AccountKey>, problem: Problem, request: &RawRequest) -> Item {
    Item::Unreadable { account, unreadable: Unreadable::new(problem.to_string(), written(request)) }
}

/// A callback of the first API, which tells one thing.
fn item(request: &RawRequest, own: Option<&AccountKey>) -> Item {
    let fields = Fields::of(request);
    let account = account(&fields, own);
    match account.clone().and_then(|account| Ok((event(&fields, &account, request.received)?, account))) {
        Ok((event, account)) => Item::Event { account, event },
        Err(problem) => unreadable(account.ok(), problem, request),
    }
}

/// Whose account it is: the number that is named, else whose address was called.
fn account(fields: &Fields, own: Option<&AccountKey>) -> Result<AccountKey, Problem> {
    let named = match fields.only("wanumber")? {
        Some(number) => Some(number),
        None => fields.only("display_phone_number")?,
    };
    number_account(named, own).ok_or(Problem::NoAccount)
}

/// The account of a number, or our own where what is named is no number.
fn number_account(named: Option<&str>, own: Option<&AccountKey>) -> Option<AccountKey> {
    named.and_then(identity::number).map(|number| account_key(number.as_str())).or_else(|| own.cloned())
}

fn event(fields: &Fields, account: &AccountKey, received: Timestamp) -> Result<Event, Problem> {
    let is_message = fields.any(&["type", "body", "media_url"]).is_some();
    match (status::told(fields), fields.any(&["from", "mobile"]), fields.text("event")) {
        (Some((id, state)), ..) if !is_message => status::event(fields, id, state, received),
        (_, Some(_), _) => message(fields, account, received),
        (.., Some(told)) => Ok(about_account(fields, told, received)),
        _ => Err(Problem::NoKind),
    }
}

/// A message of a customer. It has no id, so that it is known by all that it says; where it does not tell its time, two equal
/// ones within a minute are one.
fn message(fields: &Fields, account: &AccountKey, received: Timestamp) -> Result<Event, Problem> {
    const SAID: [&str; 8] =
        ["type", "body", "media_url", "location", "contacts", "message", "custom_response", "reply_to"];
    let sender = match fields.only("from")? {
        Some(sender) => Some(sender),
        None => fields.only("mobile")?,
    };
    let Identity { customer, aliases } = sender.and_then(Identity::of_either).ok_or(Problem::NoCustomer)?;
    let told = fields.text("created_at");
    let minute = (received.seconds() / 60).to_string();
    let said = SAID.iter().map(|name| fields.words(name).unwrap_or_default());
    let known_by = [account.as_str(), customer.as_str(), told.unwrap_or(&minute)].map(str::to_owned);
    let id = EventId::new(format!("message:{}", digest(known_by.into_iter().chain(said))));
    let at = told.and_then(moment).unwrap_or(received);
    let kind = EventKind::Message(message::message(fields));
    let named = fields.text("name").map(str::to_owned);
    Ok(Event { aliases, named, ..Event::direct(id, customer, at, kind) })
}

/// What happened to the number or to a template of it: only recorded.
///
/// <https://developers.kaleyra.io/docs/receive-updates-about-rating-and-limits-using-webhooks>,
/// <https://developers.kaleyra.io/docs/template-status-update>
fn about_account(fields: &Fields, told: &str, received: Timestamp) -> Event {
    let template = fields.any(&["message_template_id", "message_template_name"]);
    let name = if template.is_some() { "message_template_status" } else { "phone_number_quality" };
    let time = fields.text("time");
    let pieces = [Some(told), template, fields.text("current_limit"), fields.text("reason"), time];
    let id = EventId::new(format!("{name}:{}", digest(pieces.map(|piece| piece.unwrap_or_default().to_owned()))));
    let kind = EventKind::Notice { name: format!("{name}_{}", plain_name(told)), line: None, opens_window: false };
    Event::direct(id, CustomerId::nobody(), time.and_then(moment).unwrap_or(received), kind)
}

/// A time in seconds or milliseconds since 1970.
fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>().ok()? {
        seconds @ 1..SMALLEST_MILLIS => Some(Timestamp::from_seconds(seconds)),
        millis @ SMALLEST_MILLIS.. => Some(Timestamp::from_millis(millis)),
        _ => None,
    }
}

/// The same for the same pieces, and for no others: each with its length before it.
fn digest(pieces: impl IntoIterator<Item = String>) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece.len().to_be_bytes());
        hash.update(piece);
    }
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests;
