//! Our messages and questions as requests to the Graph API, as values: no request is sent here.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages>

use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::events::{MARK, USER_REF};
use crate::channel::graph::Graph;
use crate::http::{Field, OutBody, Outgoing};
use crate::id::{CorrelationId, CustomerId};

/// What a page is subscribed to: everything of Messenger that is read, and the handover between apps.
///
/// <https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps>
pub const FIELDS: [&str; 12] = [
    "messages",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
];

/// What is left of [`FIELDS`] for an app whose products do not have them all, which Graph refuses with code 100.
pub const LEAST_FIELDS: [&str; 5] =
    ["messages", "messaging_postbacks", "message_deliveries", "message_reads", "message_echoes"];

/// One of our pages, and all that a request in its name needs.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Where the Graph API is; may have a path of its own before the version.
    pub base: &'a Url,
    /// The version of the Graph API, as `v26.0`.
    pub version: &'a str,
    /// The page's id.
    pub id: &'a str,
    /// The page's token.
    pub token: &'a SecretString,
    /// The secret of the app that the token belongs to; the proof is left out without it.
    pub app_secret: Option<&'a SecretString>,
}

/// By which right we write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Within 24 hours of the customer's last sign.
    Response,
    /// A person answers within 7 days; the app needs Meta's leave for it.
    HumanAgent,
}

/// A file to send. Not printable: its bytes are nobody's business.
#[derive(Clone)]
pub struct File {
    /// Its name, which the customer sees.
    pub name: String,
    /// Its MIME type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The mark of one part of an answer. It comes back in the echo, which may be there before the answer to the request is.
pub fn mark(correlation: &CorrelationId, part: usize) -> String {
    format!("{MARK}{correlation}:{part}")
}

/// A text within the channel's limit.
pub fn text(page: &Page<'_>, to: &CustomerId, mode: Mode, mark: &str, text: &str) -> Outgoing {
    let mut body = json!({
        "recipient": recipient(to),
        "messaging_type": mode.messaging_type(),
        "message": { "text": text, "metadata": mark },
    });
    if let (Some(tag), Some(body)) = (mode.tag(), body.as_object_mut()) {
        body.insert("tag".to_owned(), tag.into());
    }
    page.request(Method::POST, &[page.id, "messages"], &[], OutBody::Json(body))
}

/// A file, uploaded with the message that carries it.
pub fn file(page: &Page<'_>, to: &CustomerId, mode: Mode, mark: &str, file: File) -> Outgoing {
    let message = json!({
        "attachment": { "type": attachment_type(&file.content_type), "payload": { "is_reusable": false } },
        "metadata": mark,
    });
    let field = |name: &str, value: String| Field::Text { name: name.to_owned(), value };
    let mut fields = vec![
        field("recipient", recipient(to).to_string()),
        field("messaging_type", mode.messaging_type().to_owned()),
        field("message", message.to_string()),
    ];
    fields.extend(mode.tag().map(|tag| field("tag", tag.to_owned())));
    fields.push(Field::File {
        name: "filedata".to_owned(),
        file_name: file.name,
        content_type: file.content_type,
        bytes: file.bytes,
    });
    page.request(Method::POST, &[page.id, "messages"], &[], OutBody::Multipart(fields))
}

/// Asks for a customer's name. Somebody without an id of their own has no profile to ask for.
///
/// <https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile>
pub fn profile(page: &Page<'_>, customer: &CustomerId) -> Option<Outgoing> {
    let id = customer.as_str();
    let asked = !customer.is_nobody() && !id.starts_with(USER_REF);
    asked.then(|| page.request(Method::GET, &[id], &[("fields", "first_name,last_name")], OutBody::Empty))
}

/// Asks which page the token belongs to. [`Page::id`] plays no part. Only a page has a `category`: asked with the token of a
/// person, Graph answers code 100.
///
/// <https://developers.facebook.com/docs/graph-api/reference/page>
pub fn me(page: &Page<'_>) -> Outgoing {
    page.request(Method::GET, &["me"], &[("fields", "id,name,category")], OutBody::Empty)
}

/// Asks whose the token is, a page's or a person's.
pub fn owner(page: &Page<'_>) -> Outgoing {
    page.request(Method::GET, &["me"], &[("fields", "id,name")], OutBody::Empty)
}

/// Has the page's events sent to our app; replaces the fields that were subscribed before.
pub fn subscribe(page: &Page<'_>, fields: &[&str]) -> Outgoing {
    let fields = fields.join(",");
    page.request(Method::POST, &[page.id, "subscribed_apps"], &[("subscribed_fields", &fields)], OutBody::Empty)
}

/// Ends it.
pub fn unsubscribe(page: &Page<'_>) -> Outgoing {
    page.request(Method::DELETE, &[page.id, "subscribed_apps"], &[], OutBody::Empty)
}

impl Mode {
    const fn messaging_type(self) -> &'static str {
        match self {
            Self::Response => "RESPONSE",
            Self::HumanAgent => "MESSAGE_TAG",
        }
    }

    const fn tag(self) -> Option<&'static str> {
        match self {
            Self::Response => None,
            Self::HumanAgent => Some("HUMAN_AGENT"),
        }
    }
}

impl Page<'_> {
    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: OutBody) -> Outgoing {
        let graph = Graph { base: self.base, version: self.version, token: self.token, app_secret: self.app_secret };
        graph.request(method, path, query, body)
    }
}

/// Whom it goes to: the page's id for them, or the name that a web page's plugin gave them.
fn recipient(to: &CustomerId) -> Value {
    match to.as_str().strip_prefix(USER_REF) {
        Some(user_ref) => json!({ "user_ref": user_ref }),
        None => json!({ "id": to.as_str() }),
    }
}

/// How Messenger shows a file. Pictures that it does not draw go as files, which all people can open.
fn attachment_type(content_type: &str) -> &'static str {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match kind.split_once('/') {
        Some(("image", "jpeg" | "jpg" | "png" | "gif" | "webp")) => "image",
        Some(("audio", _)) => "audio",
        Some(("video", _)) => "video",
        _ => "file",
    }
}

#[cfg(test)]
mod tests;
