//! What a webhook holds: parameters by name, in the body of a POST or in the query of a GET. Any may be missing, and new
//! ones are added without notice.
//!
//! <https://www.twilio.com/docs/messaging/guides/webhook-request>

use std::collections::BTreeMap;

use http::Method;
use url::form_urlencoded;

use crate::channel::RawRequest;

/// What stands before every address of the channel.
const SCHEME: &str = "whatsapp:";

/// The parameters of one call; of a repeated one its first value.
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    /// The parameters that a call holds.
    pub(super) fn of(request: &RawRequest) -> Self {
        let mut params = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(written(request)) {
            params.entry(name.into_owned()).or_insert_with(|| value.into_owned());
        }
        Self(params)
    }

    /// A parameter that says something, without blanks around it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Words as they were written, if there are any.
    pub(super) fn words(&self, name: &str) -> Option<String> {
        self.0.get(name).filter(|value| !value.trim().is_empty()).cloned()
    }

    /// The `index`th of parameters that are numbered from nought.
    pub(super) fn numbered(&self, name: &str, index: usize) -> Option<&str> {
        self.text(&format!("{name}{index}"))
    }

    /// Whether a parameter says yes. Absent, it says no.
    pub(super) fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// An address of the channel, without what stands before it.
    pub(super) fn address(&self, name: &str) -> Option<&str> {
        self.text(name).and_then(|address| address.strip_prefix(SCHEME))
    }
}

/// The bytes in which the parameters stand.
pub(super) fn written(request: &RawRequest) -> &[u8] {
    if request.method == Method::GET { request.query.as_bytes() } else { &request.body }
}
