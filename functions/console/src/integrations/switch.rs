//! Switching an integration off and on. Off, messages are set aside in order; on, they go over.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use shared::id::IntegrationId;
use shared::store::Integration;
use shared::time::Timestamp;

use super::findings::Finding;
use super::platform::Platform;
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
    let (integration, claimed) = switch(&person, &app, id, true).await?;
    let mut findings = if claimed { subscribe(&app, &integration).await } else { Vec::new() };
    findings.extend(bridge::follow(&app, &integration).await);
    findings.extend(drains::send_after(&app, &integration).await);
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
    let (integration, _) = switch(&person, &app, id, false).await?;
    let findings = bridge::follow(&app, &integration).await.into_iter().collect();
    Ok(Json(show(&app, &hub, integration, findings).await?))
}

/// The integration as it is then, and whether it has claimed its account, which nobody had.
async fn switch(person: &Person, app: &App, id: IntegrationId, enabled: bool) -> Result<(Integration, bool), ApiError> {
    let tenant = person.tenant(app).await?;
    let integration = own(app, tenant, id).await?;
    let claims = enabled && app.store.claim_holder(&integration.account).await?.is_none();
    if integration.enabled == enabled && !claims {
        return Ok((integration, false));
    }
    let wanted = Integration { enabled, updated_at: Timestamp::now(), ..integration };
    if claims {
        app.store.update_and_claim(&Integration { taken_over_at: None, ..wanted }).await?;
    } else {
        app.store.update_integration(&wanted).await?;
    }
    let integration = own(app, tenant, id).await?;
    tracing::info!(integration = %id, enabled, claims, "an integration was switched");
    Ok((integration, claims))
}

/// Has the account's events sent to it again: whoever had the account before may have ended that.
///
/// It is enabled all the same: where the platform cannot be asked, that is a finding.
async fn subscribe(app: &App, integration: &Integration) -> Vec<Finding> {
    let subscribed = async {
        let Some(secrets) = app.secrets.current_integration(integration.id, Timestamp::now()).await? else {
            return Ok(Vec::new());
        };
        Ok::<_, ApiError>(Platform::of(app, integration, &secrets).await?.subscribe(&integration.account).await)
    };
    subscribed.await.unwrap_or_else(|error| {
        tracing::warn!(integration = %integration.id, ?error, "the platform could not be asked to send its events again");
        vec![Finding::new(
            "not_subscribed_again",
            "The platform could not be asked to send the account's events here again. Send its credential once more, so that the \
             hub asks it anew.",
        )]
    })
}
