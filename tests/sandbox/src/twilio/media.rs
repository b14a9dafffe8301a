//! Files both ways. A customer's file is at the API, for who has the account's credential, and from there at an address that
//! works for a short time. A file to a customer is fetched from where the message says, with HEAD and then with GET.
//!
//! <https://www.twilio.com/docs/messaging/api/media-resource>,
//! <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use super::error::TwilioError;
use super::sid;
use crate::meta::{Fetch, File};
use crate::{World, ids};

/// The largest file to a customer.
const LARGEST: usize = 16_000_000;
/// The largest picture to a customer.
const LARGEST_IMAGE: usize = 5_000_000;
/// How long a file to a customer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// What WhatsApp takes of files.
const TAKEN: [&str; 15] = [
    "image/jpeg",
    "image/png",
    "image/webp",
    "audio/ogg",
    "audio/amr",
    "audio/3gpp",
    "audio/aac",
    "audio/mpeg",
    "video/mp4",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/vcard",
];

/// A file of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentFile {
    /// File name, as far as it is known.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// Length in bytes.
    pub length: usize,
    /// Where it is to be had.
    pub url: String,
    /// Its content, of a file that the number sent.
    #[serde(skip)]
    pub bytes: bytes::Bytes,
}

/// The requests for a customer's file, in order.
#[derive(Clone, Debug, Default)]
pub struct MediaFetches {
    /// At the API; `authorized` says whether a credential came along, right or wrong.
    pub api: Vec<Fetch>,
    /// At the address that the API redirects to.
    pub link: Vec<Fetch>,
}

/// The files of customers, by the path of their address.
#[derive(Debug, Default)]
pub(crate) struct Media(Mutex<BTreeMap<String, Hosted>>);

#[derive(Debug)]
struct Hosted {
    file: File,
    link: String,
    expired: bool,
    fetches: MediaFetches,
}

impl Media {
    /// Hosts the file of a message, at the address that its webhook tells.
    pub(super) fn host(&self, base: &str, account: &str, message: &str, file: File) -> SentFile {
        let path = format!("2010-04-01/Accounts/{account}/Messages/{message}/Media/{}", sid("ME"));
        let url = file.elsewhere.clone().unwrap_or_else(|| format!("{base}/twilio/{path}"));
        let sent = SentFile {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            length: file.bytes.len(),
            url,
            bytes: file.bytes.clone(),
        };
        let hosted = Hosted { file, link: ids::letters(), expired: false, fetches: MediaFetches::default() };
        self.lock().insert(path, hosted);
        sent
    }

    pub(super) fn fetches(&self, url: &str) -> MediaFetches {
        self.lock().get(path_of(url)).map(|hosted| hosted.fetches.clone()).unwrap_or_default()
    }

    pub(super) fn expire(&self, url: &str) {
        if let Some(hosted) = self.lock().get_mut(path_of(url)) {
            hosted.expired = true;
        }
    }

    /// Notes a request at the API that was answered before it came here.
    pub(super) fn note(&self, path: &str, status: u16, authorized: bool) {
        if let Some(hosted) = self.lock().get_mut(path) {
            hosted.fetches.api.push(Fetch { status, authorized });
        }
    }

    /// The answer of the API to whoever has shown the account's credential: where the file is.
    pub(super) fn redirect(&self, base: &str, path: &str) -> Result<Response, TwilioError> {
        let mut all = self.lock();
        let hosted = all.get_mut(path).ok_or_else(|| TwilioError::not_found(path))?;
        let missing = hosted.expired || hosted.file.missing > 0;
        hosted.file.missing = hosted.file.missing.saturating_sub(1);
        if missing {
            hosted.fetches.api.push(Fetch { status: 404, authorized: true });
            return Err(TwilioError::not_found(path));
        }
        hosted.fetches.api.push(Fetch { status: 307, authorized: true });
        let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
        if let Ok(location) = HeaderValue::from_str(&format!("{base}/twilio/cdn/{}", hosted.link)) {
            response.headers_mut().insert(LOCATION, location);
        }
        Ok(response)
    }

    fn linked(&self, link: &str, authorized: bool) -> Option<File> {
        let mut all = self.lock();
        let hosted = all.values_mut().find(|hosted| hosted.link == link)?;
        let status = if hosted.expired { 403 } else { 200 };
        hosted.fetches.link.push(Fetch { status, authorized });
        (!hosted.expired).then(|| hosted.file.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Hosted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /twilio/cdn/{id}`. It needs no credential; whether one came along is noted.
pub(crate) async fn serve_link(State(world): State<Arc<World>>, Path(id): Path<String>, request: Request) -> Response {
    let authorized = request.headers().contains_key(AUTHORIZATION);
    let Some(file) = world.twilio.media.linked(&id, authorized) else {
        return (StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>").into_response();
    };
    let length = file.bytes.len();
    let mut response = Response::new(Body::from(file.bytes));
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn path_of(url: &str) -> &str {
    url.split_once("/twilio/").map_or("", |(_, path)| path)
}

/// Fetches a file for a customer, as WhatsApp does: the code that a failure has in a status.
pub(super) async fn fetch(world: &World, url: &str) -> Result<SentFile, u32> {
    const NOT_FETCHED: u32 = 63019;
    let head = world.http.head(url).timeout(PATIENCE).send().await.map_err(|_| NOT_FETCHED)?;
    if head.status() != StatusCode::OK {
        return Err(NOT_FETCHED);
    }
    let content_type = header(head.headers(), CONTENT_TYPE).split(';').next().unwrap_or_default().trim().to_owned();
    if !TAKEN.contains(&content_type.as_str()) {
        return Err(63021);
    }
    let got = world.http.get(url).timeout(PATIENCE).send().await.map_err(|_| NOT_FETCHED)?;
    if got.status() != StatusCode::OK {
        return Err(NOT_FETCHED);
    }
    let name = name(got.headers()).unwrap_or_else(|| url.rsplit('/').next().unwrap_or_default().to_owned());
    let bytes = got.bytes().await.map_err(|_| NOT_FETCHED)?;
    let largest = if content_type.starts_with("image/") { LARGEST_IMAGE } else { LARGEST };
    if bytes.len() > largest {
        return Err(63034);
    }
    Ok(SentFile { name, content_type, length: bytes.len(), url: url.to_owned(), bytes })
}

/// The name that stands in `Content-Disposition`, in plain letters.
fn name(headers: &HeaderMap) -> Option<String> {
    let disposition = header(headers, CONTENT_DISPOSITION);
    let (_, rest) = disposition.split_once("filename=\"")?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

fn header(headers: &HeaderMap, name: http::HeaderName) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
