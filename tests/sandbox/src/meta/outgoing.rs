//! The request to send, read as strictly as Messenger reads it. Pure.

use serde_json::{Map, Value};

use super::error::GraphError;
use super::params::{FilePart, Params};
use super::phone::FileKind;

/// The longest text, in characters.
const TEXT: usize = 2000;
/// The longest note of the app on its own message, in characters.
const METADATA: usize = 1000;
/// Tags that were removed on 2026-04-27.
const REMOVED_TAGS: [&str; 3] = ["CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"];
const ACTIONS: [&str; 5] = ["typing_on", "typing_off", "mark_seen", "react", "unreact"];

/// A valid request to send.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) recipient: String,
    pub(super) reason: Reason,
    pub(super) content: Content,
}

/// Why the page may write to the customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Response,
    Update,
    HumanAgent,
}

impl Reason {
    /// The tag and the messaging type of it.
    pub(super) fn names(self) -> (Option<String>, Option<String>) {
        let (tag, messaging_type) = match self {
            Self::Response => (None, "RESPONSE"),
            Self::Update => (None, "UPDATE"),
            Self::HumanAgent => (Some("HUMAN_AGENT"), "MESSAGE_TAG"),
        };
        (tag.map(str::to_owned), Some(messaging_type.to_owned()))
    }
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Content {
    /// A text or a file.
    Message { text: Option<String>, file: Option<FileSource>, metadata: Option<String> },
    /// Typing, seen, a reaction.
    Action,
}

/// Where a file comes from.
#[derive(Debug)]
pub(super) struct FileSource {
    pub(super) kind: FileKind,
    pub(super) reusable: bool,
    pub(super) from: From,
}

/// The three ways to give a file.
#[derive(Debug)]
pub(super) enum From {
    Upload(FilePart),
    Url(String),
    Stored(String),
}

impl Outgoing {
    pub(super) fn read(params: &Params) -> Result<Self, GraphError> {
        let recipient = recipient(params)?;
        if let Some(action) = params.text("sender_action") {
            if params.has("message") {
                return Err(GraphError::action_and_message());
            }
            return match ACTIONS.contains(&action) {
                true => Ok(Self { recipient, reason: Reason::Response, content: Content::Action }),
                false => Err(one_of("sender_action", &ACTIONS, action)),
            };
        }
        let reason = reason(params)?;
        Ok(Self { recipient, reason, content: message(params)? })
    }
}

fn recipient(params: &Params) -> Result<String, GraphError> {
    let recipient = object(params, "recipient")?;
    only(&recipient, "recipient", &["id"])?;
    match recipient.get("id") {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        Some(_) => Err(GraphError::parameter("Param recipient[id] must be a valid ID string (e.g., \"123\")")),
        None => Err(GraphError::missing("recipient")),
    }
}

fn reason(params: &Params) -> Result<Reason, GraphError> {
    let tag = params.text("tag");
    match (params.text("messaging_type"), tag) {
        (Some("RESPONSE"), None) => Ok(Reason::Response),
        (Some("UPDATE"), None) => Ok(Reason::Update),
        (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => Ok(Reason::HumanAgent),
        (Some("MESSAGE_TAG"), Some(tag)) if REMOVED_TAGS.contains(&tag) => Err(GraphError::removed_tag()),
        (Some("MESSAGE_TAG"), Some(_)) => Err(GraphError::parameter("Invalid tag.")),
        (Some("MESSAGE_TAG"), None) => Err(GraphError::missing("tag")),
        (Some("RESPONSE" | "UPDATE"), Some(_)) => {
            Err(GraphError::parameter("Param tag can only be set when messaging_type is MESSAGE_TAG"))
        }
        (Some(other), _) => Err(one_of("messaging_type", &["RESPONSE", "UPDATE", "MESSAGE_TAG"], other)),
        (None, _) => Err(GraphError::missing("messaging_type")),
    }
}

fn message(params: &Params) -> Result<Content, GraphError> {
    let message = object(params, "message")?;
    only(&message, "message", &["text", "attachment", "metadata", "quick_replies"])?;
    let metadata = text(&message, "metadata")?;
    if metadata.as_deref().is_some_and(|metadata| metadata.chars().count() > METADATA) {
        return Err(GraphError::too_long("message[metadata]", METADATA));
    }
    let text = text(&message, "text")?;
    match (text, message.get("attachment")) {
        (Some(_), Some(_)) => Err(GraphError::text_and_attachment()),
        (None, None) => Err(GraphError::empty_message()),
        (Some(text), None) if text.trim().is_empty() => Err(GraphError::empty_message()),
        (Some(text), None) if text.chars().count() > TEXT => Err(GraphError::too_long("message[text]", TEXT)),
        (Some(_), None) if params.file("filedata").is_some() => Err(GraphError::text_and_attachment()),
        (Some(text), None) => Ok(Content::Message { text: Some(text), file: None, metadata }),
        (None, Some(attachment)) => {
            Ok(Content::Message { text: None, file: Some(file_source(attachment, params)?), metadata })
        }
    }
}

/// The file of `message.attachment`, for a message or for an upload.
pub(super) fn file_source(attachment: &Value, params: &Params) -> Result<FileSource, GraphError> {
    let name = "message[attachment]";
    let attachment =
        attachment.as_object().ok_or_else(|| GraphError::parameter(format_args!("Param {name} must be an array.")))?;
    only(attachment, name, &["type", "payload"])?;
    let kind = text(attachment, "type")?.ok_or_else(|| GraphError::missing("message[attachment][type]"))?;
    let kind = FileKind::named(&kind)
        .ok_or_else(|| one_of("message[attachment][type]", &["audio", "file", "image", "video"], &kind))?;
    let none = Map::new();
    let payload = match attachment.get("payload") {
        None => &none,
        Some(payload) => payload.as_object().ok_or_else(|| GraphError::missing("message[attachment][payload]"))?,
    };
    only(payload, "message[attachment][payload]", &["url", "attachment_id", "is_reusable"])?;
    let reusable = match payload.get("is_reusable") {
        None => false,
        Some(Value::Bool(reusable)) => *reusable,
        Some(_) => {
            return Err(GraphError::parameter("Param message[attachment][payload][is_reusable] must be a boolean"));
        }
    };
    let from = match (text(payload, "url")?, text(payload, "attachment_id")?, params.file("filedata").cloned()) {
        (Some(url), None, None) => From::Url(url),
        (None, Some(id), None) => From::Stored(id),
        (None, None, Some(file)) => From::Upload(file),
        (None, None, None) => return Err(GraphError::parameter("Must upload exactly one file")),
        _ => return Err(GraphError::parameter("Only one of url, attachment_id and filedata can be specified")),
    };
    Ok(FileSource { kind, reusable, from })
}

/// A parameter that has to be there and to be an object.
pub(super) fn object(params: &Params, name: &str) -> Result<Map<String, Value>, GraphError> {
    match params.json(name) {
        Some(Value::Object(object)) => Ok(object),
        _ if params.has(name) => Err(GraphError::parameter(format_args!("Param {name} must be an array."))),
        _ => Err(GraphError::missing(name)),
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Result<Option<String>, GraphError> {
    match object.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(GraphError::parameter(format_args!("Param {name} must be a valid UTF-8 string"))),
    }
}

fn only(object: &Map<String, Value>, name: &str, allowed: &[&str]) -> Result<(), GraphError> {
    match object.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(GraphError::parameter(format_args!("Invalid keys \"{key}\" were found in param \"{name}\"."))),
    }
}

fn one_of(name: &str, allowed: &[&str], got: &str) -> GraphError {
    GraphError::parameter(format_args!("Param {name} must be one of {{{}}} - got \"{got}\".", allowed.join(", ")))
}
