//! What is asked about an app: the app itself, its webhooks, and contacts.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::app::{AppState, Mode, TRIGGERS, Webhook, ulid};
use super::error::SinchError;
use super::outgoing::{object, only, required, text};
use crate::watched::Watched;

const MOST_WEBHOOKS: usize = 5;
const LONGEST_TARGET: usize = 742;

/// `GET .../apps/{app}`
pub(super) fn app(app: &AppState) -> Value {
    let status = if app.active { "ACTIVE" } else { "FAILING" };
    json!({
        "id": app.id,
        "display_name": app.name,
        "processing_mode": app.mode.as_str(),
        "channel_credentials": [{
            "channel": "WHATSAPP",
            "static_bearer": {"claimed_identity": app.number, "token": ""},
            "state": {"status": status, "description": ""},
        }],
        "rate_limits": {"inbound": 25, "outbound": 25, "webhooks": 25},
    })
}

/// `GET .../contacts`
pub(super) fn contacts(app: &AppState, query: &str) -> Result<Value, SinchError> {
    let asked =
        |name: &str| form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value);
    let identity = match (asked("channel").as_deref(), asked("identity")) {
        (Some("WHATSAPP"), Some(identity)) => identity.trim_start_matches('+').to_owned(),
        (None, None) => return Err(SinchError::invalid("this sandbox finds contacts by channel and identity alone")),
        _ => return Err(SinchError::invalid("channel and identity must be set together")),
    };
    // An app that keeps nothing has no contacts, and of a stranger there is none.
    let kept =
        app.people.get(&identity).filter(|person| app.mode == Mode::Conversation && person.last_event_at.is_some());
    let found: Vec<Value> = kept
        .into_iter()
        .map(|person| {
            json!({
                "id": person.contact_id, "display_name": person.display_name, "email": "", "external_id": "",
                "metadata": "", "language": "UNSPECIFIED", "channel_priority": ["WHATSAPP"],
                "channel_identities": [{"channel": "WHATSAPP", "identity": person.identity, "app_id": ""}],
            })
        })
        .collect();
    Ok(json!({"contacts": found, "next_page_token": ""}))
}

/// `GET .../apps/{app}/webhooks`
pub(super) fn webhooks(app: &AppState) -> Value {
    json!({"webhooks": app.webhooks.iter().map(|webhook| shown(app, webhook)).collect::<Vec<_>>()})
}

/// `POST .../webhooks`
pub(super) fn register(app: &Watched<AppState>, body: &[u8]) -> Result<Value, SinchError> {
    app.change(|app| {
        if app.webhooks.len() >= MOST_WEBHOOKS {
            return Err(SinchError::invalid("the app has the maximum number of webhooks"));
        }
        let blank = Webhook { id: ulid(), target: String::new(), secret: String::new(), triggers: BTreeSet::new() };
        let webhook = written(app, blank, &read(body)?)?;
        app.webhooks.push(webhook.clone());
        Ok(shown(app, &webhook))
    })
}

/// `PATCH .../webhooks/{webhook}`
pub(super) fn change(app: &Watched<AppState>, id: &str, body: &[u8]) -> Result<Value, SinchError> {
    app.change(|app| {
        let known = app.webhooks.iter().find(|webhook| webhook.id == id).cloned();
        let webhook = written(app, known.ok_or_else(|| SinchError::not_found("webhook"))?, &read(body)?)?;
        let answer = shown(app, &webhook);
        app.webhooks.retain(|known| known.id != id);
        app.webhooks.push(webhook);
        Ok(answer)
    })
}

/// `DELETE .../webhooks/{webhook}`
pub(super) fn unregister(app: &Watched<AppState>, id: &str) -> Result<Value, SinchError> {
    app.change(|app| {
        let before = app.webhooks.len();
        app.webhooks.retain(|webhook| webhook.id != id);
        (app.webhooks.len() < before).then(|| json!({})).ok_or_else(|| SinchError::not_found("webhook"))
    })
}

/// `GET .../webhooks/{webhook}`
pub(super) fn webhook(app: &AppState, id: &str) -> Result<Value, SinchError> {
    let found = app.webhooks.iter().find(|webhook| webhook.id == id);
    found.map(|webhook| shown(app, webhook)).ok_or_else(|| SinchError::not_found("webhook"))
}

fn read(body: &[u8]) -> Result<Map<String, Value>, SinchError> {
    let body: Value = serde_json::from_slice(body).map_err(|_| SinchError::invalid("Request is not valid JSON"))?;
    let body = object(&body, "webhook")?;
    only(body, "webhook", &["app_id", "target", "target_type", "secret", "triggers", "client_credentials"])?;
    Ok(body.clone())
}

/// The webhook with what the request says of it.
fn written(app: &AppState, known: Webhook, body: &Map<String, Value>) -> Result<Webhook, SinchError> {
    if required(body, "app_id")? != app.id {
        return Err(SinchError::not_found("app"));
    }
    if text(body, "target_type")?.is_some_and(|kind| kind != "HTTP") {
        return Err(SinchError::invalid("target_type: only HTTP"));
    }
    let target = text(body, "target")?.unwrap_or(known.target);
    let reachable = target.starts_with("https://") || target.starts_with("http://127.0.0.1:");
    if !reachable || target.len() > LONGEST_TARGET || target.contains("conversation-api.") {
        return Err(SinchError::invalid("target: not a valid URL"));
    }
    if app.webhooks.iter().any(|other| other.id != known.id && other.target == target) {
        return Err(SinchError::invalid("target: the app has a webhook with this target already"));
    }
    let triggers = match body.get("triggers").map(Value::as_array) {
        None => known.triggers,
        Some(triggers) => triggers.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    };
    if triggers.is_empty() || triggers.iter().any(|trigger| !TRIGGERS.contains(&trigger.as_str())) {
        return Err(SinchError::invalid("triggers: unknown trigger"));
    }
    Ok(Webhook { id: known.id, target, secret: text(body, "secret")?.unwrap_or(known.secret), triggers })
}

fn shown(app: &AppState, webhook: &Webhook) -> Value {
    json!({
        "id": webhook.id, "app_id": app.id, "target": webhook.target, "target_type": "HTTP",
        "triggers": webhook.triggers, "secret": webhook.secret,
    })
}
