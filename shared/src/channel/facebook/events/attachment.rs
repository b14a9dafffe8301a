//! What is attached to a message, as files and as things shared. An attachment that cannot be read never harms the message
//! that it came with.

use std::collections::HashSet;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;
use time::UtcDateTime;
use url::Url;

use super::read;
use crate::channel::facebook::payload::{Attachment, AttachmentPayload, Element};
use crate::channel::scalar::{Id, Moment, Text, words};
use crate::event::{MediaFile, MediaKind, MediaSource, Part};

/// The parts of all attachments, each thing once: stickers and shared posts come twice in times of change, under two kinds.
///
/// `sticker` tells that the message says of itself that it is one, as older deliveries do.
pub(super) fn parts(attachments: &[&RawValue], sticker: bool) -> Vec<Part> {
    let mut seen = HashSet::new();
    let mut parts = Vec::new();
    for raw in attachments {
        let Ok(attachment) = read::<Attachment<'_>>(raw) else {
            parts.push(unsupported("attachment"));
            continue;
        };
        let kind = words(attachment.kind).unwrap_or_else(|| "attachment".to_owned());
        let Ok(payload) = attachment.payload.map(read::<AttachmentPayload>).transpose() else {
            parts.push(unsupported(&kind));
            continue;
        };
        let mut payload = payload.unwrap_or_default();
        payload.url = non_blank(payload.url).or(non_blank(attachment.url));
        payload.title = non_blank(payload.title).or(non_blank(attachment.title));
        let same = payload.sticker_id.as_ref().map(|Id(id)| id).or(payload.url.as_ref().map(|Text(url)| url));
        if same.is_some_and(|same| !seen.insert(same.clone())) {
            continue;
        }
        parts.extend(of_kind(&kind, payload, sticker && attachments.len() == 1));
    }
    parts
}

fn non_blank(text: Option<Text>) -> Option<Text> {
    words(text).map(Text)
}

fn of_kind(kind: &str, payload: AttachmentPayload, sticker: bool) -> Vec<Part> {
    let one = match kind {
        "image" if sticker || payload.sticker_id.is_some() => file(MediaKind::Sticker, kind, payload),
        "image" => file(MediaKind::Image, kind, payload),
        "video" => file(MediaKind::Video, kind, payload),
        "audio" => file(MediaKind::Audio, kind, payload),
        "file" => file(MediaKind::Document, kind, payload),
        "sticker" => file(MediaKind::Sticker, kind, payload),
        "location" => location(payload),
        "appointment_booking" => appointment(payload),
        "template" => return template(payload),
        "fallback" if payload.url.is_some() => shared("link", payload),
        "fallback" => shared("attachment", payload),
        "reel" | "ig_reel" => shared("reel", payload),
        "post" | "ig_post" | "share" => shared("post", payload),
        "story" | "ig_story" | "story_mention" => shared("story", payload),
        other => shared(other, payload),
    };
    vec![one]
}

fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

fn file(kind: MediaKind, word: &str, payload: AttachmentPayload) -> Part {
    match payload.url {
        Some(Text(url)) => Part::File(MediaFile { kind, name: file_name(&url), source: MediaSource::Url(url) }),
        None => unsupported(word),
    }
}

/// Meta sends no file name; the address ends in it.
fn file_name(url: &str) -> Option<String> {
    const LONGEST: usize = 255;
    let url = Url::parse(url).ok()?;
    let last = url.path_segments()?.next_back()?;
    let name: String = percent_decode_str(last).decode_utf8().ok()?.chars().filter(|c| !c.is_control()).collect();
    let fits = name.len() <= LONGEST && !name.starts_with('.') && name.contains('.') && !name.contains(['/', '\\']);
    fits.then_some(name)
}

/// Something that has a title, an address or both.
fn shared(what: &str, payload: AttachmentPayload) -> Part {
    match (words(payload.title), words(payload.url)) {
        (None, None) => unsupported(what),
        (title, url) => Part::Shared { what: what.to_owned(), title, url },
    }
}

fn location(payload: AttachmentPayload) -> Part {
    let point = payload.coordinates.as_ref().and_then(|point| point.lat.zip(point.long));
    match point {
        Some((latitude, longitude)) => {
            Part::Location { latitude, longitude, name: words(payload.title), url: words(payload.url) }
        }
        None => shared("location", payload),
    }
}

/// Products, or the templates that our side sends with cards and buttons.
fn template(payload: AttachmentPayload) -> Vec<Part> {
    let products = payload.product.and_then(|product| product.elements).unwrap_or_default();
    let cards = payload.elements.unwrap_or_default();
    let mut parts: Vec<Part> = products.into_iter().map(|element| card("product", element)).collect();
    parts.extend(cards.into_iter().map(|element| card("card", element)));
    parts.extend(words(payload.text).map(|text| Part::Text { text }));
    if parts.is_empty() {
        parts.push(unsupported("template"));
    }
    parts
}

fn card(what: &str, element: Element) -> Part {
    let number = element.retailer_id.map(|Id(id)| id);
    let words: Vec<String> = [words(element.title), words(element.subtitle), number].into_iter().flatten().collect();
    let title = (!words.is_empty()).then(|| words.join(", "));
    let url = non_blank(element.image_url).map(|Text(url)| url);
    if title.is_none() && url.is_none() {
        return unsupported(what);
    }
    Part::Shared { what: what.to_owned(), title, url }
}

fn appointment(payload: AttachmentPayload) -> Part {
    let moment = |at: Option<Moment>| UtcDateTime::from_unix_timestamp(at?.0.seconds()).ok();
    let time = moment(payload.start_time).map(|from| {
        let to = moment(payload.end_time).map(|to| {
            let day = if to.date() == from.date() { String::new() } else { format!("{} ", to.date()) };
            format!(" to {day}{}", clock(to))
        });
        format!("{} {}{} UTC", from.date(), clock(from), to.unwrap_or_default())
    });
    let zone = words(payload.timezone).map(|zone| format!("time zone {zone}"));
    let booking = payload.booking_id.map(|Id(id)| format!("booking {id}"));
    let told: Vec<String> = [words(payload.status), time, zone, booking].into_iter().flatten().collect();
    Part::Line { label: "appointment".to_owned(), text: told.join(", ") }
}

fn clock(at: UtcDateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}
