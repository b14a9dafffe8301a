//! What a customer writes, sends and taps, by the first API: a message of parts, in the order in which an agent reads. The
//! fields that are there decide; the word for the kind only says how to take them, because its list is not told.
//!
//! <https://developers.kaleyra.io/docs/create-callback-profile-for-incoming-whatsapp-messages>

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::payload::Fields;
use super::LONGEST_ID;
use super::wrapped::one_form;
use crate::channel::scalar::{Scalar, Text, plain_name, words};
use crate::channel::whatsapp::cloud::events::cards;
use crate::channel::whatsapp::form;
use crate::event::{MediaFile, MediaKind, MediaSource, Message, Part};
use crate::id::MessageId;

/// A message of a customer. Never empty. It has no id of its own.
pub(super) fn message(fields: &Fields) -> Message {
    let kind = fields.text("type").map(|kind| plain_name(&kind.to_ascii_lowercase()));
    let kind = kind.as_deref().unwrap_or("message");
    let mut parts = Vec::new();
    let (written, name) = caption(kind, fields);
    match written {
        Some(title) if matches!(kind, "button" | "interactive" | "button_reply" | "list_reply") => {
            parts.push(Part::Choice { title: title.trim().to_owned(), payload: None });
        }
        written => parts.extend(written.map(|text| Part::Text { text })),
    }
    parts.extend(fields.text("location").map(location));
    parts.extend(fields.text("contacts").map(contacts).unwrap_or_default());
    parts.extend(fields.text("media_url").map(|url| file(kind, fields.text("mime_type"), url, name)));
    if parts.is_empty() {
        parts.extend(fields.any(&["message", "custom_response"]).map(structured));
    }
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: kind.to_owned() });
    }
    let quotes = fields.text("reply_to").filter(|id| id.len() <= LONGEST_ID).map(|id| MessageId::new(one_form(id)));
    Message { id: None, quotes, parts }
}

fn line(label: &str, text: impl Into<String>) -> Part {
    Part::Line { label: label.to_owned(), text: text.into() }
}

/// The words, and the name of the file: beside a document the words are its name.
fn caption(kind: &str, fields: &Fields) -> (Option<String>, Option<String>) {
    let written = fields.words("body");
    let is_name = kind == "document"
        && fields.text("media_url").is_some()
        && written.as_deref().is_some_and(|text| is_file_name(text.trim()));
    if is_name { (None, written.map(|name| name.trim().to_owned())) } else { (written, None) }
}

/// One line with a short ending.
fn is_file_name(text: &str) -> bool {
    let ending = text.rsplit_once('.').filter(|(name, _)| !name.is_empty()).map(|(_, ending)| ending);
    let is_ending = |ending: &str| (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    text.len() <= LONGEST_ID && !text.contains(['\n', '/']) && ending.is_some_and(is_ending)
}

fn file(kind: &str, mime_type: Option<&str>, url: &str, name: Option<String>) -> Part {
    let of_mime = mime_type.and_then(|mime_type| mime_type.split('/').next());
    let kind = match (kind, of_mime) {
        ("sticker", _) => MediaKind::Sticker,
        ("image", _) => MediaKind::Image,
        ("video", _) => MediaKind::Video,
        ("voice" | "audio", _) => MediaKind::Audio,
        ("document", _) => MediaKind::Document,
        (_, Some("image")) => MediaKind::Image,
        (_, Some("video")) => MediaKind::Video,
        (_, Some("audio")) => MediaKind::Audio,
        _ => MediaKind::Document,
    };
    Part::File(MediaFile { kind, source: MediaSource::Url(url.to_owned()), name })
}

/// A place, which is JSON inside the field. What is none is shown as it was written.
fn location(told: &str) -> Part {
    #[derive(Deserialize)]
    struct Place {
        latitude: Scalar,
        longitude: Scalar,
        name: Option<Text>,
        address: Option<Text>,
        url: Option<Text>,
    }
    let degrees = |Scalar(text): &Scalar| text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let place: Option<Place> = serde_json::from_str(told).ok();
    let read = place.and_then(|place| {
        let names: Vec<String> = [place.name, place.address].into_iter().filter_map(words).collect();
        Some(Part::Location {
            latitude: degrees(&place.latitude)?,
            longitude: degrees(&place.longitude)?,
            name: (!names.is_empty()).then(|| names.join(", ")),
            url: words(place.url),
        })
    });
    read.unwrap_or_else(|| line("location", told))
}

/// Shared contacts, which are JSON inside the field: a list, or a single one. What is none is shown as it was written.
fn contacts(told: &str) -> Vec<Part> {
    let listed = if told.starts_with('{') { format!("[{told}]") } else { told.to_owned() };
    let read = serde_json::from_str::<&RawValue>(&listed).ok().and_then(|raw| cards(raw).ok());
    read.filter(|parts| !parts.is_empty()).unwrap_or_else(|| vec![line("contact", told)])
}

/// What has no field of its own: its values as far as a person can read them.
fn structured(told: &str) -> Part {
    let values = form::answers(told);
    if values.is_empty() { Part::Text { text: told.to_owned() } } else { line("form", values.join(", ")) }
}
