//! Ways in which a simulator can be told to fail, and for how many calls.

use std::fmt;
use std::future::{Future, pending};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Serialize, Serializer};
use tokio::time::sleep;

use crate::server;

/// What goes wrong with a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Answers this; what was sent is not taken.
    Refuse(Answer),
    /// Takes what was sent, and answers this all the same.
    RefuseAfter(Answer),
    /// Takes what was sent, and answers as usual after this time.
    Slow(Duration),
    /// Takes what was sent and never answers.
    Hang,
    /// Reads the request, does not take it, never answers.
    HangBefore,
    /// Takes what was sent and closes the connection without an answer.
    DropAfter,
    /// Closes the connection without an answer; nothing was taken.
    DropBefore,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuse(answer) => f.write_str(&answer.label),
            Self::RefuseAfter(answer) => write!(f, "takes_then_{}", answer.label),
            Self::Slow(time) => write!(f, "slow_{}", time.as_millis()),
            Self::Hang => f.write_str("hang"),
            Self::HangBefore => f.write_str("hang_before"),
            Self::DropAfter => f.write_str("drop_after"),
            Self::DropBefore => f.write_str("drop_before"),
        }
    }
}

impl Fault {
    /// Serves one call: `usual` is what takes it and answers.
    pub(crate) async fn play(fault: Option<Self>, usual: impl Future<Output = Response>) -> Response {
        match fault {
            None => usual.await,
            Some(Self::Refuse(answer)) => answer.into_response(),
            Some(Self::RefuseAfter(answer)) => {
                usual.await;
                answer.into_response()
            }
            Some(Self::Slow(time)) => {
                let response = usual.await;
                sleep(time).await;
                response
            }
            Some(Self::Hang) => {
                usual.await;
                pending().await
            }
            Some(Self::HangBefore) => pending().await,
            Some(Self::DropAfter) => {
                usual.await;
                server::hang_up()
            }
            Some(Self::DropBefore) => server::hang_up(),
        }
    }
}

/// An answer of a simulator's HTTP interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it is called for short: its status, or the code of its error.
    pub label: String,
    /// HTTP status.
    pub status: u16,
    /// Headers beside the usual ones, such as `retry-after`.
    pub headers: Vec<(&'static str, String)>,
    /// MIME type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// An answer with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        let (content_type, body) = ("application/json; charset=utf-8", body.to_string());
        Self { label: status.to_string(), status, headers: Vec::new(), content_type, body }
    }

    /// The page that a web server in front of a dead application answers with.
    pub fn html(status: u16) -> Self {
        let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
        let body = format!(
            "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>\
             </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Self { label: status.to_string(), status, headers: Vec::new(), content_type: "text/html", body }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(Bytes::from(self.body)));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

/// For which calls a fault stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct When {
    /// So many calls pass first.
    pub after: u32,
    /// Then so many fail; nothing = until it is lifted.
    pub times: Option<u32>,
}

impl When {
    /// Every call until it is lifted.
    pub const fn always() -> Self {
        Self { after: 0, times: None }
    }

    /// The next `times` calls.
    pub const fn next(times: u32) -> Self {
        Self { after: 0, times: Some(times) }
    }

    /// Only the call with this number, counted from 1.
    pub const fn nth(number: u32) -> Self {
        Self { after: number.saturating_sub(1), times: Some(1) }
    }
}

/// The faults that one page or account has been told. `C` names the kinds of call. As JSON: a list of their names.
#[derive(Clone, Debug)]
pub struct Faults<C>(Vec<(Option<C>, Fault, When)>);

impl<C> Serialize for Faults<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<C> Faults<C> {
    /// What each is called for short.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(_, fault, _)| fault.to_string())
    }
}

impl<C> Default for Faults<C> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<C: Copy + PartialEq> Faults<C> {
    /// Adds a fault for one kind of call, or for all of them.
    pub(crate) fn add(&mut self, call: Option<C>, fault: Fault, when: When) {
        self.0.push((call, fault, when));
    }

    pub(crate) fn lift(&mut self) {
        self.0.clear();
    }

    /// Whether any fault is left.
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The fault that meets a call of this kind, which counts as one.
    pub(crate) fn take(&mut self, call: C) -> Option<Fault> {
        let mut met = None;
        for (_, fault, when) in self.0.iter_mut().filter(|(of, ..)| of.is_none_or(|of| of == call)) {
            if when.after > 0 {
                when.after -= 1;
            } else if met.is_none() {
                met = Some(fault.clone());
                when.times = when.times.map(|times| times.saturating_sub(1));
            }
        }
        self.0.retain(|(.., when)| when.times != Some(0));
        met
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, When};

    fn taken(when: When) -> Vec<bool> {
        let mut faults = Faults::default();
        faults.add(Some('a'), Fault::Hang, when);
        assert_eq!(faults.take('b'), None, "another kind of call is not met and does not count");
        (0..4).map(|_| faults.take('a').is_some()).collect()
    }

    #[test]
    fn meets_the_calls_it_was_told() {
        assert_eq!(taken(When::next(2)), [true, true, false, false]);
        assert_eq!(taken(When::nth(3)), [false, false, true, false]);
        assert_eq!(taken(When::always()), [true, true, true, true]);
    }
}
