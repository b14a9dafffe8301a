//! The JSON of a Sinch callback, only the members that are read. All are optional, unknown ones are passed over, and a `null`
//! is as good as nothing.
//!
//! <https://developers.sinch.com/docs/conversation/callbacks>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::scalar::{Id, Scalar, Text};

/// An object, member by member: the name of one of them tells the kind.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// What stands beside the kind in every callback.
#[derive(Deserialize)]
pub(super) struct Common {
    pub(super) app_id: Option<Text>,
    pub(super) event_time: Option<Text>,
    pub(super) accepted_time: Option<Text>,
}

/// A person on one channel.
#[derive(Deserialize)]
pub(super) struct ChannelIdentity {
    pub(super) channel: Option<Text>,
    pub(super) identity: Option<Text>,
}

/// `message`: what a customer sent.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    pub(super) id: Option<Id>,
    pub(super) direction: Option<Text>,
    #[serde(borrow)]
    pub(super) contact_message: Option<&'a RawValue>,
    pub(super) channel_identity: Option<ChannelIdentity>,
    pub(super) accept_time: Option<Text>,
    /// Put in through the API, and not written by the person.
    pub(super) injected: Option<bool>,
}

/// The message that is answered.
#[derive(Deserialize)]
pub(super) struct ReplyTo {
    pub(super) message_id: Option<Text>,
}

/// `text_message`
#[derive(Deserialize)]
pub(super) struct WrittenText {
    pub(super) text: Option<Text>,
}

/// `media_message`, and `media_card_message` with words to it.
#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) url: Option<Text>,
    pub(super) filename_override: Option<Text>,
    pub(super) caption: Option<Text>,
}

/// `location_message`
#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) title: Option<Text>,
    pub(super) label: Option<Text>,
    pub(super) coordinates: Option<Coordinates>,
}

/// A point of the map. A nought may be left out.
#[derive(Deserialize)]
pub(super) struct Coordinates {
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
}

/// `choice_response_message`: a button or a line of a list.
#[derive(Deserialize)]
pub(super) struct Choice {
    /// The message that offered it.
    pub(super) message_id: Option<Text>,
    pub(super) postback_data: Option<Text>,
}

/// `fallback_message`: what Sinch has no kind for.
#[derive(Deserialize)]
pub(super) struct Fallback {
    /// WhatsApp's own JSON, as text.
    pub(super) raw_message: Option<Text>,
}

/// `product_response_message`: an order.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) products: Option<Vec<Product>>,
    /// What the customer wrote to it.
    pub(super) title: Option<Text>,
}

/// One line of an order.
#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) id: Option<Text>,
    pub(super) quantity: Option<Scalar>,
    pub(super) item_price: Option<Scalar>,
    pub(super) currency: Option<Text>,
}

/// `channel_specific_message`: what only WhatsApp has.
#[derive(Deserialize)]
pub(super) struct ChannelSpecific {
    pub(super) message_type: Option<Text>,
    pub(super) message: Option<SpecificMessage>,
}

/// What is in it.
#[derive(Deserialize)]
pub(super) struct SpecificMessage {
    pub(super) nfm_reply: Option<FlowAnswer>,
}

/// The answers of a form.
#[derive(Deserialize)]
pub(super) struct FlowAnswer {
    pub(super) body: Option<Text>,
    /// An object, as text.
    pub(super) response_json: Option<Text>,
}

/// `message_delivery_report`: how far a message of ours has come.
#[derive(Deserialize)]
pub(super) struct Report {
    pub(super) message_id: Option<Id>,
    pub(super) status: Option<Text>,
    pub(super) channel_identity: Option<ChannelIdentity>,
    pub(super) reason: Option<Reason>,
}

/// Why a message of ours will not arrive.
#[derive(Deserialize)]
pub(super) struct Reason {
    pub(super) code: Option<Text>,
    pub(super) sub_code: Option<Text>,
    pub(super) description: Option<Text>,
}

/// `event`: what a customer did that is no message.
#[derive(Deserialize)]
pub(super) struct Act<'a> {
    pub(super) id: Option<Id>,
    pub(super) channel_identity: Option<ChannelIdentity>,
    pub(super) accept_time: Option<Text>,
    #[serde(borrow)]
    pub(super) contact_event: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) contact_message_event: Option<&'a RawValue>,
}

/// `reaction_event`
#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) emoji: Option<Text>,
    pub(super) action: Option<Text>,
    pub(super) message_id: Option<Id>,
}

/// `unsupported_callback`: what Sinch hands on as WhatsApp sent it.
#[derive(Deserialize)]
pub(super) struct Unsupported {
    pub(super) id: Option<Id>,
    /// WhatsApp's own JSON, as text.
    pub(super) payload: Option<Text>,
    pub(super) channel_identity: Option<ChannelIdentity>,
}

/// `opt_in_notification` and `opt_out_notification`
#[derive(Deserialize)]
pub(super) struct Consent {
    pub(super) request_id: Option<Id>,
    pub(super) channel: Option<Text>,
    /// The person; not in every notification.
    pub(super) identity: Option<Text>,
    pub(super) status: Option<Text>,
}
