//! Pages and the people who write to them, by HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::FaultBody;
use super::{ControlError, FileBody};
use crate::World;
use crate::ids;
use crate::meta::{File, FileKind, GraphCall, Page, Post, Token};

type Result<T> = std::result::Result<T, ControlError>;

#[derive(Debug, Deserialize)]
pub(super) struct PageBody {
    id: Option<String>,
    name: String,
    access_token: Option<String>,
}

/// `POST /control/pages`; one that is there already stays as it is.
pub(super) async fn add(State(world): State<Arc<World>>, Json(body): Json<PageBody>) -> Json<Value> {
    let id = body.id.unwrap_or_else(ids::decimal);
    let token = body.access_token.unwrap_or_else(|| format!("EAAG{}", ids::letters()));
    let page = world.add_page(&id, &body.name, &token);
    Json(page.read(|page| json!({"id": page.id, "name": page.name, "access_token": page.access_token})))
}

/// What can be changed of a page; what is not given stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageSettings {
    token: Option<Token>,
    human_agent: Option<bool>,
    echo_first: Option<bool>,
    receipts: Option<bool>,
    repeats: Option<u32>,
    webhook_path: Option<String>,
    /// Whether the app is subscribed to every field, or to none.
    subscribed: Option<bool>,
}

/// `POST /control/pages/{page}/settings`
pub(super) async fn set(
    State(world): State<Arc<World>>,
    Path(page): Path<String>,
    Json(body): Json<PageSettings>,
) -> Result<StatusCode> {
    let page = find(&world, &page)?;
    if let Some(path) = &body.webhook_path {
        page.set_webhook_path(path);
    }
    match body.subscribed {
        Some(true) => page.subscribe(),
        Some(false) => page.set(|page| page.subscribed = None),
        None => {}
    }
    page.set(|page| {
        page.token = body.token.unwrap_or(page.token);
        page.human_agent = body.human_agent.unwrap_or(page.human_agent);
        page.echo_first = body.echo_first.unwrap_or(page.echo_first);
        page.receipts = body.receipts.unwrap_or(page.receipts);
        page.repeats = body.repeats.unwrap_or(page.repeats);
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/pages/{page}/faults`
pub(super) async fn fail(
    State(world): State<Arc<World>>,
    Path(page): Path<String>,
    Json(body): Json<FaultBody>,
) -> Result<StatusCode> {
    let call = (!body.all).then_some(GraphCall::Messages);
    find(&world, &page)?.fail_on(call, body.of_page()?, body.when());
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /control/pages/{page}/faults`: no fault any more, and a valid token.
pub(super) async fn mend(State(world): State<Arc<World>>, Path(page): Path<String>) -> Result<StatusCode> {
    find(&world, &page)?.mend();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
pub(super) struct Entries {
    entries: Vec<Value>,
}

/// `POST /control/pages/{page}/webhooks`: posts these entries, signed, as one webhook.
pub(super) async fn post_entries(
    State(world): State<Arc<World>>,
    Path(page): Path<String>,
    Json(body): Json<Entries>,
) -> Result<Json<Post>> {
    Ok(Json(find(&world, &page)?.post_entries(body.entries).await))
}

#[derive(Debug, Deserialize)]
pub(super) struct Person {
    psid: Option<String>,
    first_name: String,
    last_name: String,
}

/// `POST /control/pages/{page}/customers`; one who is there already stays as they are.
pub(super) async fn add_customer(
    State(world): State<Arc<World>>,
    Path(page): Path<String>,
    Json(body): Json<Person>,
) -> Result<Json<Value>> {
    let customer = find(&world, &page)?.add_customer(body.psid.as_deref(), &body.first_name, &body.last_name);
    Ok(Json(json!({"psid": customer.psid()})))
}

/// What a customer does.
#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(super) enum Act {
    /// Sends a text, files, or both in one message.
    Says {
        text: Option<String>,
        #[serde(default)]
        files: Vec<FileBody>,
    },
    /// Sends what is at an address outside.
    SendsFrom { kind: FileKind, url: String },
    /// Reads everything.
    Looks,
    /// Puts a reaction on a message.
    Reacts { mid: String, reaction: String, emoji: String },
    /// Takes it back.
    TakesReactionBack { mid: String },
    /// Writes a message anew.
    Edits { mid: String, text: String },
    /// Taps a button.
    TapsButton { title: String, payload: String },
    /// Taps a quick reply.
    TapsQuickReply { title: String, payload: String },
    /// Lets so many hours pass since the last sign of life.
    IsSilent { hours: u64 },
    /// Changes what the phone does.
    Set { reads: Option<bool>, blocked: Option<bool> },
}

/// `POST /control/pages/{page}/customers/{psid}`: lets the customer act, and tells how the webhook fared.
pub(super) async fn act(
    State(world): State<Arc<World>>,
    Path((page, psid)): Path<(String, String)>,
    Json(act): Json<Act>,
) -> Result<Json<Value>> {
    let page = find(&world, &page)?;
    if !page.read(|page| page.customers.contains_key(&psid)) {
        return Err(ControlError::NotFound(format!("customer {psid} of page {}", page.id())));
    }
    let customer = page.customer(&psid);
    let sent = match act {
        Act::Says { text, files } => {
            let files = files.into_iter().map(|file| Ok(File::new(&file.name, &file.content_type, file.bytes()?)));
            let files = files.collect::<Result<Vec<_>>>()?;
            if text.as_ref().is_none_or(String::is_empty) && files.is_empty() {
                return Err(ControlError::Invalid("neither a text nor a file".to_owned()));
            }
            customer.sends(text.as_deref().filter(|text| !text.is_empty()), files).await
        }
        Act::SendsFrom { kind, url } => customer.sends(None, vec![File::at(kind, &url)]).await,
        Act::Reacts { mid, reaction, emoji } => customer.reacts(&mid, &reaction, &emoji).await,
        Act::TakesReactionBack { mid } => customer.takes_reaction_back(&mid).await,
        Act::Edits { mid, text } => customer.edits(&mid, &text).await,
        Act::TapsButton { title, payload } => customer.taps_button(&title, &payload).await,
        Act::TapsQuickReply { title, payload } => customer.taps_quick_reply(&title, &payload).await,
        Act::Looks => return Ok(Json(json!({"webhook": customer.looks().await}))),
        Act::IsSilent { hours } => {
            customer.move_back(Duration::from_secs(hours.saturating_mul(3600)));
            return Ok(Json(json!({})));
        }
        Act::Set { reads, blocked } => {
            customer.set(|customer| {
                customer.reads = reads.unwrap_or(customer.reads);
                customer.blocked = blocked.unwrap_or(customer.blocked);
            });
            return Ok(Json(json!({})));
        }
    };
    Ok(Json(json!({"mid": sent.mid, "files": sent.files, "webhook": sent.webhook})))
}

fn find(world: &Arc<World>, id: &str) -> Result<Page> {
    let state = world.page(id).ok_or_else(|| ControlError::NotFound(format!("page {id}")))?;
    Ok(Page::new(Arc::clone(world), state))
}
