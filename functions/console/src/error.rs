//! What can go wrong with a call, and the one place that says it in HTTP. Every error is JSON with a sentence for a
//! person and a code for a program.

use std::collections::BTreeMap;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use shared::queue::QueueError;
use shared::secrets::SecretsError;
use shared::store::StoreError;
use utoipa::ToSchema;

/// What went wrong, sorted by what the caller can do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ApiError {
    /// Sign in, or sign in again.
    Unauthenticated(&'static str, &'static str),
    /// Send the call in the right form.
    Malformed(String),
    /// Say that the body is JSON.
    NotJson,
    /// Send less.
    TooLarge,
    /// Correct these settings.
    Invalid(Problems),
    /// The platform does not take a credential; its own words.
    PlatformRefused(String),
    /// The platform cannot be asked now.
    PlatformAway(String),
    /// There is no such thing, or it is not the caller's.
    NotFound(&'static str),
    /// Call another method here.
    WrongMethod,
    /// Something stands in the way: a code and what it is.
    Conflict(&'static str, String),
    /// Try again in a moment.
    Unavailable,
}

/// What is wrong with which setting, each in a sentence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Problems(BTreeMap<String, String>);

impl Problems {
    /// Notes a problem; the first one of a setting stays.
    pub(crate) fn add(&mut self, setting: impl Into<String>, sentence: impl ToString) {
        self.0.entry(setting.into()).or_insert_with(|| sentence.to_string());
    }

    /// Goes on if there are none.
    pub(crate) fn check(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::Invalid(self)) }
    }

    /// One problem.
    pub(crate) fn one(setting: impl Into<String>, sentence: impl ToString) -> ApiError {
        let mut problems = Self::default();
        problems.add(setting, sentence);
        ApiError::Invalid(problems)
    }

    #[cfg(test)]
    pub(crate) fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// What happened and what to do, for a person.
    message: String,
    /// The same for a program.
    #[schema(example = "not_found")]
    code: &'static str,
    /// With `invalid`: each wrong setting and what is wrong with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

impl ApiError {
    fn parts(self) -> (StatusCode, ErrorBody) {
        let body = |code, message: String| ErrorBody { message, code, fields: BTreeMap::new() };
        match self {
            Self::Unauthenticated(code, sentence) => (StatusCode::UNAUTHORIZED, body(code, sentence.to_owned())),
            Self::Malformed(sentence) => (StatusCode::BAD_REQUEST, body("malformed", sentence)),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                body("not_json", "The body must be JSON, sent as Content-Type: application/json.".to_owned()),
            ),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, body("too_large", "The body is larger than 1 MiB.".to_owned()))
            }
            Self::Invalid(Problems(fields)) => {
                let message = match fields.len() {
                    1 => "One setting is not right; see fields.".to_owned(),
                    many => format!("{many} settings are not right; see fields."),
                };
                (StatusCode::UNPROCESSABLE_ENTITY, ErrorBody { message, code: "invalid", fields })
            }
            Self::PlatformRefused(sentence) => (StatusCode::UNPROCESSABLE_ENTITY, body("platform_refused", sentence)),
            Self::PlatformAway(sentence) => (StatusCode::BAD_GATEWAY, body("platform_away", sentence)),
            Self::NotFound(sentence) => (StatusCode::NOT_FOUND, body("not_found", sentence.to_owned())),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                body("wrong_method", "This address takes other methods; see /api/openapi.json.".to_owned()),
            ),
            Self::Conflict(code, sentence) => (StatusCode::CONFLICT, body(code, sentence)),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                body("unavailable", "The hub cannot do this at the moment; try again in a minute.".to_owned()),
            ),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, body) = self.parts();
        let mut response = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error == StoreError::Conflict {
            return Self::Conflict(
                "changed_meanwhile",
                "Someone else changed this at the same moment; read it again and repeat what you want.".to_owned(),
            );
        }
        tracing::error!(%error, "the table failed the console");
        Self::Unavailable
    }
}

impl From<SecretsError> for ApiError {
    fn from(error: SecretsError) -> Self {
        tracing::error!(%error, "the secrets failed the console");
        Self::Unavailable
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        tracing::error!(%error, "the queue failed the console");
        Self::Unavailable
    }
}
