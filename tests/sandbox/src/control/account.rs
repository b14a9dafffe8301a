//! Open Channel accounts and their agents, by HTTP.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::FaultBody;
use super::{ControlError, FileBody, shown};
use crate::World;
use crate::motion::{Account, AccountConfig, DeskMessage, Draft, MotionCall, ReceiveForm, Shape};

type Result<T> = std::result::Result<T, ControlError>;

/// What is not given is made up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountBody {
    server: String,
    id: Option<u64>,
    name: Option<String>,
    #[serde(default)]
    form: ReceiveForm,
    map_key: Option<String>,
    token: Option<String>,
    api_key: Option<String>,
}

/// `POST /control/accounts`; one that is there already stays as it is.
pub(super) async fn add(State(world): State<Arc<World>>, Json(body): Json<AccountBody>) -> Json<Value> {
    let made_up = AccountConfig::new(&body.server);
    let config = AccountConfig {
        id: body.id,
        form: body.form,
        name: body.name.unwrap_or_else(|| made_up.name.clone()),
        map_key: body.map_key.unwrap_or_else(|| made_up.map_key.clone()),
        token: body.token.unwrap_or_else(|| made_up.token.clone()),
        api_key: body.api_key.unwrap_or_else(|| made_up.api_key.clone()),
        ..made_up
    };
    let account = Account::add(&world, &world.url, config);
    Json(account.read(|account| {
        json!({
            "server": account.server,
            "id": account.id,
            "receive_url": account.receive_url,
            "api_url": account.api_url,
            "api_key": account.api_key,
            "map_key": account.map_key,
        })
    }))
}

/// What can be changed of an account; what is not given stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountSettings {
    reply_url: Option<String>,
    has_list: Option<bool>,
    map_key: Option<String>,
    updates_contacts: Option<bool>,
    shape: Option<Shape>,
}

/// `POST /control/accounts/{server}/{id}/settings`
pub(super) async fn set(
    State(world): State<Arc<World>>,
    Path(account): Path<(String, u64)>,
    Json(body): Json<AccountSettings>,
) -> Result<StatusCode> {
    find(&world, &account)?.set(|account| {
        match body.reply_url {
            // Emptied, as an administrator does to take the answer box away.
            Some(url) if url.is_empty() => account.reply_url = None,
            Some(url) => account.reply_url = Some(url),
            None => {}
        }
        account.has_list = body.has_list.unwrap_or(account.has_list);
        account.updates_contacts = body.updates_contacts.unwrap_or(account.updates_contacts);
        account.shape = body.shape.unwrap_or(account.shape);
        if let Some(map_key) = body.map_key {
            account.map_key = map_key;
        }
    });
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/accounts/{server}/{id}/faults`
pub(super) async fn fail(
    State(world): State<Arc<World>>,
    Path(account): Path<(String, u64)>,
    Json(body): Json<FaultBody>,
) -> Result<StatusCode> {
    let call = (!body.all).then_some(MotionCall::Receive);
    find(&world, &account)?.fail_on(call, body.of_account()?, body.when());
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /control/accounts/{server}/{id}/faults`
pub(super) async fn mend(State(world): State<Arc<World>>, Path(account): Path<(String, u64)>) -> Result<StatusCode> {
    find(&world, &account)?.mend();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
pub(super) struct ReplyBody {
    /// The value of the map key field; a new one starts a conversation.
    contact: String,
    #[serde(default)]
    text: String,
    file: Option<FileBody>,
    shape: Option<Shape>,
    thread_id: Option<String>,
    /// The id of an earlier answer, to post that one again.
    id: Option<u64>,
    #[serde(default)]
    secret: bool,
}

/// `POST /control/accounts/{server}/{id}/replies`: lets the agent answer, and tells what the hub said.
pub(super) async fn reply(
    State(world): State<Arc<World>>,
    Path(account): Path<(String, u64)>,
    Json(body): Json<ReplyBody>,
) -> Result<Json<DeskMessage>> {
    let account = find(&world, &account)?;
    let attachment = match &body.file {
        Some(file) => Some(account.store(&file.name, &file.content_type, file.bytes()?)),
        None => None,
    };
    let draft = Draft {
        text: body.text,
        attachment,
        shape: body.shape,
        thread_id: body.thread_id,
        id: body.id,
        secret: body.secret,
        sent_by: None,
    };
    let posted = account.agent().send(&body.contact, draft).await;
    posted.map(Json).map_err(|disabled| ControlError::Invalid(disabled.to_string()))
}

#[derive(Debug, Deserialize)]
pub(super) struct Contact {
    contact: String,
}

/// `POST /control/accounts/{server}/{id}/close`: the agent closes the conversation.
pub(super) async fn close(
    State(world): State<Arc<World>>,
    Path(account): Path<(String, u64)>,
    Json(body): Json<Contact>,
) -> Result<StatusCode> {
    find(&world, &account)?.close(&body.contact);
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /control/files/{server}/{id}`: a file of the desk, for the page.
pub(super) async fn file(State(world): State<Arc<World>>, Path((server, id)): Path<(String, u64)>) -> Result<Response> {
    let file = world.known_desk(&server).and_then(|server| server.file(id));
    let file = file.ok_or_else(|| ControlError::NotFound(format!("file {id} on {server}")))?;
    Ok(shown(&file.content_type, file.bytes))
}

fn find(world: &Arc<World>, (server, id): &(String, u64)) -> Result<Account> {
    Account::find(world, server, *id).ok_or_else(|| ControlError::NotFound(format!("account {id} on {server}")))
}
