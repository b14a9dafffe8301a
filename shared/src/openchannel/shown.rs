//! What the tests of Motion's requests share.

use crate::http::{Answer, HttpError};

pub(super) use crate::http::shown::shown;

/// A fixture of the repository.
pub(super) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../tests/fixtures/motion/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// An answer as the client would hand it over.
pub(super) fn answer(status: u16, body: impl AsRef<[u8]>) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: http::HeaderMap::new(), body: body.as_ref().to_vec().into() })
}
