//! Delivery reports: how far a message has come, or why it will not arrive.

use std::sync::Arc;

use serde_json::{Value, json};

use super::app::AppState;
use super::callback::{self, Callback, about};
use super::phone::SinchPerson;
use crate::World;
use crate::watched::Watched;

/// What a report is about.
pub(super) struct Told {
    pub(super) id: String,
    pub(super) identity: String,
    pub(super) metadata: String,
    pub(super) correlation_id: String,
}

/// Why a message will not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    code: String,
    sub_code: String,
}

impl Failed {
    pub(super) fn new(code: &str) -> Self {
        Self::finer(code, "UNSPECIFIED_SUB_CODE")
    }

    pub(super) fn finer(code: &str, sub_code: &str) -> Self {
        Self { code: code.to_owned(), sub_code: sub_code.to_owned() }
    }

    fn description(&self) -> &'static str {
        match self.code.as_str() {
            "OUTSIDE_ALLOWED_SENDING_WINDOW" => "The provided message is outside the allowed messaging window",
            "MEDIA_NOT_REACHABLE" => "could not fetch media",
            "RECIPIENT_NOT_OPTED_IN" => "The recipient has not opted in",
            _ => "The message could not be delivered",
        }
    }
}

/// The message is on the phone.
pub(super) async fn arrived(world: &World, app: &Arc<Watched<AppState>>, told: &Told, read: bool) {
    let mut steps = vec!["QUEUED_ON_CHANNEL", "DELIVERED"];
    steps.extend(read.then_some("READ"));
    if app.read(|app| app.reversed) {
        steps.reverse();
    }
    for step in steps {
        post(world, app, told, json!({ "status": step })).await;
    }
}

/// The message will not arrive.
pub(super) async fn failed(world: &World, app: &Arc<Watched<AppState>>, told: &Told, failed: &Failed) {
    let reason = json!({"code": failed.code, "description": failed.description(), "sub_code": failed.sub_code});
    post(world, app, told, json!({"status": "FAILED", "reason": reason})).await;
}

async fn post(world: &World, app: &Arc<Watched<AppState>>, told: &Told, own: Value) {
    let (reports, at) = app.change(|app| (app.reports, app.tick()));
    if !reports {
        return;
    }
    let content = app.read(|app| {
        let stranger = SinchPerson::new(&told.identity);
        let mut content = about(app, app.people.get(&told.identity).unwrap_or(&stranger));
        content.insert("message_id".to_owned(), told.id.as_str().into());
        content.insert("metadata".to_owned(), told.metadata.as_str().into());
        content.extend(own.as_object().cloned().unwrap_or_default());
        Value::Object(content)
    });
    let (trigger, kind, correlation_id) = ("MESSAGE_DELIVERY", "message_delivery_report", &*told.correlation_id);
    callback::post(world, app, Callback { trigger, kind, content, at, correlation_id }).await;
}
