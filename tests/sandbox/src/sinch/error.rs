//! Sinch's refusals. Callers decide on the status; the words are for people.

use serde_json::json;

use crate::faults::{Answer, Fault};

/// An error of the Conversation API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SinchError {
    /// HTTP status.
    pub code: u16,
    /// The name of it, such as `INVALID_ARGUMENT`.
    pub status: &'static str,
    /// In words.
    pub message: String,
}

impl SinchError {
    /// An error with a status of its own.
    pub fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into() }
    }

    /// The request is not understood or not allowed.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// No proof, or one that is not good.
    pub fn unauthenticated() -> Self {
        Self::new(401, "UNAUTHENTICATED", "Request had invalid credentials.")
    }

    /// The token's time is over.
    pub fn token_expired() -> Self {
        Self::new(401, "UNAUTHENTICATED", "The access token expired")
    }

    /// The key belongs to another project.
    pub fn forbidden() -> Self {
        Self::new(403, "PERMISSION_DENIED", "The caller does not have permission")
    }

    /// There is no such thing in this project and region.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, "NOT_FOUND", format!("{what} not found"))
    }

    /// Too many calls.
    pub fn rate_limited() -> Self {
        Self::new(429, "RESOURCE_EXHAUSTED", "Request rate limit exceeded")
    }

    /// Sinch is down for a while.
    pub fn unavailable() -> Self {
        Self::new(503, "UNAVAILABLE", "The service is currently unavailable.")
    }
}

impl From<SinchError> for Answer {
    fn from(error: SinchError) -> Self {
        let details =
            json!([{"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": crate::ids::letters()}]);
        let body = json!({"error": {
            "code": error.code, "message": error.message, "status": error.status, "details": details,
        }});
        let answer = Self { label: error.status.to_owned(), ..Self::json(error.code, &body) };
        match error.code {
            401 if error.message.contains("expired") => answer.with(
                "www-authenticate",
                r#"Bearer error="invalid_token", error_description="The access token expired""#,
            ),
            401 => answer.with("www-authenticate", "Bearer"),
            429 => answer.with("retry-after", "1"),
            _ => answer,
        }
    }
}

impl From<SinchError> for Fault {
    fn from(error: SinchError) -> Self {
        Self::Refuse(error.into())
    }
}
