//! What Sinch's answers and delivery reports mean: sent, not sent, or nobody knows; and a sentence that tells an agent what
//! happened and what to do. Judged by codes, never by the wording; the wording is shown, freed of anything like a token.
//!
//! <https://developers.sinch.com/docs/conversation/api-reference>

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::payload::Reason;
use crate::channel::quoted::{quoted, without_numbers};
use crate::channel::scalar::{Id, Text, plain_name, words};
use crate::channel::{Failure, FailureClass, Login, PlatformError, Profile, Verdict};
use crate::event::StatusFailure;
use crate::http::{Answer, HttpError, retry_after};
use crate::id::MessageId;

mod table;

use table::{Rule, named, rule};

/// The finer code that says nothing.
const NO_SUB_CODE: &str = "UNSPECIFIED_SUB_CODE";

/// What became of a message. Sinch's yes means no more than that it is in Sinch's queue; the rest comes by delivery report.
pub(super) fn verdict(result: &Result<Answer, HttpError>) -> Verdict {
    #[derive(Deserialize)]
    struct Sent {
        message_id: Id,
    }
    match good(result).map(serde_json::from_slice) {
        Ok(Ok(Sent { message_id: Id(id) })) => Verdict::Sent { message: MessageId::new(id) },
        Ok(Err(_)) => Verdict::Unknown(unusable()),
        Err(Bad { failure, certain: true }) => Verdict::NotSent(failure),
        Err(Bad { failure, certain: false }) => Verdict::Unknown(failure),
    }
}

/// Why a message will not arrive, from its delivery report.
pub(super) fn reported(reason: Option<Reason>) -> StatusFailure {
    let (code, finer, description) = match reason {
        Some(Reason { code, sub_code, description }) => (words(code), words(sub_code), words(description)),
        None => (None, None, None),
    };
    let code = plain_name(&code.unwrap_or_default());
    let finer = finer.filter(|finer| finer != NO_SUB_CODE).map(|finer| plain_name(&finer));
    let Rule { class, what, then, .. } = rule(&code, finer.as_deref());
    let code = finer.map(|finer| format!("{code}/{finer}")).unwrap_or(code);
    let said = said(description.as_deref(), &code);
    StatusFailure {
        sentence: format!("{what} {said} {then}"),
        window_closed: *class == FailureClass::WindowClosed,
        code,
    }
}

/// The token of the moment. Nothing was sent yet, so every failure is certain.
pub(super) fn login(result: &Result<Answer, HttpError>) -> Result<Login, Failure> {
    #[derive(Deserialize)]
    struct Token {
        access_token: SecretString,
        expires_in: Option<u64>,
    }
    /// What Sinch gives today.
    const USUAL: u64 = 3600;
    let away =
        || Failure::of(FailureClass::Transient, "Sinch's sign-in gave no usable answer, so nothing was sent.", WAIT);
    let answer = match result {
        Ok(answer) => answer,
        Err(HttpError::Forbidden(_)) => return Err(forbidden()),
        Err(HttpError::NotConnected(_) | HttpError::NoAnswer(_)) => return Err(away()),
    };
    match answer.status {
        200 => {
            let token: Token = serde_json::from_slice(&answer.body).map_err(|_| away())?;
            let lives = Duration::from_secs(token.expires_in.unwrap_or(USUAL));
            Ok(Login { token: token.access_token, lives })
        }
        429 => {
            let class = FailureClass::Throttled(retry_after(&answer.headers));
            Err(Failure::of(class, "Sinch's sign-in takes no more questions at the moment, so nothing was sent.", WAIT))
        }
        // OAuth says 400 or 401 of a key that is none.
        400 | 401 | 403 => {
            let Rule { class, what, then, .. } = rule("UNAUTHENTICATED", None);
            let platform = Some(PlatformError { code: i64::from(answer.status), subcode: None, trace: None });
            Err(Failure { platform, ..Failure::of(*class, *what, then) })
        }
        _ => Err(away()),
    }
}

/// The customer's name, where Sinch keeps a contact of them. In an app that keeps none there is nobody to find, and Sinch's
/// own word for a nameless one is no name.
pub(super) fn profile(result: &Result<Answer, HttpError>) -> Result<Profile, Failure> {
    #[derive(Deserialize)]
    struct Contacts {
        contacts: Option<Vec<Contact>>,
    }
    #[derive(Deserialize)]
    struct Contact {
        display_name: Option<Text>,
    }
    const NAMELESS: &str = "Unknown";
    let found: Contacts = parsed(result)?;
    let named = found.contacts.into_iter().flatten().find_map(|contact| words(contact.display_name));
    let named = named.map(|name| name.split_whitespace().collect::<Vec<_>>().join(" "));
    let named = named.filter(|name| name != NAMELESS && name.chars().any(char::is_alphabetic)).ok_or_else(unusable)?;
    Ok(match named.split_once(' ') {
        Some((first, last)) => Profile { first_name: Some(first.to_owned()), last_name: Some(last.to_owned()) },
        None => Profile { first_name: Some(named), last_name: None },
    })
}

/// A good answer's JSON.
pub(super) fn parsed<T: for<'a> Deserialize<'a>>(result: &Result<Answer, HttpError>) -> Result<T, Failure> {
    serde_json::from_slice(good(result).map_err(|bad| bad.failure)?).map_err(|_| unusable())
}

/// Whether it was done, of a request whose good answer tells nothing.
pub(super) fn done(result: &Result<Answer, HttpError>) -> Result<(), Failure> {
    good(result).map(drop).map_err(|bad| bad.failure)
}

const WAIT: &str = "Try again in a few minutes.";
const LOOK: &str = "Ask the customer, or look at Sinch, before sending it again.";
const CHECK: &str = "An administrator must check it.";

/// A request that did not succeed, and whether that is certain.
struct Bad {
    failure: Failure,
    certain: bool,
}

/// The body of a good answer.
fn good(result: &Result<Answer, HttpError>) -> Result<&[u8], Bad> {
    match result {
        Ok(answer) => judged(answer),
        Err(HttpError::Forbidden(_)) => Err(Bad { failure: forbidden(), certain: true }),
        Err(HttpError::NotConnected(_)) => {
            let failure = Failure::of(FailureClass::Transient, "Sinch could not be reached.", WAIT);
            Err(Bad { failure, certain: true })
        }
        Err(HttpError::NoAnswer(_)) => {
            let what = "Sinch gave no usable answer, so the message may have been sent.";
            Err(Bad { failure: Failure::of(FailureClass::Transient, what, LOOK), certain: false })
        }
    }
}

fn judged(answer: &Answer) -> Result<&[u8], Bad> {
    let value: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let error = value.as_ref().and_then(|value| value.get("error")).and_then(Value::as_object);
    if error.is_none() && (200..300).contains(&answer.status) {
        return Ok(&answer.body);
    }
    let text = |name: &str| error.and_then(|error| error.get(name)?.as_str());
    let status = text("status").map(plain_name).or_else(|| named(answer.status).map(str::to_owned));
    let Some(status) = status else {
        let what = "What answers at the address set for Sinch is not Sinch.";
        return Err(Bad { failure: Failure::of(FailureClass::Configuration, what, CHECK), certain: true });
    };
    let Rule { class, certain, what, then, .. } = rule(&status, None);
    let class = match *class {
        FailureClass::Throttled(_) => FailureClass::Throttled(retry_after(&answer.headers)),
        class => class,
    };
    let code = error.and_then(|error| error.get("code")?.as_i64()).unwrap_or_else(|| i64::from(answer.status));
    let platform = Some(PlatformError { code, subcode: None, trace: None });
    let what = format!("{what} {}", said(text("message"), &status));
    Err(Bad { failure: Failure { platform, ..Failure::of(class, &what, then) }, certain: *certain })
}

/// Sinch's own words, or else its code.
fn said(words: Option<&str>, code: &str) -> String {
    match words.and_then(|words| quoted(&without_numbers(words))) {
        Some(words) => format!("Sinch says: \"{words}\""),
        None => format!("Sinch gives the code {code}."),
    }
}

fn forbidden() -> Failure {
    Failure::of(FailureClass::Configuration, "The hub may not call the address set for Sinch.", CHECK)
}

/// An answer came, but not what Sinch promises.
fn unusable() -> Failure {
    let what = "Sinch answered in a way that the hub does not understand, so it may or may not have been done.";
    Failure::of(FailureClass::Transient, what, "Look at Sinch before trying again.")
}

#[cfg(test)]
mod tests;
