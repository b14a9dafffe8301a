//! The door of Sinch's APIs: keys and tokens, projects, faults, and then who serves the path.
//!
//! One origin stands for the hosts of all regions and for the sign-in.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::app::AppState;
use super::error::SinchError;
use super::{SinchCall, admin, send};
use crate::World;
use crate::clock;
use crate::faults::{Answer, Fault};
use crate::record::Call;
use crate::watched::Watched;

const LARGEST_BODY: usize = 1 << 20;
/// How long a token is taken, in seconds.
const TOKEN_LIVES: i64 = 3600;

/// Every path below `/sinch/` but the files.
pub(crate) async fn serve(State(world): State<Arc<World>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Answer::html(413).into_response() };
    let call = Call::new(&parts.method, &parts.uri, &path, &parts.headers, &body);
    if path == "oauth2/token" {
        return sign_in(&world, &parts.method, &parts.headers, &body, call).await;
    }
    let (app, target) = match admit(&world, &path, &parts.headers, &body) {
        Ok(admitted) => admitted,
        Err((app, error)) => {
            let response = Answer::from(error).into_response();
            if let Some(app) = app {
                note(&app, call, response.status().as_u16());
            }
            return response;
        }
    };
    let number = app.change(|app| app.calls.begin(call));
    let fault = app.change(|app| target.kind().and_then(|kind| app.faults.take(kind)));
    let query = parts.uri.query().unwrap_or_default();
    let usual = async { answer(dispatch(&world, &app, &parts.method, &target, query, &body)) };
    let response = Fault::play(fault, usual).await;
    app.change(|app| app.calls.end(number, response.status().as_u16()));
    response
}

fn note(app: &Watched<AppState>, call: Call, status: u16) {
    app.change(|app| {
        let number = app.calls.begin(call);
        app.calls.end(number, status);
    });
}

/// `POST /oauth2/token`: a key for a token.
async fn sign_in(world: &World, method: &Method, headers: &HeaderMap, body: &[u8], call: Call) -> Response {
    let refused = |status: u16, error: &str| Answer::json(status, &json!({ "error": error })).into_response();
    let form = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    if method != Method::POST || !form {
        return refused(400, "invalid_request");
    }
    let grants =
        url::form_urlencoded::parse(body).any(|pair| pair == ("grant_type".into(), "client_credentials".into()));
    if !grants {
        return refused(400, "unsupported_grant_type");
    }
    let Some(app) = by_key(world, headers) else { return refused(401, "invalid_client") };
    let number = app.change(|app| app.calls.begin(call));
    let fault = app.change(|app| app.faults.take(SinchCall::Token));
    let usual = async {
        let token = app.change(|app| app.give_token(TOKEN_LIVES));
        let body = json!({"access_token": token, "expires_in": TOKEN_LIVES - 1, "scope": "", "token_type": "bearer"});
        Answer::json(200, &body).into_response()
    };
    let response = Fault::play(fault, usual).await;
    app.change(|app| app.calls.end(number, response.status().as_u16()));
    response
}

/// The app whose project's key is shown by HTTP Basic.
fn by_key(world: &World, headers: &HeaderMap) -> Option<Arc<Watched<AppState>>> {
    let shown = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let shown = String::from_utf8(STANDARD.decode(shown).ok()?).ok()?;
    let fits = |app: &AppState| app.key_works && shown == format!("{}:{}", app.key_id, app.key_secret);
    world.sinch.all().into_iter().find(|app| app.read(fits))
}

fn by_token(world: &World, headers: &HeaderMap) -> Result<Arc<Watched<AppState>>, SinchError> {
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let shown = shown.ok_or_else(SinchError::unauthenticated)?;
    let known = world.sinch.all().into_iter().find(|app| app.read(|app| app.tokens.contains_key(shown)));
    let app = known.ok_or_else(SinchError::unauthenticated)?;
    let ends = app.read(|app| app.tokens.get(shown).copied().filter(|_| app.key_works).unwrap_or_default());
    if ends > clock::now() { Ok(app) } else { Err(SinchError::token_expired()) }
}

/// What a call below a project is about.
enum Target {
    Send,
    Contacts,
    App,
    AppWebhooks,
    Webhooks,
    Webhook(String),
    Other,
}

impl Target {
    fn kind(&self) -> Option<SinchCall> {
        match self {
            Self::Send => Some(SinchCall::Send),
            Self::Contacts => Some(SinchCall::Contacts),
            Self::App => Some(SinchCall::App),
            Self::AppWebhooks | Self::Webhooks | Self::Webhook(_) => Some(SinchCall::Webhooks),
            Self::Other => None,
        }
    }
}

type Admitted = (Arc<Watched<AppState>>, Target);
type Turned = (Option<Arc<Watched<AppState>>>, SinchError);

/// Lets a call in: its proof first, then project and app.
fn admit(world: &World, path: &str, headers: &HeaderMap, body: &[u8]) -> Result<Admitted, Turned> {
    let proven = match by_key(world, headers) {
        Some(app) => Ok(app),
        None => by_token(world, headers),
    };
    let segments: Vec<&str> = path.split('/').collect();
    let ["v1", "projects", project, rest @ ..] = segments.as_slice() else {
        return Err((None, SinchError::not_found("path")));
    };
    let (named, target) = match rest {
        ["messages:send"] => (of_body(body), Target::Send),
        ["contacts"] => (None, Target::Contacts),
        ["apps", app] => (Some((*app).to_owned()), Target::App),
        ["apps", app, "webhooks"] => (Some((*app).to_owned()), Target::AppWebhooks),
        ["webhooks"] => (of_body(body), Target::Webhooks),
        ["webhooks", id] => (None, Target::Webhook((*id).to_owned())),
        _ => (None, Target::Other),
    };
    let named = named.and_then(|id| world.sinch.app(&id).ok_or(id).ok());
    let proven = proven.map_err(|error| (named.clone(), error))?;
    if proven.read(|app| app.project != *project) {
        return Err((Some(proven), SinchError::forbidden()));
    }
    match target {
        Target::App | Target::AppWebhooks => {
            let app = named.filter(|app| app.read(|app| app.project == *project));
            app.map(|app| (app, target)).ok_or_else(|| (Some(proven), SinchError::not_found("app")))
        }
        target => Ok((named.filter(|app| app.read(|app| app.project == *project)).unwrap_or(proven), target)),
    }
}

/// The app that a body names.
fn of_body(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    Some(body.get("app_id")?.as_str()?.to_owned())
}

fn dispatch(
    world: &Arc<World>,
    app: &Arc<Watched<AppState>>,
    method: &Method,
    target: &Target,
    query: &str,
    body: &[u8],
) -> Result<Value, SinchError> {
    match (method.as_str(), target) {
        ("POST", Target::Send) => send::send(world, app, body),
        ("GET", Target::Contacts) => app.read(|app| admin::contacts(app, query)),
        ("GET", Target::App) => Ok(app.read(admin::app)),
        ("GET", Target::AppWebhooks) => Ok(app.read(admin::webhooks)),
        ("POST", Target::Webhooks) => admin::register(app, body),
        ("GET", Target::Webhook(id)) => app.read(|app| admin::webhook(app, id)),
        ("PATCH", Target::Webhook(id)) => admin::change(app, id, body),
        ("DELETE", Target::Webhook(id)) => admin::unregister(app, id),
        _ => Err(SinchError::new(501, "UNIMPLEMENTED", "Method Not Allowed")),
    }
}

fn answer(result: Result<Value, SinchError>) -> Response {
    match result {
        Ok(body) => Answer::json(200, &body).into_response(),
        Err(error) => Answer::from(error).into_response(),
    }
}
