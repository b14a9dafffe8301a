//! A Page's webhook body as events: every item of every list of every entry. What cannot be read becomes an `Unreadable` of
//! its own, and the rest goes on. What came is sorted by the platform's time, which Meta does not do.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::payload::Entry;
use crate::channel::meta_body::{Change, Envelope, envelopes, in_order};
use crate::channel::scalar::{Id, Moment, Text, plain_name};
use crate::channel::{Item, Parsed};
use crate::event::{Event, Unreadable};
use crate::id::{AccountKey, CustomerId, EventId};
use crate::time::Timestamp;

mod attachment;
mod message;
mod messaging;
mod notice;
mod referral;

pub(super) use message::MARK;
pub(super) use messaging::USER_REF;

/// Why an item cannot be read. Says nothing of its content.
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
    /// A body of another object than a page.
    #[error("not about a page")]
    Object,
    /// The entry does not name its page.
    #[error("no page id")]
    NoPage,
    /// The entry holds nothing that the hub knows.
    #[error("none of the known lists")]
    NoList,
    /// The item names another page than its entry.
    #[error("addressed to another page than the entry's")]
    OtherPage,
    /// Nobody knows whom it is about.
    #[error("no customer id")]
    NoCustomer,
    /// Neither item nor entry tells when it happened.
    #[error("no time")]
    NoTime,
    /// What makes the item what it is.
    #[error("without its {0}")]
    Without(&'static str),
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::Type } else { Self::NoJson }
    }
}

/// Everything that the body holds.
pub(super) fn parse(body: &[u8]) -> Parsed {
    let text = String::from_utf8_lossy(body);
    let mut found = Found { repaired: matches!(text, Cow::Owned(_)), items: Vec::new() };
    match envelopes(&text) {
        Ok(envelopes) => envelopes.into_iter().for_each(|envelope| found.envelope(envelope)),
        Err(error) => found.items.push(Item::Unreadable { account: None, unreadable: unreadable(&error.into(), body) }),
    }
    in_order(found.items)
}

/// What has been found so far.
struct Found {
    /// Whether bytes of the body were replaced to make it text.
    repaired: bool,
    items: Vec<Item>,
}

/// One of our pages, as its entry names it.
struct Page {
    id: String,
    account: AccountKey,
    /// When the entry was sent: stands in for an item's own time.
    sent: Option<Timestamp>,
}

impl Found {
    fn envelope(&mut self, raw: &RawValue) {
        let entries = read::<Envelope<'_>>(raw).and_then(|envelope| match (envelope.object, envelope.entry) {
            (Some(Text(object)), _) if object != "page" => Err(Problem::Object),
            (_, Some(entries)) => read::<Vec<&RawValue>>(entries),
            (_, None) => Err(Problem::NoList),
        });
        match entries {
            Ok(entries) => entries.into_iter().for_each(|entry| self.entry(entry)),
            Err(problem) => self.unreadable(None, &problem, raw),
        }
    }

    fn entry(&mut self, raw: &RawValue) {
        let (page, entry) = match read::<Entry<'_>>(raw).and_then(|entry| Ok((page(&entry)?, entry))) {
            Ok(found) => found,
            Err(problem) => return self.unreadable(None, &problem, raw),
        };
        if page.id == "0" {
            // The dashboard's test button invents page 0 and people who do not exist: there is nobody to tell.
            return;
        }
        self.list(&page, entry.messaging, |item| messaging::events(item, &page));
        self.list(&page, entry.standby, |item| messaging::standby(item, &page));
        self.list(&page, entry.changes, |item| change(item, &page));
        if let Some(fields) = entry.changed_fields {
            self.item(&page, fields, |fields| Ok(vec![about_page(&page, "changed_fields", fields)?]));
        }
        if [entry.messaging, entry.standby, entry.changes, entry.changed_fields].iter().all(Option::is_none) {
            self.unreadable(Some(&page), &Problem::NoList, raw);
        }
    }

    /// Reads every item of a list; one that is no list at all is an item that cannot be read.
    fn list(
        &mut self,
        page: &Page,
        list: Option<&RawValue>,
        events: impl Fn(&RawValue) -> Result<Vec<Event>, Problem>,
    ) {
        let Some(list) = list else { return };
        match read::<Vec<&RawValue>>(list) {
            Ok(items) => items.into_iter().for_each(|item| self.item(page, item, &events)),
            Err(problem) => self.unreadable(Some(page), &problem, list),
        }
    }

    fn item(&mut self, page: &Page, raw: &RawValue, events: impl Fn(&RawValue) -> Result<Vec<Event>, Problem>) {
        let damaged = self.repaired && raw.get().contains(char::REPLACEMENT_CHARACTER);
        match if damaged { Err(Problem::Encoding) } else { events(raw) } {
            Ok(events) => {
                self.items.extend(events.into_iter().map(|event| Item::Event { account: page.account.clone(), event }))
            }
            Err(problem) => self.unreadable(Some(page), &problem, raw),
        }
    }

    fn unreadable(&mut self, page: Option<&Page>, problem: &Problem, raw: &RawValue) {
        self.items.push(Item::Unreadable {
            account: page.map(|page| page.account.clone()),
            unreadable: unreadable(problem, raw.get().as_bytes()),
        });
    }
}

fn unreadable(problem: &Problem, bytes: &[u8]) -> Unreadable {
    Unreadable::new(problem.to_string(), bytes)
}

fn page(entry: &Entry<'_>) -> Result<Page, Problem> {
    let Id(id) = read(entry.id.ok_or(Problem::NoPage)?).map_err(|_| Problem::NoPage)?;
    // A time that cannot be read harms only those items that lack their own.
    let sent = entry.time.and_then(|time| read(time).ok()).map(|Moment(at)| at);
    Ok(Page { account: AccountKey::new(format!("facebook:{id}")), id, sent })
}

/// A change of the wall or another thing of the page: recorded, until the wall is read.
fn change(raw: &RawValue, page: &Page) -> Result<Vec<Event>, Problem> {
    let change: Change<'_> = read(raw)?;
    let Text(field) = change.field.ok_or(Problem::Without("field"))?;
    Ok(vec![about_page(page, &plain_name(&field), change.value.unwrap_or(raw))?])
}

/// Something that concerns the page and no customer.
fn about_page(page: &Page, name: &str, content: &RawValue) -> Result<Event, Problem> {
    let customer = CustomerId::nobody();
    let at = page.sent.ok_or(Problem::NoTime)?;
    let id = EventId::new(format!("{name}:{}", digest(&customer, None, content)));
    Ok(Event::direct(id, customer, at, notice::recorded(name)))
}

/// The name of an event to which the platform gives no id: the same when it is delivered again.
fn digest(customer: &CustomerId, at: Option<Timestamp>, content: &RawValue) -> String {
    let at = at.map(|at| at.millis().to_string()).unwrap_or_default();
    let whole = [customer.as_str(), &at, content.get()].join("\n");
    hex::encode(Sha256::digest(whole))
}

/// Reads one layer.
fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Problem> {
    Ok(serde_json::from_str(raw.get())?)
}

#[cfg(test)]
mod tests;
