//! Requests as text for snapshots, with every secret masked.

use std::fmt::Write as _;

use url::Position;

use crate::http::{Answer, Auth, Field, HttpError, OutBody, Outgoing};

/// A fixture of the repository.
pub(super) fn fixture(name: &str) -> Vec<u8> {
    let path = format!("{}/../tests/fixtures/motion/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// An answer as the client would hand it over.
pub(super) fn answer(status: u16, body: impl AsRef<[u8]>) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: http::HeaderMap::new(), body: body.as_ref().to_vec().into() })
}

/// A request, query values and proofs masked.
pub(super) fn shown(request: &Outgoing) -> String {
    let mut text = format!("{} {}", request.method, &request.url[..Position::AfterPath]);
    for (index, (name, value)) in request.url.query_pairs().enumerate() {
        let _ = write!(text, "{}{name}=({} characters)", if index == 0 { '?' } else { '&' }, value.chars().count());
    }
    match &request.auth {
        Auth::None => {}
        Auth::Bearer(_) => text.push_str("\nbearer token"),
        Auth::Basic { user, .. } => {
            let _ = write!(text, "\nuser {user} and password");
        }
    }
    match &request.body {
        OutBody::Empty => {}
        OutBody::Json(value) => {
            let _ = write!(text, "\n{value:#}");
        }
        OutBody::Multipart(fields) => fields.iter().for_each(|field| match field {
            Field::Text { name, value } => {
                let _ = write!(text, "\n{name}: {value}");
            }
            Field::File { name, file_name, content_type, bytes } => {
                let _ = write!(text, "\n{name}: file {file_name}, {content_type}, {} bytes", bytes.len());
            }
        }),
    }
    text
}
