//! What customers write, tap and order, and what our side wrote: messages of parts, in the order in which an agent reads.

use serde_json::value::RawValue;

use super::messaging::Scene;
use super::{Problem, attachment, read, referral};
use crate::channel::facebook::payload::{self, Messaging, Order, OrderedProduct, Postback};
use crate::channel::scalar::{Id, Scalar, words};
use crate::event::{EchoSender, Event, EventKind, Message, Part};
use crate::id::MessageId;

/// What the metadata of every message of the hub begins with.
pub(in crate::channel::facebook) const MARK: &str = "hub:";

/// The Page's own inbox. Meta's pages give both; one of them is a typing error.
const INBOX_APPS: [&str; 2] = ["26390203743090", "263902037430900"];

pub(super) fn is_echo(message: &payload::Message<'_>) -> bool {
    message.is_echo == Some(true)
}

/// A message of the customer, or one that our side sent.
pub(super) fn event(
    scene: &Scene,
    item: &Messaging<'_>,
    mut written: payload::Message<'_>,
    raw: &RawValue,
) -> Result<Event, Problem> {
    let id = written.mid.take().map(|Id(id)| id);
    let app = written.app_id.take().map(|Id(id)| id);
    let marked = words(written.metadata.take()).is_some_and(|metadata| metadata.starts_with(MARK));
    let message = Message {
        id: id.as_ref().map(MessageId::new),
        quotes: written.reply_to.take().and_then(|reply| reply.mid).map(|Id(id)| MessageId::new(id)),
        parts: parts(written, item.hop_context.is_some()),
    };
    let (name, kind) = if scene.ours {
        let sender = match app {
            _ if marked => EchoSender::Hub,
            Some(app) if INBOX_APPS.contains(&app.as_str()) => EchoSender::Inbox,
            app => EchoSender::App(app),
        };
        ("echo", EventKind::Echo { message, sender })
    } else {
        ("message", EventKind::Message(message))
    };
    Ok(match id {
        Some(id) => scene.named(name, &id, kind),
        None => scene.hashed(name, raw, kind),
    })
}

fn parts(written: payload::Message<'_>, by_lead_form: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    parts.extend(written.referral.map(|referral| referral::part(&referral)));
    let text = words(written.text);
    match (text, written.quick_reply) {
        // What the customer tapped is also the text: it is shown once.
        (title, Some(reply)) => parts.extend(choice(title, words(reply.payload))),
        // Meta writes the answers of a lead form as if the customer had.
        (Some(text), None) if by_lead_form => parts.push(Part::Line { label: "lead form".to_owned(), text }),
        (Some(text), None) => parts.push(Part::Text { text }),
        (None, None) => {
            let names = written.commands.into_iter().flatten().filter_map(|command| words(command.name));
            parts.extend(names.map(|text| Part::Line { label: "command".to_owned(), text }));
        }
    }
    let sticker = written.sticker_id.is_some();
    parts.extend(attachment::parts(written.attachments.as_deref().unwrap_or_default(), sticker));
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: if sticker { "sticker" } else { "message" }.to_owned() });
    }
    parts
}

/// A button that the customer tapped.
pub(super) fn postback(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let postback: Postback = read(raw)?;
    let id = postback.mid.map(|Id(id)| id);
    let mut parts = Vec::new();
    parts.extend(postback.referral.map(|referral| referral::part(&referral)));
    parts.extend(choice(words(postback.title), words(postback.payload)));
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: "button".to_owned() });
    }
    let message = EventKind::Message(Message { id: id.as_ref().map(MessageId::new), quotes: None, parts });
    Ok(match id {
        Some(id) => scene.named("postback", &id, message),
        None => scene.hashed("postback", raw, message),
    })
}

/// A button without a title is shown by what it carries.
fn choice(title: Option<String>, payload: Option<String>) -> Option<Part> {
    let title = title.or_else(|| payload.clone())?;
    Some(Part::Choice { title, payload })
}

/// A shopping cart that the customer sent.
pub(super) fn order(scene: &Scene, raw: &RawValue) -> Result<Event, Problem> {
    let order: Order = read(raw)?;
    let mut parts: Vec<Part> = order.products.into_iter().flatten().map(product).collect();
    parts.extend(words(order.note).map(|text| Part::Text { text }));
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: "order".to_owned() });
    }
    Ok(scene.hashed("order", raw, EventKind::Message(Message { id: None, quotes: None, parts })))
}

fn product(product: OrderedProduct) -> Part {
    let quantity = product.quantity.map_or_else(|| "1".to_owned(), |Scalar(quantity)| quantity);
    let number = product.retailer_id.map(|Id(id)| id);
    let (name, number) = match words(product.name) {
        Some(name) => (name, number.map(|number| format!(" ({number})")).unwrap_or_default()),
        None => (number.unwrap_or_else(|| "product".to_owned()), String::new()),
    };
    let price = product.unit_price.map(|Scalar(price)| format!(", {price}")).unwrap_or_default();
    let currency = words(product.currency).filter(|_| !price.is_empty()).map(|code| format!(" {code}"));
    let text = format!("{quantity} × {name}{number}{price}{}", currency.unwrap_or_default());
    Part::Line { label: "order".to_owned(), text }
}
