//! What a message says or is, as parts in the order in which an agent reads: words before the file that they stand below.

use serde_json::value::RawValue;

use super::{Problem, read, trimmed};
use crate::channel::scalar::{Id, Scalar, Text, plain_name, words};
use crate::channel::whatsapp::cloud::payload::{
    self, Button, CallPermission, Card, FormReply, Interactive, Location, Media, Order, Phone, Picked, Product,
    Unsupported, Written,
};
use crate::channel::whatsapp::{form, identity};
use crate::event::{MediaFile, MediaKind, MediaSource, Part};
use crate::id::CustomerId;

/// The first message of a person to a number that is also used in the phone app.
const NOT_HANDED_OVER: &str = "131060";
/// A file over 100 MB, or one that WhatsApp has lost.
const FILE_NOT_HANDED_OVER: &str = "131052";

/// What Meta's kind and the member of that name say. Never empty.
pub(super) fn parts(
    kind: &str,
    said: Option<&RawValue>,
    errors: Option<Vec<payload::Problem>>,
) -> Result<Vec<Part>, Problem> {
    let Some(said) = said else { return Ok(vec![lost(errors).unwrap_or_else(|| unsupported(kind))]) };
    let parts = match kind {
        "text" => words(read::<Written>(said)?.body).map(|text| Part::Text { text }).into_iter().collect(),
        "image" => media(MediaKind::Image, read(said)?),
        "video" => media(MediaKind::Video, read(said)?),
        "audio" => media(MediaKind::Audio, read(said)?),
        "document" => media(MediaKind::Document, read(said)?),
        "sticker" => media(MediaKind::Sticker, read(said)?),
        "location" => location(read(said)?).into_iter().collect(),
        "contacts" => cards(said)?,
        "interactive" => interactive(read(said)?).into_iter().collect(),
        "button" => button(read(said)?).into_iter().collect(),
        "order" => order(read(said)?),
        "unsupported" => vec![lost(errors).unwrap_or_else(|| not_known(read(said).ok()))],
        _ => Vec::new(),
    };
    Ok(if parts.is_empty() { vec![unsupported(kind)] } else { parts })
}

pub(super) fn line(label: &str, text: impl Into<String>) -> Part {
    Part::Line { label: label.to_owned(), text: text.into() }
}

fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

/// The words of a part that is words.
pub(super) fn text(part: Part) -> Option<String> {
    match part {
        Part::Text { text } => Some(text),
        _ => None,
    }
}

/// What WhatsApp did not hand over, so that the customer has to be asked.
fn lost(errors: Option<Vec<payload::Problem>>) -> Option<Part> {
    errors.into_iter().flatten().find_map(|problem| match problem.code?.0.as_str() {
        NOT_HANDED_OVER => Some(line(
            "not handed over",
            "WhatsApp kept the first message of this customer; ask them to write it again",
        )),
        FILE_NOT_HANDED_OVER => {
            Some(line("not handed over", "WhatsApp does not hand over the file; ask for it in another way"))
        }
        _ => None,
    })
}

fn not_known(unsupported_kind: Option<Unsupported>) -> Part {
    let kind = unsupported_kind.and_then(|unsupported| words(unsupported.kind));
    unsupported(&kind.map_or_else(|| "message".to_owned(), |kind| plain_name(&kind)))
}

/// A file, by its id: the address beside it in newer bodies lives for five minutes, the id for a week.
fn media(kind: MediaKind, media: Media) -> Vec<Part> {
    let source = media.id.map(|Id(id)| MediaSource::Id(id)).or_else(|| words(media.url).map(MediaSource::Url));
    let Some(source) = source else { return Vec::new() };
    let file = Part::File(MediaFile { kind, source, name: trimmed(media.filename) });
    words(media.caption).map(|text| Part::Text { text }).into_iter().chain([file]).collect()
}

fn location(location: Location) -> Option<Part> {
    let degrees =
        |text: &Option<Scalar>| text.as_ref()?.0.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let names: Vec<String> = [location.name, location.address].into_iter().filter_map(trimmed).collect();
    let name = (!names.is_empty()).then(|| names.join(", "));
    match degrees(&location.latitude).zip(degrees(&location.longitude)) {
        Some((latitude, longitude)) => Some(Part::Location { latitude, longitude, name, url: trimmed(location.url) }),
        None => name.map(|name| line("location", name)),
    }
}

/// Contacts that a customer shared: name and numbers of each.
pub(in crate::channel::whatsapp) fn cards(raw: &RawValue) -> Result<Vec<Part>, Problem> {
    let cards: Vec<Card<'_>> = read(raw)?;
    Ok(cards.into_iter().filter_map(card).collect())
}

fn card(card: Card<'_>) -> Option<Part> {
    let numbers =
        phones(&card).into_iter().filter_map(|phone| phone.phone.or(phone.wa_id)).map(|Scalar(number)| number);
    let numbers: Vec<String> = numbers.filter(|number| !number.trim().is_empty()).collect();
    let name = card.name.and_then(|name| {
        let pieces: Vec<String> = [name.first_name, name.last_name].into_iter().filter_map(trimmed).collect();
        trimmed(name.formatted_name).or_else(|| (!pieces.is_empty()).then(|| pieces.join(" ")))
    });
    let addresses = card.emails.into_iter().flatten().filter_map(|email| trimmed(email.email));
    let told: Vec<String> = name.into_iter().chain(numbers).chain(addresses).collect();
    (!told.is_empty()).then(|| line("contact", told.join(", ")))
}

fn phones(card: &Card<'_>) -> Vec<Phone> {
    let Some(raw) = card.phones else { return Vec::new() };
    if raw.get().starts_with('[') { read(raw).unwrap_or_default() } else { read(raw).ok().into_iter().collect() }
}

/// The customer's own number, where they gave it because we asked. A card that they shared by themselves may be anybody's.
pub(super) fn own_number(kind: &str, said: Option<&RawValue>) -> Option<CustomerId> {
    let cards: Vec<Card<'_>> = read(said.filter(|_| kind == "contacts")?).ok()?;
    let asked_for = |card: &&Card<'_>| matches!(&card.origin, Some(Text(origin)) if origin == "contact_request");
    let phone = phones(cards.iter().find(asked_for)?).into_iter().next()?;
    identity::number(&phone.wa_id.or(phone.phone)?.0)
}

fn interactive(interactive: Interactive) -> Option<Part> {
    let Interactive { kind, button_reply, list_reply, nfm_reply, call_permission_reply } = interactive;
    match (button_reply.or(list_reply), nfm_reply, call_permission_reply) {
        (Some(Picked { id, title }), ..) => choice(title, id),
        (_, Some(reply), _) => filled_in(reply),
        (.., Some(CallPermission { response })) => Some(line("may we call", trimmed(response).unwrap_or_default())),
        _ => words(kind).map(|kind| unsupported(&plain_name(&kind))),
    }
}

fn filled_in(reply: FormReply) -> Option<Part> {
    let answers = form::answers(words(reply.response_json).as_deref().unwrap_or_default());
    let text = if answers.is_empty() { trimmed(reply.body)? } else { answers.join(", ") };
    Some(line("form", text))
}

fn button(button: Button) -> Option<Part> {
    choice(button.text, button.payload)
}

/// A button without a title is shown by what it carries.
fn choice(title: Option<Text>, payload: Option<Text>) -> Option<Part> {
    let payload = words(payload);
    let title = words(title).or_else(|| payload.clone())?;
    Some(Part::Choice { title, payload })
}

fn order(order: Order) -> Vec<Part> {
    let written = words(order.text).map(|text| Part::Text { text });
    written.into_iter().chain(order.product_items.into_iter().flatten().map(product)).collect()
}

fn product(product: Product) -> Part {
    let text = |scalar: Option<Scalar>| scalar.map(|Scalar(text)| text).filter(|text| !text.trim().is_empty());
    let quantity = text(product.quantity).unwrap_or_else(|| "1".to_owned());
    let name = text(product.product_retailer_id).unwrap_or_else(|| "product".to_owned());
    let price = text(product.item_price).map(|price| format!(", {price}"));
    let currency = words(product.currency).filter(|_| price.is_some()).map(|code| format!(" {code}"));
    line("order", [format!("{quantity} × {name}"), price.unwrap_or_default(), currency.unwrap_or_default()].concat())
}
