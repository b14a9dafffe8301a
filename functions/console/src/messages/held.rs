//! What agents wrote and is held until the customer writes: listed, read, cancelled.

use serde_json::json;
use shared::id::IntegrationId;
use shared::store::{Held, HeldContent, HeldState, StoreError};

use super::key::Key;
use super::{UNKNOWN, View, Whole, preview};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::ApiError;

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

/// Throws one away before it is sent. One that is being sent cannot be.
pub(super) async fn cancel(app: &App, id: IntegrationId, key: &Key) -> Result<(), ApiError> {
    let held = find(app, id, key).await?;
    if held.state == HeldState::Sending {
        return Err(in_progress());
    }
    match app.store.drop_held(id, &held).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => return Err(in_progress()),
        Err(error) => return Err(error.into()),
    }
    tracing::info!(integration = %id, correlation = %held.correlation, "a held message was cancelled by a person");
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
