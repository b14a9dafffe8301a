//! Requests as text for snapshots, with every secret masked.

use std::fmt::Write as _;

use url::Position;

use super::{Auth, Field, OutBody, Outgoing};

/// A request, query values and proofs masked.
pub(crate) fn shown(request: &Outgoing) -> String {
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
        Auth::Header { name, .. } => {
            let _ = write!(text, "\n{name}: key");
        }
    }
    match &request.body {
        OutBody::Empty => {}
        OutBody::Json(value) => {
            let _ = write!(text, "\n{value:#}");
        }
        OutBody::Form(pairs) => pairs.iter().for_each(|(name, value)| {
            let _ = write!(text, "\n{name}={value}");
        }),
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
