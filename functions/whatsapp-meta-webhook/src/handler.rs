//! Which address was called, and what is done there.

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use http::Method;
use shared::channel::whatsapp::meta::WhatsAppMeta;
use shared::gateway::{self, Call};
use shared::time::Timestamp;
use shared::webhook::{self, Route, Shell};

/// Answers one call.
pub(crate) async fn handle(shell: &Shell, event: ApiGatewayV2httpRequest) -> ApiGatewayV2httpResponse {
    let Ok(call) = Call::from_event(event) else { return gateway::empty(400) };
    let Some(route) = route(&call) else { return gateway::empty(404) };
    let now = Timestamp::now();
    match call.method {
        Method::GET => webhook::handshake::<WhatsAppMeta>(shell, route, &call, now).await,
        Method::POST => webhook::receive::<WhatsAppMeta>(shell, route, call, now).await,
        _ => gateway::empty(405),
    }
}

/// `/webhooks/whatsapp/meta`, alone or with `/{integration}`. An id that is none costs no AWS call.
fn route(call: &Call) -> Option<Route> {
    match call.segments().as_slice() {
        ["webhooks", "whatsapp", "meta"] => Some(Route::Deployment),
        ["webhooks", "whatsapp", "meta", integration] => integration.parse().ok().map(Route::Integration),
        _ => None,
    }
}
