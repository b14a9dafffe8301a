//! What Graph's answer means: sent, not sent, or nobody knows; and a sentence that tells an agent what happened and what to
//! do. Judged by code and subcode, never by the wording; the wording is shown, freed of anything like a token.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>

use std::time::Duration;

use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::render::Mode;
use crate::channel::quoted::quoted;
use crate::channel::scalar::{Id, Text, words};
use crate::channel::{Failure, FailureClass, PlatformError, Profile, Verdict};
use crate::http::{Answer, HttpError};
use crate::id::MessageId;

mod table;

use table::{Class, FELL_OVER, Rule, Rules, rule, rule_when_late};

/// Whose a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The page's id.
    pub id: String,
    /// The page's name; its id where it has none.
    pub name: String,
}

/// What became of a message that was sent by the right of `mode`.
pub fn verdict(result: &Result<Answer, HttpError>, mode: Mode) -> Verdict {
    #[derive(Deserialize)]
    struct Sent {
        message_id: Id,
    }
    let rules: Rules = match mode {
        Mode::Response => rule,
        Mode::HumanAgent => rule_when_late,
    };
    match good(result, rules).map(serde_json::from_slice) {
        Ok(Ok(Sent { message_id: Id(id) })) => Verdict::Sent { message: MessageId::new(id) },
        Ok(Err(_)) => Verdict::Unknown(unusable()),
        Err(Bad { failure, certain: true }) => Verdict::NotSent(failure),
        Err(Bad { failure, certain: false }) => Verdict::Unknown(failure),
    }
}

/// The customer's name from the answer to `render::profile`. Nothing where the platform withholds it, which it often does:
/// a message never waits for a name.
///
/// # Errors
/// [`Failure`] where the platform names nobody.
pub fn profile(result: &Result<Answer, HttpError>) -> Result<Profile, Failure> {
    #[derive(Deserialize)]
    struct Named {
        first_name: Option<Text>,
        last_name: Option<Text>,
    }
    let body = good(result, rule).map_err(|bad| bad.failure)?;
    let named: Named = serde_json::from_slice(body).map_err(|_| unusable())?;
    let trimmed = |text| words(text).map(|text| text.trim().to_owned());
    let profile = Profile { first_name: trimmed(named.first_name), last_name: trimmed(named.last_name) };
    let is_named = profile.first_name.is_some() || profile.last_name.is_some();
    is_named.then_some(profile).ok_or_else(unusable)
}

/// Whose the token is, from the answer to `render::me` or `render::owner`.
///
/// # Errors
/// [`Failure`] where the token is not accepted or nothing usable came back.
pub fn account(result: &Result<Answer, HttpError>) -> Result<Account, Failure> {
    #[derive(Deserialize)]
    struct Me {
        id: Id,
        name: Option<Text>,
    }
    let body = good(result, rule).map_err(|bad| bad.failure)?;
    let Me { id: Id(id), name } = serde_json::from_slice(body).map_err(|_| unusable())?;
    Ok(Account { name: words(name).map_or_else(|| id.clone(), |name| name.trim().to_owned()), id })
}

/// Whether a page was subscribed or unsubscribed. Graph says `true`, and in places `"true"`.
///
/// # Errors
/// [`Failure`] where it was not, or nothing usable came back.
pub fn done(result: &Result<Answer, HttpError>) -> Result<(), Failure> {
    let body = good(result, rule).map_err(|bad| bad.failure)?;
    let answer: Value = serde_json::from_slice(body).map_err(|_| unusable())?;
    match answer.get("success") {
        Some(Value::Bool(true)) => Ok(()),
        Some(Value::String(success)) if success == "true" => Ok(()),
        _ => Err(unusable()),
    }
}

/// A request that did not succeed, and whether that is certain.
struct Bad {
    failure: Failure,
    certain: bool,
}

/// The body of a good answer.
fn good(result: &Result<Answer, HttpError>, rules: Rules) -> Result<&[u8], Bad> {
    let (class, certain, what, then) = match result {
        Ok(answer) => return judged(answer, rules),
        Err(HttpError::Forbidden(_)) => (
            FailureClass::Configuration,
            true,
            "The hub may not call the address set for Facebook.",
            "An administrator must check it.",
        ),
        Err(HttpError::NotConnected(_)) => {
            (FailureClass::Transient, true, "Facebook could not be reached.", "Try again in a few minutes.")
        }
        Err(HttpError::NoAnswer(_)) => (
            FailureClass::Transient,
            false,
            "Facebook gave no usable answer, so the message may have been sent.",
            "Look into the conversation at Facebook before sending it again.",
        ),
    };
    Err(Bad { failure: failure(class, what.to_owned(), then), certain })
}

fn failure(class: FailureClass, what: String, then: &str) -> Failure {
    Failure { class, sentence: format!("{what} {then}"), what, platform: None }
}

/// An answer came, but not what the platform promises.
fn unusable() -> Failure {
    let what = "Facebook answered in a way that the hub does not understand, so it may or may not have been done.";
    failure(FailureClass::Transient, what.to_owned(), "Look at Facebook before trying again.")
}

fn judged(answer: &Answer, rules: Rules) -> Result<&[u8], Bad> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    match value.as_ref().and_then(|value| value.get("error")).and_then(|error| Some((error, number(error, "code")?))) {
        Some((error, code)) => Err(refused(answer, error, code, rules)),
        None if (200..300).contains(&answer.status) => Ok(&answer.body),
        None => Err(wordless(answer)),
    }
}

/// Graph says no.
fn refused(answer: &Answer, error: &Value, code: i64, rules: Rules) -> Bad {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let subcode = number(error, "error_subcode").filter(|subcode| *subcode != 0);
    let transient = error.get("is_transient").and_then(Value::as_bool) == Some(true) || answer.status >= 500;
    // Under a 4xx these two are a refusal; under a 5xx Graph may have failed after it sent the message.
    let fell_over = answer.status >= 500 && matches!(code, 1 | 2);
    let Rule { class, what, then, .. } = if fell_over { &FELL_OVER } else { rules(code, subcode, transient) };
    let said = text("error_user_msg").and_then(quoted).or_else(|| text("message").and_then(quoted));
    let said =
        said.map_or_else(|| format!("Facebook gives the code {code}."), |said| format!("Facebook says: \"{said}\""));
    let trace =
        text("fbtrace_id").filter(|trace| trace.len() <= 64 && trace.bytes().all(|byte| byte.is_ascii_graphic()));
    let of = match *class {
        Class::Throttled(least) => FailureClass::Throttled(wait(&answer.headers).max(least)),
        Class::Is(ref class) | Class::Uncertain(ref class) => *class,
    };
    let platform = PlatformError { code, subcode, trace: trace.map(str::to_owned) };
    let failure = Failure { platform: Some(platform), ..failure(of, format!("{what} {said}"), then) };
    Bad { failure, certain: !matches!(class, Class::Uncertain(_)) }
}

/// Something between us and Graph says no, or Graph fell over.
fn wordless(answer: &Answer) -> Bad {
    let (class, certain, what, then) = match answer.status {
        429 => (
            FailureClass::Throttled(wait(&answer.headers)),
            true,
            "Facebook takes no more messages at the moment.",
            "Try again in a few minutes.",
        ),
        413 => (FailureClass::Permanent, true, "This is too large for Facebook.", "Send something smaller."),
        408 => (FailureClass::Transient, true, "Facebook did not get the whole message.", "Try again."),
        500.. => (
            FailureClass::Transient,
            false,
            "Facebook failed while it worked on the message, so it may have been sent.",
            "Look into the conversation at Facebook before sending it again.",
        ),
        _ => (
            FailureClass::Configuration,
            true,
            "What answers at the address set for Facebook is not Facebook.",
            "An administrator must check it.",
        ),
    };
    Bad { failure: failure(class, what.to_owned(), then), certain }
}

/// A number that may come as a string.
fn number(error: &Value, name: &str) -> Option<i64> {
    let value = error.get(name)?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// How long the platform wants us to wait, from `Retry-After` (seconds) or the usage header (minutes); a day at most.
///
/// <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>
fn wait(headers: &HeaderMap) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    let header = |name: &str| headers.get(name)?.to_str().ok();
    let asked = header("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    let usage: Option<Value> = header("x-business-use-case-usage").and_then(|usage| serde_json::from_str(usage).ok());
    let usages = usage.as_ref().and_then(Value::as_object).into_iter().flat_map(|by_business| by_business.values());
    let minutes = usages
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|use_case| use_case.get("estimated_time_to_regain_access")?.as_u64())
        .max();
    let seconds: Option<u64> = asked.max(minutes.map(|minutes| minutes.saturating_mul(60)));
    seconds.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds).min(LONGEST))
}

#[cfg(test)]
mod tests;
