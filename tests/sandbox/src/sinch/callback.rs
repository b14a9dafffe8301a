//! The callbacks of an app: to each of its webhooks that asked for the kind.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::app::{AppState, Mode};
use super::phone::SinchPerson;
use super::webhook::{self, Post};
use crate::World;
use crate::clock;
use crate::watched::Watched;

/// A callback as it is made.
pub(super) struct Callback<'a> {
    /// The trigger that asks for it.
    pub(super) trigger: &'static str,
    /// The member that tells the kind.
    pub(super) kind: &'static str,
    /// What stands in it.
    pub(super) content: Value,
    /// When it happened.
    pub(super) at: i64,
    /// What the request that it is about was followed by.
    pub(super) correlation_id: &'a str,
}

/// Posts a callback; nothing where no webhook asked for it. With several webhooks the last answer is given.
pub(super) async fn post(world: &World, app: &Arc<Watched<AppState>>, callback: Callback<'_>) -> Option<Post> {
    let (body, webhooks) = app.read(|app| {
        let body = json!({
            "app_id": app.id,
            "accepted_time": clock::iso(clock::now()),
            "event_time": seconds(callback.at),
            "project_id": app.project,
            callback.kind: callback.content,
            "message_metadata": "",
            "correlation_id": callback.correlation_id,
        });
        let asked = app.webhooks.iter().filter(|webhook| webhook.triggers.contains(callback.trigger));
        (Bytes::from(body.to_string()), asked.cloned().collect::<Vec<_>>())
    });
    let mut last = None;
    for webhook in &webhooks {
        last = Some(webhook::post(world, app, webhook, body.clone()).await);
    }
    last
}

/// Who a callback is about: members that most kinds have.
pub(super) fn about(app: &AppState, person: &SinchPerson) -> Map<String, Value> {
    let kept = app.mode == Mode::Conversation;
    let id = |id: &str| if kept { id.to_owned() } else { String::new() };
    Map::from_iter([
        ("channel_identity".to_owned(), json!({"channel": "WHATSAPP", "identity": person.identity, "app_id": ""})),
        ("contact_id".to_owned(), id(&person.contact_id).into()),
        ("conversation_id".to_owned(), id(&person.contact_id.replace("01", "02")).into()),
        ("processing_mode".to_owned(), app.mode.as_str().into()),
    ])
}

/// A time without a fraction.
fn seconds(at: i64) -> String {
    let iso = clock::iso(at);
    format!("{}Z", iso.split('.').next().unwrap_or(&iso))
}
