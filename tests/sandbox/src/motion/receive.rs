//! What Motion does with a message at the Receive URL: refuse it, or put it before an agent.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};

use super::contacts::{find_or_make, known_field, open_interaction};
use super::refusal::{constraint, invalid};
use super::server::DeskServer;
use super::state::{AccountState, DeskMessage, StoredFile};
use crate::clock::{self, iso};
use crate::faults::Answer;
use crate::watched::Watched;

/// Members of a message that are no contact fields.
const OWN: [&str; 8] = ["from", "body", "mapKey", "AttachmentId", "threadId", "externalUrl", "to", "name"];

/// Takes one message, or refuses it.
pub(super) fn receive(
    server: &DeskServer,
    account: &Watched<AccountState>,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let taken = read(headers, body).and_then(|message| take(server, account, message));
    match taken {
        Ok(record) => Answer::json(200, &record).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Answer> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.split(';').next().unwrap_or_default().trim() != "application/json" {
        return Err(invalid(400, "the body is not of the type application/json"));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(message)) => Ok(message),
        Ok(_) => Err(invalid(400, "the body is not a JSON object")),
        Err(_) => Err(invalid(400, "Unexpected token in JSON")),
    }
}

fn take(server: &DeskServer, account: &Watched<AccountState>, message: Map<String, Value>) -> Result<Value, Answer> {
    let from = required(&message, "from")?;
    let body = required(&message, "body")?;
    let map_key = required(&message, "mapKey")?;
    if !account.read(|account| known_field(account, &map_key)) {
        return Err(invalid(422, &format!("mapKey: the list has no field {map_key}")));
    }
    let file = attachment(server, &message)?;
    if let Some(file) = &file
        && !body.contains(&file.name)
    {
        return Err(invalid(400, "one text or one attachment: the body of an attachment is its file name"));
    }
    let thread_id = optional(&message, "threadId")?;
    let external_url = optional(&message, "externalUrl")?;
    let (fields, ignored) = account.read(|account| contact_fields(account, &message))?;
    account.change(|account| {
        let contact = find_or_make(account, server, &map_key, &from, fields);
        let interaction = open_interaction(account, server, contact, thread_id, external_url);
        let message = DeskMessage {
            id: server.next_id(),
            at: clock::now(),
            incoming: true,
            from: Some(from),
            contact,
            interaction,
            body,
            attachment: file.map(|file| file.id),
            payload: Value::Object(message),
            ignored,
            answer: None,
        };
        let record = record(account.id, &message);
        account.messages.push(message);
        Ok(record)
    })
}

fn record(account: u64, message: &DeskMessage) -> Value {
    json!({
        "id": message.id,
        "body": message.body,
        "direction": "in",
        "OpenchannelAccountId": account,
        "OpenchannelInteractionId": message.interaction,
        "ContactId": message.contact,
        "AttachmentId": message.attachment,
        "createdAt": iso(message.at),
        "updatedAt": iso(message.at),
    })
}

fn attachment(server: &DeskServer, message: &Map<String, Value>) -> Result<Option<StoredFile>, Answer> {
    match message.get("AttachmentId") {
        None | Some(Value::Null) => Ok(None),
        Some(id) => match id.as_u64() {
            None => Err(invalid(400, "AttachmentId must be an integer")),
            Some(id) => server.file(id).map(Some).ok_or_else(constraint),
        },
    }
}

/// The contact fields of a message, and the members that mean nothing to Motion.
fn contact_fields(
    account: &AccountState,
    message: &Map<String, Value>,
) -> Result<(BTreeMap<String, String>, Vec<String>), Answer> {
    let (mut fields, mut ignored) = (BTreeMap::new(), Vec::new());
    for (name, value) in message.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        match value {
            _ if !known_field(account, name) => ignored.push(name.clone()),
            Value::Null => {}
            Value::String(text) => {
                fields.insert(name.clone(), text.clone());
            }
            _ => return Err(invalid(400, &format!("{name} must be a string"))),
        }
    }
    Ok((fields, ignored))
}

fn required(message: &Map<String, Value>, name: &str) -> Result<String, Answer> {
    match optional(message, name)? {
        Some(text) if !text.trim().is_empty() => Ok(text),
        Some(_) => Err(invalid(400, &format!("{name} cannot be empty"))),
        None => Err(invalid(400, &format!("{name} is required"))),
    }
}

fn optional(message: &Map<String, Value>, name: &str) -> Result<Option<String>, Answer> {
    match message.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(invalid(400, &format!("{name} must be a string"))),
    }
}
