//! Setting up: what Sinch is asked about an app, and how its callbacks are led to us.
//!
//! <https://developers.sinch.com/docs/conversation/callbacks>

use http::Method;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::render::App;
use super::{CHANNEL, verdict};
use crate::channel::scalar::{Id, Text, words};
use crate::channel::{Connection, Failure, Question};
use crate::http::{Answer, HttpError, OutBody};

/// What a webhook of ours is called for: all that is read.
pub const TRIGGERS: [&str; 7] =
    ["MESSAGE_INBOUND", "MESSAGE_DELIVERY", "EVENT_INBOUND", "UNSUPPORTED", "OPT_IN", "OPT_OUT", "CHANNEL_EVENT"];

/// An app as Sinch knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationApp {
    /// Its id, by Sinch's own word: what an integration's account is named by.
    pub id: String,
    /// What people call it; its id where it has no name.
    pub name: String,
    /// Its WhatsApp sender; nothing where it has none.
    pub sender: Option<Sender>,
    /// Whether Sinch keeps contacts and conversations for it.
    pub keeps_contacts: bool,
}

/// The WhatsApp sender of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Whether it is ready; also where Sinch does not say.
    pub active: bool,
}

/// A webhook of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Sinch's id of it.
    pub id: String,
    /// Where it leads.
    pub target: String,
}

/// Asks for the app: harmless, and right only where key, project, region and app fit together.
pub fn app(connection: &Connection<'_>) -> Question<ConversationApp> {
    let app = App::of(connection);
    let request = app.request(Method::GET, &["apps", &app.credential.app], OutBody::Empty);
    Question { request, read: read_app }
}

/// Asks for the app's webhooks.
pub fn webhooks(connection: &Connection<'_>) -> Question<Vec<Webhook>> {
    let app = App::of(connection);
    let request = app.request(Method::GET, &["apps", &app.credential.app, "webhooks"], OutBody::Empty);
    Question { request, read: read_webhooks }
}

/// The one that leads to `target` already: a second one is refused.
pub fn leading_to<'a>(webhooks: &'a [Webhook], target: &str) -> Option<&'a Webhook> {
    webhooks.iter().find(|webhook| webhook.target == target)
}

/// Adds a webhook that leads to `target` and is signed with `secret`. Without a secret Sinch would sign nothing.
pub fn register(connection: &Connection<'_>, target: &str, secret: &SecretString) -> Question<Webhook> {
    let app = App::of(connection);
    let body = OutBody::Json(webhook(&app, target, secret));
    Question { request: app.request(Method::POST, &["webhooks"], body), read: read_webhook }
}

/// Gives a webhook the address, secret and triggers that ours have.
pub fn change(connection: &Connection<'_>, id: &str, target: &str, secret: &SecretString) -> Question<Webhook> {
    let app = App::of(connection);
    let body = OutBody::Json(webhook(&app, target, secret));
    Question { request: app.request(Method::PATCH, &["webhooks", id], body), read: read_webhook }
}

/// Takes a webhook away.
pub fn unregister(connection: &Connection<'_>, id: &str) -> Question<()> {
    let request = App::of(connection).request(Method::DELETE, &["webhooks", id], OutBody::Empty);
    Question { request, read: verdict::done }
}

fn webhook(app: &App<'_>, target: &str, secret: &SecretString) -> Value {
    json!({
        "app_id": app.credential.app,
        "target": target,
        "target_type": "HTTP",
        "secret": secret.expose_secret(),
        "triggers": TRIGGERS,
    })
}

#[derive(Deserialize)]
struct ToldApp {
    id: Id,
    display_name: Option<Text>,
    processing_mode: Option<Text>,
    channel_credentials: Option<Vec<ToldChannel>>,
}

#[derive(Deserialize)]
struct ToldChannel {
    channel: Option<Text>,
    state: Option<ToldState>,
}

#[derive(Deserialize)]
struct ToldState {
    status: Option<Text>,
}

#[derive(Deserialize)]
struct ToldWebhook {
    id: Id,
    target: Option<Text>,
}

#[derive(Deserialize)]
struct ToldWebhooks {
    webhooks: Option<Vec<ToldWebhook>>,
}

fn read_app(answer: &Result<Answer, HttpError>) -> Result<ConversationApp, Failure> {
    let told: ToldApp = verdict::parsed(answer)?;
    let Id(id) = told.id;
    let is_whatsapp = |channel: &ToldChannel| channel.channel.as_ref().is_some_and(|Text(channel)| channel == CHANNEL);
    let sender = told.channel_credentials.into_iter().flatten().find(is_whatsapp).map(|channel| Sender {
        active: channel.state.and_then(|state| words(state.status)).is_none_or(|status| status == "ACTIVE"),
    });
    Ok(ConversationApp {
        name: words(told.display_name).map_or_else(|| id.clone(), |name| name.trim().to_owned()),
        id,
        sender,
        keeps_contacts: words(told.processing_mode).as_deref() == Some("CONVERSATION"),
    })
}

fn read_webhooks(answer: &Result<Answer, HttpError>) -> Result<Vec<Webhook>, Failure> {
    let told: ToldWebhooks = verdict::parsed(answer)?;
    Ok(told.webhooks.into_iter().flatten().map(named).collect())
}

fn read_webhook(answer: &Result<Answer, HttpError>) -> Result<Webhook, Failure> {
    verdict::parsed(answer).map(named)
}

fn named(told: ToldWebhook) -> Webhook {
    Webhook { id: told.id.0, target: words(told.target).unwrap_or_default() }
}

#[cfg(test)]
mod tests;
