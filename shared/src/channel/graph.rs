//! Meta's Graph API, which Messenger and WhatsApp have in common: how a request is made, and what an answer says before a
//! channel judges it. The token goes in a header, so that no log of addresses holds it.
//!
//! <https://developers.facebook.com/docs/graph-api/overview>

use std::time::Duration;

use http::{HeaderMap, Method};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::facebook::authenticate::appsecret_proof;
use super::quoted::{quoted, without_numbers};
use super::{Failure, FailureClass, PlatformError};
use crate::http::{Answer, Auth, HttpError, LONGEST_WAIT, OutBody, Outgoing, retry_after};

/// In whose name Graph is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Graph<'a> {
    /// Where the Graph API is; may have a path of its own before the version.
    pub(super) base: &'a Url,
    /// Its version, as `v26.0`.
    pub(super) version: &'a str,
    /// The token.
    pub(super) token: &'a SecretString,
    /// The secret of the app that the token belongs to; the proof is left out without it.
    pub(super) app_secret: Option<&'a SecretString>,
}

impl Graph<'_> {
    /// A request to what `path` names.
    pub(super) fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)], body: OutBody) -> Outgoing {
        let mut url = self.base.clone();
        // An address without a path, as `mailto:`, stays as it is; the guarded client lets none but http and https out.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(self.version).extend(path);
        }
        let proof = self.app_secret.and_then(|secret| appsecret_proof(secret, self.token));
        let proof = proof.as_deref().map(|proof| ("appsecret_proof", proof));
        if !query.is_empty() || proof.is_some() {
            url.query_pairs_mut().extend_pairs(query.iter().copied().chain(proof));
        }
        Outgoing { method, url, auth: Auth::Bearer(self.token.clone()), body }
    }
}

/// A platform behind Graph, as sentences for an agent speak of it.
pub(super) struct Service {
    /// Its name.
    pub(super) name: &'static str,
    /// What to do before a message is sent again of which nobody knows whether it went.
    pub(super) look: &'static str,
}

/// A request that did not succeed, and whether that is certain.
pub(super) struct Bad {
    pub(super) failure: Failure,
    pub(super) certain: bool,
}

/// What Graph says is wrong.
pub(super) struct Complaint {
    /// The HTTP status that it came under.
    pub(super) status: u16,
    /// Its code.
    pub(super) code: i64,
    /// Its finer code.
    pub(super) subcode: Option<i64>,
    /// Whether Graph takes it for a passing one.
    pub(super) transient: bool,
    /// How long to wait, where Graph says.
    pub(super) wait: Option<Duration>,
    /// Graph's own words, free of anything like a secret.
    words: Option<String>,
    /// The id by which Meta's support finds the call.
    trace: Option<String>,
}

impl Complaint {
    /// The same, with words that name no telephone number.
    pub(super) fn without_numbers(self) -> Self {
        Self { words: self.words.as_deref().map(without_numbers), ..self }
    }

    /// The failure that it is: `what` happened, Graph's own words, what to do.
    pub(super) fn failure(self, service: &Service, class: FailureClass, what: &str, then: &str) -> Failure {
        let what = format!("{what} {}", said(service.name, self.words.as_deref(), &self.code.to_string()));
        let platform = PlatformError { code: self.code, subcode: self.subcode, trace: self.trace };
        Failure { platform: Some(platform), ..Failure::of(class, what, then) }
    }
}

/// The platform's words, made fit to be shown before, or else its code.
pub(super) fn said(name: &str, words: Option<&str>, code: &str) -> String {
    match words {
        Some(words) => format!("{name} says: \"{words}\""),
        None => format!("{name} gives the code {code}."),
    }
}

/// The body of a good answer; `judge` says what becomes of a complaint.
pub(super) fn good<'a>(
    result: &'a Result<Answer, HttpError>,
    service: &Service,
    judge: impl FnOnce(Complaint) -> Bad,
) -> Result<&'a [u8], Bad> {
    let name = service.name;
    let (class, certain, what, then) = match result {
        Ok(answer) => return judged(answer, service, judge),
        Err(HttpError::Forbidden(_)) => (
            FailureClass::Configuration,
            true,
            format!("The hub may not call the address set for {name}."),
            "An administrator must check it.",
        ),
        Err(HttpError::NotConnected(_)) => {
            (FailureClass::Transient, true, format!("{name} could not be reached."), "Try again in a few minutes.")
        }
        Err(HttpError::NoAnswer(_)) => (
            FailureClass::Transient,
            false,
            format!("{name} gave no usable answer, so the message may have been sent."),
            service.look,
        ),
    };
    Err(Bad { failure: Failure::of(class, what, then), certain })
}

/// An answer came, but not what the platform promises.
pub(super) fn unusable(service: &Service) -> Failure {
    let name = service.name;
    let what =
        format!("{name} answered in a way that the hub does not understand, so it may or may not have been done.");
    Failure::of(FailureClass::Transient, what, &format!("Look at {name} before trying again."))
}

/// Whether something was done. Graph says `true`, and in places `"true"`.
pub(super) fn says_success(body: &[u8]) -> bool {
    let answer: Option<Value> = serde_json::from_slice(body).ok();
    match answer.as_ref().and_then(|answer| answer.get("success")) {
        Some(Value::Bool(success)) => *success,
        Some(Value::String(success)) => success == "true",
        _ => false,
    }
}

fn judged<'a>(answer: &'a Answer, service: &Service, judge: impl FnOnce(Complaint) -> Bad) -> Result<&'a [u8], Bad> {
    match complaint(answer) {
        Some(complaint) => Err(judge(complaint)),
        None if (200..300).contains(&answer.status) => Ok(&answer.body),
        None => Err(wordless(answer, service)),
    }
}

fn complaint(answer: &Answer) -> Option<Complaint> {
    let value: Value = serde_json::from_slice(&answer.body).ok()?;
    let error = value.get("error")?;
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let details = error.get("error_data").and_then(|data| data.get("details")?.as_str());
    let trace =
        text("fbtrace_id").filter(|trace| trace.len() <= 64 && trace.bytes().all(|byte| byte.is_ascii_graphic()));
    Some(Complaint {
        status: answer.status,
        code: number(error, "code")?,
        subcode: number(error, "error_subcode").filter(|subcode| *subcode != 0),
        transient: error.get("is_transient").and_then(Value::as_bool) == Some(true) || answer.status >= 500,
        wait: wait(&answer.headers),
        words: [text("error_user_msg"), details, text("message")].into_iter().flatten().find_map(quoted),
        trace: trace.map(str::to_owned),
    })
}

/// Something between us and Graph says no, or Graph fell over.
fn wordless(answer: &Answer, service: &Service) -> Bad {
    let name = service.name;
    let (class, certain, what, then) = match answer.status {
        429 => (
            FailureClass::Throttled(wait(&answer.headers)),
            true,
            format!("{name} takes no more messages at the moment."),
            "Try again in a few minutes.",
        ),
        413 => (FailureClass::Permanent, true, format!("This is too large for {name}."), "Send something smaller."),
        408 => (FailureClass::Transient, true, format!("{name} did not get the whole message."), "Try again."),
        500.. => (
            FailureClass::Transient,
            false,
            format!("{name} failed while it worked on the message, so it may have been sent."),
            service.look,
        ),
        _ => (
            FailureClass::Configuration,
            true,
            format!("What answers at the address set for {name} is not {name}."),
            "An administrator must check it.",
        ),
    };
    Bad { failure: Failure::of(class, what, then), certain }
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
    let usage = headers.get("x-business-use-case-usage").and_then(|usage| usage.to_str().ok());
    let usage: Option<Value> = usage.and_then(|usage| serde_json::from_str(usage).ok());
    let usages = usage.as_ref().and_then(Value::as_object).into_iter().flat_map(|by_business| by_business.values());
    let minutes = usages
        .filter_map(Value::as_array)
        .flatten()
        .filter_map(|use_case| use_case.get("estimated_time_to_regain_access")?.as_u64())
        .max();
    let told = minutes.filter(|minutes| *minutes > 0).map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    told.map(|told| told.min(LONGEST_WAIT)).max(retry_after(headers))
}
