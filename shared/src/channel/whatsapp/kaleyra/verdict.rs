//! What Kaleyra's answers and statuses mean: sent, not sent, or nobody knows; and a sentence that tells an agent what happened
//! and what to do. Judged by codes and by the names of fields, never by the wording; the wording is shown, freed of anything
//! like a key or a number.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-error-codes-for-send-message>,
//! <https://developers.kaleyra.io/docs/whatsapp-error-codes>

use serde_json::Value;

use super::connect::Known;
use super::events::one_form;
use crate::channel::quoted::{quoted, without_numbers};
use crate::channel::scalar::plain_name;
use crate::channel::{Failure, FailureClass, PlatformError, Verdict};
use crate::event::StatusFailure;
use crate::http::{Answer, HttpError, retry_after};
use crate::id::MessageId;

mod table;

use table::{Rule, of_field, of_status, rule};

/// The code of success.
const SUCCESS: &str = "WA200";

/// What became of a message.
pub(super) fn verdict(result: &Result<Answer, HttpError>) -> Verdict {
    match good(result).map(|value| value.as_ref().and_then(id)) {
        Ok(Some(message)) => Verdict::Sent { message },
        Ok(None) => Verdict::Unknown(unusable()),
        Err(Bad { failure, certain: true }) => Verdict::NotSent(failure),
        Err(Bad { failure, certain: false }) => Verdict::Unknown(failure),
    }
}

/// Whether Kaleyra knows the account. A good answer may be longer than what is read of it. A question that it does not have for
/// this account is no refusal: the page that names it does not say for which accounts it is.
pub(super) fn known(result: &Result<Answer, HttpError>) -> Result<Known, Failure> {
    let value = match good(result) {
        Ok(value) => value,
        Err(Bad { failure, .. }) => {
            let has_none = result.as_ref().is_ok_and(|answer| matches!(answer.status, 400 | 404 | 405));
            return if has_none && failure.class != FailureClass::Credential {
                Ok(Known::NotSaid)
            } else {
                Err(failure)
            };
        }
    };
    let begins =
        result.as_ref().is_ok_and(|answer| matches!(answer.body.trim_ascii_start().first(), Some(b'{' | b'[')));
    if value.is_some() || begins { Ok(Known::Yes) } else { Err(elsewhere()) }
}

/// Why a message that Kaleyra had taken does not arrive, from its status: by the code, or the word for the state.
pub(super) fn failed_later(code: &str, told: Option<&str>) -> StatusFailure {
    let code = plain_name(code);
    let Rule { class, what, then } = rule(&code);
    let said = said(told, &code);
    StatusFailure {
        sentence: format!("{what} {said} {then}"),
        window_closed: class == FailureClass::WindowClosed,
        code,
    }
}

/// Kaleyra's id of a message, as it is in the status of the message. Which member holds it differs between the APIs.
fn id(value: &Value) -> Option<MessageId> {
    const PLACES: [&str; 8] = [
        "/data/id",
        "/data/message_id",
        "/data/0/message_id",
        "/data/0/id",
        "/id",
        "/message_id",
        "/messages/0/id",
        "/data/messages/0/id",
    ];
    let id = PLACES.iter().find_map(|place| match value.pointer(place)? {
        Value::String(id) if !id.trim().is_empty() => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    });
    id.map(|id| MessageId::new(one_form(&id)))
}

/// A request that did not succeed, and whether that is certain.
struct Bad {
    failure: Failure,
    certain: bool,
}

/// The JSON of a good answer; nothing where it is none.
fn good(result: &Result<Answer, HttpError>) -> Result<Option<Value>, Bad> {
    let (class, certain, what, then) = match result {
        Ok(answer) => return judged(answer),
        Err(HttpError::Forbidden(_)) => {
            (FailureClass::Configuration, true, "The hub may not call the address set for Kaleyra.", CHECK)
        }
        Err(HttpError::NotConnected(_)) => (FailureClass::Transient, true, "Kaleyra could not be reached.", WAIT),
        Err(HttpError::NoAnswer(_)) => {
            let what = "Kaleyra gave no usable answer, so the message may have been sent.";
            (FailureClass::Transient, false, what, LOOK)
        }
    };
    Err(Bad { failure: Failure::of(class, what, then), certain })
}

const WAIT: &str = "Try again in a few minutes.";
const LOOK: &str = "Ask the customer, or look at Kaleyra, before sending it again.";
const CHECK: &str = "An administrator must check it.";

/// What is wrong, as an answer tells it.
struct Complaint<'a> {
    /// Kaleyra's code, or Meta's.
    code: Option<String>,
    /// The field that it is about.
    field: Option<&'a str>,
    /// In Kaleyra's words.
    words: Option<&'a str>,
}

impl<'a> Complaint<'a> {
    /// The complaint of an answer; nothing where there is none. A code that is an HTTP status tells nothing more.
    fn of(value: &'a Value) -> Option<Self> {
        let error = ["/error", "/errors/0", "/errors", "/data/error"].iter().find_map(|place| value.pointer(place));
        let error = error.filter(|error| !is_blank(error));
        let code = code(value).or_else(|| error.and_then(code));
        let code = code.filter(|code| code != SUCCESS && !is_http_status(code));
        let words = error.and_then(words).or_else(|| words(value));
        let Some(error) = error else {
            return code.filter(|_| id(value).is_none()).map(|code| Self { code: Some(code), field: None, words });
        };
        if let Value::String(said) = error {
            return Some(Self { code, field: None, words: Some(said) });
        }
        let members = error.as_object().into_iter().flatten();
        let field = members.clone().find(|(name, _)| of_field(name).is_some());
        let field = field.or_else(|| members.clone().next().filter(|_| words.is_none()));
        let said = field.and_then(|(_, said)| said.as_str());
        Some(Self { code, field: field.map(|(name, _)| name.as_str()), words: said.or(words) })
    }
}

/// Whether a code only repeats how HTTP says it. 470 is no status: it is WhatsApp's word for a closed window.
fn is_http_status(code: &str) -> bool {
    matches!(code.parse::<u16>(), Ok(200..=204 | 400..=451 | 500..=511))
}

/// What an answer says in words.
fn words(value: &Value) -> Option<&str> {
    ["message", "title", "error_message"].iter().find_map(|name| value.get(name)?.as_str())
}

/// An error that is none.
fn is_blank(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// A code as text, whether it is one or a number.
fn code(value: &Value) -> Option<String> {
    match value.get("code")? {
        Value::String(code) if !code.trim().is_empty() => Some(plain_name(code.trim())),
        Value::Number(code) => Some(code.to_string()),
        _ => None,
    }
}

/// A good status with a complaint is no good answer.
fn judged(answer: &Answer) -> Result<Option<Value>, Bad> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match value.as_ref().and_then(Complaint::of) {
        None if (200..300).contains(&answer.status) => Ok(value),
        Some(Complaint { code: Some(code), words, .. }) => Err(refused(answer, rule(&code), words, &code)),
        Some(Complaint { field, words, .. }) if answer.status < 500 => {
            let rule = of_status(answer.status).or_else(|| field.and_then(of_field)).unwrap_or_else(|| rule("WA400"));
            let code = field.map_or_else(|| answer.status.to_string(), plain_name);
            Err(refused(answer, rule, words, &code))
        }
        _ => Err(wordless(answer)),
    }
}

/// Kaleyra says no.
fn refused(answer: &Answer, rule: Rule, words: Option<&str>, code: &str) -> Bad {
    let Rule { class, what, then } = rule;
    let class = match class {
        FailureClass::Throttled(least) => FailureClass::Throttled(retry_after(&answer.headers).max(least)),
        class => class,
    };
    let number = code.parse().unwrap_or_else(|_| i64::from(answer.status));
    let platform = Some(PlatformError { code: number, subcode: None, trace: None });
    let what = format!("{what} {}", said(words, code));
    Bad { failure: Failure { platform, ..Failure::of(class, &what, then) }, certain: true }
}

/// Something between us and Kaleyra says no, or Kaleyra fell over.
fn wordless(answer: &Answer) -> Bad {
    match of_status(answer.status) {
        Some(rule) => refused(answer, rule, None, &answer.status.to_string()),
        None if answer.status >= 500 => {
            let what = "Kaleyra failed while it worked on the message, so it may have been sent.";
            Bad { failure: Failure::of(FailureClass::Transient, what, LOOK), certain: false }
        }
        None => Bad { failure: elsewhere(), certain: true },
    }
}

/// Kaleyra's own words, or else its code.
fn said(words: Option<&str>, code: &str) -> String {
    match words.and_then(quoted) {
        Some(words) => format!("Kaleyra says: \"{}\"", without_numbers(&words)),
        None => format!("Kaleyra gives the code {code}."),
    }
}

fn elsewhere() -> Failure {
    Failure::of(FailureClass::Configuration, "What answers at the address set for Kaleyra is not Kaleyra.", CHECK)
}

/// An answer came, but not what Kaleyra promises.
fn unusable() -> Failure {
    let what = "Kaleyra answered in a way that the hub does not understand, so it may or may not have been done.";
    Failure::of(FailureClass::Transient, what, "Look at Kaleyra before trying again.")
}

#[cfg(test)]
mod tests;
