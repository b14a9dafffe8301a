//! Files of customers: at public addresses that nobody can guess, for a while, without any credential.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::World;
use crate::ids;

/// A file that a customer sends.
#[derive(Clone, Debug)]
pub struct File {
    /// File name. Sinch tells it of a document only; the address ends in its ending.
    pub name: String,
    /// MIME type that is told, true or not.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
    /// So many requests for it are answered 404 first.
    pub missing: u32,
    /// Whether its time is over.
    pub expired: bool,
    /// Another address than one of this sandbox.
    pub elsewhere: Option<String>,
}

impl File {
    /// A file of this MIME type.
    pub fn new(name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let (name, content_type) = (name.to_owned(), content_type.to_owned());
        Self { name, content_type, bytes: bytes.into(), missing: 0, expired: false, elsewhere: None }
    }

    /// A file at an address outside this sandbox.
    pub fn at(url: &str) -> Self {
        Self { elsewhere: Some(url.to_owned()), ..Self::new("elsewhere", "application/octet-stream", Bytes::new()) }
    }

    /// The same file, answered 404 for the first `times` requests.
    #[must_use]
    pub fn missing_at_first(self, times: u32) -> Self {
        Self { missing: times, ..self }
    }

    /// The same file, which is not there any more.
    #[must_use]
    pub fn gone(self) -> Self {
        Self { expired: true, ..self }
    }
}

/// A request for a hosted file.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// What it was answered.
    pub status: u16,
    /// Whether it carried an `Authorization` header: it should not, these addresses need none.
    pub authorized: bool,
}

/// The files that are hosted, by the random part of their address.
#[derive(Debug, Default)]
pub(crate) struct Media(Mutex<BTreeMap<String, (File, Vec<Fetch>)>>);

impl Media {
    /// Hosts `file` and gives its address, which is a new one each time.
    pub(super) fn host(&self, base: &str, file: File) -> String {
        if let Some(elsewhere) = file.elsewhere {
            return elsewhere;
        }
        let id = ids::letters();
        let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC).to_string().replace("%2E", ".");
        let url = format!("{base}/sinch/media/{id}/{name}");
        self.lock().insert(id, (file, Vec::new()));
        url
    }

    /// The requests for the file at `url`, in order.
    pub(super) fn fetches(&self, url: &str) -> Vec<Fetch> {
        let id = url.split("/sinch/media/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        self.lock().get(id).map(|(_, fetches)| fetches.clone()).unwrap_or_default()
    }

    fn fetch(&self, id: &str, authorized: bool) -> Result<File, StatusCode> {
        let mut all = self.lock();
        let (file, fetches) = all.get_mut(id).ok_or(StatusCode::NOT_FOUND)?;
        let result = if file.expired {
            Err(StatusCode::GONE)
        } else if file.missing > 0 {
            file.missing -= 1;
            Err(StatusCode::NOT_FOUND)
        } else {
            Ok(file.clone())
        };
        fetches.push(Fetch { status: result.as_ref().map_or_else(StatusCode::as_u16, |_| 200), authorized });
        result
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (File, Vec<Fetch>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `GET /sinch/media/{id}/{name}`
pub(crate) async fn serve(
    State(world): State<Arc<World>>,
    Path((id, _name)): Path<(String, String)>,
    request: Request,
) -> Response {
    match world.sinch.media.fetch(&id, request.headers().contains_key(AUTHORIZATION)) {
        Ok(file) => {
            let mut response = Response::new(Body::from(file.bytes));
            if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
                response.headers_mut().insert(CONTENT_TYPE, content_type);
            }
            response
        }
        Err(status) => status.into_response(),
    }
}
