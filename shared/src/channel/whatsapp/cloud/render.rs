//! Our message as Meta's message object. Pure.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde_json::{Map, Value, json};
use url::Url;

use super::limits::{CAPTION, Shown};
use crate::channel::facebook::render::mark;
use crate::channel::whatsapp::identity;
use crate::channel::{Content, Handed, OutFile, OutMessage, Template};

/// The object that sends a message. Its mark comes back in every status of the message.
pub(in crate::channel::whatsapp) fn message(message: OutMessage<'_>) -> Value {
    let mut object = Map::new();
    object.insert("messaging_product".to_owned(), "whatsapp".into());
    object.insert("recipient_type".to_owned(), "individual".into());
    object.insert("biz_opaque_callback_data".to_owned(), mark(&message.correlation, message.part).into());
    // Without a plus Meta takes a number for one of our own country. A user id stands in a member of its own, and a number
    // beside it would win.
    let (member, to) = match identity::number_of(message.to, message.aliases) {
        Some(number) => ("to", format!("+{number}")),
        None => ("recipient", identity::user_id_of(message.to, message.aliases).unwrap_or(message.to).to_string()),
    };
    object.insert(member.to_owned(), to.into());
    let (kind, content) = content(message.content);
    object.insert("type".to_owned(), kind.into());
    object.insert(kind.to_owned(), content);
    Value::Object(object)
}

/// What it says, and Meta's name of the kind.
fn content(content: Content) -> (&'static str, Value) {
    match content {
        Content::Text(text) => words(&text),
        Content::File(file, Handed::Id(id)) => media(&file, "id", id),
        Content::File(file, Handed::Link(url)) => media(&file, "link", Url::into(url)),
        // Meta takes no bytes with the message.
        Content::File(file, Handed::Bytes(_)) => words(&file.name),
        Content::Location { latitude, longitude, name } => location(&latitude, &longitude, name.trim()),
        Content::Template(template) => ("template", of_template(&template)),
    }
}

fn words(text: &str) -> (&'static str, Value) {
    ("text", json!({ "body": text, "preview_url": true }))
}

fn media(file: &OutFile, member: &str, value: String) -> (&'static str, Value) {
    let shown = Shown::of(&file.content_type);
    let mut object = Map::new();
    object.insert(member.to_owned(), value.into());
    if shown == Shown::Document {
        object.insert("filename".to_owned(), file.name.as_str().into());
    }
    let caption = file.caption.as_deref().filter(|caption| caption.chars().count() <= CAPTION);
    if let Some(caption) = caption.filter(|_| shown != Shown::Audio) {
        object.insert("caption".to_owned(), caption.into());
    }
    (shown.word(), Value::Object(object))
}

fn location(latitude: &str, longitude: &str, name: &str) -> (&'static str, Value) {
    let degrees = |text: &str| text.trim().parse::<f64>().ok().filter(|degrees| degrees.is_finite());
    let (Some(north), Some(east)) = (degrees(latitude), degrees(longitude)) else {
        return words(format!("{name} {latitude}, {longitude}").trim());
    };
    let mut place = Map::new();
    place.insert("latitude".to_owned(), north.into());
    place.insert("longitude".to_owned(), east.into());
    if !name.is_empty() {
        place.insert("name".to_owned(), name.into());
    }
    ("location", Value::Object(place))
}

/// Gaps are named or counted, as the template has them.
///
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview>
fn of_template(template: &Template) -> Value {
    let parameter = |variable: &crate::channel::Variable| {
        let mut parameter = Map::new();
        parameter.insert("type".to_owned(), "text".into());
        if let Some(name) = &variable.name {
            parameter.insert("parameter_name".to_owned(), name.as_str().into());
        }
        parameter.insert("text".to_owned(), variable.text.as_str().into());
        Value::Object(parameter)
    };
    let parameters: Vec<Value> = template.variables.iter().map(parameter).collect();
    let mut object = Map::new();
    object.insert("name".to_owned(), template.name.as_str().into());
    object.insert("language".to_owned(), json!({ "code": template.language }));
    if !parameters.is_empty() {
        object.insert("components".to_owned(), json!([{ "type": "body", "parameters": parameters }]));
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests;
