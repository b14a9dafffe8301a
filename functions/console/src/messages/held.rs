//! What agents wrote and is held until the customer writes: listed, read, cancelled.

use serde_json::json;
use shared::envelope::{Envelope, Work};
use shared::id::IntegrationId;
use shared::store::{Held, HeldContent, HeldState, Integration};
use shared::time::Timestamp;

use super::key::Key;
use super::{UNKNOWN, View, Whole, preview};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::integrations::target;

/// What is held of an integration, behind a message where one is given.
pub(super) async fn list(
    app: &App,
    id: IntegrationId,
    after: Option<&Key>,
    limit: usize,
) -> Result<Vec<View>, ApiError> {
    let after = match after {
        Some(Key::Held { customer, correlation, part }) => Some((customer, *correlation, *part)),
        _ => None,
    };
    let held = app.store.all_held(id, after, limit).await?;
    Ok(held.iter().map(view).collect())
}

/// One of them with everything that the agent wrote.
pub(super) async fn read(app: &App, id: IntegrationId, key: &Key) -> Result<Whole, ApiError> {
    let held = find(app, id, key).await?;
    let payload = match &held.content {
        HeldContent::Text { text } => json!({ "text": text }),
        HeldContent::File { attachment, name } => json!({ "attachment": attachment, "name": name }),
    };
    Ok(Whole { message: view(&held), payload: Some(payload) })
}

/// Cancels one before it is sent, which its agent is told by the worker. One that is being sent cannot be.
pub(super) async fn cancel(app: &App, integration: &Integration, key: &Key) -> Result<(), ApiError> {
    let (id, now) = (integration.id, Timestamp::now());
    let held = find(app, id, key).await?;
    if !app.store.cancel_held(id, &held, now).await? {
        return Err(in_progress());
    }
    tracing::info!(integration = %id, correlation = %held.correlation, "a held message was cancelled by a person");
    let work = Envelope::new(target(integration), Work::EndHeld { customer: held.customer }, now);
    if let Err(error) = app.inbound.send_one(&work).await {
        // It is cancelled all the same, and upkeep finds it.
        tracing::warn!(integration = %id, %error, "the agent is told a few minutes late that a held message was cancelled");
    }
    Ok(())
}

/// Nothing can be done to have one sent sooner.
pub(super) fn goes_by_itself() -> ApiError {
    ApiError::Conflict(
        "held",
        "This message is held until the customer writes, and goes to them by itself then.".to_owned(),
    )
}

async fn find(app: &App, id: IntegrationId, key: &Key) -> Result<Held, ApiError> {
    let Key::Held { customer, correlation, part } = key else { return Err(UNKNOWN) };
    app.store.held_message(id, customer, *correlation, *part).await?.ok_or(UNKNOWN)
}

fn view(held: &Held) -> View {
    let reason = match (held.state, &held.trouble) {
        (HeldState::Sending, _) => "It is being sent.".to_owned(),
        (HeldState::Cancelled, _) => "It was cancelled, which its agent is being told.".to_owned(),
        (HeldState::Waiting, Some(trouble)) => trouble.clone(),
        (HeldState::Waiting, None) => "The customer has not written yet, and may be written to only then.".to_owned(),
    };
    View {
        key: Key::of_held(held).to_string(),
        state: "held",
        kind: match held.content {
            HeldContent::Text { .. } => "text",
            HeldContent::File { .. } => "file",
        }
        .to_owned(),
        customer: held.customer.to_string(),
        conversation: Some("direct"),
        reason,
        since: rfc3339(held.since),
        given_up_at: Some(rfc3339(held.until)),
        correlation: held.correlation.to_string(),
        preview: Some(preview::shortened(&held.quote())),
    }
}

fn in_progress() -> ApiError {
    ApiError::Conflict(
        "in_progress",
        "This message is being sent to the customer at this moment; look at the list again in a minute.".to_owned(),
    )
}
