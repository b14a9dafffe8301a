//! Integrations: listed, read, and what waits for their desk tried again. Making, changing, switching and deleting one are
//! files of their own.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, RawPathParams, State};
use futures_util::StreamExt;
use futures_util::stream;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use shared::id::{IntegrationId, TenantId};
use shared::store::Integration;
use shared::time::Timestamp;
use utoipa::ToSchema;

use crate::app::{App, HubUrl};
use crate::auth::Person;
use crate::error::{ApiError, ErrorBody};

mod bridge;
pub(crate) mod create;
pub(crate) mod delete;
mod desk;
mod draft;
mod drains;
pub(crate) mod findings;
mod forms;
mod graph;
mod platform;
pub(crate) mod providers;
pub(crate) mod recontact;
#[cfg(test)]
pub(crate) mod samples;
mod schema;
mod settings;
pub(crate) mod switch;
pub(crate) mod update;
pub(crate) mod view;

pub(crate) use drains::target;
use findings::Finding;
use view::{Detail, View};

/// How many secrets are read at a time.
const READ_AT_ONCE: usize = 10;
/// The same words for what does not exist and what is another's.
pub(crate) const UNKNOWN: ApiError = ApiError::NotFound("There is no such integration.");

/// The integration that an address names. One that cannot be an id costs no call.
pub(crate) struct Named(pub(crate) IntegrationId);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        path_part(parts, app, "id").await?.parse().map(Self).map_err(|_| UNKNOWN)
    }
}

/// A named part of the address.
pub(crate) async fn path_part(parts: &mut Parts, app: &Arc<App>, name: &str) -> Result<String, ApiError> {
    let all = RawPathParams::from_request_parts(parts, app).await.map_err(|_| UNKNOWN)?;
    all.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).ok_or(UNKNOWN)
}

/// The integrations of a company.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Integrations {
    /// Oldest first.
    integrations: Vec<View>,
}

/// How much was handed to the workers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Queued {
    /// How many conversations are tried now.
    pub(crate) conversations: usize,
}

/// All integrations of the company, oldest first, without their Reply URLs.
#[utoipa::path(get, path = "/api/integrations", operation_id = "list_integrations", tag = "integrations", responses(
    (status = 200, body = Integrations),
    (status = 401, body = ErrorBody),
    (status = 503, body = ErrorBody),
))]
pub(crate) async fn list(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
) -> Result<Json<Integrations>, ApiError> {
    let tenant = person.tenant(&app).await?;
    let integrations = app.store.integrations(tenant).await?;
    let now = Timestamp::now();
    let views = stream::iter(integrations).map(|integration| async {
        let secrets = app.secrets.integration(integration.id, now).await?;
        let findings = findings::of_settings(&integration, secrets.as_ref());
        Ok::<_, ApiError>(View::of(integration, secrets.as_ref(), &hub, Detail::Listed, findings))
    });
    let views: Vec<_> = views.buffered(READ_AT_ONCE).collect().await;
    Ok(Json(Integrations { integrations: views.into_iter().collect::<Result<_, _>>()? }))
}

/// One integration, with the Reply URL to enter in Motion.
#[utoipa::path(get, path = "/api/integrations/{id}", operation_id = "read_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses(
        (status = 200, body = View),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn read(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
    Named(id): Named,
) -> Result<Json<View>, ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    Ok(Json(show(&app, &hub, integration, Vec::new()).await?))
}

/// Tries everything that waits for the desk now, without waiting for the next try by itself.
#[utoipa::path(post, path = "/api/integrations/{id}/retry", operation_id = "retry_waiting_messages", tag = "messages",
    params(("id" = String, Path, description = "The integration")),
    responses(
        (status = 202, body = Queued, description = "How many conversations are tried now"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`disabled`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn retry(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
) -> Result<(StatusCode, Json<Queued>), ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    check_enabled(&integration)?;
    let conversations = drains::send(&app, &integration).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { conversations })))
}

/// A tenant's integration; another's is as unknown as none.
pub(crate) async fn own(app: &App, tenant: TenantId, id: IntegrationId) -> Result<Integration, ApiError> {
    app.store.tenants_integration(tenant, id).await?.ok_or(UNKNOWN)
}

/// Nothing goes to the desk of a disabled integration.
pub(crate) fn check_enabled(integration: &Integration) -> Result<(), ApiError> {
    if integration.enabled {
        return Ok(());
    }
    Err(ApiError::Conflict(
        "disabled",
        "The integration is disabled, so nothing goes to its desk; enable it, and what waits goes by itself."
            .to_owned(),
    ))
}

/// An integration as its owner sees it, with what was found just now before what its settings tell.
async fn show(app: &App, hub: &HubUrl, integration: Integration, found: Vec<Finding>) -> Result<View, ApiError> {
    let secrets = app.secrets.current_integration(integration.id, Timestamp::now()).await?;
    let mut findings = found;
    findings.extend(findings::of_settings(&integration, secrets.as_ref()));
    let holder = app.store.claim_holder(&integration.account).await?;
    if holder != Some(integration.id) {
        findings.push(Finding::new(
            "account_elsewhere",
            "The account is connected by another integration now: new messages go there, only what waits here goes to this \
             desk.",
        ));
    }
    Ok(View::of(integration, secrets.as_ref(), hub, Detail::Whole, findings))
}
