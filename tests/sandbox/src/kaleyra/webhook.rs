//! Kaleyra's callbacks: fields in a form of the customer's own making, or Meta's object, wrapped. Each is sent once.
//!
//! <https://developers.kaleyra.io/docs/create-callback-profile-for-incoming-whatsapp-messages>

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::Serialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::Kept;
use super::number::{Generation, Style};
use crate::{World, clock};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// One callback and what became of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Post {
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    /// By which verb.
    pub method: String,
    /// The address, with its query.
    pub url: String,
    /// MIME type of the body; empty without one.
    pub content_type: String,
    /// The body.
    pub body: String,
    /// Of a status: Kaleyra's id of the message, and how far it has come.
    pub status_told: Option<(String, String)>,
    /// The answer's status; nothing where there was no answer.
    pub status: Option<u16>,
    /// The answer's body.
    pub answer: String,
    /// Why there was no answer.
    pub error: Option<String>,
}

impl Post {
    /// Whether the address took it.
    pub fn acknowledged(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The body as JSON, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// A field of a query or a form.
    pub fn field(&self, name: &str) -> Option<String> {
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        let written = if self.content_type.starts_with("application/x-www") { &self.body } else { query };
        form_urlencoded::parse(written.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }
}

/// Where statuses go.
pub(super) struct Callback {
    pub(super) url: String,
    /// Without the header and the user that are set.
    pub(super) bare: bool,
}

/// A status.
pub(super) struct Status<'a> {
    pub(super) id: &'a str,
    pub(super) wamid: &'a str,
    pub(super) to: &'a str,
    pub(super) reference: &'a str,
    pub(super) status: &'a str,
    /// Meta's code of the failure.
    pub(super) code: Option<u32>,
}

type Fields = Vec<(&'static str, String)>;

/// Sends fields of a message that came in, as the callback was made.
pub(super) async fn incoming_fields(world: &World, number: &Kept, fields: Fields) -> Post {
    let (url, style) = number.read(|number| (number.incoming_url.clone().unwrap_or_default(), number.style));
    send(world, number, made(&url, style, &fields)).await
}

/// Sends a change of Meta's.
pub(super) async fn incoming_change(world: &World, number: &Kept, value: Value, extra: Value) -> Post {
    let url = number.read(|number| number.incoming_url.clone().unwrap_or_default());
    let change = json!({ "meta_object": { "value": value, "field": "messages" }, "extra_info": extra });
    send(world, number, json_post(&url, change.to_string())).await
}

/// Tells how far a message has come.
pub(super) async fn status(world: &World, number: &Kept, callback: &Callback, told: Status<'_>) {
    let url = &callback.url;
    let post = match number.read(|number| number.generation) {
        Generation::V1 => {
            // To an address that a message names, nothing but this is told.
            let fields = vec![("id", told.id.to_owned()), ("status", told.status.to_owned())];
            made(url, Style::Query, &fields)
        }
        Generation::V2 => json_post(url, wrapped_status(number, &told).to_string()),
    };
    let status_told = Some((told.id.to_owned(), told.status.to_owned()));
    let post = Post { status_told, ..post };
    match callback.bare {
        true => send_with(world, number, post, Vec::new()).await,
        false => send(world, number, post).await,
    };
}

fn wrapped_status(number: &Kept, told: &Status<'_>) -> Value {
    let mut status = json!({
        "id": told.id, "status": told.status, "timestamp": (clock::now() / 1000).to_string(), "recipient_id": told.to,
    });
    if let Some(code) = told.code {
        let errors = json!([{ "code": code, "title": "Message undeliverable", "message": "Message undeliverable" }]);
        status.as_object_mut().map(|status| status.insert("errors".to_owned(), errors));
    }
    let value = number.read(|number| {
        json!({
            "messaging_product": "whatsapp", "metadata": { "display_phone_number": number.number },
            "statuses": [status],
        })
    });
    json!({
        "meta_object": { "value": value, "field": "messages" },
        "extra_info": { "message_id": told.wamid, "ref": told.reference, "ref1": "", "ref2": "" },
        "status": told.status, "message_id": told.wamid,
    })
}

/// Tells news of the number, which come by GET whatever else is set.
pub(super) async fn news(world: &World, number: &Kept, event: &str) -> Post {
    let (url, own) = number.read(|number| (number.incoming_url.clone().unwrap_or_default(), number.number.clone()));
    let limit = "TIER_10K".to_owned();
    let fields = vec![("display_phone_number", own), ("event", event.to_owned()), ("current_limit", limit)];
    send(world, number, made(&url, Style::Query, &fields)).await
}

/// Sends a callback once more.
pub(super) async fn again(world: &World, number: &Kept, post: &Post) -> Post {
    send(world, number, Post { status: None, answer: String::new(), error: None, ..post.clone() }).await
}

/// Fields in the form that the callback has.
fn made(url: &str, style: Style, fields: &Fields) -> Post {
    let encoded = || form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    match style {
        Style::Query => {
            let joint = if url.contains('?') { '&' } else { '?' };
            let url = format!("{url}{joint}{}", encoded());
            Post { method: Method::GET.to_string(), url, ..Post::default() }
        }
        Style::Form => {
            let content_type = "application/x-www-form-urlencoded".to_owned();
            Post {
                method: Method::POST.to_string(),
                url: url.to_owned(),
                content_type,
                body: encoded(),
                ..Post::default()
            }
        }
        Style::Json => {
            let members = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())));
            json_post(url, Value::Object(members.collect()).to_string())
        }
        Style::BareJson => {
            let lines: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": \"{value}\"")).collect();
            json_post(url, format!("{{\n{}\n}}", lines.join(",\n")))
        }
    }
}

fn json_post(url: &str, body: String) -> Post {
    let content_type = "application/json".to_owned();
    Post { method: Method::POST.to_string(), url: url.to_owned(), content_type, body, ..Post::default() }
}

/// Sends it, with the header and the user that are set, and keeps what became of it.
async fn send(world: &World, number: &Kept, post: Post) -> Post {
    let (header, basic) = number.read(|number| (number.header.clone(), number.basic.clone()));
    let basic = basic.map(|(user, password)| {
        (AUTHORIZATION.to_string(), format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    });
    send_with(world, number, post, header.into_iter().chain(basic).collect()).await
}

async fn send_with(world: &World, number: &Kept, post: Post, headers: Vec<(String, String)>) -> Post {
    let mut post = Post { at: clock::now(), ..post };
    let method = if post.method == "GET" { Method::GET } else { Method::POST };
    let mut request = world.http.request(method, &post.url).timeout(PATIENCE);
    if !post.content_type.is_empty() {
        request = request.header(CONTENT_TYPE, &post.content_type).body(post.body.clone());
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    match request.send().await {
        Ok(answer) => {
            post.status = Some(answer.status().as_u16());
            post.answer = answer.text().await.unwrap_or_default();
        }
        Err(error) => post.error = Some(error.without_url().to_string()),
    }
    number.change(|number| number.webhooks.push(post.clone()));
    post
}
