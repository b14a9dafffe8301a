//! The door of both APIs: account and key, faults, and then who serves the path.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::deliver::{self, Outgoing};
use super::error::KaleyraError;
use super::number::Generation;
use super::{KaleyraCall, Kept, form, wrapped};
use crate::World;
use crate::faults::{Answer, Fault};
use crate::record::Call;

/// More than any message may have.
const LARGEST_BODY: usize = 1 << 20;

/// Every path below `/kaleyra/` but the files.
pub(crate) async fn serve(State(world): State<Arc<World>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Answer::html(413).into_response() };
    let call = Call::new(&parts.method, &parts.uri, &path, &parts.headers, &body);
    let segments: Vec<&str> = path.split('/').collect();
    let numbers = segments.get(1).map(|sid| world.kaleyra.of_account(sid)).unwrap_or_default();
    let Some(number) = addressed(&numbers, &segments, &body) else {
        return Answer::from(KaleyraError::unauthenticated()).into_response();
    };
    let recorded = number.change(|number| number.calls.begin(call));
    let usual = async {
        let result = match knows_key(&number, &parts.headers) {
            true => dispatch(&world, &number, &parts.method, &segments, &parts.headers, &body),
            false => Err(KaleyraError::unauthenticated()),
        };
        match result {
            Ok(value) => Answer::json(200, &value).into_response(),
            Err(error) => Answer::from(error).into_response(),
        }
    };
    let kind = if path.ends_with("/messages") { KaleyraCall::Messages } else { KaleyraCall::Templates };
    let fault = number.change(|number| number.faults.take(kind));
    let response = Fault::play(fault, usual).await;
    number.change(|number| number.calls.end(recorded, response.status().as_u16()));
    response
}

/// The number of the account that the call names, else the first, which stands for the account.
fn addressed(numbers: &[Kept], segments: &[&str], body: &[u8]) -> Option<Kept> {
    let named = match segments {
        ["v2", _, "whatsapp", number, "messages"] => Some((*number).to_owned()),
        _ => url::form_urlencoded::parse(body).find(|(name, _)| name == "from").map(|(_, value)| value.into_owned()),
    };
    let named = named.map(|number| number.trim_start_matches('+').to_owned());
    let is_named = |number: &&Kept| named.as_ref().is_some_and(|named| number.read(|number| number.number == *named));
    numbers.iter().find(is_named).or_else(|| numbers.first()).cloned()
}

fn knows_key(number: &Kept, headers: &HeaderMap) -> bool {
    let shown = headers.get("api-key").and_then(|value| value.to_str().ok());
    number.read(|number| shown == Some(number.api_key.as_str()))
}

fn dispatch(
    world: &Arc<World>,
    number: &Kept,
    method: &Method,
    segments: &[&str],
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, KaleyraError> {
    match (method.as_str(), segments) {
        ("POST", ["v1", _, "messages"]) => {
            let outgoing = form::read(number, headers, body)?;
            let answer = json!({ "id": outgoing.id });
            Ok(taken(world, number, outgoing, answer))
        }
        ("POST", ["v2", _, "whatsapp", named, "messages"]) => {
            let is_ours = number
                .read(|number| named.trim_start_matches('+') == number.number && number.generation == Generation::V2);
            if !is_ours {
                return Err(KaleyraError::not_authorised());
            }
            let outgoing = wrapped::read(headers, body)?;
            let data = json!({ "id": with_dashes(&outgoing.id) });
            Ok(taken(world, number, outgoing, json!({ "code": "WA200", "message": "Success", "data": data })))
        }
        ("GET", ["v1", _, "whatsapp", "templates", "status"]) => Ok(number.read(|number| {
            let templates = number.templates.iter();
            let told: Vec<Value> = templates
                .map(|template| json!({ "template_name": template.name, "template_status": "APPROVED" }))
                .collect();
            json!({ "data": told })
        })),
        _ => Err(KaleyraError::code(404, "E404", "Not Found")),
    }
}

fn taken(world: &Arc<World>, number: &Kept, outgoing: Outgoing, answer: Value) -> Value {
    tokio::spawn(deliver::deliver(Arc::clone(world), Arc::clone(number), outgoing));
    answer
}

/// The answer writes an id with dashes, the status the same without.
fn with_dashes(id: &str) -> String {
    let mut from = 0;
    let pieces = [8, 4, 4, 4, 12].map(|length| {
        let piece = id.get(from..from + length).unwrap_or_default();
        from += length;
        piece
    });
    pieces.join("-")
}
