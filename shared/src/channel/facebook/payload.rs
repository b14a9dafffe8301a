//! The JSON of a Page's webhook, only the members that are read. All are optional, unknown ones are passed over, and each
//! layer is kept raw until it is its turn, so that what is wrong in one item stays in that item.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events>

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::scalar::{Id, Moment, Scalar, Text};

/// What happened at one page. It holds any of the lists, or (with values switched off) only the names of what changed.
#[derive(Deserialize)]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    pub(super) id: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) time: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) messaging: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) standby: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) changes: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) changed_fields: Option<&'a RawValue>,
}

/// One of `messaging` or `standby`. The member that is there tells the kind.
#[derive(Deserialize)]
pub(super) struct Messaging<'a> {
    pub(super) sender: Option<Party>,
    pub(super) recipient: Option<Party>,
    pub(super) timestamp: Option<Moment>,
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) message_edit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) postback: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) reaction: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) read: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) delivery: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) referral: Option<&'a RawValue>,
    pub(super) lead: Option<Lead>,
    #[serde(borrow)]
    pub(super) hop_context: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) optin: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) account_linking: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) response_feedback: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) order: Option<&'a RawValue>,
    #[serde(borrow, alias = "policy-enforcement")]
    pub(super) policy_enforcement: Option<&'a RawValue>,
}

/// A customer or a page.
#[derive(Deserialize)]
pub(super) struct Party {
    pub(super) id: Option<Id>,
    /// Whom a web page's plugin names, as long as the person has no id.
    pub(super) user_ref: Option<Id>,
}

/// What was written.
#[derive(Deserialize)]
pub(super) struct Message<'a> {
    pub(super) mid: Option<Id>,
    #[serde(default)]
    pub(super) is_echo: Option<bool>,
    pub(super) app_id: Option<Id>,
    pub(super) metadata: Option<Text>,
    pub(super) text: Option<Text>,
    pub(super) quick_reply: Option<QuickReply>,
    pub(super) reply_to: Option<ReplyTo>,
    #[serde(borrow)]
    pub(super) attachments: Option<Vec<&'a RawValue>>,
    pub(super) sticker_id: Option<Id>,
    pub(super) referral: Option<Referral>,
    pub(super) commands: Option<Vec<Command>>,
}

/// A quick reply that was tapped; its title is the message's text.
#[derive(Deserialize)]
pub(super) struct QuickReply {
    pub(super) payload: Option<Text>,
}

/// The message that is answered.
#[derive(Deserialize)]
pub(super) struct ReplyTo {
    pub(super) mid: Option<Id>,
}

/// A command of the page's menu.
#[derive(Deserialize)]
pub(super) struct Command {
    pub(super) name: Option<Text>,
}

/// Something attached. Links of older kinds have title and address here, newer ones in the payload.
#[derive(Deserialize)]
pub(super) struct Attachment<'a> {
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) title: Option<Text>,
    pub(super) url: Option<Text>,
    #[serde(borrow)]
    pub(super) payload: Option<&'a RawValue>,
}

/// What is attached, of every kind.
#[derive(Default, Deserialize)]
pub(super) struct AttachmentPayload {
    pub(super) url: Option<Text>,
    pub(super) title: Option<Text>,
    pub(super) sticker_id: Option<Id>,
    pub(super) coordinates: Option<Coordinates>,
    pub(super) product: Option<Products>,
    pub(super) text: Option<Text>,
    pub(super) elements: Option<Vec<Element>>,
    pub(super) booking_id: Option<Id>,
    pub(super) status: Option<Text>,
    pub(super) start_time: Option<Moment>,
    pub(super) end_time: Option<Moment>,
    pub(super) timezone: Option<Text>,
}

/// A point of the map.
#[derive(Deserialize)]
pub(super) struct Coordinates {
    pub(super) lat: Option<f64>,
    pub(super) long: Option<f64>,
}

/// Products of a shop.
#[derive(Deserialize)]
pub(super) struct Products {
    pub(super) elements: Option<Vec<Element>>,
}

/// One card of a template.
#[derive(Deserialize)]
pub(super) struct Element {
    pub(super) title: Option<Text>,
    pub(super) subtitle: Option<Text>,
    pub(super) retailer_id: Option<Id>,
    pub(super) image_url: Option<Text>,
}

/// A changed message.
#[derive(Deserialize)]
pub(super) struct MessageEdit {
    pub(super) mid: Option<Id>,
    pub(super) text: Option<Text>,
    pub(super) num_edit: Option<Id>,
}

/// A button that was tapped.
#[derive(Deserialize)]
pub(super) struct Postback {
    pub(super) mid: Option<Id>,
    pub(super) title: Option<Text>,
    pub(super) payload: Option<Text>,
    pub(super) referral: Option<Referral>,
}

/// A reaction given or taken back.
#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) mid: Option<Id>,
    pub(super) action: Option<Text>,
    pub(super) reaction: Option<Text>,
    pub(super) emoji: Option<Text>,
}

/// How far the customer has read.
#[derive(Deserialize)]
pub(super) struct Read {
    pub(super) watermark: Option<Moment>,
}

/// What reached the customer's device.
#[derive(Deserialize)]
pub(super) struct Delivery {
    pub(super) mids: Option<Vec<Id>>,
    pub(super) watermark: Option<Moment>,
}

/// What led the customer here.
#[derive(Deserialize)]
pub(super) struct Referral {
    #[serde(rename = "ref")]
    pub(super) reference: Option<Text>,
    pub(super) source: Option<Text>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) ad_id: Option<Id>,
    pub(super) referer_uri: Option<Text>,
    pub(super) ads_context_data: Option<AdsContext>,
}

/// What an advert showed.
#[derive(Deserialize)]
pub(super) struct AdsContext {
    pub(super) ad_title: Option<Text>,
}

/// The answers of a lead form.
#[derive(Deserialize)]
pub(super) struct Lead {
    pub(super) data: Option<Vec<LeadAnswer>>,
}

/// One answer of a lead form.
#[derive(Deserialize)]
pub(super) struct LeadAnswer {
    pub(super) question: Option<Text>,
    pub(super) answer: Option<Scalar>,
}

/// Consent to be written to.
#[derive(Deserialize)]
pub(super) struct Optin {
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) title: Option<Text>,
    #[serde(rename = "ref")]
    pub(super) reference: Option<Text>,
    pub(super) user_ref: Option<Id>,
    pub(super) notification_messages_status: Option<Text>,
}

/// A customer's account at our side was linked or unlinked.
#[derive(Deserialize)]
pub(super) struct AccountLinking {
    pub(super) status: Option<Text>,
}

/// What a customer thinks of an answer.
#[derive(Deserialize)]
pub(super) struct ResponseFeedback {
    pub(super) feedback: Option<Text>,
}

/// A shopping cart that was sent.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) products: Option<Vec<OrderedProduct>>,
    pub(super) note: Option<Text>,
}

/// One line of a shopping cart.
#[derive(Deserialize)]
pub(super) struct OrderedProduct {
    pub(super) retailer_id: Option<Id>,
    pub(super) name: Option<Text>,
    pub(super) unit_price: Option<Scalar>,
    pub(super) currency: Option<Text>,
    pub(super) quantity: Option<Scalar>,
}

/// What the platform did to the page.
#[derive(Deserialize)]
pub(super) struct PolicyEnforcement {
    pub(super) action: Option<Text>,
    pub(super) reason: Option<Text>,
}
