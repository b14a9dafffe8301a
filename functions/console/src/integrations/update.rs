//! Changing an integration. The record is written first, on top of the revision that was read: whoever comes second is
//! told, and then nothing of theirs is written, secrets neither. The key of Motion's API and the address that it is meant for
//! are both in the secret, so that no half of a change pairs the key of one server with the address of another.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use shared::id::IntegrationId;
use shared::secrets::IntegrationSecrets;
use shared::store::{Health, Integration};
use shared::time::Timestamp;

use super::create::check_addresses;
use super::draft::{Draft, Touched};
use super::platform::Platform;
use super::providers::ProviderAccount;
use super::settings::{self, ChangedSettings};
use super::view::{self, View};
use super::{Named, bridge, desk, drains, own, show};
use crate::app::{App, HubUrl};
use crate::auth::Person;
use crate::body::JsonObject;
use crate::error::{ApiError, ErrorBody};

/// Changes settings and secrets. Whatever waits for the desk is tried at once.
#[utoipa::path(patch, path = "/api/integrations/{id}", operation_id = "update_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    request_body = super::schema::IntegrationChange,
    responses(
        (status = 200, body = View),
        (status = 400, body = ErrorBody, description = "`malformed`"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`changed_meanwhile`, `account_mismatch` or `secrets_missing`"),
        (status = 413, body = ErrorBody, description = "`too_large`"),
        (status = 415, body = ErrorBody, description = "`not_json`"),
        (status = 422, body = ErrorBody, description = "`invalid` with `fields`, or `platform_refused`"),
        (status = 502, body = ErrorBody, description = "`platform_away`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn update(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
    Named(id): Named,
    JsonObject(body): JsonObject,
) -> Result<Json<View>, ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    let (ChangedSettings { settings, revision, rotate_reply_secret }, mut problems) = settings::read_change(body);
    if revision.is_some_and(|seen| seen != integration.revision) {
        problems.check()?;
        return Err(changed_meanwhile());
    }
    let mut draft = Draft { secrets: secrets(&app, id).await?, integration };
    let mut touched = draft.apply(settings, &mut problems)?;
    check_addresses(&app, &draft, &mut problems);
    problems.check()?;
    if rotate_reply_secret {
        draft.rotate_reply_secret()?;
        touched.secrets = true;
    }

    let mut findings = Vec::new();
    if touched.platform {
        draft.set_webhook_url(&hub);
        let found = Platform::of(&app, &draft.integration, &draft.secrets).await?.account().await?;
        check_account(&mut draft, &found)?;
        findings.extend(found.finding);
    }
    let integration = keep(&app, &draft, touched).await?;
    findings.extend(bridge::follow(&app, &integration).await);
    if touched.platform {
        let platform = Platform::of(&app, &integration, &draft.secrets).await?;
        findings.extend(platform.subscribe(&integration.account).await);
    }
    if touched.desk {
        let reply_url = view::reply_url(&integration, &draft.secrets, &hub).unwrap_or_default();
        findings.extend(desk::check(&app, &integration, &draft.secrets, &reply_url).await);
    }
    findings.extend(drains::send_after(&app, &integration).await);
    Ok(Json(show(&app, &hub, integration, findings).await?))
}

fn changed_meanwhile() -> ApiError {
    ApiError::Conflict(
        "changed_meanwhile",
        "Someone else changed the integration since you read it; read it again and repeat what you want.".to_owned(),
    )
}

async fn secrets(app: &App, id: IntegrationId) -> Result<IntegrationSecrets, ApiError> {
    let found = app.secrets.current_integration(id, Timestamp::now()).await?;
    found.ok_or_else(|| {
        ApiError::Conflict(
            "secrets_missing",
            "The tokens of this integration are gone from the secret store; delete it and make it again.".to_owned(),
        )
    })
}

/// A token of another page would send one page's answers in another's name.
fn check_account(draft: &mut Draft, found: &ProviderAccount) -> Result<(), ApiError> {
    let integration = &mut draft.integration;
    if found.key != integration.account {
        return Err(ApiError::Conflict(
            "account_mismatch",
            format!(
                "This belongs to {} ({}), the integration to {} ({}). Use the credential of that account, or make a new \
                 integration for the other.",
                found.name,
                found.key.platform_id(),
                integration.account_name,
                integration.account.platform_id()
            ),
        ));
    }
    integration.account_name.clone_from(&found.name);
    draft.secrets.account.clone_from(&integration.account);
    Ok(())
}

/// Writes what was changed, and lets another try be made where that may help.
async fn keep(app: &App, draft: &Draft, touched: Touched) -> Result<Integration, ApiError> {
    let now = Timestamp::now();
    let wanted = Integration { updated_at: now, ..draft.integration.clone() };
    let id = wanted.id;
    let mut integration = app.store.update_integration(&wanted).await?;
    if touched.secrets {
        app.secrets.put_integration(id, &draft.secrets, now).await?;
    }
    let working = Health { since: Some(now), ..Health::default() };
    if touched.desk && integration.desk.is_broken() {
        app.store.set_desk_health(id, &working).await?;
        integration.desk = working.clone();
    }
    if touched.platform && integration.platform.is_broken() {
        app.store.set_platform_health(id, &working).await?;
        integration.platform = working;
    }
    tracing::info!(integration = %id, revision = integration.revision, "an integration was changed");
    Ok(integration)
}

#[cfg(test)]
mod tests;
