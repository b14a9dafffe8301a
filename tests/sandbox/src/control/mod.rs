//! The sandbox by HTTP, for its page and for other programs: what the library can do, as JSON under `/control/`.

mod account;
mod fault;
mod page;
mod state;
mod whatsapp;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use serde::Deserialize;
use serde_json::json;

use crate::World;
use crate::faults::Answer;

/// The routes.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/control/state", get(state::state))
        .route("/control/pages", post(page::add))
        .route("/control/pages/{page}/settings", post(page::set))
        .route("/control/pages/{page}/faults", post(page::fail).delete(page::mend))
        .route("/control/pages/{page}/webhooks", post(page::post_entries))
        .route("/control/pages/{page}/customers", post(page::add_customer))
        .route("/control/pages/{page}/customers/{psid}", post(page::act))
        .route("/control/accounts", post(account::add))
        .route("/control/accounts/{server}/{id}/settings", post(account::set))
        .route("/control/accounts/{server}/{id}/faults", post(account::fail).delete(account::mend))
        .route("/control/accounts/{server}/{id}/replies", post(account::reply))
        .route("/control/accounts/{server}/{id}/close", post(account::close))
        .route("/control/files/{server}/{id}", get(account::file))
        .merge(whatsapp::router())
}

/// Why the sandbox cannot do what it was asked to, said to whoever asked.
#[derive(Debug, thiserror::Error)]
enum ControlError {
    #[error("there is no {0}")]
    NotFound(String),
    #[error("{0}")]
    Invalid(String),
}

impl IntoResponse for ControlError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound(_) => 404,
            Self::Invalid(_) => 400,
        };
        Answer::json(status, &json!({"message": self.to_string()})).into_response()
    }
}

/// A file for the page. It is a stranger's, so it may run nothing.
fn shown(content_type: &str, bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    if let Ok(content_type) = HeaderValue::from_str(content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
    response
}

/// A file in a request.
#[derive(Debug, Deserialize)]
struct FileBody {
    name: String,
    #[serde(default = "unknown_type")]
    content_type: String,
    /// The content.
    base64: String,
}

fn unknown_type() -> String {
    "application/octet-stream".to_owned()
}

impl FileBody {
    fn bytes(&self) -> Result<Bytes, ControlError> {
        let decoded = STANDARD.decode(&self.base64);
        decoded.map(Bytes::from).map_err(|error| ControlError::Invalid(format!("{}: {error}", self.name)))
    }
}
