//! What an agent answered: the POST to the Reply URL, read tolerantly, because nobody documents it in full.
//!
//! Seen in official and third-party code: one of several spellings, ids as text or numbers, forms instead of JSON. Only
//! what is needed to answer the right person in the right place is required.

use url::form_urlencoded;

use super::attachment::AttachmentId;
use super::contact::{ContactField, telephone};
use super::loose::Object;
use crate::id::{DeskId, ThreadId};

/// What a POST to the Reply URL asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Posted {
    /// Send this to the customer.
    Reply(Reply),
    /// A note among agents, or a customer's own message: acknowledge and send nothing.
    Internal,
}

/// An agent's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Motion's id of the message; not every version tells one.
    pub id: Option<String>,
    /// Motion's id of the account.
    pub account: Option<String>,
    /// Whom it is for: the value of the map key field.
    pub recipient: DeskId,
    /// What the agent wrote. Not blank. With a file there is none: the body then holds the file's name.
    pub text: Option<String>,
    /// The file the agent sent.
    pub attachment: Option<AttachmentId>,
    /// The file's name.
    pub file_name: Option<String>,
    /// The public post or thread to answer in; nothing for a private message.
    pub thread: Option<ThreadId>,
    /// Whether no person wrote it: Motion names the agent of each message, and says null for its automatic ones. A version
    /// that does not speak of agents leaves it open, and then it counts as a person's.
    pub automatic: bool,
}

/// Why a POST is no answer to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// Neither JSON nor a form.
    #[error("The request is neither a JSON object nor a form.")]
    NotReadable,
    /// No recipient in the field of the map key.
    #[error(
        "The contact has no value in the field that this integration uses as map key, so there is nobody to send to."
    )]
    NoRecipient,
    /// `Contact` and `contact` name different people.
    #[error("The request names two different recipients.")]
    TwoRecipients,
    /// Neither text nor file.
    #[error("There is no text and no file to send.")]
    Empty,
}

impl ReplyError {
    /// The short name of it in the answer.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotReadable => "not_readable",
            Self::NoRecipient => "no_recipient",
            Self::TwoRecipients => "two_recipients",
            Self::Empty => "empty",
        }
    }

    /// The HTTP status for it.
    pub const fn status(self) -> u16 {
        match self {
            Self::NotReadable => 400,
            Self::NoRecipient | Self::TwoRecipients | Self::Empty => 422,
        }
    }
}

/// Reads a POST to the Reply URL. `content_type` is the header as sent; `map_key` is the integration's own, since the
/// request never names it.
///
/// # Errors
/// [`ReplyError`] says what is missing; nothing was sent then.
pub fn read(content_type: Option<&str>, body: &[u8], map_key: ContactField) -> Result<Posted, ReplyError> {
    let posted = object(content_type, body).ok_or(ReplyError::NotReadable)?;
    if posted.flag("secret") || posted.word("direction").is_some_and(|way| way.eq_ignore_ascii_case("in")) {
        return Ok(Posted::Internal);
    }
    let recipient = recipient(&posted, map_key)?;
    let body = posted.text("body").filter(|body| !body.trim().is_empty());
    let attachment = posted.word("AttachmentId").map(AttachmentId::new);
    let (text, file_name) = if attachment.is_some() { (None, body) } else { (body, None) };
    if text.is_none() && attachment.is_none() {
        return Err(ReplyError::Empty);
    }
    let interaction = posted.object("Interaction");
    Ok(Posted::Reply(Reply {
        id: posted.word("id"),
        account: posted.word("OpenchannelAccountId"),
        recipient,
        text,
        attachment,
        file_name,
        automatic: posted.is_null("UserId"),
        thread: interaction.and_then(|interaction| interaction.word("threadId")).map(ThreadId::new),
    }))
}

/// The object that was posted. What the body looks like counts more than what its type says: JSON comes under other types.
fn object(content_type: Option<&str>, body: &[u8]) -> Option<Object> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.starts_with(b"{") {
        return Object::in_bytes(body);
    }
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let may_be_form =
        ["", "text/plain", "application/x-www-form-urlencoded"].iter().any(|known| essence.eq_ignore_ascii_case(known));
    (may_be_form && body.contains(&b'=')).then(|| form(body))
}

/// A form as the object that it stands for: `Contact[facebook]=1` is a field of an object.
fn form(body: &[u8]) -> Object {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(body) {
        let value = serde_json::Value::from(value.into_owned());
        match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
            Some((outer, inner)) => {
                let object = fields.entry(outer).or_insert_with(|| serde_json::Map::new().into());
                if let Some(object) = object.as_object_mut() {
                    object.insert(inner.to_owned(), value);
                }
            }
            None => {
                fields.insert(name.into_owned(), value);
            }
        }
    }
    Object::read(&serde_json::Value::Object(fields).to_string()).unwrap_or_default()
}

fn recipient(posted: &Object, map_key: ContactField) -> Result<DeskId, ReplyError> {
    let contacts: Vec<Object> = ["Contact", "contact"].iter().filter_map(|name| posted.object(name)).collect();
    let named: Vec<String> = if contacts.is_empty() {
        // Version 1 has no contact at all, only the recipient itself.
        posted.word("to").into_iter().collect()
    } else {
        let field = map_key.to_string();
        contacts.iter().filter_map(|contact| contact.word(&field)).collect()
    };
    let mut recipients = named.iter().filter_map(|value| desk_id(value, map_key));
    let first = recipients.next().ok_or(ReplyError::NoRecipient)?;
    if recipients.any(|other| other != first) { Err(ReplyError::TwoRecipients) } else { Ok(first) }
}

/// The desk id in a field that agents may have typed themselves.
fn desk_id(value: &str, map_key: ContactField) -> Option<DeskId> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("none") {
        return None;
    }
    let value = if map_key.is_phone() { telephone(value) } else { value.trim_start_matches('@').trim().to_owned() };
    (!value.is_empty()).then(|| DeskId::new(value))
}

#[cfg(test)]
mod tests;
