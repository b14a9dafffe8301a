//! What a channel does toward its platform: a small core that every channel has, and extras that default to "has none".
//! Pure: requests come out as values, answers go in as values; the shell sends and fetches.

use std::time::Duration;

use bytes::Bytes;
use secrecy::SecretString;
use url::Url;

use super::outbound::{Connection, OutFile, OutMessage};
use super::{Failure, Limits, Profile, Verdict};
use crate::event::MediaSource;
use crate::http::{Answer, HttpError, MediaHosts, Outgoing};
use crate::id::{CustomerId, MessageId};

/// A channel toward its platform.
pub trait Carrier: Sync {
    /// What people call the channel.
    fn title(&self) -> &'static str;

    /// Its sizes and times.
    fn limits(&self) -> &'static Limits;

    /// The largest file of a MIME type that it takes, in bytes; nothing where it takes none of the kind.
    fn largest_file(&self, _content_type: &str) -> Option<usize> {
        Some(self.limits().file_bytes)
    }

    /// Whom a desk id names that nobody has given, if it is an address of the channel: an agent typed it to write first.
    fn address(&self, text: &str) -> Option<CustomerId>;

    /// The origin that requests of this account go to. Trusted as the operator configured it.
    fn base(&self, connection: &Connection<'_>) -> Url;

    /// The request that sends a message.
    fn message(&self, connection: &Connection<'_>, message: OutMessage<'_>) -> Outgoing;

    /// What the platform's answer to a message means. `human_agent` is as the message had it.
    fn verdict(&self, answer: &Result<Answer, HttpError>, human_agent: bool) -> Verdict;

    /// How a file is handed over.
    fn hands_over(&self) -> HandOver {
        HandOver::WithMessage
    }

    /// Hands a file to the platform, which names it by an id: for [`HandOver::Upload`].
    fn upload(&self, _connection: &Connection<'_>, _file: &OutFile, _bytes: Bytes) -> Option<Question<String>> {
        None
    }

    /// Asks for the token of the moment, where requests are not made with the credential itself.
    fn login(&self, _connection: &Connection<'_>) -> Option<Question<Login>> {
        None
    }

    /// Asks for a customer's name, where the platform tells names on request.
    fn profile(&self, _connection: &Connection<'_>, _customer: &CustomerId) -> Option<Question<Profile>> {
        None
    }

    /// How a customer's file is fetched; nothing where the platform gives no way to it.
    fn media(&self, connection: &Connection<'_>, source: &MediaSource) -> Option<MediaRequest>;

    /// Where the platform keeps files of customers.
    fn media_hosts(&self) -> MediaHosts<'static>;

    /// Shows the customer that their message was read, where the platform has such a mark.
    fn seen(&self, _connection: &Connection<'_>, _message: &MessageId) -> Option<Outgoing> {
        None
    }
}

/// A question to a platform, and how its answer is read.
pub struct Question<T> {
    /// The question.
    pub request: Outgoing,
    /// What its answer says.
    pub read: fn(&Result<Answer, HttpError>) -> Result<T, Failure>,
}

/// How a platform takes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// In the request that sends the message.
    WithMessage,
    /// Before the message, which then names it by the platform's id.
    Upload,
    /// The platform fetches it from an address of ours.
    Link,
}

/// A token of the moment.
#[derive(Clone, Debug)]
pub struct Login {
    /// The token.
    pub token: SecretString,
    /// How long it is taken.
    pub lives: Duration,
}

/// How a customer's file is fetched.
pub enum MediaRequest {
    /// This request brings it.
    Fetch(Outgoing),
    /// The platform is asked first for the address, which is then fetched with the credential of the question.
    Ask(Question<Url>),
}

/// A message that the platform has approved before, to write to a customer outside the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The platform's name of it, or its id where it has no name.
    pub name: String,
    /// Its language, as `de` or `pt_BR`; of no use where the id names one language.
    pub language: String,
    /// What stands in its gaps, in order.
    pub variables: Vec<Variable>,
}

/// What stands in one gap of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The gap's name, in a template with named gaps.
    pub name: Option<String>,
    /// What is put there: one line, not empty.
    pub text: String,
}
