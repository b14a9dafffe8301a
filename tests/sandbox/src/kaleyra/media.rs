//! Files both ways. A customer's file is where its callback says, for anyone who knows the address, for a time. A file to a
//! customer is fetched from where the message says, with HEAD and then with GET.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-media-messages>

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::meta::File;
use crate::{World, ids};

const MB: usize = 1_000_000;
/// How long a file to a customer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A file of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentFile {
    /// File name, as far as it is known.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// How WhatsApp shows it: `image`, `video`, `audio` or `document`.
    pub shown_as: String,
    /// Length in bytes.
    pub length: usize,
    /// Where it is to be had.
    pub url: String,
    /// Its content, of a file that the number sent.
    #[serde(skip)]
    pub bytes: bytes::Bytes,
}

/// One request for a customer's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFetch {
    /// What it was answered.
    pub status: u16,
    /// Whether a key or another credential came along, which it does not need.
    pub with_credential: bool,
}

/// The files of customers.
#[derive(Debug, Default)]
pub(super) struct Media(Mutex<BTreeMap<String, Hosted>>);

#[derive(Debug)]
struct Hosted {
    file: File,
    expired: bool,
    fetches: Vec<FileFetch>,
}

impl Media {
    /// Hosts the file of a message, at the address that its callback tells.
    pub(super) fn host(&self, base: &str, file: File) -> SentFile {
        let id = ids::letters();
        let hosted_at = format!("{base}/kaleyra/media/{id}");
        let sent = SentFile {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            shown_as: shown_as(&file.content_type).to_owned(),
            length: file.bytes.len(),
            url: file.elsewhere.clone().unwrap_or(hosted_at),
            bytes: file.bytes.clone(),
        };
        self.lock().insert(id, Hosted { file, expired: false, fetches: Vec::new() });
        sent
    }

    pub(super) fn fetches(&self, url: &str) -> Vec<FileFetch> {
        self.lock().get(id_of(url)).map(|hosted| hosted.fetches.clone()).unwrap_or_default()
    }

    pub(super) fn expire(&self, url: &str) {
        if let Some(hosted) = self.lock().get_mut(id_of(url)) {
            hosted.expired = true;
        }
    }

    /// The file, or the status with which it is refused.
    fn fetched(&self, id: &str, with_credential: bool) -> Result<File, u16> {
        let mut all = self.lock();
        let hosted = all.get_mut(id).ok_or(404_u16)?;
        let missing = hosted.file.missing > 0;
        hosted.file.missing = hosted.file.missing.saturating_sub(1);
        let status = match (hosted.expired, missing) {
            (true, _) => 403,
            (false, true) => 404,
            (false, false) => 200,
        };
        hosted.fetches.push(FileFetch { status, with_credential });
        if status == 200 { Ok(hosted.file.clone()) } else { Err(status) }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Hosted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /kaleyra/media/{id}`.
pub(super) async fn serve(State(world): State<Arc<World>>, Path(id): Path<String>, request: Request) -> Response {
    let headers = request.headers();
    let with_credential = headers.contains_key("api-key") || headers.contains_key("authorization");
    let file = match world.kaleyra.media.fetched(&id, with_credential) {
        Ok(file) => file,
        Err(status) => return StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND).into_response(),
    };
    let length = file.bytes.len();
    let mut response = Response::new(Body::from(file.bytes));
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn id_of(url: &str) -> &str {
    let below = url.split_once("/kaleyra/media/").map_or("", |(_, below)| below);
    below.split('/').next().unwrap_or_default()
}

/// How WhatsApp shows a type.
fn shown_as(content_type: &str) -> &'static str {
    match content_type {
        "image/jpeg" | "image/png" => "image",
        "video/mp4" | "video/3gpp" => "video",
        "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp4" | "audio/ogg" => "audio",
        _ => "document",
    }
}

/// Fetches a file for a customer, as WhatsApp does: the code that a failure has in a status. A file that the message calls
/// another kind than its type is, is not taken.
pub(super) async fn fetch(world: &World, url: &str, name: Option<&str>, called: Option<&str>) -> Result<SentFile, u32> {
    const NOT_FETCHED: u32 = 131_052;
    const NOT_TAKEN: u32 = 131_053;
    let head = world.http.head(url).timeout(PATIENCE).send().await.map_err(|_| NOT_FETCHED)?;
    let got = world.http.get(url).timeout(PATIENCE).send().await.map_err(|_| NOT_FETCHED)?;
    if head.status() != StatusCode::OK || got.status() != StatusCode::OK {
        return Err(NOT_FETCHED);
    }
    let content_type = header(head.headers(), CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned();
    let shown_as = shown_as(&content_type);
    let fits = called.is_none_or(|called| called == shown_as || called == "document");
    let disposition = disposition_name(got.headers());
    let last = url.rsplit('/').next().unwrap_or_default();
    let name = name.map(str::to_owned).or(disposition).unwrap_or_else(|| last.to_owned());
    let bytes = got.bytes().await.map_err(|_| NOT_FETCHED)?;
    let shown_as = called.unwrap_or(shown_as).to_owned();
    let largest = match shown_as.as_str() {
        "image" => 5 * MB,
        "video" | "audio" => 16 * MB,
        _ => 100 * MB,
    };
    if content_type.is_empty() || !fits || bytes.len() > largest {
        return Err(NOT_TAKEN);
    }
    Ok(SentFile { name, content_type, shown_as, length: bytes.len(), url: url.to_owned(), bytes })
}

/// The name that stands in `Content-Disposition`, in plain letters.
fn disposition_name(headers: &HeaderMap) -> Option<String> {
    let disposition = header(headers, CONTENT_DISPOSITION);
    let (_, rest) = disposition.split_once("filename=\"")?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

fn header(headers: &HeaderMap, name: http::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
