//! What a WhatsApp line looks like, the same whoever carries it: the shape of `lines` in the state.

use serde::Serialize;

use super::line::Carrier;
use crate::record::Call;

mod kaleyra;
mod meta;
mod sinch;
mod twilio;

pub(super) use kaleyra::of_kaleyra;
pub(super) use meta::of_meta;
pub(super) use sinch::of_sinch;
pub(super) use twilio::{of_twilio, twilio_id};

/// A line and everything that passed through it.
#[derive(Debug, Serialize)]
pub(in crate::control) struct LineView {
    carrier: Carrier,
    /// What it is found by, together with the carrier.
    id: String,
    /// What customers see as its name.
    name: String,
    /// Digits without a plus.
    number: String,
    /// What the hub asks for, by its name at the carrier.
    credentials: Vec<(&'static str, String)>,
    /// Where messages are posted to.
    webhook_urls: Vec<String>,
    /// Whether a person enters that address; otherwise the hub does.
    by_hand: bool,
    /// Whether the carrier tells of reactions.
    reacts: bool,
    /// How the carrier tells that the time for free answers is over.
    window_refusal: &'static str,
    /// What it is told to get wrong.
    faults: Vec<String>,
    customers: Vec<PersonView>,
    /// The newest webhooks.
    webhooks: Vec<PostView>,
    /// The newest calls.
    calls: Vec<Call>,
}

#[derive(Debug, Serialize)]
struct PersonView {
    /// The telephone number in digits, or the user id.
    id: String,
    name: String,
    /// The last message, in milliseconds since 1970: the window of 24 hours counts from it.
    last_message_at: Option<i64>,
    reads: bool,
    blocked: bool,
    /// How often it was seen that somebody types, where the carrier shows it.
    typing_seen: Option<u32>,
    messages: Vec<MessageView>,
}

#[derive(Debug, Serialize)]
struct MessageView {
    id: String,
    /// In milliseconds since 1970.
    at: i64,
    from_business: bool,
    /// Its text, or the caption of its file.
    text: Option<String>,
    file: Option<FileView>,
    place: Option<PlaceView>,
    /// The name or id of the template that it was made of.
    template: Option<String>,
    /// What the customer left on it.
    reaction: Option<String>,
    /// Of a message of the business: whether the hub was told that it was read.
    read: bool,
    /// Of a message of the customer: what the hub answered.
    hub_status: Option<u16>,
    /// Of a message of the customer: why there was no answer.
    hub_error: Option<String>,
}

#[derive(Debug, Serialize)]
struct FileView {
    name: String,
    content_type: String,
    length: Option<usize>,
    /// Where a browser finds it.
    url: String,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    latitude: f64,
    longitude: f64,
    name: String,
}

#[derive(Debug, Serialize)]
struct PostView {
    at: i64,
    /// What it told, in words.
    what: String,
    status: Option<u16>,
    error: Option<String>,
    attempts: u32,
    duration_ms: Option<i64>,
}
