//! Files at the desk: an agent's file is fetched from Motion's API, a customer's file is put there before its message.
//! What a file is and is called is told by [`super::file`].

use std::fmt;

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::MotionApi;
use super::answer::quote;
use super::loose::Object;
use crate::http::{Answer, Field, HttpError, OutBody, Outgoing};

/// The largest file that a Motion server can be set to take, in bytes. An administrator may have set less.
pub const LARGEST: usize = 25 * 1024 * 1024;

/// Motion's id of an uploaded file. Unique on one Motion server. Numbers and texts were both seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentId(String);

impl AttachmentId {
    /// Wraps the id as Motion wrote it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as Motion wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the documentation types it: a whole number, where it is one.
    pub(super) fn to_json(&self) -> Value {
        match self.0.parse::<u64>() {
            Ok(number) if number.to_string() == self.0 => number.into(),
            _ => self.0.as_str().into(),
        }
    }
}

impl fmt::Display for AttachmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What Motion tells of an uploaded file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Its name.
    pub name: Option<String>,
    /// Its MIME type.
    pub mime: Option<String>,
}

/// Why a file did not get into Motion. An upload that may have arrived can be repeated: nobody sees it before it is posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// Motion does not take this file, now or later.
    #[error("{0}")]
    Never(String),
    /// Motion does not let the hub upload: someone has to change something.
    #[error("{0}")]
    Refused(String),
    /// Motion itself is away, as it would be for a message.
    #[error("{0}")]
    Away(String),
    /// It failed with this file now. The desk may well take messages, so nothing else should wait for it.
    #[error("{0}")]
    Later(String),
}

impl MotionApi {
    /// Uploads a file under a name.
    pub fn upload_request(&self, file_name: &str, mime: &str, bytes: Bytes) -> Outgoing {
        let file = Field::File {
            name: "file".to_owned(),
            file_name: file_name.to_owned(),
            content_type: mime.to_owned(),
            bytes,
        };
        self.request(Method::POST, &["attachments"], OutBody::Multipart(vec![file]))
    }

    /// Asks for name and type of a file.
    pub fn metadata_request(&self, id: &AttachmentId) -> Outgoing {
        self.request(Method::GET, &["attachments", id.as_str()], OutBody::Empty)
    }

    /// Asks for the file itself.
    pub fn download_request(&self, id: &AttachmentId) -> Outgoing {
        self.request(Method::GET, &["attachments", id.as_str(), "download"], OutBody::Empty)
    }
}

/// The id under which Motion keeps what was uploaded with `asked`.
///
/// # Errors
/// [`UploadError`], sorted by whether it helps to try again.
pub fn uploaded(asked: &Outgoing, answer: &Result<Answer, HttpError>) -> Result<AttachmentId, UploadError> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(HttpError::Forbidden(why)) => {
            return Err(UploadError::Refused(format!("the hub may not call Motion's API: {why}")));
        }
        Err(HttpError::NotConnected(why)) => return Err(UploadError::Away(format!("Motion cannot be reached: {why}"))),
        Err(HttpError::NoAnswer(why)) => {
            return Err(UploadError::Later(format!("the file did not get to Motion: {why}")));
        }
    };
    let status = answer.status;
    let says = format!("{status}{}", quote(&answer.body, &asked.url));
    match status {
        200..=299 => Object::in_bytes(&answer.body)
            .and_then(|file| file.word("id"))
            .map(AttachmentId::new)
            .ok_or_else(|| UploadError::Later(format!("Motion took the file and told no id for it ({status})"))),
        413 => Err(UploadError::Never(format!("the file is larger than Motion is set to take ({says})"))),
        400 | 415 | 422 => Err(UploadError::Never(format!("Motion does not take this file ({says})"))),
        408 | 425 | 429 | 503 => Err(UploadError::Away(format!("Motion cannot take files at the moment ({says})"))),
        500.. => Err(UploadError::Later(format!("Motion could not take the file ({says})"))),
        _ => Err(UploadError::Refused(format!(
            "Motion does not let the hub upload files ({says}); check API address and key"
        ))),
    }
}

/// What an answer tells of a file. Nothing of it is needed: the file can be had without.
pub fn metadata(answer: &Answer) -> Metadata {
    let told = if (200..300).contains(&answer.status) { Object::in_bytes(&answer.body) } else { None };
    let told = told.unwrap_or_default();
    Metadata { name: told.word("name"), mime: told.word("type") }
}

#[cfg(test)]
mod tests;
