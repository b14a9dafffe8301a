//! Twilio's refusals, in its own form. Callers decide on the code; the words are for people.
//!
//! <https://www.twilio.com/docs/api/errors>

use serde_json::{Value, json};

use crate::faults::{Answer, Fault};

/// An error of the REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwilioError {
    /// HTTP status.
    pub status: u16,
    /// What went wrong.
    pub code: u32,
    /// In words.
    pub message: String,
}

impl TwilioError {
    /// An error with status 400.
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into() }
    }

    /// The credential is not the account's.
    pub fn unauthenticated() -> Self {
        Self { status: 401, ..Self::new(20003, "Authenticate") }
    }

    /// There is no such thing.
    pub fn not_found(path: &str) -> Self {
        Self { status: 404, ..Self::new(20404, format!("The requested resource /{path} was not found")) }
    }

    /// The account has used up its calls.
    pub fn too_many_requests() -> Self {
        Self { status: 429, ..Self::new(20429, "Too Many Requests") }
    }

    /// Twilio fell over.
    pub fn internal() -> Self {
        Self { status: 500, ..Self::new(20500, "An internal server error has occurred") }
    }

    pub(super) fn invalid_to(to: &str) -> Self {
        Self::new(21211, format!("The 'To' number {to} is not a valid phone number."))
    }

    pub(super) fn unknown_from() -> Self {
        Self::new(63007, "Twilio could not find a Channel with the specified From address")
    }

    pub(super) fn body(&self) -> Value {
        let more_info = format!("https://www.twilio.com/docs/errors/{}", self.code);
        json!({"code": self.code, "message": self.message, "more_info": more_info, "status": self.status})
    }
}

impl From<TwilioError> for Answer {
    fn from(error: TwilioError) -> Self {
        Self { label: error.code.to_string(), ..Self::json(error.status, &error.body()) }
    }
}

impl From<TwilioError> for Fault {
    fn from(error: TwilioError) -> Self {
        Self::Refuse(error.into())
    }
}
