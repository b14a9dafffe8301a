//! Fetches a file: read in a stream up to a cap, each hop of a redirect checked as if it were the first.

use std::fmt;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use tokio::time::Instant;
use url::Url;

use super::guard::{Purpose, host_of};
use super::{Auth, Client, HttpError, Outgoing, disposition, reason};

/// How many redirects a file may be behind.
const MOST_HOPS: usize = 3;

/// A file as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Download {
    /// All of it.
    pub bytes: Bytes,
    /// The MIME type that the server claims, without parameters.
    pub content_type: Option<String>,
    /// The name that the server gives it, else the last part of the path if that looks like a name. Not yet safe: see
    /// `openchannel::attachment`.
    pub file_name: Option<String>,
}

/// The name is the customer's own.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes of {}", self.bytes.len(), self.content_type.as_deref().unwrap_or("no type"))
    }
}

/// Why a file could not be had, sorted by what the caller does next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Our own guard does not let us fetch it: never.
    #[error("the address is not allowed: {0}")]
    Forbidden(String),
    /// It is larger than the cap in bytes: never.
    #[error("the file is larger than {} MB", .0 / (1024 * 1024))]
    TooLarge(usize),
    /// The server answered, but not with the file. 401 and 403: a credential is lacking or out of date.
    #[error("{host} answered {status}")]
    Status {
        /// Who answered.
        host: String,
        /// What it answered.
        status: u16,
    },
    /// It did not come, or not whole: later.
    #[error("{0}")]
    Failed(String),
}

impl Client {
    /// Fetches the file that `request` asks for, within `timeout` in all and at most `cap` bytes. A redirect is followed for
    /// [`Purpose::Media`] only, to where that purpose may go; the credential goes to the first origin alone.
    ///
    /// # Errors
    /// [`FetchError`], sorted by whether trying again can help.
    pub async fn fetch(
        &self,
        purpose: Purpose<'_>,
        request: Outgoing,
        timeout: Duration,
        cap: usize,
    ) -> Result<Download, FetchError> {
        let deadline = Instant::now() + timeout;
        let mut request = request;
        for _ in 0..=MOST_HOPS {
            let url = request.url.clone();
            let auth = request.auth.clone();
            let left = deadline.saturating_duration_since(Instant::now());
            let response = self.start(purpose, request, left).await?;
            match response.status().as_u16() {
                200 => return read(response, &url, cap).await,
                301 | 302 | 303 | 307 | 308 if matches!(purpose, Purpose::Media { .. }) => {
                    request = next_hop(&response, &url, auth)?;
                }
                status => return Err(FetchError::Status { host: host_of(&url), status }),
            }
        }
        Err(FetchError::Forbidden("the file is behind too many redirects".to_owned()))
    }
}

impl From<HttpError> for FetchError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::Forbidden(why) => Self::Forbidden(why),
            HttpError::NotConnected(why) | HttpError::NoAnswer(why) => Self::Failed(why),
        }
    }
}

/// The request for where a redirect points to. Another origin does not see the credential.
fn next_hop(response: &reqwest::Response, from: &Url, auth: Auth) -> Result<Outgoing, FetchError> {
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let url = location
        .and_then(|location| from.join(location).ok())
        .ok_or_else(|| FetchError::Failed(format!("{} redirects to no address", host_of(from))))?;
    let auth = if url.origin() == from.origin() { auth } else { Auth::None };
    Ok(Outgoing::get(url, auth))
}

async fn read(mut response: reqwest::Response, url: &Url, cap: usize) -> Result<Download, FetchError> {
    if response.content_length().is_some_and(|length| length > cap as u64) {
        return Err(FetchError::TooLarge(cap));
    }
    let header = |name| response.headers().get(name).map(http::HeaderValue::as_bytes).map(String::from_utf8_lossy);
    let content_type = header(CONTENT_TYPE)
        .and_then(|value| value.split(';').next().map(|essence| essence.trim().to_ascii_lowercase()))
        .filter(|essence| !essence.is_empty());
    let file_name = header(CONTENT_DISPOSITION)
        .and_then(|value| disposition::file_name(&value))
        .or_else(|| disposition::of_path(url));
    let expected = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    let mut bytes = BytesMut::with_capacity(expected);
    while let Some(chunk) = response.chunk().await.map_err(|error| reason::classify(&error, url))? {
        if bytes.len() + chunk.len() > cap {
            return Err(FetchError::TooLarge(cap));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Download { bytes: bytes.freeze(), content_type, file_name })
}

#[cfg(test)]
mod tests;
