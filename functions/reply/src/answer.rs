//! What Motion is answered, and so what the agent reads: what happened, and what to do. Pure.
//!
//! 200 `{"status","recipient_id","message_id"}` for what was sent, else `{"message","code"}` with the platform's own numbers
//! in `provider`. Every answer carries the correlation id.

use std::time::Duration;

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings::Body;
use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value, json};
use shared::channel::{Failure, FailureClass, PlatformError};
use shared::gateway;
use shared::id::{CorrelationId, CustomerId, MessageId};
use shared::openchannel::reply::ReplyError;
use shared::secrets::SecretsError;
use shared::store::{ReplyAnswer, ReplyRecord, StoreError};

use crate::budget::UsedUp;
use crate::code::Code;

/// The header that holds the correlation id.
const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
/// How soon Motion may try again where nobody says when.
const SOON: Duration = Duration::from_secs(30);

/// An answer to Motion.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// What came of it in a word, for the log.
    pub(crate) outcome: &'static str,
    /// What else the log tells.
    pub(crate) noted: Box<Noted>,
    retry_after: Option<Duration>,
    text: Text,
    /// Why it ended, for the answer that tells of sent parts: nothing in it says that nothing was sent, or to send it again.
    reason: Box<str>,
}

/// What only the log tells of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Noted {
    /// How many parts this call sent.
    pub(crate) parts: usize,
    /// The platform's error.
    pub(crate) platform: Option<PlatformError>,
    /// What of our own failed.
    pub(crate) trouble: Option<String>,
}

/// The JSON of an answer.
#[derive(Clone, Debug, PartialEq)]
enum Text {
    /// Made for this call.
    New(Map<String, Value>),
    /// Made for an earlier call of the same reply, with that call's correlation id.
    Recorded(String, CorrelationId),
}

impl Answer {
    /// All of it was sent.
    pub(crate) fn sent(to: &CustomerId, messages: &[MessageId]) -> Self {
        let mut fields = Map::new();
        fields.insert("status".to_owned(), "sent".into());
        fields.insert("recipient_id".to_owned(), to.as_str().into());
        fields.insert("message_id".to_owned(), messages.first().map(MessageId::as_str).into());
        if messages.len() > 1 {
            fields.insert("message_ids".to_owned(), json!(messages));
        }
        Self::new(200, "sent", fields)
    }

    /// A note among agents, or the customer's own message: nothing is to be sent.
    pub(crate) fn ignored() -> Self {
        let mut fields = Map::new();
        fields.insert("status".to_owned(), "ignored".into());
        fields.insert("message".to_owned(), "Internal and incoming messages are not sent to the customer.".into());
        Self::new(200, "ignored", fields)
    }

    /// What an earlier call of the same reply was answered.
    pub(crate) fn again(recorded: ReplyAnswer, correlation: CorrelationId) -> Self {
        let text = Text::Recorded(recorded.body, correlation);
        Self { text, ..Self::new(recorded.status, "repeated", Map::new()) }
    }

    /// It was not sent, or nobody knows; or it is held.
    pub(crate) fn refused(code: Code, message: impl Into<String>) -> Self {
        let mut fields = Map::new();
        fields.insert("message".to_owned(), Value::String(message.into()));
        fields.insert("code".to_owned(), code.word().into());
        Self::new(code.status(), code.word(), fields)
    }

    /// The platform did not send it, or nobody knows.
    pub(crate) fn failed(failure: &Failure, certain: bool) -> Self {
        let code = if certain { Code::of(failure.class) } else { Code::OutcomeUnknown };
        let mut answer = Self::refused(code, failure.sentence.as_str()).because(reason(failure, certain));
        if let Some(error) = &failure.platform {
            let mut provider = Map::from_iter([("code".to_owned(), error.code.into())]);
            provider.extend(error.subcode.map(|subcode| ("subcode".to_owned(), subcode.into())));
            answer.set("provider", provider.into());
        }
        answer.noted.platform = failure.platform.clone();
        match failure.class {
            FailureClass::Throttled(wait) if certain => answer.after(wait.unwrap_or(SOON)),
            _ => answer,
        }
    }

    /// The same with another status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same, saying when to try again.
    pub(crate) fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The same, its sentence behind `words`.
    pub(crate) fn led_by(mut self, words: &str) -> Self {
        if let Text::New(fields) = &mut self.text
            && let Some(Value::String(message)) = fields.get_mut("message")
        {
            *message = format!("{words} {message}");
        }
        self
    }

    /// The same, with what to say of why it ended where parts of it were sent.
    pub(crate) fn because(self, reason: impl Into<Box<str>>) -> Self {
        Self { reason: reason.into(), ..self }
    }

    /// The same, naming the parts that were sent although the whole was not. `of` is how many there are, where that is known.
    /// Whoever sends the whole again repeats these parts, so all other advice gives way to sending the rest.
    pub(crate) fn with_parts(mut self, sent: &[MessageId], of: Option<usize>) -> Self {
        let whole = of.map(|parts| format!(" of {parts}")).unwrap_or_default();
        let (parts, were) = match sent.len() {
            0 => return self,
            1 => (format!("the first part{whole}"), "was"),
            parts => (format!("the first {parts} parts{whole}"), "were"),
        };
        let reason = &self.reason;
        let words = if self.outcome == Code::OutcomeUnknown.word() {
            format!(
                "Only {parts} certainly {were} sent. {reason} Look into the conversation at the platform, and send only what \
                 is missing there as a new message."
            )
        } else {
            format!("Only {parts} {were} sent. {reason} Send only the rest as a new message.")
        };
        self.set("message", words.into());
        self.set("sent", json!(sent));
        self
    }

    /// The answer as it is recorded for a repeat.
    pub(crate) fn recorded(&self, correlation: CorrelationId) -> ReplyAnswer {
        ReplyAnswer { status: self.status, body: self.clone().into_text(correlation).0 }
    }

    /// The answer as the gateway takes it.
    pub(crate) fn into_response(self, correlation: CorrelationId) -> ApiGatewayV2httpResponse {
        let mut response = gateway::json(self.status, &Value::Null);
        if let Some(seconds) = self.retry_after.map(|wait| wait.as_millis().div_ceil(1000).max(1)) {
            response.headers.extend(HeaderValue::from_str(&seconds.to_string()).map(|value| (RETRY_AFTER, value)));
        }
        let (text, correlation) = self.into_text(correlation);
        response.headers.extend(HeaderValue::from_str(&correlation.to_string()).map(|value| (CORRELATION, value)));
        response.body = Some(Body::Text(text));
        response
    }

    fn into_text(self, correlation: CorrelationId) -> (String, CorrelationId) {
        match self.text {
            Text::Recorded(text, first) => (text, first),
            Text::New(mut fields) => {
                fields.insert("correlation_id".to_owned(), correlation.to_string().into());
                (Value::Object(fields).to_string(), correlation)
            }
        }
    }

    fn new(status: u16, outcome: &'static str, fields: Map<String, Value>) -> Self {
        Self {
            status,
            outcome,
            noted: Box::default(),
            retry_after: None,
            text: Text::New(fields),
            reason: Box::default(),
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        if let Text::New(fields) = &mut self.text {
            fields.insert(name.to_owned(), value);
        }
    }

    fn unavailable(trouble: String) -> Self {
        let message = "The hub's own storage does not answer at the moment. Nothing was sent; try again in a minute.";
        let mut answer = Self::refused(Code::Unavailable, message)
            .because("The hub's own storage does not answer at the moment.")
            .after(SOON);
        answer.noted.trouble = Some(trouble);
        answer
    }
}

/// Before anything was sent.
impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        Self::unavailable(error.to_string())
    }
}

/// Before anything was sent.
impl From<SecretsError> for Answer {
    fn from(error: SecretsError) -> Self {
        Self::unavailable(error.to_string())
    }
}

/// Before the platform was asked.
impl From<UsedUp> for Answer {
    fn from(_: UsedUp) -> Self {
        Self::refused(Code::Timeout, "The hub ran out of time before it could send this. Try again in a minute.")
            .because("The hub ran out of time before it could send the rest.")
    }
}

impl From<ReplyError> for Answer {
    fn from(error: ReplyError) -> Self {
        Self::refused(Code::Request(error), error.to_string())
    }
}

/// What a repeat is told of a reply that was handed over and never came back.
pub(crate) fn lost(record: &ReplyRecord) -> Answer {
    let message = "This message was handed to the platform before and no answer came back, so it may have arrived, and it is \
                   not sent again. Look into the conversation at the platform, and write a new message if it is not there.";
    Answer::refused(Code::OutcomeUnknown, message)
        .because("The next part was handed to the platform and no answer came back, so it may have arrived too.")
        .with_status(409)
        .with_parts(&record.sent, None)
}

/// What to say of a failure where parts were sent before. Advice that is not about sending the same again stays.
fn reason(failure: &Failure, certain: bool) -> &str {
    match failure.class {
        FailureClass::Credential
        | FailureClass::Configuration
        | FailureClass::WindowClosed
        | FailureClass::RecipientUnreachable
        | FailureClass::OptedOut
            if certain =>
        {
            &failure.sentence
        }
        _ => &failure.what,
    }
}

#[cfg(test)]
mod tests;
