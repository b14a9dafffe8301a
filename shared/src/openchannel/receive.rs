//! A message for the agent: the POST to the Receive URL and what its answer means for the message.
//!
//! The fields are those of the vendor's page "How to configure a Custom Open Channel" and of its published plugins. The
//! statuses are documented nowhere; the reading of them keeps a message rather than lose it.

use http::Method;
use serde_json::{Map, Value};

use super::answer::quote;
use super::attachment::AttachmentId;
use super::contact::{ContactField, ContactFields};
use super::loose::Object;
use super::url::ReceiveUrl;
use crate::http::{Answer, Auth, HttpError, OutBody, Outgoing};
use crate::id::{DeskId, ThreadId};

/// The phone of a contact without a number. Without it Motion would take our id of the customer for one.
const NO_PHONE: &str = "none";

/// One message for the agent: a text, or a file that was uploaded before.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// Whose message it is.
    pub from: DeskId,
    /// What the agent reads; with a file, its name. Never empty.
    pub body: String,
    /// The contact field that holds `from`.
    pub map_key: ContactField,
    /// What else to put into the contact.
    pub contact: ContactFields,
    /// The uploaded file.
    pub attachment: Option<AttachmentId>,
    /// The public post or thread. Answers to a message that has it are public.
    pub thread: Option<ThreadId>,
    /// Where the agent can see that post.
    pub external_url: Option<String>,
}

/// What became of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The desk has it.
    Done {
        /// Motion's id of the message, where it tells one.
        message: Option<String>,
    },
    /// The desk will never take this message; the next one may go.
    Never {
        /// The status that said so.
        status: u16,
        /// What an administrator reads.
        reason: String,
    },
    /// The desk did not take it and will not take another for now.
    Away {
        /// How it is away.
        kind: Away,
        /// What an administrator reads.
        reason: String,
    },
    /// Nobody knows whether the desk has it.
    Uncertain {
        /// What an administrator reads.
        reason: String,
    },
}

/// How a desk is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    /// It does not answer, or says that it cannot now.
    Unreachable,
    /// It refuses this account: someone has to change something.
    Refuses,
}

/// The request that brings `post` to the agent.
pub fn request(url: &ReceiveUrl, post: &Post) -> Outgoing {
    Outgoing { method: Method::POST, url: url.expose().clone(), auth: Auth::None, body: OutBody::Json(payload(post)) }
}

fn payload(post: &Post) -> Value {
    let from = post.from.as_str();
    let mut fields = Map::new();
    // Motion puts `from` into the map key's field itself; no contact field may stand in its way.
    for (field, value) in post.contact.iter().filter(|(field, _)| *field != post.map_key) {
        fields.insert(field.to_string(), value.into());
    }
    fields.entry("firstName").or_insert_with(|| from.into());
    let no_phone = if post.map_key == ContactField::Phone { from } else { NO_PHONE };
    fields.entry("phone").or_insert_with(|| no_phone.into());
    fields.insert("from".to_owned(), from.into());
    fields.insert("body".to_owned(), post.body.as_str().into());
    fields.insert("mapKey".to_owned(), post.map_key.to_string().into());
    fields.insert("AttachmentId".to_owned(), post.attachment.as_ref().map_or(Value::Null, AttachmentId::to_json));
    if let Some(thread) = &post.thread {
        fields.insert("threadId".to_owned(), thread.as_str().into());
    }
    if let Some(url) = &post.external_url {
        fields.insert("externalUrl".to_owned(), url.as_str().into());
    }
    Value::Object(fields)
}

/// What the answer to a post to `url` means for the message.
pub fn outcome(url: &ReceiveUrl, answer: &Result<Answer, HttpError>) -> Outcome {
    match answer {
        Ok(answer) => by_status(url, answer),
        Err(HttpError::Forbidden(why)) => away(
            Away::Refuses,
            format!("the hub may not send to the Receive URL: {why}; correct it in the integration"),
        ),
        Err(HttpError::NotConnected(why)) => away(Away::Unreachable, format!("Motion cannot be reached: {why}")),
        Err(HttpError::NoAnswer(why)) => {
            Outcome::Uncertain { reason: format!("Motion was sent the message; whether it has it is unknown: {why}") }
        }
    }
}

fn by_status(url: &ReceiveUrl, answer: &Answer) -> Outcome {
    let status = answer.status;
    let says = format!("{status}{}", quote(&answer.body, url.expose()));
    match status {
        200..=299 => Outcome::Done { message: Object::in_bytes(&answer.body).and_then(|answer| answer.word("id")) },
        300..=399 => away(
            Away::Refuses,
            format!(
                "Motion redirects the Receive URL ({says}); it holds a secret and is not followed: copy it from the account again"
            ),
        ),
        401 | 402 | 403 | 407 => away(
            Away::Refuses,
            format!(
                "Motion does not accept the Receive URL ({says}); its token may have changed: copy it from the account again"
            ),
        ),
        404 | 405 | 410 | 451 => away(
            Away::Refuses,
            format!("Motion does not know the Receive URL ({says}); is the account or its list deleted?"),
        ),
        408 | 425 | 429 | 503 => away(Away::Unreachable, format!("Motion cannot take messages at the moment ({says})")),
        500.. if is_about_the_data(&answer.body) => {
            Outcome::Never { status, reason: format!("Motion's database refuses this message ({says})") }
        }
        500.. => Outcome::Uncertain {
            reason: format!("Motion was sent the message and failed ({says}); whether it has it is unknown"),
        },
        _ => Outcome::Never { status, reason: format!("Motion refuses this message ({says})") },
    }
}

/// Whether a failure of the server lies in the message: Motion passes its database's complaint on. Seen as "a foreign key
/// constraint fails"; the other two are what the same database says of a text that it cannot hold.
fn is_about_the_data(body: &[u8]) -> bool {
    let said = String::from_utf8_lossy(body).to_lowercase();
    ["constraint", "data too long", "incorrect string value"].iter().any(|complaint| said.contains(complaint))
}

fn away(kind: Away, reason: String) -> Outcome {
    Outcome::Away { kind, reason }
}

#[cfg(test)]
mod tests;
