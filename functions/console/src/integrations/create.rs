//! Making an integration. First its secret, then record and claim in one write: a crash or a lost answer leaves at most a
//! secret that nothing speaks of, never half an integration and never one without its secret.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::http::Purpose;
use shared::secrets::IntegrationSecrets;
use shared::store::{Integration, NewIntegration};
use shared::time::Timestamp;

use super::draft::Draft;
use super::platform::Platform;
use super::view::{self, View};
use super::{bridge, desk, settings, show};
use crate::app::{App, HubUrl};
use crate::auth::Person;
use crate::body::JsonObject;
use crate::error::{ApiError, ErrorBody, Problems};

/// Connects a page or a number with an Open Channel account. It is the one that its platform names for the credential. All settings that
/// are not right are told of together; what is not wrong but worth a look comes back as `findings`.
#[utoipa::path(post, path = "/api/integrations", operation_id = "create_integration", tag = "integrations",
    request_body = super::schema::NewIntegration,
    responses(
        (status = 201, body = View, description = "Made; enter `reply_url` in Motion"),
        (status = 400, body = ErrorBody, description = "`malformed`"),
        (status = 401, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`account_taken`"),
        (status = 413, body = ErrorBody, description = "`too_large`"),
        (status = 415, body = ErrorBody, description = "`not_json`"),
        (status = 422, body = ErrorBody, description = "`invalid` with `fields`, or `platform_refused`"),
        (status = 502, body = ErrorBody, description = "`platform_away`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn create(
    person: Person,
    State(app): State<Arc<App>>,
    hub: HubUrl,
    JsonObject(body): JsonObject,
) -> Result<(StatusCode, Json<View>), ApiError> {
    let tenant = person.tenant(&app).await?;
    let (new, mut problems) = settings::read_new(body);
    let mut draft = Draft::new(tenant, new.channel, Timestamp::now())?;
    draft.apply(new.settings, &mut problems)?;
    draft.check_complete(&mut problems);
    check_addresses(&app, &draft, &mut problems);
    problems.check()?;

    draft.set_webhook_url(&hub);
    let (account, mut findings) = {
        let platform = Platform::of(&app, &draft.integration, &draft.secrets).await?;
        let reply_url = view::reply_url(&draft.integration, &draft.secrets, &hub).unwrap_or_default();
        let asked = desk::check(&app, &draft.integration, &draft.secrets, &reply_url);
        let (account, findings) = tokio::join!(platform.account(), asked);
        (account?, findings)
    };
    draft.name_account(&account);
    let replaced = replaced(&app, &draft.integration, new.take_over).await?;
    keep(&app, &draft, replaced.as_ref()).await?;
    findings.extend(bridge::follow(&app, &draft.integration).await);
    if let Some(old) = &replaced {
        findings.extend(bridge::follow(&app, &Integration { enabled: false, ..old.clone() }).await);
    }
    let platform = Platform::of(&app, &draft.integration, &draft.secrets).await?;
    let mut subscribed = platform.subscribe(&account.key).await;
    if let Some(old) = &replaced {
        // Only now, so that at no moment nobody is called; then once more, for what the old one left no room for.
        let_go(&app, old, &draft.secrets).await;
        subscribed = platform.subscribe(&account.key).await;
    }
    findings.extend(subscribed);
    findings.extend(account.finding);
    tracing::info!(integration = %draft.integration.id, took_over = replaced.is_some(), "an integration was made");
    Ok((StatusCode::CREATED, Json(show(&app, &hub, draft.integration, findings).await?)))
}

/// Ends what the platform sends to the one before alone.
async fn let_go(app: &App, old: &Integration, new: &IntegrationSecrets) {
    let ended = async {
        if let Some(secrets) = app.secrets.current_integration(old.id, Timestamp::now()).await? {
            Platform::of(app, old, &secrets).await?.let_go(new).await;
        }
        Ok::<(), ApiError>(())
    };
    if let Err(error) = ended.await {
        tracing::warn!(integration = %old.id, ?error, "the platform still sends events to an integration that was replaced");
    }
}

/// Whether the addresses may be called at all.
pub(super) fn check_addresses(app: &App, draft: &Draft, problems: &mut Problems) {
    let api_base_url = draft.integration.api_base_url.as_deref().and_then(|url| url.parse().ok());
    let addresses =
        [("receive_url", draft.receive_url().map(|url| url.expose().clone())), ("api_base_url", api_base_url)];
    for (setting, url) in addresses {
        let Some(url) = url else { continue };
        if let Err(blocked) = app.http.may_go(Purpose::Desk, &url) {
            problems.add(setting, blocked);
            // The second is mostly told by the first, and wrong with it.
            return;
        }
    }
}

/// The integration that loses its account to this one; nothing where the account is free.
async fn replaced(app: &App, new: &Integration, take_over: bool) -> Result<Option<Integration>, ApiError> {
    let Some(holder) = app.store.claim_holder(&new.account).await? else { return Ok(None) };
    let taken = |who: String| Err(ApiError::Conflict("account_taken", who));
    match app.store.tenants_integration(new.tenant, holder).await? {
        Some(holder) if take_over => Ok(Some(holder)),
        Some(holder) => taken(format!(
            "{} is connected already, by your integration {:?}. Change that one, or send take_over: true: then it is \
             disabled, what waits stays with it, and new messages come to the new one.",
            new.account_name, holder.name
        )),
        None => taken(format!(
            "{} is connected already, by another company of this deployment, which must disconnect it first.",
            new.account_name
        )),
    }
}

/// Keeps secret, record and claim. The secret goes again only where the table certainly refused: after a lost answer the
/// record may be there, and could not be used without it.
async fn keep(app: &App, draft: &Draft, replaced: Option<&Integration>) -> Result<(), ApiError> {
    let id = draft.integration.id;
    app.secrets.put_integration(id, &draft.secrets, Timestamp::now()).await?;
    let made = match replaced {
        None => app.store.create_integration(&draft.integration).await,
        Some(old) => app.store.take_over(&draft.integration, old).await,
    };
    match made {
        Ok(()) => Ok(()),
        Err(NewIntegration::AccountTaken) => {
            if let Err(error) = app.secrets.delete_integration(id, Timestamp::now()).await {
                tracing::error!(integration = %id, %error, "the secret of an integration that was not made is left behind");
            }
            Err(ApiError::Conflict(
                "account_taken",
                "Someone else connected this account, or changed its integration, at the same moment; look at the list and \
                 try again."
                    .to_owned(),
            ))
        }
        Err(NewIntegration::Store(error)) => {
            tracing::error!(integration = %id, %error, "an integration may be made or not; its secret is kept");
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests;
