//! Everything there is, as one JSON value that can be waited for.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::whatsapp::Line;
use crate::World;
use crate::meta::PageState;
use crate::motion::{AccountState, StoredFile};

/// How long a state is waited for; less than what any browser or proxy minds.
const PATIENCE: Duration = Duration::from_secs(25);
/// So many of the newest calls and webhooks are told.
const NEWEST: usize = 40;

#[derive(Debug, Deserialize)]
pub(super) struct After {
    /// The version that is known already: the answer waits for a newer one, 25 s at most.
    after: Option<u64>,
}

/// `GET /control/state?after=VERSION`
pub(super) async fn state(State(world): State<Arc<World>>, Query(known): Query<After>) -> Json<Value> {
    if let Some(version) = known.after {
        world.changes.after(version, PATIENCE).await;
    }
    // Before the rest: what changes from here on is told by the next answer.
    let version = world.changes.version();
    let pages: Vec<Value> = world.all_pages().iter().map(|state| state.read(page)).collect();
    let mut accounts = Vec::new();
    for (_, desk) in world.all_desks() {
        for state in desk.accounts() {
            accounts.push(state.read(|state| account(state, |id| desk.file(id))));
        }
    }
    let lines: Vec<_> = Line::all(&world).iter().map(Line::shown).collect();
    Json(json!({
        "version": version, "hub_url": world.hub_url(), "pages": pages, "lines": lines, "accounts": accounts,
    }))
}

fn page(state: &PageState) -> Value {
    let webhooks = newest(&state.webhooks).iter().map(|post| {
        json!({
            "at": post.at,
            "kinds": post.kinds(),
            "status": post.status,
            "error": post.error,
            "attempts": post.attempts,
            "duration_ms": post.duration_ms,
        })
    });
    with(state, [("webhooks", webhooks.collect()), ("calls", json!(newest(&state.calls.0)))])
}

fn account(state: &AccountState, file: impl Fn(u64) -> Option<StoredFile>) -> Value {
    let files = state.messages.iter().filter_map(|message| message.attachment).filter_map(file);
    let files = files.map(|file| (file.id.to_string(), json!({"name": file.name, "type": file.content_type})));
    with(state, [("files", Value::Object(files.collect())), ("calls", json!(newest(&state.calls.0)))])
}

fn with<T: Serialize, const N: usize>(state: &T, more: [(&str, Value); N]) -> Value {
    // A state that cannot be written would be a mistake in this crate; it then shows as null.
    let mut value = serde_json::to_value(state).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.extend(more.map(|(name, value)| (name.to_owned(), value)));
    }
    value
}

pub(super) fn newest<T>(all: &[T]) -> &[T] {
    all.get(all.len().saturating_sub(NEWEST)..).unwrap_or_default()
}
