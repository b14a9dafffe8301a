//! What the calls work with, and which address leads to which of them.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::request::Parts;
use http::{HeaderValue, Method};
use shared::channel::whatsapp::twilio;
use shared::channel::{Channel, Provider};
use shared::http::{Client, Guard, HttpError};
use shared::id::IntegrationId;
use shared::queue::Inbound;
use shared::secrets::Secrets;
use shared::store::Store;
use shared::time::Timestamp;
use tokio::time::Instant;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::jwks::Jwks;
use crate::auth::token;
use crate::config::Config;
use crate::error::ApiError;
use crate::{integrations, messages, status};

/// How long a call that only opens a connection may take while the function starts.
const WARM_UP: Duration = Duration::from_secs(2);

/// The clients and settings of one process.
pub struct App {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) secrets: Secrets,
    pub(crate) inbound: Inbound,
    pub(crate) http: Client,
    pub(crate) jwks: Jwks,
    pub(crate) token_rules: token::Rules,
}

impl App {
    /// An application with clients of its own.
    ///
    /// # Errors
    /// Where the system's certificates cannot be loaded.
    pub fn new(aws: &SdkConfig, config: Config) -> Result<Self, HttpError> {
        let http = Client::new(Guard::new(config.allowed_private_networks.clone(), config.runtime_api.clone()))?;
        Ok(Self {
            store: Store::new(aws_sdk_dynamodb::Client::new(aws), &config.table),
            secrets: Secrets::new(aws_sdk_secretsmanager::Client::new(aws), &config.secrets_prefix),
            inbound: Inbound::new(aws_sdk_sqs::Client::new(aws), &config.inbound_queue_url),
            jwks: Jwks::new(http.clone(), config.jwks_url.clone()),
            token_rules: token::Rules { issuer: config.issuer.clone(), client_id: config.client_id.clone() },
            http,
            config,
        })
    }

    /// Opens connections while the function starts, when time costs nothing. A failure shows again at the first call.
    pub async fn warm(&self) {
        let now = Timestamp::now();
        let store = tokio::time::timeout(WARM_UP, self.store.unclaimed());
        let secrets = tokio::time::timeout(WARM_UP, self.secrets.meta_app(now));
        let (store, secrets, (), ()) = tokio::join!(store, secrets, self.inbound.warm(), self.jwks.warm(now));
        let (store, secrets) = (matches!(store, Ok(Ok(_))), matches!(secrets, Ok(Ok(_))));
        if !(store && secrets) {
            tracing::warn!(store, secrets, "AWS did not answer while the function started");
        }
    }
}

/// Where the hub is reached, without a slash at the end: as the operator says, else by the gateway's own name.
#[derive(Clone, Debug)]
pub(crate) struct HubUrl(pub(crate) String);

impl HubUrl {
    /// The address that goes into the deployment's Meta app: for all pages, or for all numbers.
    pub(crate) fn shared_webhook(&self, channel: Channel) -> String {
        let path = match channel {
            Channel::Facebook => "fb/webhook",
            Channel::WhatsApp(_) => "webhooks/whatsapp/meta",
        };
        format!("{}/{path}", self.0)
    }

    /// The address of an integration's own; nothing where the deployment's Meta app serves it. `secret` guards an address
    /// that nobody signs.
    pub(crate) fn own_webhook(
        &self,
        channel: Channel,
        id: IntegrationId,
        own_app: bool,
        secret: Option<&str>,
    ) -> Option<String> {
        let path = match channel {
            Channel::Facebook | Channel::WhatsApp(Provider::Meta) if !own_app => return None,
            Channel::Facebook => format!("facebook/{id}"),
            Channel::WhatsApp(Provider::Meta) => format!("whatsapp/meta/{id}"),
            Channel::WhatsApp(Provider::Twilio) => format!("whatsapp/twilio/{id}{}", twilio::RETRIES),
            Channel::WhatsApp(Provider::Sinch) => format!("whatsapp/sinch/{id}"),
            Channel::WhatsApp(Provider::Kaleyra) => format!("whatsapp/kaleyra/{id}/{}", secret?),
        };
        Some(format!("{}/webhooks/{path}", self.0))
    }

    /// The address that goes into Motion.
    pub(crate) fn reply(&self, id: IntegrationId, secret: &str) -> String {
        format!("{}/api/reply/{id}/{secret}", self.0)
    }
}

impl FromRequestParts<Arc<App>> for HubUrl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let configured = app.config.public_url.clone().map(Self);
        let by_gateway = || parts.extensions.get::<Self>().cloned();
        Ok(configured.or_else(by_gateway).unwrap_or_else(|| Self(String::new())))
    }
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Open Channel Hub",
        description = "Integrations, made, watched and mended. Every call but this description needs an access token of \
                       the deployment's user pool. Every error is an object with a sentence for a person (`message`) and \
                       a word for a program (`code`)."
    ),
    security(("access_token" = [])),
    tags(
        (name = "hub", description = "Who one is, and how the deployment is"),
        (name = "integrations", description = "Accounts of a channel, each linked to an Open Channel account of Motion"),
        (name = "messages", description = "Messages that wait for a desk, that failed, or that agents wrote and that are held"),
    )
)]
struct Description;

/// All addresses of the console, with their description at `/api/openapi.json`.
pub fn router(app: Arc<App>) -> Router {
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(status::me))
        .routes(routes!(status::status))
        .routes(routes!(integrations::list, integrations::create::create))
        .routes(routes!(integrations::read, integrations::update::update, integrations::delete::delete))
        .routes(routes!(integrations::switch::enable))
        .routes(routes!(integrations::switch::disable))
        .routes(routes!(integrations::retry))
        .routes(routes!(messages::list))
        .routes(routes!(messages::read, messages::discard))
        .routes(routes!(messages::replay))
        .routes(routes!(messages::replay_all::replay_all))
        .split_for_parts();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = description.components.get_or_insert_default();
    components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    let description = description.to_json().unwrap_or_default();
    router
        .route(
            "/api/openapi.json",
            axum::routing::get(|| async { ([(CONTENT_TYPE, "application/json")], description) }),
        )
        .method_not_allowed_fallback(|| async { ApiError::WrongMethod })
        .fallback(|| async { ApiError::NotFound("There is nothing at this address; see /api/openapi.json.") })
        .layer(middleware::from_fn(frame))
        .with_state(app)
}

/// What all calls share: an answer is kept by nobody, and a line in the log tells how it went, without path and query.
async fn frame(route: Option<MatchedPath>, method: Method, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut response = next.run(request).await.into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(route, %method, status = response.status().as_u16(), duration_ms, "a call was answered");
    response
}

#[cfg(test)]
pub(crate) mod tests;
