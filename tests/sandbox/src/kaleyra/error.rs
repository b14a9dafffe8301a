//! Kaleyra's refusals, in its own forms: a field with what is wrong with it, or a code.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-error-codes>,
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-error-codes-for-send-message>

use serde_json::{Value, json};

use crate::faults::{Answer, Fault};

/// An error of either API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KaleyraError {
    /// HTTP status.
    pub status: u16,
    /// The field or the code.
    pub label: String,
    body: Value,
}

impl KaleyraError {
    /// A field that the first API does not take.
    pub fn field(name: &str, what: &str) -> Self {
        Self { status: 400, label: name.to_owned(), body: json!({ "error": { name: what } }) }
    }

    /// An error with a code.
    pub fn code(status: u16, code: &str, message: &str) -> Self {
        Self { status, label: code.to_owned(), body: json!({ "code": code, "message": message }) }
    }

    /// Account and key do not fit.
    pub fn unauthenticated() -> Self {
        Self::code(401, "RBC001", "Incorrect SID or API Key.")
    }

    /// A body that the second API does not take.
    pub fn payload(what: &str) -> Self {
        Self::code(400, "WA400", what)
    }

    /// The number is not of this account or not on this API.
    pub fn not_authorised() -> Self {
        Self::code(401, "WA401", "Unauthorized access.")
    }

    /// The account calls too often.
    pub fn too_many_requests() -> Self {
        Self::code(429, "429", "Too Many Requests")
    }

    /// The account has used up its day.
    pub fn daily_limit() -> Self {
        Self::code(429, "WAV2101", "Account daily limit reached.")
    }

    /// Kaleyra fell over, and says that it did nothing.
    pub fn internal() -> Self {
        Self::code(500, "WA500", "Internal Server Error.")
    }
}

impl From<KaleyraError> for Answer {
    fn from(error: KaleyraError) -> Self {
        Self { label: error.label, ..Self::json(error.status, &error.body) }
    }
}

impl From<KaleyraError> for Fault {
    fn from(error: KaleyraError) -> Self {
        Self::Refuse(error.into())
    }
}
