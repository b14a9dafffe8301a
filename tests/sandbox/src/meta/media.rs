//! Meta's file servers: addresses that work without a token as long as their signed query is whole.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::phone::FileKind;
use crate::World;
use crate::ids;

/// A file that a customer sends.
#[derive(Clone, Debug)]
pub struct File {
    /// What Messenger takes it for.
    pub kind: FileKind,
    /// File name.
    pub name: String,
    /// MIME type that the file server tells, true or not.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
    /// So many requests for it are answered 404 first.
    pub missing: u32,
    /// Whether its length is told before it is sent.
    pub tells_length: bool,
    /// Another address than one of this sandbox.
    pub elsewhere: Option<String>,
}

impl File {
    /// A file of this MIME type; the kind follows from it.
    pub fn new(name: &str, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        Self {
            kind: FileKind::of(content_type),
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            bytes: bytes.into(),
            missing: 0,
            tells_length: true,
            elsewhere: None,
        }
    }

    /// A file of so many bytes that mean nothing.
    pub fn of_size(name: &str, content_type: &str, length: usize) -> Self {
        Self::new(name, content_type, vec![b'x'; length])
    }

    /// A file at an address outside this sandbox.
    pub fn at(kind: FileKind, url: &str) -> Self {
        let file = Self::new("elsewhere", "application/octet-stream", Bytes::new());
        Self { kind, elsewhere: Some(url.to_owned()), ..file }
    }

    /// The same file, answered 404 for the first `times` requests.
    #[must_use]
    pub fn missing_at_first(self, times: u32) -> Self {
        Self { missing: times, ..self }
    }

    /// The same file, shown by Messenger as this kind, whatever it is.
    #[must_use]
    pub fn shown_as(self, kind: FileKind) -> Self {
        Self { kind, ..self }
    }

    /// The same file, sent without telling its length first.
    #[must_use]
    pub fn without_length(self) -> Self {
        Self { tells_length: false, ..self }
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
pub(crate) struct Media(Mutex<BTreeMap<String, Hosted>>);

#[derive(Debug)]
struct Hosted {
    file: File,
    signature: String,
    fetches: Vec<Fetch>,
}

impl Media {
    /// Hosts `file` and gives its address, which is a new one each time.
    pub(crate) fn host(&self, base: &str, file: File) -> String {
        if let Some(elsewhere) = file.elsewhere {
            return elsewhere;
        }
        let (id, signature) = (ids::decimal(), ids::letters());
        let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC).to_string().replace("%2E", ".");
        let url = format!("{base}/graph/media/{id}/{name}?oh={signature}&oe=69A1");
        self.lock().insert(id, Hosted { file, signature, fetches: Vec::new() });
        url
    }

    /// The requests for the file at `url`, in order.
    pub(crate) fn fetches(&self, url: &str) -> Vec<Fetch> {
        let id = url.split("/graph/media/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        self.lock().get(id).map(|hosted| hosted.fetches.clone()).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Hosted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch(&self, id: &str, query: &str, authorized: bool) -> Result<File, StatusCode> {
        let mut all = self.lock();
        let hosted = all.get_mut(id).ok_or(StatusCode::NOT_FOUND)?;
        let result = if !query.split('&').any(|pair| pair == format!("oh={}", hosted.signature)) {
            Err(StatusCode::FORBIDDEN)
        } else if hosted.file.missing > 0 {
            hosted.file.missing -= 1;
            Err(StatusCode::NOT_FOUND)
        } else {
            Ok(hosted.file.clone())
        };
        let status = result.as_ref().map_or_else(StatusCode::as_u16, |_| 200);
        hosted.fetches.push(Fetch { status, authorized });
        result
    }
}

/// `GET /graph/media/{id}/{name}`
pub(crate) async fn serve(
    State(world): State<Arc<World>>,
    Path((id, _name)): Path<(String, String)>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let authorized = request.headers().contains_key(AUTHORIZATION);
    match world.media.fetch(&id, query, authorized) {
        Ok(file) => body_of(file),
        Err(StatusCode::FORBIDDEN) => (StatusCode::FORBIDDEN, "URL signature mismatch").into_response(),
        Err(status) => status.into_response(),
    }
}

pub(super) fn body_of(file: File) -> Response {
    let length = file.bytes.len();
    let body = if file.tells_length {
        Body::from(file.bytes)
    } else {
        Body::from_stream(stream::iter([Ok::<_, std::convert::Infallible>(file.bytes)]))
    };
    let mut response = Response::new(body);
    if let Ok(content_type) = HeaderValue::from_str(&file.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if file.tells_length {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
