//! What Graph's answer means: sent, not sent, or nobody knows; and a sentence that tells an agent what happened and what to
//! do. Judged by code and subcode, never by the wording; the wording is shown, freed of anything like a token.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes>

use serde::Deserialize;

use super::render::Mode;
use crate::channel::graph::{self, Bad, Complaint, Service};
use crate::channel::scalar::{Id, Text, words};
use crate::channel::{Failure, FailureClass, Profile, Verdict};
use crate::http::{Answer, HttpError};
use crate::id::MessageId;

mod table;

use table::{Class, FELL_OVER, Rule, Rules, rule, rule_when_late};

const FACEBOOK: Service =
    Service { name: "Facebook", look: "Look into the conversation at Facebook before sending it again." };

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

/// Whether a page was subscribed or unsubscribed.
///
/// # Errors
/// [`Failure`] where it was not, or nothing usable came back.
pub fn done(result: &Result<Answer, HttpError>) -> Result<(), Failure> {
    let body = good(result, rule).map_err(|bad| bad.failure)?;
    graph::says_success(body).then_some(()).ok_or_else(unusable)
}

/// The body of a good answer.
fn good(result: &Result<Answer, HttpError>, rules: Rules) -> Result<&[u8], Bad> {
    graph::good(result, &FACEBOOK, |complaint| refused(complaint, rules))
}

/// An answer came, but not what the platform promises.
fn unusable() -> Failure {
    graph::unusable(&FACEBOOK)
}

/// Graph says no.
fn refused(complaint: Complaint, rules: Rules) -> Bad {
    // Under a 4xx these two are a refusal; under a 5xx Graph may have failed after it sent the message.
    let fell_over = complaint.status >= 500 && matches!(complaint.code, 1 | 2);
    let (code, subcode, transient) = (complaint.code, complaint.subcode, complaint.transient);
    let Rule { class, what, then, .. } = if fell_over { &FELL_OVER } else { rules(code, subcode, transient) };
    let of = match *class {
        Class::Throttled(least) => FailureClass::Throttled(complaint.wait.max(least)),
        Class::Is(ref class) | Class::Uncertain(ref class) => *class,
    };
    let certain = !matches!(class, Class::Uncertain(_));
    Bad { failure: complaint.failure(&FACEBOOK, of, what, then), certain }
}

#[cfg(test)]
mod tests;
