//! What Twilio's answer means: sent, not sent, or nobody knows; and a sentence that tells an agent what happened and what to
//! do. Most failures come only later, by status, and are judged by the same table.
//!
//! <https://www.twilio.com/docs/api/errors>

use serde_json::Value;

use crate::channel::quoted::{quoted, without_numbers};
use crate::channel::{Failure, FailureClass, PlatformError, Verdict};
use crate::event::StatusFailure;
use crate::http::{Answer, HttpError, retry_after};
use crate::id::MessageId;

mod table;

use table::{Rule, rule};

/// What became of a message.
pub fn verdict(result: &Result<Answer, HttpError>) -> Verdict {
    let sid = |answer: Value| answer.get("sid")?.as_str().filter(|sid| !sid.is_empty()).map(MessageId::new);
    match good(result).map(|answer| answer.and_then(sid)) {
        Ok(Some(message)) => Verdict::Sent { message },
        Ok(None) => Verdict::Unknown(unusable()),
        Err(Bad { failure, certain: true }) => Verdict::NotSent(failure),
        Err(Bad { failure, certain: false }) => Verdict::Unknown(failure),
    }
}

/// Why a message that Twilio had taken does not arrive, from its status.
pub fn failed_later(code: Option<&str>, said: Option<&str>) -> StatusFailure {
    let number = code.and_then(|code| code.parse().ok());
    let Rule { class, what, then, .. } = rule(number.unwrap_or_default());
    let said = said_by_twilio(number, said);
    StatusFailure {
        code: number.map_or_else(|| "unknown".to_owned(), |number| number.to_string()),
        sentence: [what, said.as_str(), then]
            .into_iter()
            .filter(|piece| !piece.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
        window_closed: *class == FailureClass::WindowClosed,
    }
}

/// A request that did not succeed, and whether that is certain.
pub(super) struct Bad {
    pub(super) failure: Failure,
    certain: bool,
}

/// The JSON of a good answer; nothing where it is none.
pub(super) fn good(result: &Result<Answer, HttpError>) -> Result<Option<Value>, Bad> {
    let (class, certain, what, then) = match result {
        Ok(answer) => return judged(answer),
        Err(HttpError::Forbidden(_)) => (
            FailureClass::Configuration,
            true,
            "The hub may not call the address set for Twilio.",
            "An administrator must check it.",
        ),
        Err(HttpError::NotConnected(_)) => {
            (FailureClass::Transient, true, "Twilio could not be reached.", "Try again in a few minutes.")
        }
        Err(HttpError::NoAnswer(_)) => (
            FailureClass::Transient,
            false,
            "Twilio gave no usable answer, so the message may have been sent.",
            "Look into Twilio's log of messages before sending it again.",
        ),
    };
    Err(Bad { failure: Failure::of(class, what.to_owned(), then), certain })
}

/// An answer came, but not what Twilio promises.
pub(super) fn unusable() -> Failure {
    let what = "Twilio answered in a way that the hub does not understand, so it may or may not have been done.";
    Failure::of(FailureClass::Transient, what.to_owned(), "Look at Twilio before trying again.")
}

fn judged(answer: &Answer) -> Result<Option<Value>, Bad> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if (200..300).contains(&answer.status) {
        return Ok(value);
    }
    let code = value.as_ref().and_then(|value| value.get("code")?.as_i64());
    Err(match code {
        Some(code) if answer.status < 500 => {
            refused(answer, code, value.as_ref().and_then(|value| value.get("message")?.as_str()))
        }
        code => wordless(answer, code),
    })
}

/// Twilio says no.
fn refused(answer: &Answer, code: i64, message: Option<&str>) -> Bad {
    let Rule { class, what, then, .. } = rule(code);
    let class = match *class {
        FailureClass::Throttled(least) => FailureClass::Throttled(retry_after(&answer.headers).max(least)),
        class => class,
    };
    let platform = Some(platform(answer, code));
    let said = said_by_twilio(Some(code), message);
    Bad { failure: Failure { platform, ..Failure::of(class, format!("{what} {said}"), then) }, certain: true }
}

/// Something between us and Twilio says no, or Twilio fell over.
fn wordless(answer: &Answer, code: Option<i64>) -> Bad {
    let (class, certain, what, then) = match answer.status {
        429 => (
            FailureClass::Throttled(retry_after(&answer.headers)),
            true,
            "Twilio takes no more messages at the moment.",
            "Try again in a few minutes.",
        ),
        413 => (FailureClass::Permanent, true, "This is too large for Twilio.", "Send something smaller."),
        408 => (FailureClass::Transient, true, "Twilio did not get the whole message.", "Try again."),
        500.. => (
            FailureClass::Transient,
            false,
            "Twilio failed while it worked on the message, so it may have been sent.",
            "Look into Twilio's log of messages before sending it again.",
        ),
        _ => (
            FailureClass::Configuration,
            true,
            "What answers at the address set for Twilio is not Twilio.",
            "An administrator must check it.",
        ),
    };
    let platform = code.map(|code| platform(answer, code));
    Bad { failure: Failure { platform, ..Failure::of(class, what.to_owned(), then) }, certain }
}

fn platform(answer: &Answer, code: i64) -> PlatformError {
    let trace = answer.headers.get("twilio-request-id").and_then(|id| id.to_str().ok());
    let trace = trace.filter(|id| id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    PlatformError { code, subcode: None, trace: trace.map(str::to_owned) }
}

/// Twilio's own words, else its code; nothing where it gives neither.
fn said_by_twilio(code: Option<i64>, said: Option<&str>) -> String {
    match (said.and_then(quoted), code) {
        (Some(said), _) => format!("Twilio says: \"{}\"", without_numbers(&said)),
        (None, Some(code)) => format!("Twilio gives the code {code}."),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests;
