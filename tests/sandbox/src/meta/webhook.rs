//! Meta's side of a webhook: what is posted to the app, signed, and what it answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use serde::Serialize;
use serde_json::{Value, json};

use super::page::PageState;
use super::wire::{sign, wire};
use crate::World;
use crate::clock;
use crate::watched::Watched;

/// How long Messenger waits for an answer:
/// <https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks>.
const PATIENCE: Duration = Duration::from_secs(5);

/// One webhook and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// When it was posted first, in milliseconds since 1970.
    pub at: i64,
    /// Where to.
    pub url: String,
    /// The bytes.
    #[serde(skip)]
    pub body: Bytes,
    /// How often it was posted.
    pub attempts: u32,
    /// The last answer's status; nothing where there was no answer.
    pub status: Option<u16>,
    /// The last answer's body.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
    /// From the first post to the last answer, in milliseconds.
    pub duration_ms: i64,
}

impl Post {
    /// Whether the app acknowledged it: with 200 and nothing else.
    pub fn acknowledged(&self) -> bool {
        self.status == Some(200)
    }

    /// What it told, item by item: `message`, `echo`, `delivery`, `read`, `reaction`, ... Of WhatsApp: the types of
    /// messages and the statuses; of anything else the field.
    pub fn kinds(&self) -> Vec<String> {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let entries: Vec<_> = items(&body, "entry").collect();
        let events = entries.iter().flat_map(|entry| items(entry, "messaging")).filter_map(kind);
        events.chain(entries.iter().flat_map(|entry| items(entry, "changes")).flat_map(changed)).collect()
    }

    pub(super) fn unsubscribed(field: &str) -> Self {
        Self {
            at: clock::now(),
            url: String::new(),
            body: Bytes::new(),
            attempts: 0,
            status: None,
            answer: String::new(),
            error: Some(format!("not posted: the app is not subscribed to {field}")),
            duration_ms: 0,
        }
    }
}

fn items<'a>(holder: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    holder.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn kind(item: &Value) -> Option<String> {
    if item.pointer("/message/is_echo") == Some(&Value::Bool(true)) {
        return Some("echo".to_owned());
    }
    let mut names = item.as_object()?.keys();
    names.find(|name| !["sender", "recipient", "timestamp"].contains(&name.as_str())).cloned()
}

fn changed(change: &Value) -> Vec<String> {
    let value = change.get("value").cloned().unwrap_or_default();
    let named = |list: &str, name: &str| -> Vec<String> {
        items(&value, list).filter_map(|item| item.get(name)?.as_str().map(str::to_owned)).collect()
    };
    let known = [named("messages", "type"), named("statuses", "status")].concat();
    if known.is_empty() {
        return change.get("field").and_then(Value::as_str).map(str::to_owned).into_iter().collect();
    }
    known
}

/// Posts `messaging` items of the webhook field `field`, if the app is subscribed to it.
pub(super) async fn post_event(world: &World, page: &Arc<Watched<PageState>>, field: &str, item: Value) -> Post {
    let (id, subscribed) =
        page.read(|page| (page.id.clone(), page.subscribed.as_ref().is_some_and(|fields| fields.contains(field))));
    if !subscribed {
        return Post::unsubscribed(field);
    }
    let body = json!({"object": "page", "entry": [{"id": id, "time": clock::now(), "messaging": [item]}]});
    post(world, page, wire(&body)).await
}

/// Signs and posts `body`, as often as the page is set to, and keeps what became of it.
pub(super) async fn post(world: &World, page: &Arc<Watched<PageState>>, body: Vec<u8>) -> Post {
    let (url, secret, repeats) = page.read(|page| (page.webhook_url.clone(), page.app.secret.clone(), page.repeats));
    let post = post_until_taken(&world.http, &url, &secret, body, repeats).await;
    page.change(|page| page.webhooks.push(post.clone()));
    post
}

/// Signs and posts `body`, and posts it again at most `repeats` times while it is not acknowledged.
pub(super) async fn post_until_taken(
    http: &reqwest::Client,
    url: &str,
    secret: &str,
    body: Vec<u8>,
    repeats: u32,
) -> Post {
    let signature = sign(secret, &body);
    let body = Bytes::from(body);
    let mut post = post_once(http, url, body.clone(), Some(&signature)).await;
    while !post.acknowledged() && post.attempts <= repeats {
        let again = post_once(http, url, body.clone(), Some(&signature)).await;
        post = Post { at: post.at, attempts: post.attempts + 1, duration_ms: clock::now() - post.at, ..again };
    }
    post
}

/// Asks an address to prove that it belongs to whoever knows `verify_token`. Gives status and body.
pub(super) async fn ask(
    http: &reqwest::Client,
    url: &str,
    verify_token: &str,
    challenge: &str,
) -> Result<(u16, String), reqwest::Error> {
    let query = [("hub.mode", "subscribe"), ("hub.challenge", challenge), ("hub.verify_token", verify_token)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let joint = if url.contains('?') { '&' } else { '?' };
    let answer = http.get(format!("{url}{joint}{query}")).timeout(PATIENCE).send().await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

/// Posts `body` once with this signature header, or with none.
pub(super) async fn post_once(http: &reqwest::Client, url: &str, body: Bytes, signature: Option<&str>) -> Post {
    let at = clock::now();
    let mut request = http
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, "facebookexternalua")
        .header(ACCEPT, "*/*")
        .timeout(PATIENCE)
        .body(body.clone());
    if let Some(signature) = signature {
        request = request.header("x-hub-signature-256", signature);
    }
    let outcome = async {
        let answer = request.send().await?;
        Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
    };
    let (status, answer, error) = match outcome.await {
        Ok((status, answer)) => (Some(status), answer, None),
        Err(error) => (None, String::new(), Some(error.to_string())),
    };
    Post { at, url: url.to_owned(), body, attempts: 1, status, answer, error, duration_ms: clock::now() - at }
}
