//! The part of Motion's REST API that a connector uses: files, and the account.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::refusal::{invalid, not_found};
use super::server::DeskServer;
use super::state::{AccountState, StoredFile};
use crate::faults::Answer;

/// What an administrator may set as largest file, at most.
const LARGEST: usize = 25 << 20;

/// Whether the call shows the account's API key in its query, or its user and password. A key in a header is nothing
/// that Motion documents.
pub(super) fn authorized(account: &AccountState, query: &str, headers: &HeaderMap) -> bool {
    let key =
        url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "apikey" && value == account.api_key);
    let basic =
        headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Basic "));
    let known = STANDARD.encode(format!("{}:{}", account.user, account.password));
    key || basic.is_some_and(|basic| basic.trim() == known)
}

/// `POST /attachments`: one part called `file`, with a file name.
pub(super) async fn store(server: &DeskServer, headers: &HeaderMap, body: Bytes) -> Response {
    match upload(headers, body).await {
        Ok((name, content_type, bytes)) => {
            Answer::json(201, &server.store(name, content_type, bytes).json()).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn upload(headers: &HeaderMap, body: Bytes) -> Result<(String, String, Bytes), Answer> {
    let unreadable = || invalid(400, "Multipart: the body cannot be read");
    let mut request = Request::new(Body::from(body));
    if let Some(content_type) = headers.get(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, content_type.clone());
    }
    // How large a file may be is Motion's to say, not axum's.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut file = None;
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        let (name, file_name) = (part.name().map(str::to_owned), part.file_name().map(str::to_owned));
        let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = part.bytes().await.map_err(|_| unreadable())?;
        match (name.as_deref(), file_name) {
            (Some("file"), Some(file_name)) if !file_name.is_empty() && file.is_none() => {
                file = Some((file_name, content_type, bytes));
            }
            (Some("file"), _) => return Err(invalid(400, "file: exactly one, with a file name")),
            _ => return Err(invalid(400, "Unexpected field")),
        }
    }
    let file = file.ok_or_else(|| invalid(400, "file is required"))?;
    if file.2.len() > LARGEST { Err(Answer::html(413)) } else { Ok(file) }
}

/// `GET /attachments/{id}`
pub(super) fn describe(file: Option<StoredFile>) -> Response {
    file.map_or_else(not_found, |file| Answer::json(200, &file.json())).into_response()
}

/// `GET /attachments/{id}/download`
pub(super) fn download(file: Option<StoredFile>) -> Response {
    let Some(file) = file else { return not_found().into_response() };
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let mut response = Response::new(Body::from(file.bytes));
    for (header, value) in [(CONTENT_TYPE, file.content_type), (CONTENT_DISPOSITION, disposition)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header, value);
        }
    }
    response
}
