//! What Graph's answer means: sent, not sent, or nobody knows; and a sentence that tells an agent what happened and what to
//! do. Many failures come only later, by status, and are judged by the same table: `cloud::errors`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::channel::graph::{self, Bad, Complaint, Service};
use crate::channel::scalar::{Id, Text};
use crate::channel::whatsapp::cloud::errors::{Rule, rule};
use crate::channel::{Failure, FailureClass, Verdict};
use crate::http::{Answer, HttpError};
use crate::id::MessageId;

const WHATSAPP: Service =
    Service { name: "WhatsApp", look: "Ask the customer whether it arrived before sending it again." };

const FELL_OVER: &str = "WhatsApp failed while it worked on the message, so it may have been sent.";

/// Codes by which WhatsApp says that it did not even begin: away for the moment, or at work on the number.
const DID_NOT_BEGIN: [i64; 3] = [131016, 131057, 133004];

/// What became of a message.
pub(super) fn verdict(result: &Result<Answer, HttpError>) -> Verdict {
    #[derive(Deserialize)]
    struct Sent {
        messages: Vec<Message>,
    }
    #[derive(Deserialize)]
    struct Message {
        id: Id,
    }
    let sent = good(result).map(|body| serde_json::from_slice::<Sent>(body).ok()?.messages.into_iter().next());
    match sent {
        Ok(Some(Message { id: Id(id) })) => Verdict::Sent { message: MessageId::new(id) },
        Ok(None) => Verdict::Unknown(unusable()),
        Err(Bad { failure, certain: true }) => Verdict::NotSent(failure),
        Err(Bad { failure, certain: false }) => Verdict::Unknown(failure),
    }
}

/// The id of a file that was handed over.
pub(super) fn uploaded(result: &Result<Answer, HttpError>) -> Result<String, Failure> {
    #[derive(Deserialize)]
    struct Uploaded {
        id: Id,
    }
    parsed(result).map(|Uploaded { id: Id(id) }| id)
}

/// Where a customer's file lies. That WhatsApp does not know the id means that it has the file no more: it keeps them for
/// seven days.
pub(super) fn media_address(result: &Result<Answer, HttpError>) -> Result<Url, Failure> {
    #[derive(Deserialize)]
    struct Media {
        url: Text,
    }
    let Media { url: Text(url) } = parsed(result).map_err(|failure| match failure.class {
        FailureClass::Permanent => gone(failure),
        _ => failure,
    })?;
    url.parse().map_err(|_| unusable())
}

fn gone(failure: Failure) -> Failure {
    let what = "WhatsApp does not hand over the file.".to_owned();
    Failure { sentence: format!("{what} Ask the customer to send it again."), what, ..failure }
}

/// Whether something was done.
pub(super) fn done(result: &Result<Answer, HttpError>) -> Result<(), Failure> {
    let body = good(result).map_err(|bad| bad.failure)?;
    graph::says_success(body).then_some(()).ok_or_else(unusable)
}

/// A good answer, read.
pub(super) fn parsed<T: DeserializeOwned>(result: &Result<Answer, HttpError>) -> Result<T, Failure> {
    let body = good(result).map_err(|bad| bad.failure)?;
    serde_json::from_slice(body).map_err(|_| unusable())
}

/// The body of a good answer.
fn good(result: &Result<Answer, HttpError>) -> Result<&[u8], Bad> {
    graph::good(result, &WHATSAPP, refused)
}

/// An answer came, but not what the platform promises.
fn unusable() -> Failure {
    graph::unusable(&WHATSAPP)
}

/// Graph says no. Under a 5xx it may have failed after it sent the message.
fn refused(complaint: Complaint) -> Bad {
    let Rule { class, what, then, .. } = rule(complaint.code, complaint.transient);
    let fell_over =
        complaint.status >= 500 && *class == FailureClass::Transient && !DID_NOT_BEGIN.contains(&complaint.code);
    let class = match *class {
        FailureClass::Throttled(least) => FailureClass::Throttled(complaint.wait.max(least)),
        class => class,
    };
    let (what, then) = if fell_over { (FELL_OVER, WHATSAPP.look) } else { (*what, *then) };
    Bad { failure: complaint.without_numbers().failure(&WHATSAPP, class, what, then), certain: !fell_over }
}

#[cfg(test)]
mod tests;
