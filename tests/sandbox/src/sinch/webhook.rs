//! Sinch's side of a callback: what is posted, signed, and what it was answered.
//!
//! <https://developers.sinch.com/docs/conversation/callbacks>

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use sha2::Sha256;

use super::app::{AppState, Webhook, ulid};
use crate::World;
use crate::clock;
use crate::watched::Watched;

/// How long an answer is waited for. Sinch does not say; others wait as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// One callback and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// When it was posted first, in milliseconds since 1970.
    pub at: i64,
    /// Where to.
    pub url: String,
    /// The bytes.
    #[serde(skip)]
    pub body: Bytes,
    /// The signature's headers, as sent last; none without a secret.
    #[serde(skip)]
    pub headers: Vec<(&'static str, String)>,
    /// How often it was posted.
    pub attempts: u32,
    /// The last answer's status; nothing where there was no answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl Post {
    /// Whether it was acknowledged: by any 2xx.
    pub fn acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether Sinch tries again: never after a 4xx, but for 429.
    fn comes_again(&self) -> bool {
        !self.acknowledged() && self.status.is_none_or(|status| status >= 500 || status == 429)
    }
}

/// The value of `x-sinch-webhook-signature`.
pub fn sign(secret: &str, body: &[u8], nonce: &str, timestamp: i64) -> String {
    // HMAC takes keys of any length, so the error case does not exist.
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map(|mut mac| {
        mac.update(body);
        mac.update(format!(".{nonce}.{timestamp}").as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    });
    mac.unwrap_or_default()
}

/// The headers of a callback that is signed now.
pub(super) fn signature(secret: &str, body: &[u8], at: i64) -> Vec<(&'static str, String)> {
    if secret.is_empty() {
        return Vec::new();
    }
    let (nonce, timestamp) = (ulid(), at.div_euclid(1000));
    vec![
        ("x-sinch-webhook-signature", sign(secret, body, &nonce, timestamp)),
        ("x-sinch-webhook-signature-nonce", nonce),
        ("x-sinch-webhook-signature-timestamp", timestamp.to_string()),
        ("x-sinch-webhook-signature-algorithm", "HmacSHA256".to_owned()),
    ]
}

/// Signs and posts `body` to `webhook`, again with a new signature as often as the app is set to, and keeps what became of it.
pub(super) async fn post(world: &World, app: &Arc<Watched<AppState>>, webhook: &Webhook, body: Bytes) -> Post {
    let repeats = app.read(|app| app.repeats);
    let once = async || {
        let headers = signature(&webhook.secret, &body, clock::now());
        post_once(&world.http, &webhook.target, body.clone(), headers).await
    };
    let mut post = once().await;
    while post.comes_again() && post.attempts <= repeats {
        post = Post { at: post.at, attempts: post.attempts + 1, ..once().await };
    }
    app.change(|app| app.posts.push(post.clone()));
    post
}

/// Posts `body` once with these headers.
pub(super) async fn post_once(
    http: &reqwest::Client,
    url: &str,
    body: Bytes,
    headers: Vec<(&'static str, String)>,
) -> Post {
    let at = clock::now();
    let mut request = http.post(url).header(CONTENT_TYPE, "application/json").timeout(PATIENCE).body(body.clone());
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    let (status, error) = match request.send().await {
        Ok(answer) => (Some(answer.status().as_u16()), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Post { at, url: url.to_owned(), body, headers, attempts: 1, status, error }
}
