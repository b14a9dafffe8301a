//! A request to send, read as strictly as Sinch reads it at once: its form, the app and the recipient. Pure.
//!
//! <https://developers.sinch.com/docs/conversation/api-reference/conversation/messages>

use serde_json::{Map, Value};

use super::error::SinchError;

const METADATA: usize = 1024;
const CORRELATION_ID: usize = 128;
const MEMBERS: [&str; 16] = [
    "app_id",
    "recipient",
    "message",
    "callback_url",
    "channel_priority_order",
    "channel_properties",
    "message_metadata",
    "conversation_metadata",
    "conversation_metadata_update_strategy",
    "correlation_id",
    "queue",
    "ttl",
    "processing_strategy",
    "processing_mode",
    "message_content_type",
    "project_id",
];

/// A request of the right form.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) app: String,
    pub(super) to: Recipient,
    pub(super) content: Content,
    pub(super) metadata: String,
    pub(super) correlation_id: String,
}

/// Whom to.
#[derive(Debug, PartialEq)]
pub(super) enum Recipient {
    Contact(String),
    /// A number in digits, or a user id.
    Identity(String),
}

/// What is sent.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    Text(String),
    Media { url: String, name: Option<String>, caption: Option<String> },
    Place { latitude: f64, longitude: f64, title: String },
    Template { name: String, language: String, parameters: Map<String, Value> },
}

impl Outgoing {
    pub(super) fn read(body: &[u8]) -> Result<Self, SinchError> {
        let body: Value = serde_json::from_slice(body).map_err(|_| SinchError::invalid("Request is not valid JSON"))?;
        let body = object(&body, "request")?;
        only(body, "request", &MEMBERS)?;
        if let Some(order) = body.get("channel_priority_order") {
            let known = order.as_array().is_some_and(|order| order.iter().all(|channel| channel == "WHATSAPP"));
            known
                .then_some(())
                .ok_or_else(|| SinchError::invalid("channel_priority_order: channel is not configured"))?;
        }
        Ok(Self {
            app: required(body, "app_id")?,
            to: recipient(member(body, "recipient")?)?,
            content: content(member(body, "message")?)?,
            metadata: at_most(text(body, "message_metadata")?, "message_metadata", METADATA)?,
            correlation_id: at_most(text(body, "correlation_id")?, "correlation_id", CORRELATION_ID)?,
        })
    }
}

fn recipient(recipient: &Map<String, Value>) -> Result<Recipient, SinchError> {
    only(recipient, "recipient", &["contact_id", "identified_by"])?;
    if let Some(contact) = text(recipient, "contact_id")? {
        return Ok(Recipient::Contact(contact));
    }
    let identities = member(recipient, "identified_by")?.get("channel_identities").and_then(Value::as_array);
    let [identity] = identities.map(Vec::as_slice).unwrap_or_default() else {
        return Err(SinchError::invalid("recipient: exactly one channel identity is expected"));
    };
    let identity = object(identity, "channel_identity")?;
    only(identity, "channel_identity", &["channel", "identity", "app_id"])?;
    if required(identity, "channel")? != "WHATSAPP" {
        return Err(SinchError::invalid("channel_identity: channel is not configured for the app"));
    }
    let identity = required(identity, "identity")?;
    let digits = identity.strip_prefix('+').unwrap_or(&identity);
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_user_id = identity.split_once('.').is_some_and(|(country, _)| country.len() == 2);
    if is_number {
        Ok(Recipient::Identity(digits.to_owned()))
    } else if is_user_id {
        Ok(Recipient::Identity(identity))
    } else {
        Err(SinchError::invalid("channel_identity: invalid identity"))
    }
}

fn content(message: &Map<String, Value>) -> Result<Content, SinchError> {
    let mut kinds = message.keys().filter(|kind| kind.ends_with("_message"));
    let (Some(kind), None) = (kinds.next(), kinds.next()) else {
        return Err(SinchError::invalid("message: exactly one message kind is expected"));
    };
    let content = member(message, kind)?;
    match kind.as_str() {
        "text_message" => {
            only(content, kind, &["text"])?;
            Ok(Content::Text(required(content, "text")?))
        }
        "media_message" => {
            only(content, kind, &["url", "thumbnail_url", "filename_override"])?;
            Ok(Content::Media { url: address(content)?, name: text(content, "filename_override")?, caption: None })
        }
        "card_message" => {
            only(content, kind, &["title", "description", "media_message", "choices", "height", "message_properties"])?;
            let media = member(content, "media_message")?;
            let caption = Some(required(content, "title")?);
            Ok(Content::Media { url: address(media)?, name: text(media, "filename_override")?, caption })
        }
        "location_message" => place(content),
        "template_message" => template(content),
        other => Err(SinchError::invalid(format!("message: {other} is none that this sandbox takes"))),
    }
}

fn address(media: &Map<String, Value>) -> Result<String, SinchError> {
    let url = required(media, "url")?;
    let valid = url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    valid.then_some(url).ok_or_else(|| SinchError::invalid("media_message: url is not valid"))
}

fn place(place: &Map<String, Value>) -> Result<Content, SinchError> {
    only(place, "location_message", &["title", "label", "coordinates"])?;
    let coordinates = member(place, "coordinates")?;
    let degrees = |name: &str, most: f64| {
        let degrees = coordinates.get(name).and_then(Value::as_f64).filter(|degrees| degrees.abs() <= most);
        degrees.ok_or_else(|| SinchError::invalid(format!("location_message: invalid {name}")))
    };
    let (latitude, longitude) = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
    Ok(Content::Place { latitude, longitude, title: required(place, "title")? })
}

fn template(template: &Map<String, Value>) -> Result<Content, SinchError> {
    only(template, "template_message", &["channel_template", "omni_template"])?;
    let template = member(member(template, "channel_template")?, "WHATSAPP")?;
    only(template, "channel_template", &["template_id", "version", "language_code", "parameters"])?;
    let parameters = match template.get("parameters") {
        None => Map::new(),
        Some(parameters) => object(parameters, "parameters")?.clone(),
    };
    if parameters.values().any(|value| !value.is_string()) {
        return Err(SinchError::invalid("channel_template: parameters must be strings"));
    }
    let (name, language) = (required(template, "template_id")?, required(template, "language_code")?);
    Ok(Content::Template { name, language, parameters })
}

pub(super) fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, SinchError> {
    value.as_object().ok_or_else(|| SinchError::invalid(format!("{name}: an object is expected")))
}

fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a Map<String, Value>, SinchError> {
    let member = object.get(name).and_then(Value::as_object);
    member.ok_or_else(|| SinchError::invalid(format!("{name}: required field is missing")))
}

pub(super) fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, SinchError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(SinchError::invalid(format!("{name}: a string is expected"))),
    }
}

pub(super) fn required(object: &Map<String, Value>, name: &str) -> Result<String, SinchError> {
    let found = text(object, name)?.filter(|text| !text.trim().is_empty());
    found.ok_or_else(|| SinchError::invalid(format!("{name}: required field is missing")))
}

fn at_most(text: Option<String>, name: &str, most: usize) -> Result<String, SinchError> {
    let text = text.unwrap_or_default();
    let fits = text.len() <= most;
    fits.then_some(text).ok_or_else(|| SinchError::invalid(format!("{name}: at most {most} characters")))
}

pub(super) fn only(object: &Map<String, Value>, name: &str, allowed: &[&str]) -> Result<(), SinchError> {
    match object.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(SinchError::invalid(format!("{name}: unknown field {key}"))),
    }
}
