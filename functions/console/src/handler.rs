//! From the gateway's event to the router and back.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body as GatewayBody;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Request;
use shared::gateway::Call;
use tower::ServiceExt;

use crate::app::HubUrl;
use crate::error::ApiError;

/// No answer is larger: a list of 100 messages, or one queue body.
const LARGEST_ANSWER: usize = 5 * 1024 * 1024;

/// Answers one call.
pub async fn handle(router: &Router, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let domain = event.request_context.domain_name.clone();
    let response = match request(event, domain) {
        Ok(request) => router.clone().oneshot(request).await.unwrap_or_else(|never| match never {}),
        Err(error) => error.into_response(),
    };
    to_gateway(response).await
}

fn request(event: ApiGatewayV2httpRequest, domain: Option<String>) -> Result<Request<Body>, ApiError> {
    let malformed = || ApiError::Malformed("The call cannot be read; check its address and body.".to_owned());
    let call = Call::from_event(event).map_err(|_| malformed())?;
    let address = if call.query.is_empty() { call.path } else { format!("{}?{}", call.path, call.query) };
    let mut request = Request::builder().method(call.method).uri(address);
    if let Some(domain) = domain {
        request = request.extension(HubUrl(format!("https://{domain}")));
    }
    let mut request = request.body(Body::from(call.body)).map_err(|_| malformed())?;
    *request.headers_mut() = call.headers;
    Ok(request)
}

async fn to_gateway(response: Response) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = i64::from(parts.status.as_u16());
    answer.headers = parts.headers;
    // All answers are made here, of text.
    let bytes = axum::body::to_bytes(body, LARGEST_ANSWER).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    answer.body = (!text.is_empty()).then_some(GatewayBody::Text(text));
    answer
}

#[cfg(test)]
mod tests;
