//! What a customer writes, sends and taps: a message of parts, in the order in which an agent reads. The parameters that are
//! there decide, because the list of `MessageType` is open.
//!
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>

use serde_json::Value;

use super::super::payload::Params;
use super::id;
use crate::event::{MediaFile, MediaKind, MediaSource, Message, Part};
use crate::id::MessageId;

/// How many files one message may have; WhatsApp sends one.
const MOST_FILES: usize = 10;

/// A message of a customer. Never empty.
pub(super) fn message(params: &Params, sid: MessageId) -> Message {
    let mut parts = Vec::new();
    parts.extend(referral(params));
    parts.extend(forwarded(params));
    let choice = choice(params);
    let location = location(params);
    let form = form(params);
    let words = params.words("Body").filter(|body| !repeats(body, choice.as_ref()));
    parts.extend(choice);
    parts.extend(words.map(|text| Part::Text { text }));
    parts.extend(location);
    parts.extend(form);
    parts.extend(opted_out(params));
    parts.extend(files(params));
    if !parts.iter().any(says_something) {
        let what = params.text("MessageType").unwrap_or("message");
        parts.push(Part::Unsupported { what: what.to_owned() });
    }
    let quotes = params.text("OriginalRepliedMessageSid").and_then(id).map(MessageId::new);
    Message { id: Some(sid), quotes, parts }
}

/// Where it comes from says nothing of what it is.
fn says_something(part: &Part) -> bool {
    !matches!(part, Part::Line { label, .. } if [FROM_ADVERT, FORWARDED, FORWARDED_OFTEN].contains(&label.as_str()))
}

const FROM_ADVERT: &str = "came from an advert";
const FORWARDED: &str = "forwarded";
const FORWARDED_OFTEN: &str = "forwarded many times";

fn line(label: &str, text: impl Into<String>) -> Part {
    Part::Line { label: label.to_owned(), text: text.into() }
}

/// The advert that led the customer here; only the first message after it tells.
fn referral(params: &Params) -> Option<Part> {
    let told = ["ReferralHeadline", "ReferralBody", "ReferralSourceUrl"];
    let told: Vec<&str> = told.iter().filter_map(|name| params.text(name)).collect();
    if !told.is_empty() {
        return Some(line(FROM_ADVERT, told.join(", ")));
    }
    let number = params.text("ReferralSourceId").or_else(|| params.text("ReferralCtwaClid"))?;
    Some(line(FROM_ADVERT, number))
}

fn forwarded(params: &Params) -> Option<Part> {
    let label = match (params.is_true("FrequentlyForwarded"), params.is_true("Forwarded")) {
        (true, _) => FORWARDED_OFTEN,
        (false, true) => FORWARDED,
        (false, false) => return None,
    };
    Some(line(label, ""))
}

/// A button or a row of a list. A button without a payload was made without one.
fn choice(params: &Params) -> Option<Part> {
    let (title, payload) = match (params.text("ButtonText"), params.text("ButtonPayload"), params.text("ListId")) {
        (None, None, None) => return None,
        (None, None, id) => (params.text("ListTitle"), id),
        (text, payload, _) => (text, payload),
    };
    let title = title.or_else(|| params.text("Body")).or(payload)?;
    Some(Part::Choice { title: title.to_owned(), payload: payload.map(str::to_owned) })
}

/// Twilio repeats what was tapped as text: it is shown once.
fn repeats(body: &str, choice: Option<&Part>) -> bool {
    matches!(choice, Some(Part::Choice { title, .. }) if body.trim() == title)
}

/// Both coordinates make it a place, whatever its type says.
fn location(params: &Params) -> Option<Part> {
    let (north, east) = (params.text("Latitude")?, params.text("Longitude")?);
    let named: Vec<&str> = ["Label", "Address"].iter().filter_map(|name| params.text(name)).collect();
    let name = (!named.is_empty()).then(|| named.join(", "));
    let degrees = |text: &str| text.parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    Some(match (degrees(north), degrees(east)) {
        (Some(latitude), Some(longitude)) => Part::Location { latitude, longitude, name, url: None },
        _ => line("location", format!("{north}, {east} {}", name.unwrap_or_default())),
    })
}

/// The answers of a form that the customer filled in (a flow): whatever in it can be read.
fn form(params: &Params) -> Option<Part> {
    let sent = params.text("InteractiveData").or_else(|| params.text("FlowData"))?;
    let mut answers = Vec::new();
    match serde_json::from_str::<Value>(sent) {
        Ok(value) => collect(&value, "", &mut answers),
        Err(_) => answers.push(sent.to_owned()),
    }
    Some(line("form", answers.join(", ")))
}

/// Every value that can be read, with the name under which it stands.
fn collect(value: &Value, name: &str, answers: &mut Vec<String>) {
    let mut add = |value: &str| {
        answers.push(if name.is_empty() { value.to_owned() } else { format!("{name}: {value}") });
    };
    match value {
        // It is ours and no answer.
        _ if name == "flow_token" => {}
        Value::Null => {}
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => add(text.trim()),
        Value::Bool(_) | Value::Number(_) => add(&value.to_string()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, answers)),
        Value::Object(members) => members.iter().for_each(|(name, member)| collect(member, name, answers)),
    }
}

/// Words by which a customer leaves or comes back, which Twilio acts on by itself.
fn opted_out(params: &Params) -> Option<Part> {
    let told = match params.text("OptOutType")? {
        "STOP" => "Twilio sends this customer nothing more until they write START",
        "START" => "this customer takes messages again",
        _ => return None,
    };
    Some(line("opt-out", told))
}

/// The files, after the words that belong to them.
fn files(params: &Params) -> Vec<Part> {
    let told = params.text("NumMedia").and_then(|number| number.parse().ok()).unwrap_or(0);
    (0..MOST_FILES).flat_map(|index| file(params, index, index < told)).collect()
}

fn file(params: &Params, index: usize, told: bool) -> Vec<Part> {
    let content_type = params.numbered("MediaContentType", index).unwrap_or_default().to_ascii_lowercase();
    let Some(url) = params.numbered("MediaUrl", index) else {
        return if told { vec![Part::Unsupported { what: "file".to_owned() }] } else { Vec::new() };
    };
    let (mut parts, name) = if is_contact(&content_type) {
        (vec![line("contact", "name and numbers are in the file")], Some("contact.vcf".to_owned()))
    } else {
        (Vec::new(), None)
    };
    let kind = kind(&content_type, params.text("MessageType").unwrap_or_default());
    parts.push(Part::File(MediaFile { kind, source: MediaSource::Url(url.to_owned()), name }));
    parts
}

/// Twilio hands a contact over as a file, and tells neither name nor numbers.
fn is_contact(content_type: &str) -> bool {
    matches!(content_type.split(';').next().map(str::trim), Some("text/vcard" | "text/x-vcard" | "text/directory"))
}

fn kind(content_type: &str, message_type: &str) -> MediaKind {
    match content_type.split('/').next() {
        Some("image") if message_type == "sticker" => MediaKind::Sticker,
        Some("image") => MediaKind::Image,
        Some("audio") => MediaKind::Audio,
        Some("video") => MediaKind::Video,
        _ => MediaKind::Document,
    }
}
