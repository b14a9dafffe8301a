//! How Motion, or the web server in front of it, refuses a call.

use serde_json::json;

use crate::faults::{Answer, Fault};

/// The fault of answering every call with this status, in the form that such an answer has.
pub fn status(status: u16) -> Fault {
    Fault::Refuse(match status {
        401 => unauthorized(),
        403 => Answer::json(403, &json!({"message": "Forbidden"})),
        404 => not_found(),
        400 | 422 => invalid(status, "Validation error"),
        429 => Answer::json(429, &json!({"message": "Too Many Requests"})).with("retry-after", "1"),
        500 => constraint(),
        502..=504 => Answer::html(status),
        _ => Answer::json(status, &json!({"message": "Error"})),
    })
}

pub(super) fn unauthorized() -> Answer {
    Answer::json(401, &json!({"message": "Unauthorized"}))
}

pub(super) fn not_found() -> Answer {
    Answer::json(404, &json!({"message": "Not found"}))
}

pub(super) fn invalid(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message }))
}

pub(super) fn constraint() -> Answer {
    Answer::json(
        500,
        &json!({
            "code": "ER_NO_REFERENCED_ROW_2",
            "message": "Cannot add or update a child row: a foreign key constraint fails",
        }),
    )
}
