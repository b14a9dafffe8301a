//! WhatsApp's refusals. The same codes are in the answer to a call and in failed statuses.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>

use serde_json::{Value, json};

use crate::meta::GraphError;

/// Code, HTTP status of an answer with it, and what Meta calls it.
const KNOWN: [(u32, u16, &str); 27] = [
    (3, 500, "API Method"),
    (10, 403, "Permission Denied"),
    (368, 403, "Temporarily blocked for policies violations"),
    (80007, 400, "Rate limit issues"),
    (130429, 400, "Rate limit hit"),
    (130472, 400, "User's number is part of an experiment"),
    (131000, 500, "Something went wrong"),
    (131005, 403, "Access denied"),
    (131008, 400, "Required parameter is missing"),
    (131009, 400, "Parameter value is not valid"),
    (131016, 500, "Service unavailable"),
    (131021, 400, "Recipient cannot be sender"),
    (131026, 400, "Message undeliverable"),
    (131030, 400, "Recipient phone number not in allowed list"),
    (131031, 403, "Business Account locked"),
    (131042, 400, "Business eligibility payment issue"),
    (131047, 400, "Re-engagement message"),
    (131048, 400, "Spam rate limit hit"),
    (131049, 400, "This message was not delivered to maintain healthy ecosystem engagement."),
    (131050, 400, "User has stopped receiving marketing messages from your business"),
    (131051, 400, "Unsupported message type"),
    (131053, 400, "Media upload error"),
    (131056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    (131057, 500, "Account in maintenance mode"),
    (132000, 400, "Number of parameters does not match the expected number of params"),
    (132001, 404, "Template name does not exist in the translation"),
    (133010, 400, "Phone number is not registered"),
];

/// Codes of templates and numbers that have no status of their own.
const MORE: [(u32, &str); 7] = [
    (131062, "Business-scoped user ID is not supported for this message"),
    (132005, "Translated text too long"),
    (132012, "Parameter format does not match format in the created template"),
    (132015, "Template is paused"),
    (132016, "Template is disabled"),
    (132018, "There is an issue with the parameters in your template"),
    (133005, "Two-step verification PIN mismatch"),
];

fn of(code: u32) -> (u16, &'static str) {
    let known = KNOWN.iter().find(|(of, ..)| *of == code).map(|(_, status, title)| (*status, *title));
    let more = || MORE.iter().find(|(of, _)| *of == code).map(|(_, title)| (400, *title));
    known.or_else(more).unwrap_or((400, "Generic user error"))
}

impl GraphError {
    /// WhatsApp's refusal with this code, in its words, and what it says exactly.
    pub fn whatsapp(code: u32, details: impl Into<String>) -> Self {
        let (status, title) = of(code);
        Self { status, details: Some(details.into()), ..Self::new(code, None, format!("(#{code}) {title}")) }
    }

    /// A parameter of WhatsApp's that is not there.
    pub(super) fn absent(parameter: &str) -> Self {
        Self::whatsapp(131_008, format!("Parameter '{parameter}' is mandatory."))
    }

    /// A parameter of WhatsApp's with which it can do nothing.
    pub(super) fn invalid(parameter: &str) -> Self {
        Self::whatsapp(131_009, format!("Parameter '{parameter}' has a value that is not valid."))
    }

    /// The same, answered 401 as WhatsApp answers who has no good token.
    pub(super) fn unauthorised(self) -> Self {
        Self { status: 401, ..self }
    }
}

/// Why a message that was taken will not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) code: u32,
    pub(super) details: String,
}

impl Failed {
    pub(super) fn new(code: u32, details: impl Into<String>) -> Self {
        Self { code, details: details.into() }
    }

    /// As it stands in a status.
    pub(super) fn body(&self) -> Value {
        let (_, title) = of(self.code);
        json!({
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": {"details": self.details},
            "href": "/documentation/business-messaging/whatsapp/support/error-codes",
        })
    }
}
