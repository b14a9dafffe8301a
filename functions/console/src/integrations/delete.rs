//! Deleting an integration. Its record and claim go first, in one write: from then on nothing comes in for it and nothing
//! that is kept for it can be taken up; then its secret and the rest. Messages are thrown away only where that was asked
//! for: one that was set aside at the last moment brings record and claim back.

use std::sync::Arc;

use axum::extract::State;
use http::{StatusCode, Uri};
use shared::id::IntegrationId;
use shared::secrets::IntegrationSecrets;
use shared::store::{Integration, KeptState, NewIntegration};
use shared::time::Timestamp;

use super::platform::Platform;
use super::{Named, own};
use crate::app::App;
use crate::auth::Person;
use crate::error::{ApiError, ErrorBody};
use crate::query;

/// Disconnects the account and forgets the integration with its secrets. While messages wait, failed ones are kept or answers are held it is
/// refused, unless they are to be thrown away.
#[utoipa::path(delete, path = "/api/integrations/{id}", operation_id = "delete_integration", tag = "integrations",
    params(
        ("id" = String, Path, description = "The integration"),
        ("discard" = Option<bool>, Query, description = "Whether messages that wait or failed are thrown away"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`messages_kept` says how many; `changed_meanwhile`; or `account_taken`, at the last moment"),
        (status = 422, body = ErrorBody, description = "`invalid` with `fields`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn delete(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    uri: Uri,
) -> Result<StatusCode, ApiError> {
    let [discard] = query::read(&uri, ["discard"])?;
    let discard = query::switch("discard", discard)?;
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    if !discard {
        check_nothing_kept(&app, id).await?;
    }
    let secrets = app.secrets.current_integration(id, Timestamp::now()).await?;
    let holds_account = app.store.claim_holder(&integration.account).await? == Some(id);
    app.store.delete_integration(&integration).await?;
    if !discard && let Err(kept) = check_nothing_kept(&app, id).await {
        put_back(&app, &integration, holds_account).await?;
        return Err(kept);
    }
    tracing::info!(integration = %id, discard, "an integration was deleted");
    if let Some(secrets) = secrets.filter(|_| holds_account) {
        unsubscribe(&app, &integration, &secrets).await;
    }
    clear(&app, id, discard).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn check_nothing_kept(app: &App, id: IntegrationId) -> Result<(), ApiError> {
    let waiting = app.store.count_kept(id, KeptState::Waiting).await?;
    let failed = app.store.count_kept(id, KeptState::Failed).await?;
    let held = app.store.count_held(id).await?;
    if waiting + failed + held == 0 {
        return Ok(());
    }
    Err(ApiError::Conflict(
        "messages_kept",
        format!(
            "{waiting} messages wait for the desk, {failed} failed ones are kept, and {held} answers are held for customers. \
             Deal with them first, or delete with ?discard=true, which throws them away."
        ),
    ))
}

/// Makes it as it was: a worker that had read the record before set something aside, or nobody knows whether one did. The
/// secret and the rest are still there.
async fn put_back(app: &App, integration: &Integration, with_claim: bool) -> Result<(), ApiError> {
    let back = app.store.put_back_integration(integration, with_claim).await;
    let Err(error) = back else { return Ok(()) };
    tracing::error!(integration = %integration.id, %error, "a deleted integration still keeps messages in the table");
    match error {
        NewIntegration::AccountTaken => Err(ApiError::Conflict(
            "account_taken",
            "Someone else connected the account while the integration was deleted. Messages that were set aside at that moment \
             are still in the table; an administrator of the deployment can find them there."
                .to_owned(),
        )),
        NewIntegration::Store(error) => Err(error.into()),
    }
}

/// Ends the account's events, unless another integration gets them: the account was this one's, and may be taken again by now.
async fn unsubscribe(app: &App, integration: &Integration, secrets: &IntegrationSecrets) {
    match app.store.claim_holder(&integration.account).await {
        Ok(None) => {}
        Ok(Some(_)) => return,
        Err(error) => {
            tracing::warn!(integration = %integration.id, %error, "the account of a deleted integration stays subscribed");
            return;
        }
    }
    match Platform::of(app, integration, secrets).await {
        Ok(platform) => platform.unsubscribe(&integration.account).await,
        // The reason is in the log already.
        Err(_) => {
            tracing::warn!(integration = %integration.id, "the account of a deleted integration stays subscribed")
        }
    }
}

/// Clears away what nothing speaks of any more. What fails here is for the operator, not for the person: to them it is gone.
async fn clear(app: &App, id: IntegrationId, discard: bool) {
    if let Err(error) = app.secrets.delete_integration(id, Timestamp::now()).await {
        tracing::error!(integration = %id, %error, "the secret of a deleted integration is left behind");
    }
    if discard && let Err(error) = app.store.discard_all(id).await {
        tracing::error!(integration = %id, %error, "messages of a deleted integration are left behind");
    }
    if let Err(error) = app.store.clear_bridge(id).await {
        tracing::error!(integration = %id, %error, "the bridge's row of a deleted integration is left behind");
    }
}

#[cfg(test)]
mod tests;
