//! Messages that wait for a desk, messages that failed, and agents' messages that are held: listed, looked at, done again,
//! thrown away.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use http::{StatusCode, Uri};
use serde::Serialize;
use serde_json::Value;
use shared::envelope::{Envelope, Work};
use shared::event::Place;
use shared::store::{Integration, Kept, KeptState, StoreError};
use shared::time::Timestamp;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Person;
use crate::clock::rfc3339;
use crate::error::{ApiError, ErrorBody, Problems};
use crate::integrations::{Named, Queued, check_enabled, own, path_part, target};
use crate::query;

mod held;
mod key;
mod preview;
pub(crate) mod replay_all;

use key::{Key, State as Listed};

/// How many are listed where nothing is said.
const LISTED: usize = 50;
/// The most that are listed. Each is read with its payload, of up to 200 KiB.
const MOST: usize = 100;
/// The kind under which the worker keeps what nobody could read.
const UNREADABLE: &str = "unreadable";
const UNKNOWN: ApiError = ApiError::NotFound("There is no such message: it may have gone to the desk meanwhile.");

/// A message that waits, failed or is held.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct View {
    /// What the API calls it by.
    key: String,
    /// `waiting` goes to the desk by itself, `failed` only when someone says so; `held` is an agent's and goes to the customer
    /// when they write.
    #[schema(example = "failed")]
    state: &'static str,
    /// What it is in a word, as `message` or `unreadable`; of a held one `text` or `file`.
    kind: String,
    /// The platform's id of the customer.
    customer: String,
    /// `direct` or `public`; nothing where it belongs to no conversation.
    conversation: Option<&'static str>,
    /// Why it is not at the desk, or not sent.
    reason: String,
    /// Since when, RFC 3339.
    since: String,
    /// When one that waits counts as failed, or a held one ends, RFC 3339; nothing while the integration is disabled, when none
    /// that waits is given up.
    given_up_at: Option<String>,
    /// Follows it through the logs.
    correlation: String,
    /// How it begins, at most 80 characters.
    preview: Option<String>,
}

/// Messages that wait, failed or are held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Messages {
    /// By customer, and of one customer in their order.
    messages: Vec<View>,
    /// Whether there are more than were asked for.
    more: bool,
    /// What to send as `after` for the next ones; nothing where there are no more.
    next: Option<String>,
}

/// A message with all that is kept of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Whole {
    #[serde(flatten)]
    message: View,
    /// The queue body that it came in, of a failed one; what the agent wrote, of a held one.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
}

/// The message that an address names.
pub(crate) struct NamedMessage(Key);

impl FromRequestParts<Arc<App>> for NamedMessage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        path_part(parts, app, "key").await?.parse().map(Self).map_err(|_| UNKNOWN)
    }
}

/// Messages of an integration that wait for its desk, that failed, or that its agents wrote and that are held.
#[utoipa::path(get, path = "/api/integrations/{id}/messages", operation_id = "list_messages", tag = "messages",
    params(
        ("id" = String, Path, description = "The integration"),
        ("state" = Option<String>, Query, description = "`waiting` (if not said), `failed` or `held`"),
        ("limit" = Option<u32>, Query, description = "How many at most, 1 to 100; 50 if not said"),
        ("after" = Option<String>, Query, description = "Only what comes after this message, by its `key`"),
    ),
    responses(
        (status = 200, body = Messages),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 422, body = ErrorBody, description = "`invalid` with `fields`"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn list(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    uri: Uri,
) -> Result<Json<Messages>, ApiError> {
    let Wanted { state, limit, after } = wanted(&uri)?;
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    let mut messages: Vec<View> = match state {
        Listed::Held => held::list(&app, id, after.as_ref(), limit + 1).await?,
        Listed::Waiting => kept(&app, &integration, KeptState::Waiting, after.as_ref(), limit + 1).await?,
        Listed::Failed => kept(&app, &integration, KeptState::Failed, after.as_ref(), limit + 1).await?,
    };
    let more = messages.len() > limit;
    messages.truncate(limit);
    let next = messages.last().filter(|_| more).map(|last| last.key.clone());
    Ok(Json(Messages { messages, more, next }))
}

async fn kept(
    app: &App,
    integration: &Integration,
    state: KeptState,
    after: Option<&Key>,
    limit: usize,
) -> Result<Vec<View>, ApiError> {
    let kept = match after.and_then(Key::place) {
        None => app.store.kept(integration.id, state, limit).await?,
        Some(after) => app.store.kept_after(integration.id, &after, limit).await?,
    };
    Ok(kept.iter().map(|kept| view(app, integration, kept)).collect())
}

/// One message; of a failed one everything that came in, of a held one everything that the agent wrote.
#[utoipa::path(get, path = "/api/integrations/{id}/messages/{key}", operation_id = "read_message", tag = "messages",
    params(
        ("id" = String, Path, description = "The integration"),
        ("key" = String, Path, description = "The message, as the list names it"),
    ),
    responses(
        (status = 200, body = Whole),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn read(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    NamedMessage(key): NamedMessage,
) -> Result<Json<Whole>, ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    if key.state() == Listed::Held {
        return Ok(Json(held::read(&app, id, &key).await?));
    }
    let kept = find(&app, &integration, &key).await?;
    let payload = (kept.state == KeptState::Failed)
        .then(|| serde_json::from_str(&kept.payload).unwrap_or_else(|_| Value::String(kept.payload.clone())));
    Ok(Json(Whole { message: view(&app, &integration, &kept), payload }))
}

/// Has a failed message done again, in its customer's order.
#[utoipa::path(post, path = "/api/integrations/{id}/messages/{key}/replay", operation_id = "replay_message", tag = "messages",
    params(
        ("id" = String, Path, description = "The integration"),
        ("key" = String, Path, description = "The failed message, as the list names it"),
    ),
    responses(
        (status = 202, body = Queued, description = "It is tried now"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`disabled`, `waiting` or `held`: it goes by itself, or `not_replayable`: nobody could read it"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn replay(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    NamedMessage(key): NamedMessage,
) -> Result<(StatusCode, Json<Queued>), ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    check_enabled(&integration)?;
    if key.state() == Listed::Held {
        return Err(held::goes_by_itself());
    }
    let kept = find(&app, &integration, &key).await?;
    if kept.state == KeptState::Waiting {
        return Err(ApiError::Conflict(
            "waiting",
            "This message waits and goes to the desk by itself; use retry to have all that waits tried now.".to_owned(),
        ));
    }
    if kept.kind == UNREADABLE {
        return Err(ApiError::Conflict(
            "not_replayable",
            "Nobody could read what came in, so there is nothing to send to the desk. Read it here, then discard it."
                .to_owned(),
        ));
    }
    let work = Work::Replay { customer: kept.customer, failed: kept.correlation };
    app.inbound.send_one(&Envelope::new(target(&integration), work, Timestamp::now())).await?;
    tracing::info!(integration = %id, correlation = %kept.correlation, "a failed message is done again");
    Ok((StatusCode::ACCEPTED, Json(Queued { conversations: 1 })))
}

/// Throws a message away for good; a held one is not sent then, which its agent is told.
#[utoipa::path(delete, path = "/api/integrations/{id}/messages/{key}", operation_id = "discard_message", tag = "messages",
    params(
        ("id" = String, Path, description = "The integration"),
        ("key" = String, Path, description = "The message, as the list names it"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, body = ErrorBody),
        (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody, description = "`in_progress`: it is on its way at this moment"),
        (status = 503, body = ErrorBody),
    )
)]
pub(crate) async fn discard(
    person: Person,
    State(app): State<Arc<App>>,
    Named(id): Named,
    NamedMessage(key): NamedMessage,
) -> Result<StatusCode, ApiError> {
    let tenant = person.tenant(&app).await?;
    let integration = own(&app, tenant, id).await?;
    if key.state() == Listed::Held {
        held::cancel(&app, &integration, &key).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    let kept = find(&app, &integration, &key).await?;
    match app.store.discard(id, &kept).await {
        Ok(()) => {}
        Err(StoreError::Conflict) => {
            return Err(ApiError::Conflict(
                "in_progress",
                "This message is on its way to the desk at this moment; look at the list again in a minute.".to_owned(),
            ));
        }
        Err(error) => return Err(error.into()),
    }
    tracing::info!(integration = %id, correlation = %kept.correlation, "a message was thrown away by a person");
    Ok(StatusCode::NO_CONTENT)
}

/// What a listing is to hold.
#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    state: Listed,
    limit: usize,
    after: Option<Key>,
}

fn wanted(uri: &Uri) -> Result<Wanted, ApiError> {
    let [state, limit, after] = query::read(uri, ["state", "limit", "after"])?;
    let mut problems = Problems::default();
    let state = state.map_or(Some(Listed::Waiting), |state| Listed::named(&state));
    if state.is_none() {
        problems.add("state", "must be waiting, failed or held");
    }
    let state = state.unwrap_or(Listed::Waiting);
    let limit = limit.map_or(Some(LISTED), |limit| limit.parse().ok().filter(|limit| (1..=MOST).contains(limit)));
    if limit.is_none() {
        problems.add("limit", format!("must be a number from 1 to {MOST}"));
    }
    let after = self::after(after, state, &mut problems);
    problems.check()?;
    Ok(Wanted { state, limit: limit.unwrap_or(LISTED), after })
}

/// Where a list goes on.
fn after(key: Option<String>, state: Listed, problems: &mut Problems) -> Option<Key> {
    let after = key.map(|key| key.parse().ok().filter(|key: &Key| key.state() == state));
    if after == Some(None) {
        problems.add("after", "must be the key of a message of the same list");
    }
    after.flatten()
}

async fn find(app: &App, integration: &Integration, key: &Key) -> Result<Kept, ApiError> {
    let found = match key {
        Key::Waiting { customer, sequence } => app.store.waiting_message(integration.id, customer, sequence).await?,
        Key::Failed { customer, correlation } => app.store.failed(integration.id, customer, *correlation).await?,
        Key::Held { .. } => None,
    };
    found.ok_or(UNKNOWN)
}

fn view(app: &App, integration: &Integration, kept: &Kept) -> View {
    let waiting = kept.state == KeptState::Waiting;
    View {
        key: Key::of(kept).to_string(),
        state: if waiting { "waiting" } else { "failed" },
        kind: kept.kind.clone(),
        customer: kept.customer.to_string(),
        conversation: kept.place.as_ref().map(|place| match place {
            Place::Direct => "direct",
            Place::Public { .. } => "public",
        }),
        reason: kept.reason.clone(),
        since: rfc3339(kept.since),
        given_up_at: (waiting && integration.enabled).then(|| rfc3339(kept.since.plus(app.config.waiting))),
        correlation: kept.correlation.to_string(),
        preview: preview::of(&kept.payload),
    }
}

#[cfg(test)]
mod tests;
