//! Twilio's side of a webhook: a signed form, repeated as the address says, then the fallback address; and what the answer
//! means, which may become a message to the customer.
//!
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>, <https://www.twilio.com/docs/messaging/twiml>

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use ulid::Ulid;
use url::form_urlencoded;

use super::phone::PhoneMessage;
use super::{Kept, sid, sign};
use crate::{World, clock};

/// The form of every webhook.
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// What the log says where an address did not answer as it should.
const NOT_RETRIEVED: u32 = 11200;
/// Text that is no XML: taken for a message.
const NO_XML: u32 = 12300;
/// A message without words.
const NO_WORDS: u32 = 14103;

/// One webhook and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct Post {
    /// When it was posted first, in milliseconds since 1970.
    pub at: i64,
    /// The address as it was entered, with what stands behind its `#`.
    pub url: String,
    /// The parameters.
    pub params: Vec<(String, String)>,
    /// How often it was posted.
    pub attempts: u32,
    /// The last answer's status; nothing where there was no answer.
    pub status: Option<u16>,
    /// The last answer's body.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
    /// What the fallback address was asked, where this one failed.
    pub fallback: Option<Box<Post>>,
    /// From the first post to the last answer, in milliseconds.
    pub duration_ms: i64,
    #[serde(skip)]
    content_type: String,
}

impl Post {
    /// Whether the address took it.
    pub fn acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// A parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn new(url: &str, params: Vec<(String, String)>) -> Self {
        Self {
            at: clock::now(),
            url: url.to_owned(),
            params,
            attempts: 0,
            status: None,
            answer: String::new(),
            error: None,
            fallback: None,
            duration_ms: 0,
            content_type: String::new(),
        }
    }
}

/// How an address is called: what stands behind its `#`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overrides {
    retries: u32,
    policy: Vec<String>,
    read: Duration,
    total: Duration,
}

impl Overrides {
    /// Reads them from an address.
    pub(super) fn of(url: &str) -> Self {
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        let given = |name: &str| {
            fragment
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(known, _)| *known == name)
                .map(|(_, v)| v)
        };
        let millis = |name, usual: u64| {
            Duration::from_millis(given(name).and_then(|value| value.parse().ok()).unwrap_or(usual).clamp(100, 15_000))
        };
        Self {
            retries: given("rc").and_then(|value| value.parse().ok()).unwrap_or(1).min(5),
            policy: given("rp").unwrap_or("ct").split(',').map(str::to_owned).collect(),
            read: millis("rt", 15_000),
            total: millis("tt", 15_000),
        }
    }

    fn repeats(&self, failure: &str) -> bool {
        self.policy.iter().any(|known| known == failure || known == "all")
    }
}

/// Posts a message that came in, to the fallback address too if need be.
pub(super) async fn incoming(world: &World, number: &Kept, params: Vec<(String, String)>) -> Post {
    let (url, fallback) = number.read(|number| (number.webhook_url.clone(), number.fallback_url.clone()));
    let Some(url) = url else {
        let error = Some("not posted: no address is entered at the sender".to_owned());
        return Post { error, ..Post::new("", params) };
    };
    let mut post = call(world, number, &url, params.clone()).await;
    if !post.acknowledged() {
        number.change(|number| number.warnings.push(NOT_RETRIEVED));
        if let Some(fallback) = fallback {
            let mut params = params;
            params.push(("ErrorCode".to_owned(), NOT_RETRIEVED.to_string()));
            params.push(("ErrorUrl".to_owned(), url));
            post.fallback = Some(Box::new(call(world, number, &fallback, params).await));
        }
    }
    let answered = post.fallback.as_deref().unwrap_or(&post);
    if answered.acknowledged() {
        take_answer(number, answered);
    }
    number.change(|number| number.webhooks.push(post.clone()));
    post
}

/// Posts to an address of whose answer only the status counts.
pub(super) async fn to(world: &World, number: &Kept, url: &str, params: Vec<(String, String)>) -> Post {
    let post = call(world, number, url, params).await;
    number.change(|number| number.webhooks.push(post.clone()));
    post
}

/// Calls an address, as often as it says.
async fn call(world: &World, number: &Kept, url: &str, params: Vec<(String, String)>) -> Post {
    let (token, by_get, port) = number.read(|it| (it.auth_token.clone(), it.asks_by_get, it.signs_port));
    let overrides = Overrides::of(url);
    let ends = Instant::now() + overrides.total;
    let idempotency = Ulid::generate().to_string();
    let mut post = Post::new(url, params);
    let bare = url.split('#').next().unwrap_or_default();
    loop {
        post.attempts += 1;
        let until = ends.min(Instant::now() + overrides.read);
        let request =
            request(world, bare, &post.params, by_get, |url, params| sign(&token, &signed(url, port), params));
        let request = request.header("i-twilio-idempotency-token", &idempotency);
        let failure = match timeout_at(until, answer(request)).await {
            Ok(Ok((status, content_type, body))) => {
                (post.status, post.content_type, post.answer, post.error) = (Some(status), content_type, body, None);
                match status {
                    200..300 => break,
                    400..500 => "4xx",
                    _ => "5xx",
                }
            }
            Ok(Err(error)) => {
                (post.status, post.error) = (None, Some(error.to_string()));
                if error.is_connect() { "ct" } else { "rt" }
            }
            Err(_) => {
                (post.status, post.error) = (None, Some("no answer in time".to_owned()));
                "rt"
            }
        };
        if post.attempts > overrides.retries || !overrides.repeats(failure) || Instant::now() >= ends {
            break;
        }
    }
    post.duration_ms = clock::now() - post.at;
    post
}

/// Posts a form once with this signature header, or with none; the status of the answer.
pub(super) async fn once(
    world: &World,
    url: &str,
    params: &[(String, String)],
    signature: Option<&str>,
) -> Option<u16> {
    let bare = url.split('#').next().unwrap_or_default();
    let request = world.http.post(bare).header(CONTENT_TYPE, FORM).body(encoded(params));
    let request = signature.into_iter().fold(request, |request, value| request.header("x-twilio-signature", value));
    request.send().await.ok().map(|answer| answer.status().as_u16())
}

/// The address as Twilio signs it.
fn signed(url: &str, port: bool) -> String {
    let Some((scheme, rest)) = url.split_once("://").filter(|_| port) else { return url.to_owned() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let usual = if scheme == "https" { 443 } else { 80 };
    if host.contains(':') { url.to_owned() } else { format!("{scheme}://{host}:{usual}{path}") }
}

fn request(
    world: &World,
    url: &str,
    params: &[(String, String)],
    by_get: bool,
    sign: impl FnOnce(&str, &[(String, String)]) -> String,
) -> reqwest::RequestBuilder {
    let (request, signature) = if by_get {
        let joint = if url.contains('?') { '&' } else { '?' };
        let url = format!("{url}{joint}{}", encoded(params));
        let signature = sign(&url, &[]);
        (world.http.get(url), signature)
    } else {
        (world.http.post(url).header(CONTENT_TYPE, FORM).body(encoded(params)), sign(url, params))
    };
    request.header("x-twilio-signature", signature).header(USER_AGENT, "TwilioProxy/1.1").header(ACCEPT, "*/*")
}

fn encoded(params: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish()
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(u16, String, String), reqwest::Error> {
    let answer = request.send().await?;
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_owned();
    Ok((answer.status().as_u16(), content_type, answer.text().await?))
}

/// What an address answers to a message goes to whoever wrote it.
fn take_answer(number: &Kept, post: &Post) {
    if post.answer.is_empty() {
        return;
    }
    let text = match post.content_type.as_str() {
        "text/plain" => Some(post.answer.clone()),
        "text/xml" | "application/xml" => between(&post.answer, "<Message>", "</Message>"),
        _ => return number.change(|number| number.warnings.push(NO_XML)),
    };
    let from = post.param("From").unwrap_or_default();
    number.change(|number| match text {
        Some(text) if text.trim().is_empty() => number.warnings.push(NO_WORDS),
        Some(text) => {
            let message = PhoneMessage {
                sid: sid("SM"),
                at: clock::now(),
                from_number: true,
                text: Some(text),
                from_an_answer: true,
                ..PhoneMessage::default()
            };
            if let Some(customer) = number.person(from) {
                customer.messages.push(message);
            }
        }
        None => {}
    });
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inside, _)| inside.to_owned())
}
