//! What a call for a file is answered. The path is the file's only guard, so nothing of it is logged.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION};
use http::{HeaderValue, Method};
use shared::gateway::{self, Call};
use shared::links::{FileLinks, FileName, KeptFile, LinkError};
use shared::time::Timestamp;

/// Answers one call.
pub(crate) async fn handle(links: &FileLinks, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let Ok(call) = Call::from_event(event) else { return gateway::empty(400) };
    let Some(name) = name(&call) else { return gateway::empty(404) };
    let answer = match call.method {
        Method::HEAD | Method::GET => answer(links, &name, &call.method).await,
        _ => return gateway::empty(405),
    };
    answer.unwrap_or_else(|error| {
        tracing::error!(%error, "a file could not be looked up");
        gateway::empty(503)
    })
}

/// `/files/{random}`. What can be no name costs no AWS call.
fn name(call: &Call) -> Option<FileName> {
    match call.segments().as_slice() {
        ["files", name] => name.parse().ok(),
        _ => None,
    }
}

async fn answer(links: &FileLinks, name: &FileName, method: &Method) -> Result<ApiGatewayV2httpResponse, LinkError> {
    let Some(file) = links.look_up(name, Timestamp::now()).await? else { return Ok(gateway::empty(404)) };
    if method == Method::HEAD {
        return Ok(described(&file));
    }
    let address = links.presigned(name).await?;
    tracing::info!(length = file.length, "a file was fetched");
    Ok(with_headers(302, [(LOCATION, address), (CACHE_CONTROL, "no-store".to_owned())]))
}

/// The head of the file, as the provider reads it before it fetches: what is said here of the type it believes.
fn described(file: &KeptFile) -> ApiGatewayV2httpResponse {
    with_headers(
        200,
        [
            (CONTENT_TYPE, file.content_type.clone()),
            (CONTENT_LENGTH, file.length.to_string()),
            (CONTENT_DISPOSITION, file.disposition.clone()),
            (CACHE_CONTROL, "no-store".to_owned()),
        ],
    )
}

fn with_headers(status: u16, headers: impl IntoIterator<Item = (HeaderName, String)>) -> ApiGatewayV2httpResponse {
    let mut response = gateway::empty(status);
    for (name, value) in headers {
        response.headers.extend(HeaderValue::from_str(&value).map(|value| (name, value)));
    }
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(path: &str) -> Call {
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": "", "headers": {},
            "requestContext": {"http": {"method": "GET", "path": path}}, "isBase64Encoded": false,
        });
        Call::from_event(serde_json::from_value(event).unwrap()).unwrap()
    }

    #[test]
    fn only_the_address_of_a_file_is_looked_up() {
        let random = "A".repeat(43);
        let table = [
            (format!("/files/{random}"), true),
            (format!("/files/{random}/"), true),
            (format!("/files/{random}/x"), false),
            (format!("/file/{random}"), false),
            ("/files/".to_owned(), false),
            ("/files/META".to_owned(), false),
        ];
        for (path, is_file) in table {
            assert_eq!(name(&call(&path)).is_some(), is_file, "{path}");
        }
    }

    #[test]
    fn a_head_tells_what_the_provider_believes() {
        let file = KeptFile { content_type: "application/pdf".to_owned(), length: 5, disposition: "inline".to_owned() };
        let response = described(&file);
        assert_eq!(response.status_code, 200);
        assert_eq!(response.headers.get(CONTENT_TYPE).unwrap(), "application/pdf");
        assert_eq!(response.headers.get(CONTENT_LENGTH).unwrap(), "5");
        assert!(response.body.is_none());
    }
}
