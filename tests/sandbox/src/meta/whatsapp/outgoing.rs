//! A request to send, read as strictly as Meta reads it at once: its form, the recipient's form, lengths. Pure.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>

use serde_json::{Map, Value};

use super::kind::Kind;
use crate::meta::error::GraphError;
use crate::meta::params::Params;

const TEXT: usize = 4096;
const CAPTION: usize = 1024;
const MARK: usize = 512;
/// What may stand beside the member that is named like the type.
const MEMBERS: [&str; 9] = [
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
    "access_token",
    "appsecret_proof",
];

/// A request of the right form.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) to: To,
    pub(super) kind: String,
    pub(super) content: Content,
    /// The message it answers to.
    pub(super) quotes: Option<String>,
    /// The sender's own note on it.
    pub(super) mark: Option<String>,
}

/// Whom to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// A telephone number in digits, and how it was written.
    Number { digits: String, input: String },
    /// A business-scoped user id.
    User(String),
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Content {
    Text(String),
    Media(Media),
    Place { latitude: f64, longitude: f64, name: Option<String> },
    Template(Map<String, Value>),
    Reaction { of: String, emoji: String },
}

/// A file, and how it is shown.
#[derive(Debug)]
pub(super) struct Media {
    pub(super) kind: Kind,
    pub(super) from: Source,
    pub(super) caption: Option<String>,
    pub(super) filename: Option<String>,
    pub(super) voice: bool,
}

/// Where a file is.
#[derive(Debug)]
pub(super) enum Source {
    /// It was uploaded.
    Id(String),
    /// Meta fetches it.
    Link(String),
}

impl Outgoing {
    /// Reads a request. `country` is the calling code that goes before a number without a plus.
    pub(super) fn read(params: &Params, country: &str) -> Result<Self, GraphError> {
        let kind = params.text("type").unwrap_or("text").to_owned();
        if let Some(name) = params.names().find(|name| !MEMBERS.contains(name) && *name != kind) {
            return Err(GraphError::parameter(format_args!("Invalid parameter: unexpected key \"{name}\"")));
        }
        if !matches!(params.text("recipient_type"), None | Some("individual")) {
            return Err(GraphError::invalid("recipient_type"));
        }
        let quotes = match params.json("context") {
            None => None,
            Some(context) => Some(required(object(&context, "context")?, "message_id")?),
        };
        let mark = params.text("biz_opaque_callback_data").map(str::to_owned);
        if mark.as_ref().is_some_and(|mark| mark.chars().count() > MARK) {
            return Err(at_most("biz_opaque_callback_data", MARK));
        }
        let to = recipient(params, country)?;
        let content = params.json(&kind).ok_or_else(|| GraphError::missing(&kind))?;
        Ok(Self { to, content: content_of(&kind, object(&content, &kind)?)?, kind, quotes, mark })
    }
}

/// A number wins over a user id beside it. A number without a plus is one of the sender's own country.
fn recipient(params: &Params, country: &str) -> Result<To, GraphError> {
    if !params.has("to") {
        let user = params.text("recipient").ok_or_else(|| GraphError::missing("to"))?;
        let id = user.split_once('.').filter(|(land, id)| land.len() == 2 && (1..=128).contains(&id.len()));
        id.ok_or_else(|| GraphError::invalid("recipient"))?;
        return Ok(To::User(user.to_owned()));
    }
    let input = params.text("to").ok_or_else(|| GraphError::invalid("to"))?.to_owned();
    let plain: String = input.chars().filter(|sign| !" -()".contains(*sign)).collect();
    let digits = plain.strip_prefix('+').map_or_else(|| format!("{country}{plain}"), str::to_owned);
    let valid = (7..=17).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if valid { Ok(To::Number { digits, input }) } else { Err(GraphError::invalid("to")) }
}

fn content_of(kind: &str, content: &Map<String, Value>) -> Result<Content, GraphError> {
    if let Some(kind) = Kind::named(kind) {
        return Ok(Content::Media(media(kind, content)?));
    }
    match kind {
        "text" => {
            only(content, kind, &["body", "preview_url"])?;
            let body = required(content, "body")?;
            short(&body, "text['body']", TEXT)?;
            Ok(Content::Text(body))
        }
        "location" => {
            only(content, kind, &["latitude", "longitude", "name", "address"])?;
            let degrees = |name: &str, most: f64| {
                let value = content.get(name).ok_or_else(|| GraphError::absent(name))?;
                let degrees = value.as_f64().or_else(|| value.as_str()?.parse().ok());
                degrees.filter(|degrees| degrees.abs() <= most).ok_or_else(|| GraphError::invalid(name))
            };
            let (latitude, longitude) = (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?);
            Ok(Content::Place { latitude, longitude, name: text(content, "name")? })
        }
        "template" => {
            only(content, kind, &["name", "language", "components"])?;
            Ok(Content::Template(content.clone()))
        }
        "reaction" => {
            only(content, kind, &["message_id", "emoji"])?;
            let emoji = text(content, "emoji")?.ok_or_else(|| GraphError::absent("emoji"))?;
            Ok(Content::Reaction { of: required(content, "message_id")?, emoji })
        }
        other => Err(GraphError::whatsapp(131_051, format!("Message type {other} is not supported."))),
    }
}

fn media(kind: Kind, content: &Map<String, Value>) -> Result<Media, GraphError> {
    let word = kind.word();
    let allowed: &[&str] = match kind {
        Kind::Image | Kind::Video => &["id", "link", "caption"],
        Kind::Document => &["id", "link", "caption", "filename"],
        Kind::Audio => &["id", "link", "voice"],
        Kind::Sticker => &["id", "link"],
    };
    only(content, word, allowed)?;
    let from = match (text(content, "id")?, text(content, "link")?) {
        (Some(id), None) => Source::Id(id),
        (None, Some(link)) if link.starts_with("https://") || link.starts_with("http://") => Source::Link(link),
        (None, Some(_)) => return Err(GraphError::invalid(&format!("{word}['link']"))),
        (None, None) => return Err(GraphError::absent(&format!("{word}['id']"))),
        (Some(_), Some(_)) => {
            let message = format!("Only one of {word}['id'] and {word}['link'] may be given");
            return Err(GraphError::parameter(message));
        }
    };
    let caption = text(content, "caption")?;
    short(caption.as_deref().unwrap_or_default(), &format!("{word}['caption']"), CAPTION)?;
    let voice = content.get("voice").and_then(Value::as_bool).unwrap_or(false);
    Ok(Media { kind, from, caption, filename: text(content, "filename")?, voice })
}

pub(super) fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, GraphError> {
    value.as_object().ok_or_else(|| GraphError::parameter(format_args!("Param {name} must be a JSON object.")))
}

pub(super) fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, GraphError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(GraphError::parameter(format_args!("Param {name} must be a string."))),
    }
}

pub(super) fn required(object: &Map<String, Value>, name: &str) -> Result<String, GraphError> {
    text(object, name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| GraphError::absent(name))
}

pub(super) fn only(object: &Map<String, Value>, name: &str, allowed: &[&str]) -> Result<(), GraphError> {
    match object.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(GraphError::parameter(format_args!("Unexpected key \"{key}\" on param \"{name}\"."))),
    }
}

fn short(text: &str, name: &str, most: usize) -> Result<(), GraphError> {
    if text.chars().count() > most { Err(at_most(name, most)) } else { Ok(()) }
}

fn at_most(name: &str, most: usize) -> GraphError {
    GraphError::parameter(format_args!("Param {name} must be at most {most} characters long."))
}
