//! What is asked of Twilio when a number is connected, each a harmless question: whether the account is as it was typed and
//! its token the one that signs webhooks, whether the credential may send, and how the sender is set up. Webhook addresses
//! are entered at Twilio by a person.

use http::Method;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::carrier::account as account_of;
use super::verdict::{good, unusable};
use crate::channel::whatsapp::identity;
use crate::channel::{Connection, Failure, Question};
use crate::http::{Answer, HttpError, OutBody};
use crate::id::CustomerId;

/// An account at Twilio, by its own word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id, `AC` and 32 hexadecimal digits.
    pub sid: String,
    /// What its owner calls it; its id where it has no name.
    pub name: String,
    /// Whether it may send: it is neither suspended nor closed.
    pub active: bool,
}

/// The WhatsApp senders of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Senders {
    /// As many as Twilio told at once.
    pub list: Vec<Sender>,
    /// Whether there are others.
    pub more: bool,
}

/// A number that is a WhatsApp sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The number: digits without a plus.
    pub number: CustomerId,
    /// What customers see as its name, if Twilio tells.
    pub name: Option<String>,
    /// Whether it can send and receive now.
    pub online: bool,
    /// Where messages that come in are posted to, if that is set at the sender.
    pub webhook: Option<String>,
    /// Where they are posted to if that fails.
    pub fallback: Option<String>,
}

/// A messaging service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// What its owner calls it.
    pub name: String,
    /// Whether messages that come in go to the address set at the sender, and not to the service's own.
    pub uses_senders_webhook: bool,
}

/// Asks for the account, with the auth token: the answer proves that webhooks can be checked. An API key would not do, most
/// kinds of it may not see the account.
///
/// <https://www.twilio.com/docs/iam/api/account>
pub fn account(connection: &Connection<'_>, auth_token: &SecretString) -> Question<Account> {
    Question { request: account_of(connection).itself(auth_token), read: read_account }
}

/// Asks whether the credential may use the account's messages, for the messages of a day on which there were none.
///
/// <https://www.twilio.com/docs/messaging/api/message-resource>
pub fn messages(connection: &Connection<'_>) -> Question<()> {
    let query = [("DateSent", "2000-01-01"), ("PageSize", "1")];
    let request = account_of(connection).request(Method::GET, &["Messages.json"], &query, OutBody::Empty);
    Question { request, read: |answer| read(answer, |_| Some(())) }
}

/// Asks for the account's WhatsApp senders. A restricted API key may not see them.
///
/// <https://www.twilio.com/docs/whatsapp/api/senders>
pub fn senders(connection: &Connection<'_>) -> Question<Senders> {
    let query = [("Channel", "whatsapp"), ("PageSize", "100")];
    let path = ["v2", "Channels", "Senders"];
    Question {
        request: account_of(connection).messaging(Method::GET, &path, &query, OutBody::Empty),
        read: read_senders,
    }
}

/// Asks for the messaging service, where one is set.
///
/// <https://www.twilio.com/docs/messaging/api/service-resource>
pub fn service(connection: &Connection<'_>) -> Option<Question<Service>> {
    let account = account_of(connection);
    let path = ["v1", "Services", account.credential.messaging_service.as_deref()?];
    Some(Question { request: account.messaging(Method::GET, &path, &[], OutBody::Empty), read: read_service })
}

impl Senders {
    /// The sender with a number of the hub's own making.
    pub fn with(&self, number: &str) -> Option<&Sender> {
        self.list.iter().find(|sender| sender.number.as_str() == number)
    }
}

/// Reads a good answer; one that does not hold what it should is no answer.
fn read<T>(answer: &Result<Answer, HttpError>, of: impl FnOnce(Value) -> Option<T>) -> Result<T, Failure> {
    good(answer).map_err(|bad| bad.failure)?.and_then(of).ok_or_else(unusable)
}

fn read_account(answer: &Result<Answer, HttpError>) -> Result<Account, Failure> {
    #[derive(Deserialize)]
    struct Told {
        sid: String,
        friendly_name: Option<String>,
        status: Option<String>,
    }
    read(answer, |value| {
        let Told { sid, friendly_name, status } = serde_json::from_value(value).ok()?;
        let name = friendly_name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let active = status.is_none_or(|status| status == "active");
        Some(Account { name: name.unwrap_or_else(|| sid.clone()), sid, active })
    })
}

fn read_senders(answer: &Result<Answer, HttpError>) -> Result<Senders, Failure> {
    read(answer, |value| {
        let list = value.get("senders")?.as_array()?.iter().filter_map(sender).collect();
        let more = value.pointer("/meta/next_page_url").is_some_and(Value::is_string);
        Some(Senders { list, more })
    })
}

/// One that cannot be read is left out: it is not known to be ours.
fn sender(value: &Value) -> Option<Sender> {
    let text = |place: &str| value.pointer(place)?.as_str().map(str::trim).filter(|text| !text.is_empty());
    let number = identity::number(text("/sender_id")?.strip_prefix("whatsapp:")?)?;
    let owned = |place: &str| text(place).map(str::to_owned);
    Some(Sender {
        number,
        name: owned("/profile/name"),
        // `ONLINE:UPDATING` is one that takes up a change meanwhile.
        online: text("/status").is_some_and(|status| status.starts_with("ONLINE")),
        webhook: owned("/webhook/callback_url"),
        fallback: owned("/webhook/fallback_url"),
    })
}

fn read_service(answer: &Result<Answer, HttpError>) -> Result<Service, Failure> {
    #[derive(Deserialize)]
    struct Told {
        sid: String,
        friendly_name: Option<String>,
        use_inbound_webhook_on_number: Option<bool>,
    }
    read(answer, |value| {
        let told: Told = serde_json::from_value(value).ok()?;
        let uses_senders_webhook = told.use_inbound_webhook_on_number.unwrap_or_default();
        Some(Service { name: told.friendly_name.unwrap_or(told.sid), uses_senders_webhook })
    })
}

#[cfg(test)]
mod tests;
