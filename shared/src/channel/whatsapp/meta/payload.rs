//! What wraps a change in Meta's own webhook, only the members that are read. Each layer is kept raw until it is its turn, so
//! that what is wrong in one stays in that one.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview>

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::scalar::Id;

/// What happened at one WhatsApp business account.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) time: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) changes: Option<&'a RawValue>,
}

/// Which number a change is about.
#[derive(Deserialize)]
pub(super) struct Value {
    pub(super) metadata: Option<Metadata>,
}

/// The number.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) phone_number_id: Option<Id>,
}
