//! The JSON of a change's `value`, only the members that are read. All are optional, unknown ones are passed over, and each
//! layer is kept raw until it is its turn, so that what is wrong in one item stays in that item.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages>

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::channel::scalar::{Id, Moment, Scalar, Text};

/// Members by name.
pub(super) type Members<'a> = BTreeMap<String, &'a RawValue>;

/// What happened at one number. It may hold several of the lists, or none that is known.
#[derive(Deserialize)]
pub(super) struct Value<'a> {
    #[serde(borrow)]
    pub(super) contacts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) messages: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) statuses: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) errors: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) message_echoes: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) standby: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) user_id_update: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) user_preferences: Option<&'a RawValue>,
}

/// A person of `contacts`.
#[derive(Deserialize)]
pub(super) struct Contact {
    pub(super) profile: Option<Profile>,
    pub(super) wa_id: Option<Scalar>,
    pub(super) user_id: Option<Scalar>,
}

/// News of an account.
#[derive(Default, Deserialize)]
pub(super) struct News {
    pub(super) event: Option<Text>,
    pub(super) ban_info: Option<Ban>,
}

/// A ban, or the end of one.
#[derive(Deserialize)]
pub(super) struct Ban {
    pub(super) waba_ban_state: Option<Text>,
}

/// What a person calls themselves.
#[derive(Deserialize)]
pub(super) struct Profile {
    pub(super) name: Option<Text>,
    /// Only of who has chosen one; with or without a leading `@`.
    pub(super) username: Option<Text>,
}

/// One of `messages` or `message_echoes`. What it says stands in the member that `type` names.
#[derive(Deserialize)]
pub(super) struct Message {
    pub(super) id: Option<Id>,
    pub(super) from: Option<Scalar>,
    pub(super) from_user_id: Option<Scalar>,
    /// Whom our side wrote to, in an echo.
    pub(super) to: Option<Scalar>,
    pub(super) to_user_id: Option<Scalar>,
    pub(super) timestamp: Option<Moment>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) context: Option<Context>,
    pub(super) referral: Option<Referral>,
    pub(super) group_id: Option<Id>,
    pub(super) errors: Option<Vec<Problem>>,
}

/// What a message is about or came from.
#[derive(Deserialize)]
pub(super) struct Context {
    pub(super) id: Option<Id>,
    pub(super) forwarded: Option<bool>,
    pub(super) frequently_forwarded: Option<bool>,
    pub(super) referred_product: Option<ReferredProduct>,
}

/// A product of the catalogue that a customer asks about.
#[derive(Deserialize)]
pub(super) struct ReferredProduct {
    pub(super) product_retailer_id: Option<Scalar>,
}

/// The advert that a customer tapped.
#[derive(Deserialize)]
pub(super) struct Referral {
    pub(super) headline: Option<Text>,
    pub(super) body: Option<Text>,
    pub(super) source_url: Option<Text>,
    pub(super) source_id: Option<Scalar>,
}

/// What WhatsApp says is wrong.
#[derive(Deserialize)]
pub(in crate::channel::whatsapp) struct Problem {
    pub(super) code: Option<Scalar>,
    pub(super) title: Option<Text>,
    pub(super) message: Option<Text>,
    pub(super) error_data: Option<ProblemData>,
}

/// The same in more words.
#[derive(Deserialize)]
pub(super) struct ProblemData {
    pub(super) details: Option<Text>,
}

/// A written text.
#[derive(Deserialize)]
pub(super) struct Written {
    pub(super) body: Option<Text>,
}

/// A file of any kind.
#[derive(Deserialize)]
pub(super) struct Media {
    pub(super) id: Option<Id>,
    pub(super) url: Option<Text>,
    pub(super) caption: Option<Text>,
    pub(super) filename: Option<Text>,
}

/// A place on the map.
#[derive(Deserialize)]
pub(super) struct Location {
    pub(super) latitude: Option<Scalar>,
    pub(super) longitude: Option<Scalar>,
    pub(super) name: Option<Text>,
    pub(super) address: Option<Text>,
    pub(super) url: Option<Text>,
}

/// A contact that a customer shared. `phones` is a list, and at some who hand it on a single one.
#[derive(Deserialize)]
pub(in crate::channel::whatsapp) struct Card<'a> {
    pub(super) name: Option<CardName>,
    #[serde(borrow)]
    pub(super) phones: Option<&'a RawValue>,
    pub(super) emails: Option<Vec<Email>>,
    pub(super) origin: Option<Text>,
}

/// A contact's name.
#[derive(Deserialize)]
pub(super) struct CardName {
    pub(super) formatted_name: Option<Text>,
    pub(super) first_name: Option<Text>,
    pub(super) last_name: Option<Text>,
}

/// A contact's number.
#[derive(Deserialize)]
pub(super) struct Phone {
    pub(super) phone: Option<Scalar>,
    pub(super) wa_id: Option<Scalar>,
}

/// A contact's e-mail address.
#[derive(Deserialize)]
pub(super) struct Email {
    pub(super) email: Option<Text>,
}

/// What a customer did with a message of ours that had buttons, a list, a form or a question.
#[derive(Deserialize)]
pub(super) struct Interactive {
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) button_reply: Option<Picked>,
    pub(super) list_reply: Option<Picked>,
    pub(super) nfm_reply: Option<FormReply>,
    pub(super) call_permission_reply: Option<CallPermission>,
}

/// A button or a row of a list.
#[derive(Deserialize)]
pub(super) struct Picked {
    pub(super) id: Option<Text>,
    pub(super) title: Option<Text>,
}

/// A form that was filled in: JSON inside a text.
#[derive(Deserialize)]
pub(super) struct FormReply {
    pub(super) body: Option<Text>,
    pub(super) response_json: Option<Text>,
}

/// Whether the business may call.
#[derive(Deserialize)]
pub(super) struct CallPermission {
    pub(super) response: Option<Text>,
}

/// A button of a template.
#[derive(Deserialize)]
pub(super) struct Button {
    pub(super) payload: Option<Text>,
    pub(super) text: Option<Text>,
}

/// A shopping cart.
#[derive(Deserialize)]
pub(super) struct Order {
    pub(super) text: Option<Text>,
    pub(super) product_items: Option<Vec<Product>>,
}

/// One line of a shopping cart.
#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) product_retailer_id: Option<Scalar>,
    pub(super) quantity: Option<Scalar>,
    pub(super) item_price: Option<Scalar>,
    pub(super) currency: Option<Text>,
}

/// What WhatsApp could not hand over.
#[derive(Deserialize)]
pub(super) struct Unsupported {
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
}

/// A reaction. Without an emoji it was taken back.
#[derive(Deserialize)]
pub(super) struct Reaction {
    pub(super) message_id: Option<Id>,
    pub(super) emoji: Option<Text>,
}

/// A changed message.
#[derive(Deserialize)]
pub(super) struct Edit<'a> {
    pub(super) original_message_id: Option<Id>,
    #[serde(borrow)]
    pub(super) message: Option<&'a RawValue>,
}

/// A message that was taken back.
#[derive(Deserialize)]
pub(super) struct Revoke {
    pub(super) original_message_id: Option<Id>,
}

/// What WhatsApp itself says of a customer.
#[derive(Deserialize)]
pub(in crate::channel::whatsapp) struct System {
    pub(super) body: Option<Text>,
    pub(super) wa_id: Option<Scalar>,
    pub(super) user_id: Option<Scalar>,
}

/// How far a message of ours has come.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) id: Option<Id>,
    pub(super) status: Option<Text>,
    pub(super) timestamp: Option<Moment>,
    pub(super) recipient_id: Option<Scalar>,
    pub(super) recipient_user_id: Option<Scalar>,
    pub(super) pricing: Option<Pricing>,
    pub(super) errors: Option<Vec<Problem>>,
}

/// What a message costs.
#[derive(Deserialize)]
pub(super) struct Pricing {
    pub(super) billable: Option<bool>,
    #[serde(rename = "type")]
    pub(super) kind: Option<Text>,
    pub(super) category: Option<Text>,
}

/// A user id that became another.
#[derive(Deserialize)]
pub(super) struct UserIdUpdate {
    pub(super) wa_id: Option<Scalar>,
    pub(super) user_id: Option<Succession>,
    pub(super) timestamp: Option<Moment>,
}

/// The id before and the one now.
#[derive(Deserialize)]
pub(super) struct Succession {
    pub(super) previous: Option<Scalar>,
    pub(super) current: Option<Scalar>,
}

/// What a customer wants to get.
#[derive(Deserialize)]
pub(super) struct Preference {
    pub(super) wa_id: Option<Scalar>,
    pub(super) user_id: Option<Scalar>,
    pub(super) detail: Option<Text>,
    pub(super) category: Option<Text>,
    pub(super) value: Option<Text>,
    pub(super) timestamp: Option<Moment>,
}

/// A message of another app on the same number, as that app sent it.
#[derive(Deserialize)]
pub(super) struct OtherAppsEcho {
    pub(super) id: Option<Id>,
    pub(super) timestamp: Option<Moment>,
    pub(super) message: Option<Addressed>,
}

/// Whom a message goes to.
#[derive(Deserialize)]
pub(super) struct Addressed {
    pub(super) to: Option<Scalar>,
    pub(super) recipient: Option<Scalar>,
}
