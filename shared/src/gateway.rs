//! An HTTP API's call as the function sees it, taken apart without losing a byte: what was signed is what we check.
//!
//! The event is read directly because `lambda_http` builds a URI from it, which normalises the query and panics on one
//! that is not legal; a signature is over what was sent, and nothing that is sent may make a function fall over.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};

/// A call, its body decoded.
#[derive(Clone, Debug)]
pub struct Call {
    /// The verb.
    pub method: Method,
    /// The path as sent.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// Where the call came from, as the gateway saw it.
    pub source_ip: Option<String>,
}

/// The gateway says that a body is base64, and it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not the base64 that it is said to be")]
pub struct NotBase64;

impl Call {
    /// Takes an event apart.
    ///
    /// # Errors
    /// [`NotBase64`] when the body cannot be decoded.
    pub fn from_event(event: ApiGatewayV2httpRequest) -> Result<Self, NotBase64> {
        let body = match event.body {
            None => Vec::new(),
            Some(body) if event.is_base64_encoded => STANDARD.decode(body).map_err(|_| NotBase64)?,
            Some(body) => body.into_bytes(),
        };
        Ok(Self {
            method: event.request_context.http.method,
            path: event.raw_path.unwrap_or_default(),
            query: event.raw_query_string.unwrap_or_default(),
            headers: event.headers,
            body,
            source_ip: event.request_context.http.source_ip,
        })
    }

    /// The pieces of the path between its slashes.
    pub fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

/// An answer without a body.
pub fn empty(status: u16) -> ApiGatewayV2httpResponse {
    answer(status, None, String::new())
}

/// An answer of plain text that no browser takes for anything else.
pub fn plain(status: u16, text: String) -> ApiGatewayV2httpResponse {
    let mut response = answer(status, Some("text/plain; charset=utf-8"), text);
    response.headers.insert(HeaderName::from_static("x-content-type-options"), HeaderValue::from_static("nosniff"));
    response
}

/// An answer of JSON.
pub fn json(status: u16, value: &serde_json::Value) -> ApiGatewayV2httpResponse {
    answer(status, Some("application/json"), value.to_string())
}

fn answer(status: u16, content_type: Option<&'static str>, text: String) -> ApiGatewayV2httpResponse {
    let mut response = ApiGatewayV2httpResponse::default();
    response.status_code = i64::from(status);
    if let Some(content_type) = content_type {
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    response.body = (!text.is_empty()).then_some(Body::Text(text));
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(body: &str, base64: bool) -> ApiGatewayV2httpRequest {
        serde_json::from_value(json!({
            "version": "2.0", "routeKey": "POST /fb/webhook", "rawPath": "/fb/web%20hook", "rawQueryString": "a=%7c&b=|",
            "headers": {"x-hub-signature-256": "sha256=00", "content-type": "application/json"},
            "requestContext": {"http": {"method": "POST", "path": "/fb/web hook", "sourceIp": "192.0.2.1"}},
            "body": body, "isBase64Encoded": base64,
        }))
        .unwrap()
    }

    #[test]
    fn nothing_of_a_call_is_changed() {
        let call = Call::from_event(event("{\"a\":\"\\/\"}", false)).unwrap();
        assert_eq!(call.path, "/fb/web%20hook");
        assert_eq!(call.query, "a=%7c&b=|");
        assert_eq!(call.body, b"{\"a\":\"\\/\"}");
        assert_eq!(call.source_ip.as_deref(), Some("192.0.2.1"));
        assert_eq!(call.segments(), ["fb", "web%20hook"]);
    }

    #[test]
    fn a_base64_body_is_the_same_bytes() {
        assert_eq!(Call::from_event(event("/wD+", true)).unwrap().body, [0xff, 0x00, 0xfe]);
        assert_eq!(Call::from_event(event("no base64!", true)).unwrap_err(), NotBase64);
    }
}
