//! Which address was called, and what is done there.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::Method;
use shared::channel::whatsapp::kaleyra::Kaleyra;
use shared::gateway::{self, Call};
use shared::time::Timestamp;
use shared::webhook::{self, Route, Shell};

/// Answers one call. Which verb a callback comes by is a setting at Kaleyra, and news of the number always come by GET.
pub(crate) async fn handle(shell: &Shell, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let Ok(call) = Call::from_event(event) else { return gateway::empty(400) };
    let Some(route) = route(&call) else { return gateway::empty(404) };
    match call.method {
        Method::GET | Method::POST => webhook::receive::<Kaleyra>(shell, route, call, Timestamp::now()).await,
        _ => gateway::empty(405),
    }
}

/// `/webhooks/whatsapp/kaleyra/{integration}/{secret}`. An id that is none costs no AWS call.
fn route(call: &Call) -> Option<Route> {
    match call.segments().as_slice() {
        ["webhooks", "whatsapp", "kaleyra", integration, _secret] => integration.parse().ok().map(Route::Integration),
        _ => None,
    }
}
