//! The interface between the hub and a channel: a small pure core that every channel has, and optional extras named for
//! what they add. A new channel is one folder here with the same file names as the others.

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderMap, Method};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::event::{Event, Unreadable};
use crate::id::{AccountKey, MessageId};
use crate::secrets;
use crate::time::Timestamp;

mod carrier;
mod credential;
pub mod facebook;
mod graph;
mod meta_body;
mod outbound;
mod quoted;
mod scalar;
pub mod whatsapp;

pub use carrier::{Carrier, HandOver, Login, MediaRequest, Question, Template, Variable};
pub use credential::PlatformCredential;
pub use outbound::{Channel, Connection, Content, Handed, OutFile, OutMessage, Platforms, Provider};

/// What every channel's webhook has. Pure: bytes and secrets in, values out.
pub trait Webhook {
    /// The largest body that the platform sends, in bytes; a larger one is answered 413.
    const LARGEST_BODY: usize;

    /// How long the queue may take, all tries together, before the platform is answered 503. As long as the platform waits
    /// where it does not repeat by itself; Meta wants an answer within 5 s.
    const QUEUE_BUDGET: Duration = Duration::from_millis(3_500);

    /// What the platform is answered once the queue has everything: the status, without a body.
    const ACCEPTED: u16 = 200;

    /// Whether the call comes from the platform.
    ///
    /// # Errors
    /// [`Refused`] says why it does not.
    fn authenticate(request: &RawRequest, keys: &WebhookKeys, now: Timestamp) -> Result<(), Refused>;

    /// Everything that an authenticated call holds. Never fails: what cannot be read becomes [`Item::Unreadable`]. `own` is
    /// the account of an integration's own route, for a platform whose calls do not name it.
    fn parse(request: &RawRequest, own: Option<&AccountKey>) -> Parsed;
}

/// A channel that asks, by GET, whether the address is ours.
pub trait Handshake {
    /// The text to answer with.
    ///
    /// # Errors
    /// [`Refused`] where the question does not prove itself.
    fn handshake(query: &str, keys: &WebhookKeys) -> Result<String, Refused>;
}

/// What authenticates webhook calls. Lists: the current value and the one before it.
#[derive(Clone, Debug, Default)]
pub struct WebhookKeys {
    /// What the platform signs with.
    pub secrets: Vec<SecretString>,
    /// What the platform shows in a handshake.
    pub verify_tokens: Vec<SecretString>,
    /// The address as it was entered at the platform, for one that signs it.
    pub url: Option<String>,
    /// What stands guard where the platform signs nothing.
    pub guard: Option<PathGuard>,
}

/// What stands guard over a webhook that nobody signs: a secret in the path, and whatever else the platform can be told to
/// send.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathGuard {
    /// The last piece of the path, newest first.
    #[serde(serialize_with = "secrets::all_exposed")]
    pub secrets: Vec<SecretString>,
    /// Headers of which every call must carry one, newest first; none is asked for where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<FixedHeader>,
    /// Users of whom every call must show one, newest first; none is asked for where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<BasicUser>,
    /// Networks that calls may come from; any where there are none.
    #[serde(default)]
    pub sources: Vec<IpNet>,
}

impl PathGuard {
    /// Puts a header in front of the one before it, which is still taken.
    pub fn put_header(&mut self, newest: FixedHeader) {
        let is_same = |known: &FixedHeader| {
            known.name.eq_ignore_ascii_case(&newest.name) && known.value.expose_secret() == newest.value.expose_secret()
        };
        self.headers.retain(|known| !is_same(known));
        self.headers.insert(0, newest);
        self.headers.truncate(2);
    }

    /// Puts a user in front of the one before, who is still let in.
    pub fn put_user(&mut self, newest: BasicUser) {
        let is_same = |known: &BasicUser| {
            known.user == newest.user && known.password.expose_secret() == newest.password.expose_secret()
        };
        self.users.retain(|known| !is_same(known));
        self.users.insert(0, newest);
        self.users.truncate(2);
    }
}

/// A header with a secret value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FixedHeader {
    /// Its name, in any case.
    pub name: String,
    /// Its value.
    #[serde(serialize_with = "secrets::exposed")]
    pub value: SecretString,
}

/// A user of HTTP Basic.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BasicUser {
    /// The user's name.
    pub user: String,
    /// The user's password.
    #[serde(serialize_with = "secrets::exposed")]
    pub password: SecretString,
}

/// A webhook call as it came over the wire, body decoded to the very bytes that were signed.
#[derive(Clone, Debug, Default)]
pub struct RawRequest {
    /// The verb.
    pub method: Method,
    /// The path as sent.
    pub path: String,
    /// Where the call came from, as the gateway saw it.
    pub source: Option<IpAddr>,
    /// Headers as sent.
    pub headers: HeaderMap,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// When it came, by the hub's clock: the time of what carries none of its own.
    pub received: Timestamp,
}

/// Why a webhook call is not let in. Answered with the status and an empty body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The call carries no proof at all, or one of the wrong form.
    #[error("the call carries no signature of the expected form")]
    Unsigned,
    /// The proof does not fit the body and any of our secrets.
    #[error("the signature does not fit")]
    WrongSignature,
    /// The verify token of a handshake, or what stands guard where nothing is signed, is not ours.
    #[error("the token does not fit")]
    WrongToken,
    /// The call was signed too long ago, or by a clock that is far from ours.
    #[error("the signature is too old")]
    TooOld,
    /// A handshake lacks what it must have.
    #[error("the handshake is not complete")]
    Malformed,
}

impl Refused {
    /// The HTTP status for it. A signature that is right but too old is no reason to give up: asked to come again, the
    /// platform signs anew.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unsigned | Self::WrongSignature => 401,
            Self::WrongToken | Self::Malformed => 403,
            Self::TooOld => 503,
        }
    }
}

/// What a webhook body holds, good and bad side by side: one item never harms another.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// By the platform's time where the channel's items carry one; what could not be read comes last.
    pub items: Vec<Item>,
}

/// One item of a webhook body.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// Something that happened at one of our accounts.
    Event {
        /// Whose account it is.
        account: AccountKey,
        /// What happened.
        event: Event,
    },
    /// Something that could not be read, with the account if at least that could be told.
    Unreadable {
        /// Whose account it is.
        account: Option<AccountKey>,
        /// What it was.
        unreadable: Unreadable,
    },
}

/// What became of one request to a platform.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The platform took it, under this id.
    Sent {
        /// The platform's id of the message.
        message: MessageId,
    },
    /// It was certainly not sent.
    NotSent(Failure),
    /// Nobody knows: the request went out and no usable answer came.
    Unknown(Failure),
}

/// Why a message did not go, or may not have gone.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What to do about it.
    pub class: FailureClass,
    /// What the agent reads: what happened, in the platform's own words where it has some, and what to do next.
    pub sentence: String,
    /// Its beginning alone: what happened, without what to do, for whoever has other advice.
    pub what: String,
    /// The platform's error, if it gave one.
    pub platform: Option<PlatformError>,
}

impl Failure {
    /// One of which the platform itself gave no error: what happened, and what to do then.
    pub(in crate::channel) fn of(class: FailureClass, what: impl Into<String>, then: &str) -> Self {
        let what = what.into();
        Self { class, sentence: format!("{what} {then}"), what, platform: None }
    }
}

/// What the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureClass {
    /// Not this message, ever.
    Permanent,
    /// Later, after this time where the platform says one.
    Throttled(Option<Duration>),
    /// The platform stumbled; trying again may help.
    Transient,
    /// The token or permission is gone: the integration is broken until someone connects it again.
    Credential,
    /// The account's settings at the platform forbid it.
    Configuration,
    /// The platform's time for free answers is over.
    WindowClosed,
    /// This customer cannot be reached (blocked, left, unknown to the account).
    RecipientUnreachable,
    /// This customer does not want to be written to.
    OptedOut,
}

/// The platform's own error numbers, safe to log.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlatformError {
    /// Its code.
    pub code: i64,
    /// Its finer code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subcode: Option<i64>,
    /// The id by which the platform's support finds the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// The sizes and times of a channel, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest text of one message.
    pub text: usize,
    /// What the longest text is counted in.
    pub text_unit: TextUnit,
    /// The most parts that one answer of an agent may be split into.
    pub parts: usize,
    /// The largest file, in bytes.
    pub file_bytes: usize,
    /// How long after the customer's last sign the platform takes free answers; nothing where it has no window.
    pub window: Option<Duration>,
    /// How long a human agent may still answer where the account is allowed to.
    pub human_agent_window: Option<Duration>,
    /// By how much a sign of the customer may be older than the hub takes it for, where the platform does not tell its time: so
    /// much earlier the window ends.
    pub told_late: Duration,
}

/// What a channel counts text in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextUnit {
    /// Unicode scalar values.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
}

impl std::fmt::Display for TextUnit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Characters => "characters",
            Self::Bytes => "bytes",
        })
    }
}

/// A customer's name, as far as the platform tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
}
