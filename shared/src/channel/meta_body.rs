//! What wraps the events of every product of Meta in a webhook's body, only the members that are read. Each layer is kept raw
//! until it is its turn, so that what is wrong in one stays in that one.
//!
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started>

use serde::Deserialize;
use serde_json::value::RawValue;

use super::scalar::Text;
use super::{Item, Parsed};
use crate::time::Timestamp;

/// The whole body.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    pub(super) object: Option<Text>,
    #[serde(borrow)]
    pub(super) entry: Option<&'a RawValue>,
}

/// One of an entry's `changes`.
#[derive(Deserialize)]
pub(super) struct Change<'a> {
    pub(super) field: Option<Text>,
    #[serde(borrow)]
    pub(super) value: Option<&'a RawValue>,
}

/// The envelopes of a body: one. Meta's pages show it in an array here and there; the wire has the object alone.
///
/// # Errors
/// It is no JSON.
pub(super) fn envelopes(text: &str) -> serde_json::Result<Vec<&RawValue>> {
    let body: &RawValue = serde_json::from_str(text)?;
    if body.get().starts_with('[') { serde_json::from_str(body.get()) } else { Ok(vec![body]) }
}

/// What a body held, by Meta's time, which Meta does not do. Stable: events of the same moment stay in the order of the body.
/// What has no time comes last.
pub(super) fn in_order(mut items: Vec<Item>) -> Parsed {
    items.sort_by_key(|item| match item {
        Item::Event { event, .. } => (false, event.at),
        Item::Unreadable { .. } => (true, Timestamp::default()),
    });
    Parsed { items }
}
