//! The body of a call: a JSON object of at most 1 MiB, said to be one.

use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::error::ApiError;

/// The largest body.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// A JSON object, its values not yet looked at.
pub(crate) struct JsonObject(pub(crate) Map<String, Value>);

impl<S: Sync> FromRequest<S> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(is_json) {
            return Err(ApiError::NotJson);
        }
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await.map_err(|_| ApiError::TooLarge)?;
        read(&bytes).map(Self)
    }
}

fn read(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ApiError::Malformed("The body must be a JSON object, in braces.".to_owned())),
        // Of the error only the place: its text may quote the body.
        Err(error) => Err(ApiError::Malformed(format!(
            "The body is not JSON: it cannot be read from line {}, column {} on.",
            error.line(),
            error.column()
        ))),
    }
}

fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (content_type, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/jsonp", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(is_json(content_type), json, "{content_type}");
        }
    }

    #[test]
    fn only_objects() {
        assert!(read(b"{\"a\":1}").is_ok());
        for wrong in [&b""[..], b"[]", b"\"a\"", b"1", b"null", b"{", b"{\"a\":1}x", b"\xff", b"{\"a\":\"\xff\"}"] {
            assert!(matches!(read(wrong), Err(ApiError::Malformed(_))), "{wrong:?}");
        }
    }
}
