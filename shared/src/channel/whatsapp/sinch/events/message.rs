//! What customers write, send, tap and order: a message of parts, in the order in which an agent reads.

use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::{Callback, OTHER_CHANNEL, Problem, customer, native, notice, read};
use crate::channel::scalar::{Scalar, Text, plain_name, words};
use crate::channel::whatsapp::sinch::payload;
use crate::channel::whatsapp::sinch::payload::{
    ChannelSpecific, Choice, Coordinates, Fallback, FlowAnswer, Location, Media, Members, Order, Product, ReplyTo,
    WrittenText,
};
use crate::event::{Event, EventKind, MediaFile, MediaKind, MediaSource, Message, Part};
use crate::id::{CustomerId, EventId, MessageId};
use crate::time::Timestamp;

/// A message of the customer; one that our side put into the conversation is only recorded.
pub(super) fn event(callback: &Callback, raw: &RawValue) -> Result<Event, Problem> {
    let message: payload::Message<'_> = read(raw)?;
    let Some(customer) = customer(message.channel_identity.as_ref())? else {
        return callback.recorded(OTHER_CHANNEL, raw);
    };
    let id = MessageId::new(message.id.ok_or(Problem::Without("id"))?.0);
    let at = callback.at(message.accept_time)?;
    let ours = message.injected == Some(true) || words(message.direction).as_deref() == Some("TO_CONTACT");
    if ours {
        return Ok(Event::direct(EventId::new(format!("injected:{id}")), customer, at, notice("injected")));
    }
    let contents = message.contact_message.ok_or(Problem::Without("contact_message"))?;
    let (quotes, parts) = contact_message(contents, &customer, at)?;
    let kind = EventKind::Message(Message { id: Some(id.clone()), quotes, parts });
    Ok(Event::direct(EventId::of_message(&id), customer, at, kind))
}

/// The message that is answered, and what is written.
fn contact_message(
    raw: &RawValue,
    customer: &CustomerId,
    at: Timestamp,
) -> Result<(Option<MessageId>, Vec<Part>), Problem> {
    let mut members: Members<'_> = read(raw)?;
    members.retain(|_, content| content.get() != "null");
    let reply_to: Option<ReplyTo> = members.remove("reply_to").map(read).transpose()?;
    let mut quotes = reply_to.and_then(|reply| words(reply.message_id));
    let mut found = Vec::new();
    for (kind, content) in members {
        match kind.as_str() {
            "text_message" => found.extend(words(read::<WrittenText>(content)?.text).map(|text| Part::Text { text })),
            "media_message" | "media_card_message" => found.extend(media(read(content)?)),
            "location_message" => found.push(location(read(content)?)),
            "choice_response_message" => {
                let Choice { message_id, postback_data } = read(content)?;
                quotes = quotes.or_else(|| words(message_id));
                found.push(choice(words(postback_data)));
            }
            "product_response_message" => found.extend(order(read(content)?)),
            "channel_specific_message" => found.push(specific(read(content)?)),
            "fallback_message" => {
                let said = words(read::<Fallback>(content)?.raw_message).unwrap_or_default();
                found.extend(native::parts(&said, customer, at));
            }
            other => found.push(unsupported(&plain_name(other))),
        }
    }
    if found.is_empty() {
        found.push(unsupported("message"));
    }
    Ok((quotes.map(MessageId::new), found))
}

pub(super) fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

/// A file, with its words before it.
fn media(media: Media) -> Vec<Part> {
    let mut parts: Vec<Part> = words(media.caption).map(|text| Part::Text { text }).into_iter().collect();
    parts.push(match words(media.url) {
        Some(url) => {
            let name = words(media.filename_override);
            let kind = media_kind(name.as_deref(), &url);
            // Only of documents the customer's name is told. The last of the address is a name of Sinch's.
            let name = name.or_else(|| (kind != MediaKind::Document).then(|| kind.word().to_owned()));
            Part::File(MediaFile { kind, source: MediaSource::Url(url), name })
        }
        None => unsupported("file"),
    });
    parts
}

/// Sinch does not say what a file is: its name does, else the end of its address. WhatsApp's stickers are its only WebP.
fn media_kind(name: Option<&str>, url: &str) -> MediaKind {
    let url = Url::parse(url).ok();
    let last = url.as_ref().and_then(|url| url.path_segments()?.next_back());
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match name.and_then(ending).or_else(|| last.and_then(ending)).as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif" | "heic") => MediaKind::Image,
        Some("webp") => MediaKind::Sticker,
        Some("mp4" | "3gp" | "3gpp" | "mov") => MediaKind::Video,
        Some("ogg" | "oga" | "opus" | "mp3" | "m4a" | "aac" | "amr" | "wav") => MediaKind::Audio,
        _ => MediaKind::Document,
    }
}

fn location(location: Location) -> Part {
    let mut names: Vec<String> = [trimmed(location.title), trimmed(location.label)].into_iter().flatten().collect();
    names.dedup();
    let name = (!names.is_empty()).then(|| names.join(", "));
    match (location.coordinates, name) {
        (Some(Coordinates { latitude, longitude }), name) => Part::Location {
            latitude: latitude.unwrap_or_default(),
            longitude: longitude.unwrap_or_default(),
            name,
            url: None,
        },
        (None, Some(text)) => Part::Line { label: "location".to_owned(), text },
        (None, None) => unsupported("location"),
    }
}

/// A button or a line of a list. What it said is not told: where we gave it no words for machines, Sinch makes some of its
/// title.
fn choice(postback: Option<String>) -> Part {
    match postback {
        Some(payload) => {
            let title = made_of_title(&payload).unwrap_or(&payload).to_owned();
            Part::Choice { title, payload: Some(payload) }
        }
        None => unsupported("choice"),
    }
}

/// The title in `message_id_{ID, TITLE}`.
fn made_of_title(postback: &str) -> Option<&str> {
    let (_, title) = postback.strip_prefix("message_id_{")?.strip_suffix('}')?.split_once(',')?;
    Some(title.trim()).filter(|title| !title.is_empty())
}

fn order(order: Order) -> Vec<Part> {
    let written = words(order.title).map(|text| Part::Text { text });
    let mut parts: Vec<Part> = written.into_iter().chain(order.products.into_iter().flatten().map(product)).collect();
    if parts.is_empty() {
        parts.push(unsupported("order"));
    }
    parts
}

fn product(product: Product) -> Part {
    let quantity = product.quantity.map_or_else(|| "1".to_owned(), |Scalar(quantity)| quantity);
    let name = words(product.id).unwrap_or_else(|| "product".to_owned());
    let price = product.item_price.map(|Scalar(price)| format!(", {price}"));
    let currency = words(product.currency).filter(|_| price.is_some()).map(|code| format!(" {code}"));
    let text = [format!("{quantity} × {name}"), price.unwrap_or_default(), currency.unwrap_or_default()].concat();
    Part::Line { label: "order".to_owned(), text }
}

fn specific(specific: ChannelSpecific) -> Part {
    let kind = words(specific.message_type).map_or_else(|| "message".to_owned(), |kind| plain_name(&kind));
    match specific.message.and_then(|message| message.nfm_reply) {
        Some(answer) => form(answer).unwrap_or_else(|| unsupported(&kind)),
        None => unsupported(&kind),
    }
}

/// The answers of a form, as far as a person can read them; else what it says of itself.
fn form(answer: FlowAnswer) -> Option<Part> {
    /// Names the form for machines.
    const TOKEN: &str = "flow_token";
    let values: Option<Value> = words(answer.response_json).and_then(|json| serde_json::from_str(&json).ok());
    let values = values.as_ref().and_then(Value::as_object).into_iter().flatten();
    let told = values.filter(|(name, value)| *name != TOKEN && !value.is_null()).map(|(name, value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        other => format!("{name}: {other}"),
    });
    let told: Vec<String> = told.collect();
    let text = if told.is_empty() { words(answer.body)? } else { told.join(", ") };
    Some(Part::Line { label: "form".to_owned(), text })
}

/// The words without blanks around them, if there are any.
pub(super) fn trimmed(text: Option<Text>) -> Option<String> {
    words(text).map(|text| text.trim().to_owned())
}
