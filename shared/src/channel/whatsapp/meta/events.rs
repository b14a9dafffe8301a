//! Meta's webhook body as events: every change of every entry, each at the number that it names. What cannot be read becomes
//! an `Unreadable` of its own, and the rest goes on. What came is sorted by Meta's time, which Meta does not do.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::account;
use super::payload::{Entry, Value};
use crate::channel::meta_body::{Change, Envelope, envelopes, in_order};
use crate::channel::scalar::{Id, Moment, Text};
use crate::channel::whatsapp::cloud::events::{Problem, Scene, items, read, unreadable};
use crate::channel::{Item, Parsed, RawRequest};
use crate::id::AccountKey;
use crate::time::Timestamp;

/// The id of everything that the dashboard's test button invents: there is nobody to tell.
const INVENTED: &str = "0";

/// Everything that the body holds. What names no number is about its business account: on an integration's `own` address it
/// is told there, else under the id of the business account, which nobody has connected.
pub(super) fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed {
    let body = &request.body;
    let text = String::from_utf8_lossy(body);
    let repaired = matches!(text, Cow::Owned(_));
    let mut found = Found { repaired, received: request.received, own, items: Vec::new() };
    match envelopes(&text) {
        Ok(envelopes) => envelopes.into_iter().for_each(|envelope| found.envelope(envelope)),
        Err(error) => found.items.push(unreadable(None, &error.into(), body)),
    }
    in_order(found.items)
}

/// What has been found so far.
struct Found<'a> {
    /// Whether bytes of the body were replaced to make it text.
    repaired: bool,
    /// When the body came: stands in where neither item nor entry tells a time.
    received: Timestamp,
    own: Option<&'a AccountKey>,
    items: Vec<Item>,
}

impl Found<'_> {
    fn envelope(&mut self, raw: &RawValue) {
        let entries = read::<Envelope<'_>>(raw).and_then(|envelope| match (envelope.object, envelope.entry) {
            (Some(Text(object)), _) if object != "whatsapp_business_account" => Err(Problem::Object),
            (_, Some(entries)) => read::<Vec<&RawValue>>(entries),
            (_, None) => Err(Problem::NoList),
        });
        match entries {
            Ok(entries) => entries.into_iter().for_each(|entry| self.entry(entry)),
            Err(problem) => self.unreadable(None, &problem, raw),
        }
    }

    fn entry(&mut self, raw: &RawValue) {
        let entry: Entry<'_> = match read(raw) {
            Ok(entry) => entry,
            Err(problem) => return self.unreadable(None, &problem, raw),
        };
        let business = entry.id.and_then(|id| read(id).ok()).map(|Id(id)| id);
        if business.as_deref() == Some(INVENTED) {
            return;
        }
        let business = self.own.cloned().or_else(|| business.as_deref().map(account));
        let sent = entry.time.and_then(|time| read(time).ok()).map_or(self.received, |Moment(at)| at);
        match entry.changes.ok_or(Problem::NoList).and_then(read::<Vec<&RawValue>>) {
            Ok(changes) => changes.into_iter().for_each(|change| self.change(change, business.as_ref(), sent)),
            Err(problem) => self.unreadable(business.as_ref(), &problem, raw),
        }
    }

    fn change(&mut self, raw: &RawValue, business: Option<&AccountKey>, sent: Timestamp) {
        let change = read::<Change<'_>>(raw)
            .and_then(|change| Ok((change.value.ok_or(Problem::Without("value"))?, change.field)));
        let (value, field) = match change {
            Ok(change) => change,
            Err(problem) => return self.unreadable(business, &problem, raw),
        };
        let number = read::<Value>(value).ok().and_then(|value| value.metadata?.phone_number_id);
        let number = number.map(|Id(id)| account(&id));
        let Some(account) = number.as_ref().or(business) else {
            return self.unreadable(None, &Problem::NoAccount, raw);
        };
        let field = field.map(|Text(field)| field).unwrap_or_default();
        self.items.extend(items(Scene { account, sent: Some(sent), repaired: self.repaired }, &field, value));
    }

    fn unreadable(&mut self, account: Option<&AccountKey>, problem: &Problem, raw: &RawValue) {
        self.items.push(unreadable(account, problem, raw.get().as_bytes()));
    }
}

#[cfg(test)]
mod tests;
