//! What was asked of a simulator, kept so that a test can look at every byte of it.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde::{Serialize, Serializer};

use crate::clock;

/// The largest body that is kept; of a larger one only the length is.
const KEPT: usize = 1 << 20;

/// One call to a simulator, taken or refused.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// When it came, in milliseconds since 1970.
    pub at: i64,
    /// GET, POST or DELETE.
    pub method: String,
    /// The path behind the simulator's base address.
    pub path: String,
    /// The query as sent, without the question mark.
    #[serde(skip)]
    pub query: String,
    /// Names in lower case.
    #[serde(skip)]
    pub headers: Vec<(String, String)>,
    /// The bytes as sent; empty if over 1 MiB.
    #[serde(serialize_with = "length")]
    pub body: Bytes,
    /// Length of the body as sent.
    pub body_length: usize,
    /// What was answered; nothing while, or if, nothing was.
    pub status: Option<u16>,
}

impl Call {
    pub(crate) fn new(method: &Method, uri: &Uri, path: &str, headers: &HeaderMap, body: &Bytes) -> Self {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Self {
            at: clock::now(),
            method: method.to_string(),
            path: path.to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            headers,
            body: if body.len() <= KEPT { body.clone() } else { Bytes::new() },
            body_length: body.len(),
            status: None,
        }
    }

    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The calls to one page or account, in order.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Calls(pub Vec<Call>);

impl Calls {
    /// Adds a call and gives its number.
    pub(crate) fn begin(&mut self, call: Call) -> usize {
        self.0.push(call);
        self.0.len() - 1
    }

    /// Notes what the call was answered.
    pub(crate) fn end(&mut self, number: usize, status: u16) {
        if let Some(call) = self.0.get_mut(number) {
            call.status = Some(status);
        }
    }
}

fn length<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(body.len() as u64)
}
