//! All failed messages done again, oldest first for each customer, some at a time so that a call ends in its time.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::{StatusCode, Uri};
use serde::Serialize;
use shared::envelope::{Envelope, Work};
use shared::store::KeptState;
use shared::time::Timestamp;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::key::Key;
use super::{Listed, UNREADABLE, after};
use crate::app::App;
use crate::auth::Person;
use crate::error::{ApiError, ErrorBody, Problems};
use crate::integrations::{Named, check_enabled, own, target};
use crate::query;

/// How many are looked at in one call. Each is read with its payload, of up to 200 KiB.
const AT_ONCE: usize = 100;
/// How long the queue may take for them.
const QUEUEING: Duration = Duration::from_secs(10);

/// How far it came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// How many are done again now.
    messages: usize,
    /// How many nobody could read: these can only be looked at and thrown away.
    not_replayable: usize,
    /// What to send as `after` to go on; nothing where these were all.
    next: Option<String>,
}

/// Has failed messages done again, each customer's in their order, 100 at a time. Call again with `next` until there is none.
#[utoipa::path(post, path = "/api/integrations/{id}/messages/replay", operation_id = "replay_failed_messages", tag = "messages",
    params(
        ("id" = String, Path, description = "The integration"),
        ("after" = Option<String>, Query, description = "Only what comes after this message: the `next` of the call before"),
    ),
    responses(
        (status = 202, body = Replayed, description = "They are tried now"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`disabled`"),
        (status = 422, body = ErrorBody, description = "`invalid` with `fields`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn replay_all(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    uri: Uri,
) -> Result<(StatusCode, Json<Replayed>), ApiError> {
    let [from] = query::read(&uri, ["after"])?;
    let mut problems = Problems::default();
    let from = after(from, Listed::Failed, &mut problems).and_then(|key| key.place());
    problems.check()?;
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    check_enabled(&integration)?;
    let kept = match &from {
        None => app.store.kept(id, KeptState::Failed, AT_ONCE).await?,
        Some(from) => app.store.kept_after(id, from, AT_ONCE).await?,
    };
    let next = kept.last().filter(|_| kept.len() == AT_ONCE).map(|last| Key::of(last).to_string());
    let now = Timestamp::now();
    let (unreadable, replayable): (Vec<_>, Vec<_>) = kept.into_iter().partition(|kept| kept.kind == UNREADABLE);
    let work: Vec<Envelope> = replayable
        .into_iter()
        .map(|kept| Work::Replay { customer: kept.customer, failed: kept.correlation })
        .map(|work| Envelope::new(target(&integration), work, now))
        .collect();
    let sent = app.inbound.send(&work, Instant::now() + QUEUEING).await.map_err(|error| {
        tracing::error!(%error, "a replay fits into no queue body");
        ApiError::Unavailable
    })?;
    tracing::info!(integration = %id, messages = sent.taken, left = sent.left, "failed messages are done again");
    if sent.left > 0 {
        // What was taken is done again all the same; asked again, it is a repeat and dropped.
        return Err(ApiError::Unavailable);
    }
    Ok((StatusCode::ACCEPTED, Json(Replayed { messages: sent.taken, not_replayable: unreadable.len(), next })))
}
