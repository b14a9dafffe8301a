//! A Sinch callback as events. A callback tells one thing; the member that is there tells which. What cannot be read becomes
//! an `Unreadable` of the app's account.

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::payload::{ChannelIdentity, Common, Members};
use super::{CHANNEL, NAME};
use crate::channel::scalar::{Text, plain_name, words};
use crate::channel::whatsapp::identity;
use crate::channel::{Item, Parsed};
use crate::event::{Event, EventKind, Unreadable};
use crate::id::{AccountKey, CustomerId, EventId};
use crate::time::Timestamp;

mod act;
mod message;
mod native;
mod report;

/// Members that stand beside the kind and are none.
const NO_KINDS: [&str; 6] =
    ["app_id", "project_id", "accepted_time", "event_time", "message_metadata", "correlation_id"];

/// Why a callback cannot be read. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// It is no JSON at all.
    #[error("not JSON")]
    NoJson,
    /// It is JSON of another form.
    #[error("something in it is of another type than expected")]
    Type,
    /// Bytes that are no UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// It tells nothing.
    #[error("nothing but its frame")]
    NoKind,
    /// Nobody knows whose it is.
    #[error("no app id")]
    NoApp,
    /// Nobody knows whom it is about.
    #[error("no customer id")]
    NoCustomer,
    /// It does not tell when it happened.
    #[error("no time")]
    NoTime,
    /// What makes it what it is.
    #[error("without its {0}")]
    Without(&'static str),
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::Type } else { Self::NoJson }
    }
}

/// Everything that the body holds. `own` is whose the callback is where it does not name its app.
///
/// The project is not looked at: an app's id is like no other of any project, and the secret that signed the body is that of
/// the app's own webhook.
pub(super) fn parse(body: &[u8], own: Option<&AccountKey>) -> Parsed {
    let items = match callback(body, own) {
        Ok((callback, kinds)) => kinds.into_iter().map(|(kind, content)| callback.item(kind, content, body)).collect(),
        Err(problem) => vec![unreadable(None, &problem, body)],
    };
    Parsed { items }
}

/// The frame, and what stands in it.
fn callback<'a>(body: &'a [u8], own: Option<&AccountKey>) -> Result<(Callback, Members<'a>), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::Encoding)?;
    let common: Common = serde_json::from_str(text)?;
    let mut kinds: Members<'_> = serde_json::from_str(text)?;
    kinds.retain(|name, content| !NO_KINDS.contains(&name.as_str()) && content.get() != "null");
    if kinds.is_empty() {
        return Err(Problem::NoKind);
    }
    let app = words(common.app_id).map(|app| AccountKey::of(NAME, app.trim()));
    let account = app.or_else(|| own.cloned()).ok_or(Problem::NoApp)?;
    Ok((Callback { account, happened: moment(common.event_time), accepted: moment(common.accepted_time) }, kinds))
}

fn unreadable(account: Option<AccountKey>, problem: &Problem, body: &[u8]) -> Item {
    Item::Unreadable { account, unreadable: Unreadable::new(problem.to_string(), body) }
}

/// The frame of a callback.
pub(super) struct Callback {
    account: AccountKey,
    /// When it happened, by WhatsApp's word.
    happened: Option<Timestamp>,
    /// When Sinch had it.
    accepted: Option<Timestamp>,
}

impl Callback {
    fn item(&self, kind: String, content: &RawValue, body: &[u8]) -> Item {
        match self.event(&kind, content) {
            Ok(event) => Item::Event { account: self.account.clone(), event },
            Err(problem) => unreadable(Some(self.account.clone()), &problem, body),
        }
    }

    fn event(&self, kind: &str, content: &RawValue) -> Result<Event, Problem> {
        match kind {
            // The second is the first with what the app's owner wants blacked out; whichever comes first is the message.
            "message" | "message_redaction" => message::event(self, content),
            "message_delivery_report" => report::event(self, content),
            "event" => act::event(self, content),
            "unsupported_callback" => native::event(self, content),
            "opt_in_notification" => act::consent(self, content, true),
            "opt_out_notification" => act::consent(self, content, false),
            other => self.recorded(&plain_name(other), content),
        }
    }

    /// When it happened: by WhatsApp's word, else when Sinch had it.
    fn at(&self, accepted: Option<Text>) -> Result<Timestamp, Problem> {
        self.happened.or_else(|| moment(accepted)).or(self.accepted).ok_or(Problem::NoTime)
    }

    /// Something that concerns the account and no customer of ours.
    fn recorded(&self, name: &str, content: &RawValue) -> Result<Event, Problem> {
        let at = self.at(None)?;
        let id = EventId::new(format!("{name}:{}", digest(at, content)));
        Ok(Event::direct(id, CustomerId::nobody(), at, notice(name)))
    }
}

/// A notice that no agent reads.
fn notice(name: &str) -> EventKind {
    EventKind::Notice { name: name.to_owned(), line: None, opens_window: false }
}

/// What somebody on another channel of the app is recorded as.
const OTHER_CHANNEL: &str = "other_channel";

/// The customer; nothing where it is somebody on another channel of the app.
fn customer(person: Option<&ChannelIdentity>) -> Result<Option<CustomerId>, Problem> {
    let person = person.ok_or(Problem::NoCustomer)?;
    match &person.channel {
        Some(Text(channel)) if channel == CHANNEL => {}
        Some(Text(channel)) if !channel.is_empty() => return Ok(None),
        _ => return Err(Problem::Without("channel")),
    }
    let id = person.identity.as_ref().and_then(|Text(id)| identity::either(id));
    id.map(Some).ok_or(Problem::NoCustomer)
}

/// A time as Sinch writes it, with or without a fraction.
fn moment(text: Option<Text>) -> Option<Timestamp> {
    let at = OffsetDateTime::parse(&words(text)?, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok().map(Timestamp::from_millis)
}

/// The name of an event to which Sinch gives no id: the same when it is delivered again.
fn digest(at: Timestamp, content: &RawValue) -> String {
    hex::encode(Sha256::digest(format!("{}\n{}", at.millis(), content.get())))
}

/// Reads one layer.
fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    Ok(serde_json::from_str(raw.get())?)
}

#[cfg(test)]
mod tests;
