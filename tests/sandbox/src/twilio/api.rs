//! The door of the REST API: credential, faults, and then who serves the path.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use serde_json::Value;

use super::error::TwilioError;
use super::{Kept, TwilioCall, lookup, send};
use crate::World;
use crate::faults::{Answer, Fault};
use crate::record::Call;

/// More than any form may have.
const LARGEST_BODY: usize = 1 << 20;

/// A call that was let in.
pub(super) struct Admitted<'a> {
    pub(super) world: &'a Arc<World>,
    /// The account's numbers; the first stands for the account.
    pub(super) numbers: Vec<Kept>,
    /// Whether the account itself calls, and no API key.
    pub(super) by_account: bool,
    pub(super) path: &'a str,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Every path below `/twilio/` but the files.
pub(crate) async fn serve(State(world): State<Arc<World>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Answer::html(413).into_response() };
    let call = Call::new(&parts.method, &parts.uri, &path, &parts.headers, &body);
    let kind = kind(&parts.method, &path);
    let credential = basic(&parts.headers);
    let (numbers, by_account) = match numbers(&world, &path, credential.as_ref()) {
        Ok(found) => found,
        Err(error) => {
            let status = error.status;
            if kind == TwilioCall::Media {
                world.twilio.media.note(&path, status, credential.is_some());
            }
            note(&account_numbers(&world, &path), call, status);
            return answer(Err(error));
        }
    };
    let Some(first) = numbers.first().map(Arc::clone) else { return Answer::html(404).into_response() };
    let recorded = first.change(|number| number.calls.begin(call));
    let fault = first.change(|number| number.faults.take(kind));
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let admitted = Admitted { world: &world, numbers, by_account, path: &path, query, headers: parts.headers, body };
    let usual = async { dispatch(&parts.method, &admitted).await };
    let response = Fault::play(fault, usual).await;
    first.change(|number| number.calls.end(recorded, response.status().as_u16()));
    response
}

fn note(numbers: &[Kept], call: Call, status: u16) {
    if let Some(number) = numbers.first() {
        let recorded = number.change(|number| number.calls.begin(call));
        number.change(|number| number.calls.end(recorded, status));
    }
}

fn kind(method: &Method, path: &str) -> TwilioCall {
    match (method, path) {
        (&Method::POST, path) if path.ends_with("/Messages.json") => TwilioCall::Messages,
        (&Method::POST, "v3/Indicators/Typing.json") => TwilioCall::Typing,
        (_, path) if path.contains("/Media/") => TwilioCall::Media,
        _ => TwilioCall::Lookup,
    }
}

/// The account that a path of the core API names.
fn account_of(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("2010-04-01/Accounts/")?;
    rest.split('/').next().map(|sid| sid.strip_suffix(".json").unwrap_or(sid))
}

fn account_numbers(world: &World, path: &str) -> Vec<Kept> {
    account_of(path).map(|sid| world.twilio.of_account(sid)).unwrap_or_default()
}

/// The numbers of the account whose credential was shown, and whether it was the account's own. A path of the core API must
/// name the same account.
fn numbers(world: &World, path: &str, credential: Option<&(String, String)>) -> Result<(Vec<Kept>, bool), TwilioError> {
    let (user, password) = credential.ok_or_else(TwilioError::unauthenticated)?;
    let all = world.twilio.all();
    let fits = |number: &Kept| {
        number.read(|it| {
            (it.account_sid == *user && it.auth_token == *password) || it.api_keys.get(user) == Some(password)
        })
    };
    let own = all.iter().find(|number| fits(number)).ok_or_else(TwilioError::unauthenticated)?;
    let sid = own.read(|number| number.account_sid.clone());
    if path.starts_with("2010-04-01/") && account_of(path) != Some(&sid) {
        return Err(TwilioError::unauthenticated());
    }
    Ok((world.twilio.of_account(&sid), sid == *user))
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let encoded = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

async fn dispatch(method: &Method, call: &Admitted<'_>) -> Response {
    let segments: Vec<&str> = call.path.split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["2010-04-01", "Accounts", _account]) => answer(lookup::account(call).map(|value| (200, value))),
        ("GET", ["2010-04-01", "Accounts", _, "Messages.json"]) => answer(Ok((200, lookup::messages()))),
        ("POST", ["2010-04-01", "Accounts", _, "Messages.json"]) => {
            answer(send::message(call).await.map(|value| (201, value)))
        }
        ("GET", ["2010-04-01", "Accounts", _, "Messages", _, "Media", _]) => {
            call.world.twilio.media.redirect(&call.world.url, call.path).unwrap_or_else(|error| answer(Err(error)))
        }
        ("GET", ["v2", "Channels", "Senders"]) => answer(lookup::senders(call).map(|value| (200, value))),
        ("GET", ["v1", "Services", service]) => answer(lookup::service(call, service).map(|value| (200, value))),
        ("POST", ["v3", "Indicators", "Typing.json"]) => answer(lookup::typing(call).map(|value| (200, value))),
        _ => answer(Err(TwilioError::not_found(call.path))),
    }
}

fn answer(result: Result<(u16, Value), TwilioError>) -> Response {
    match result {
        Ok((status, value)) => Answer::json(status, &value).into_response(),
        Err(error) => Answer::from(error).into_response(),
    }
}
