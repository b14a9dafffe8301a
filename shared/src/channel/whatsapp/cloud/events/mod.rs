//! A change of a WhatsApp number as events: every item of every list that its `value` holds. What cannot be read becomes an
//! `Unreadable` of its own, and the rest goes on.

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::payload::{Contact, News, Profile, Value};
use crate::channel::Item;
use crate::channel::scalar::{Scalar, Text, plain_name, words};
use crate::channel::whatsapp::identity::{self, Identity};
use crate::event::{Event, EventKind, Unreadable};
use crate::id::{AccountKey, CustomerId, EventId};
use crate::time::Timestamp;

mod content;
mod echo;
mod message;
mod notice;
mod status;

pub(in crate::channel::whatsapp) use content::cards;

/// Why an item cannot be read. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub(in crate::channel::whatsapp) enum Problem {
    /// It is no JSON at all.
    #[error("not JSON")]
    NoJson,
    /// It is JSON of another form.
    #[error("something in it is of another type than expected")]
    Type,
    /// Bytes that are no UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// A body of another object than a WhatsApp account.
    #[error("not about a WhatsApp account")]
    Object,
    /// Nobody knows which number of ours it is about.
    #[error("no id of the number or its account")]
    NoAccount,
    /// It holds nothing that the hub knows.
    #[error("none of the known lists")]
    NoList,
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

/// Where a change stands.
#[derive(Clone, Copy)]
pub(in crate::channel::whatsapp) struct Scene<'a> {
    /// Whose it is.
    pub(in crate::channel::whatsapp) account: &'a AccountKey,
    /// When it was sent: stands in for an item's own time.
    pub(in crate::channel::whatsapp) sent: Option<Timestamp>,
    /// Whether bytes of the body were replaced to make it text.
    pub(in crate::channel::whatsapp) repaired: bool,
}

/// Everything that a change holds: `field` is its name, `value` what happened.
pub(in crate::channel::whatsapp) fn items(scene: Scene<'_>, field: &str, value: &RawValue) -> Vec<Item> {
    let mut found = Found { scene, items: Vec::new() };
    found.change(field, value);
    found.items
}

/// One message of a customer, as another carrier hands it on; nothing where it cannot be read. `sent` stands in for its own
/// time.
pub(in crate::channel::whatsapp) fn message(raw: &RawValue, sent: Timestamp) -> Option<Event> {
    message::event(raw, &People(Vec::new()), Some(sent)).ok()
}

/// Something that concerns the account and no customer: only recorded. One that tells no time at all gets the first of all.
pub(in crate::channel::whatsapp) fn about_account(scene: Scene<'_>, name: &str, content: &RawValue) -> Item {
    let (name, nobody) = (plain_name(name), CustomerId::nobody());
    let id = EventId::new(format!("{name}:{}", digest(&nobody, None, content)));
    let event = Event::direct(id, nobody, scene.sent.unwrap_or_default(), notice::recorded(&name));
    Item::Event { account: scene.account.clone(), event }
}

/// What news of an account are called: the field, what happened, and of a ban what became of it.
fn news(field: &str, value: &RawValue) -> String {
    let News { event, ban_info } = read(value).unwrap_or_default();
    let state = ban_info.and_then(|ban| ban.waba_ban_state);
    let told = [event, state].into_iter().filter_map(|word| trimmed(word).map(|word| plain_name(&word)));
    std::iter::once(field.to_owned()).chain(told).collect::<Vec<_>>().join("_")
}

/// What could not be read, with the account if at least that could be told.
pub(in crate::channel::whatsapp) fn unreadable(account: Option<&AccountKey>, problem: &Problem, bytes: &[u8]) -> Item {
    Item::Unreadable { account: account.cloned(), unreadable: Unreadable::new(problem.to_string(), bytes) }
}

/// Reads one layer.
pub(in crate::channel::whatsapp) fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    Ok(serde_json::from_str(raw.get())?)
}

/// What has been found so far.
struct Found<'a> {
    scene: Scene<'a>,
    items: Vec<Item>,
}

impl Found<'_> {
    fn change(&mut self, field: &str, raw: &RawValue) {
        match read::<Value<'_>>(raw) {
            Ok(value) => match value.standby {
                Some(standby) => self.standby(standby),
                None if self.lists(&value) => {}
                None => self.items.push(about_account(self.scene, &news(field, raw), raw)),
            },
            Err(problem) => self.unreadable(&problem, raw),
        }
    }

    /// Reads every list that is there; says whether there was any.
    fn lists(&mut self, value: &Value<'_>) -> bool {
        let people = &People::of(value.contacts);
        let sent = self.scene.sent;
        self.list(value.statuses, |raw| status::event(raw, sent));
        self.list(value.messages, |raw| message::event(raw, people, sent));
        self.list(value.message_echoes, |raw| echo::event(raw, people, sent));
        self.list(value.user_id_update, |raw| notice::user_id_update(raw, people, sent));
        self.list(value.user_preferences, |raw| notice::preference(raw, people, sent));
        if let Some(errors) = value.errors {
            self.items.push(about_account(self.scene, "errors", errors));
        }
        let lists =
            [value.statuses, value.messages, value.message_echoes, value.user_id_update, value.user_preferences];
        lists.iter().any(Option::is_some) || value.errors.is_some()
    }

    /// What another app that holds the conversation was told or sent: recorded, never a message of the customer. Still the
    /// customer's words open the window for us too.
    fn standby(&mut self, raw: &RawValue) {
        let mut inner = Found { scene: self.scene, items: Vec::new() };
        match read::<Value<'_>>(raw) {
            Ok(value) => {
                let sent = self.scene.sent;
                inner.list(value.message_echoes, |raw| echo::of_other_app(raw, sent));
                if !inner.lists(&Value { message_echoes: None, ..value }) && value.message_echoes.is_none() {
                    inner.items.push(about_account(self.scene, "standby", raw));
                }
            }
            Err(problem) => inner.unreadable(&problem, raw),
        }
        self.items.extend(inner.items.into_iter().map(|item| match item {
            Item::Event { account, event } => Item::Event { account, event: aside(event) },
            unreadable @ Item::Unreadable { .. } => unreadable,
        }));
    }

    /// Reads every item of a list; one that is no list at all is an item that cannot be read.
    fn list(&mut self, list: Option<&RawValue>, event: impl Fn(&RawValue) -> Result<Event, Problem>) {
        let Some(list) = list else { return };
        match read::<Vec<&RawValue>>(list) {
            Ok(items) => items.into_iter().for_each(|item| self.item(item, &event)),
            Err(problem) => self.unreadable(&problem, list),
        }
    }

    fn item(&mut self, raw: &RawValue, event: impl Fn(&RawValue) -> Result<Event, Problem>) {
        let damaged = self.scene.repaired && raw.get().contains(char::REPLACEMENT_CHARACTER);
        match if damaged { Err(Problem::Encoding) } else { event(raw) } {
            Ok(event) => self.items.push(Item::Event { account: self.scene.account.clone(), event }),
            Err(problem) => self.unreadable(&problem, raw),
        }
    }

    fn unreadable(&mut self, problem: &Problem, raw: &RawValue) {
        self.items.push(unreadable(Some(self.scene.account), problem, raw.get().as_bytes()));
    }
}

/// An event of a conversation that another app holds.
fn aside(event: Event) -> Event {
    let kind = EventKind::Notice { name: "standby".to_owned(), line: None, opens_window: event.opens_window() };
    Event { id: EventId::new(format!("standby:{}", event.id)), kind, ..event }
}

/// The people of a change: names, and ids that an item may lack. Their order tells nothing.
struct People(Vec<Contact>);

/// A customer with what they call themselves.
struct Person {
    identity: Identity,
    named: Option<String>,
}

impl People {
    /// Who cannot be read is left out: a name holds up no message.
    fn of(contacts: Option<&RawValue>) -> Self {
        let contacts: Vec<&RawValue> = contacts.and_then(|list| read(list).ok()).unwrap_or_default();
        Self(contacts.into_iter().filter_map(|contact| read(contact).ok()).collect())
    }

    /// The customer whom an item names by user id, number or both.
    fn named(&self, user_id: Option<&Scalar>, number: Option<&Scalar>) -> Result<Person, Problem> {
        let same = |a: Option<&Scalar>, b: Option<&Scalar>| matches!((a, b), (Some(a), Some(b)) if a.0 == b.0);
        let is_them =
            |contact: &&Contact| same(contact.user_id.as_ref(), user_id) || same(contact.wa_id.as_ref(), number);
        let contact = self.0.iter().find(is_them);
        let text = |own: Option<&Scalar>, other: Option<&Scalar>| own.or(other).map(|Scalar(id)| id.clone());
        let user_id = text(user_id, contact.and_then(|contact| contact.user_id.as_ref()));
        let number = text(number, contact.and_then(|contact| contact.wa_id.as_ref()));
        let identity = Identity::of(user_id.as_deref(), number.as_deref()).ok_or(Problem::NoCustomer)?;
        Ok(Person { identity, named: contact.and_then(|contact| called(contact.profile.as_ref()?)) })
    }
}

/// A person's name, else the user name that they chose.
fn called(profile: &Profile) -> Option<String> {
    trimmed(profile.name.clone()).or_else(|| trimmed(profile.username.clone()).map(|name| identity::username(&name)))
}

impl Person {
    /// Something that they did or that concerns them, in the private conversation.
    fn event(self, id: impl Into<String>, at: Timestamp, kind: EventKind) -> Event {
        let Identity { customer, aliases } = self.identity;
        Event { aliases, named: self.named, ..Event::direct(EventId::new(id), customer, at, kind) }
    }
}

/// The name of an event to which the platform gives no id: the same when it is delivered again.
fn digest(customer: &CustomerId, at: Option<Timestamp>, content: &RawValue) -> String {
    let at = at.map(|at| at.millis().to_string()).unwrap_or_default();
    hex::encode(Sha256::digest([customer.as_str(), &at, content.get()].join("\n")))
}

/// The words without blanks around them, if there are any.
fn trimmed(text: Option<Text>) -> Option<String> {
    words(text).map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests;
