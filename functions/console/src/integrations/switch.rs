//! Switching an integration off and on. Off, messages are set aside in order; on, they go over.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use shared::id::IntegrationId;
use shared::store::Integration;
use shared::time::Timestamp;

use super::view::View;
use super::{Named, bridge, drains, own, show};
use crate::app::{App, HubUrl};
use crate::auth::Person;
use crate::error::{ApiError, ErrorBody};

/// Lets messages go over again; what waits goes first. An account that nobody has meanwhile is claimed again.
#[utoipa::path(post, path = "/api/integrations/{id}/enable", operation_id = "enable_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses(
        (status = 200, body = View),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`changed_meanwhile`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn enable(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
    Named(id): Named,
) -> Result<Json<View>, ApiError> {
    let integration = switch(&person, &app, id, true).await?;
    let findings = [bridge::follow(&app, &integration).await, drains::send_after(&app, &integration).await];
    let findings = findings.into_iter().flatten().collect();
    Ok(Json(show(&app, &hub, integration, findings).await?))
}

/// Sets every message aside from now on. Answers of agents are refused.
#[utoipa::path(post, path = "/api/integrations/{id}/disable", operation_id = "disable_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses(
        (status = 200, body = View),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`changed_meanwhile`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn disable(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
    Named(id): Named,
) -> Result<Json<View>, ApiError> {
    let integration = switch(&person, &app, id, false).await?;
    let findings = bridge::follow(&app, &integration).await.into_iter().collect();
    Ok(Json(show(&app, &hub, integration, findings).await?))
}

async fn switch(person: &Person, app: &App, id: IntegrationId, enabled: bool) -> Result<Integration, ApiError> {
    let tenant = person.tenant(app).await?;
    let integration = own(app, tenant, id).await?;
    if integration.enabled == enabled {
        return Ok(integration);
    }
    let wanted = Integration { enabled, updated_at: Timestamp::now(), ..integration };
    if enabled && app.store.claim_holder(&wanted.account).await?.is_none() {
        app.store.update_and_claim(&wanted).await?;
    } else {
        app.store.update_integration(&wanted).await?;
    }
    let integration = own(app, tenant, id).await?;
    tracing::info!(integration = %id, enabled, "an integration was switched");
    Ok(integration)
}
