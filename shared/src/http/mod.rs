//! The one door to the outside: requests as plain values, sent by a client that guards addresses, times and sizes.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use secrecy::SecretString;
use url::Url;

pub mod address;
mod client;
mod disposition;
mod download;
mod guard;
mod reason;
mod resolver;
#[cfg(test)]
pub(crate) mod shown;
#[cfg(test)]
mod test_server;

pub use client::Client;
pub use download::{Download, FetchError};
pub use guard::{Blocked, Guard, MediaHosts, Purpose, host_of};

/// A request to a platform or to Motion, as a value that a pure function can build and a test can look at.
#[derive(Clone)]
pub struct Outgoing {
    /// The verb.
    pub method: Method,
    /// Where to. May hold secrets in its query: never logged.
    pub url: Url,
    /// The proof of who we are.
    pub auth: Auth,
    /// What it carries.
    pub body: OutBody,
}

impl Outgoing {
    /// A plain question.
    pub const fn get(url: Url, auth: Auth) -> Self {
        Self { method: Method::GET, url, auth, body: OutBody::Empty }
    }
}

/// Path, query and body may hold secrets and what people wrote.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, host_of(&self.url))
    }
}

/// The proof of who we are, kept from being printed.
#[derive(Clone)]
pub enum Auth {
    /// None, or it is part of the address.
    None,
    /// A bearer token.
    Bearer(SecretString),
    /// A key in a header of the platform's own.
    Header {
        /// The header's name, in lower case.
        name: &'static str,
        /// The key.
        key: SecretString,
    },
    /// User and password.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: SecretString,
    },
}

/// What a request carries.
#[derive(Clone)]
pub enum OutBody {
    /// Nothing.
    Empty,
    /// JSON.
    Json(serde_json::Value),
    /// A form of names and values.
    Form(Vec<(String, String)>),
    /// A form with files.
    Multipart(Vec<Field>),
}

/// One field of a form with files.
#[derive(Clone)]
pub enum Field {
    /// Text.
    Text {
        /// The field's name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A file.
    File {
        /// The field's name.
        name: String,
        /// The file's name, any characters.
        file_name: String,
        /// Its MIME type.
        content_type: String,
        /// Its bytes.
        bytes: Bytes,
    },
}

/// An answer with its body read up to the caller's cap, or up to where it broke off.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// The longest wait that a server is believed to want.
pub const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a server wants us to wait, where it says so in seconds.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// A body may hold what people wrote, headers may hold cookies.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

/// Why there is no answer, sorted by what is known of the request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// Our own guard did not let it out. Certainly not sent.
    #[error("the address is not allowed: {0}")]
    Forbidden(String),
    /// No connection came about. Certainly not sent.
    #[error("no connection: {0}")]
    NotConnected(String),
    /// The request may have arrived; the answer did not.
    #[error("no answer: {0}")]
    NoAnswer(String),
}
