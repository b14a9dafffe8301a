//! The door of the Graph API: version, token, proof, faults, and then who serves the path.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use super::error::GraphError;
use super::page::{PageState, Token};
use super::params::Params;
use super::{GraphCall, lookup, send, upload, whatsapp, wire};
use crate::faults::{Answer, Fault};
use crate::record::Call;
use crate::watched::Watched;
use crate::{Person, World};

/// Versions that Graph serves in late 2026: <https://developers.facebook.com/docs/graph-api/changelog>.
const VERSIONS: [&str; 6] = ["v21.0", "v22.0", "v23.0", "v24.0", "v25.0", "v26.0"];
/// More than the largest file, so that a larger one is refused in Graph's own way.
const LARGEST_BODY: usize = 110 << 20;

/// Every path below `/graph/` but the files.
pub(crate) async fn serve(State(world): State<Arc<World>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else { return Answer::html(413).into_response() };
    let call = Call::new(&parts.method, &parts.uri, &path, &parts.headers, &body);
    let method = parts.method;
    match admit(&world, &path, &parts.headers, &call.query, &body).await {
        Ok(Admitted::App(params, token)) => answer(debug_token(&world, &path, &params, &token)),
        Ok(Admitted::Person(person, target, params)) => answer(by_person(&person, &method, &target, &params)),
        Ok(Admitted::SystemUser(token, target, params)) => {
            whatsapp::door::serve(&world, call, &method, &token, &target, &params).await
        }
        Ok(Admitted::Page(page, target, params)) => {
            let number = page.change(|page| page.calls.begin(call));
            let fault = page.change(|page| page.faults.take(target.call(&method)));
            let usual = async { answer(dispatch(&world, &page, &method, &target, &params).await) };
            let response = Fault::play(fault, usual).await;
            page.change(|page| page.calls.end(number, response.status().as_u16()));
            response
        }
        Err(error) => {
            let response = answer(Err(error));
            let (node, status) = (path.split('/').nth(1).unwrap_or_default(), response.status().as_u16());
            if let Some(page) = world.page(node) {
                let number = page.change(|page| page.calls.begin(call));
                page.change(|page| page.calls.end(number, status));
            } else {
                whatsapp::door::note(&world, node, call, status);
            }
            response
        }
    }
}

/// What a call is let in for.
enum Admitted {
    /// The app itself asks, with its own token.
    App(Params, String),
    /// A person's own token was shown.
    Person(Person, Target, Params),
    /// The token of a system user was shown, who works WhatsApp accounts.
    SystemUser(String, Target, Params),
    /// A page's token was shown.
    Page(Arc<Watched<PageState>>, Target, Params),
}

/// The path behind the version: a node, and perhaps one of its edges.
pub(super) struct Target {
    pub(super) node: String,
    pub(super) edge: Option<String>,
}

impl Target {
    fn call(&self, method: &Method) -> GraphCall {
        match self.edge.as_deref() {
            Some("messages") => GraphCall::Messages,
            Some("message_attachments") => GraphCall::Uploads,
            Some(_) => GraphCall::Subscription,
            None if method == Method::GET => GraphCall::Lookup,
            None => GraphCall::Other,
        }
    }
}

async fn admit(
    world: &World,
    path: &str,
    headers: &HeaderMap,
    query: &str,
    body: &Bytes,
) -> Result<Admitted, GraphError> {
    let mut segments = path.split('/');
    let version = segments.next().unwrap_or_default();
    let (Some(node), edge, None) = (segments.next(), segments.next(), segments.next()) else {
        return Err(GraphError::unknown_path(path));
    };
    if !VERSIONS.contains(&version) {
        return Err(GraphError::unknown_path(version));
    }
    let params = Params::read(query, headers, body).await?;
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer.or_else(|| params.text("access_token")).ok_or_else(GraphError::no_token)?.to_owned();
    if node == "debug_token" {
        return Ok(Admitted::App(params, token));
    }
    let target = Target { node: node.to_owned(), edge: edge.map(str::to_owned) };
    if let Some(person) = world.person_of_token(&token) {
        check_proof(&params, &world.app.secret, &token)?;
        return Ok(Admitted::Person(person, target, params));
    }
    if whatsapp::door::admit(world, &token, node, &params)? {
        return Ok(Admitted::SystemUser(token, target, params));
    }
    let page = world.page_of_token(&token).ok_or_else(GraphError::unknown_token)?;
    let (state, secret) = page.read(|page| (page.token, page.app.secret.clone()));
    match state {
        Token::Valid => {}
        Token::Expired => return Err(GraphError::token_expired()),
        Token::PasswordChanged => return Err(GraphError::password_changed()),
    }
    check_proof(&params, &secret, &token)?;
    Ok(Admitted::Page(page, target, params))
}

fn check_proof(params: &Params, secret: &str, token: &str) -> Result<(), GraphError> {
    match params.text("appsecret_proof") {
        None => Err(GraphError::no_proof()),
        Some(proof) if proof != wire::appsecret_proof(secret, token) => Err(GraphError::wrong_proof()),
        Some(_) => Ok(()),
    }
}

/// What a person's token is good for here: to ask who they are.
fn by_person(person: &Person, method: &Method, target: &Target, params: &Params) -> Result<Value, GraphError> {
    match (method.as_str(), target.node.as_str(), target.edge.as_deref()) {
        ("GET", "me", None) => lookup::myself(person, params),
        (method, node, _) => Err(GraphError::no_such_object(&method.to_lowercase(), node)),
    }
}

async fn dispatch(
    world: &Arc<World>,
    page: &Arc<Watched<PageState>>,
    method: &Method,
    target: &Target,
    params: &Params,
) -> Result<Value, GraphError> {
    let own = target.node == "me" || page.read(|page| page.id == target.node);
    match (method.as_str(), own, target.edge.as_deref()) {
        ("GET", true, None) => page.read(|page| lookup::page(page, params)),
        ("GET", false, None) => page.read(|page| lookup::person(page, &target.node, params)),
        ("POST", true, Some("messages")) => send::send(world, page, params).await,
        ("POST", true, Some("message_attachments")) => upload::store(world, page, params).await,
        ("GET", true, Some("subscribed_apps")) => Ok(page.read(lookup::subscriptions)),
        ("POST", true, Some("subscribed_apps")) => lookup::subscribe(page, params),
        ("DELETE", true, Some("subscribed_apps")) => Ok(lookup::unsubscribe(page)),
        (method, ..) => Err(GraphError::no_such_object(&method.to_lowercase(), &target.node)),
    }
}

fn debug_token(world: &World, path: &str, params: &Params, token: &str) -> Result<Value, GraphError> {
    if path.split('/').count() > 2 {
        return Err(GraphError::unknown_path(path));
    }
    lookup::debug_token(world, params, token)
}

pub(super) fn answer(result: Result<Value, GraphError>) -> Response {
    match result {
        Ok(body) => Answer::json(200, &json!(body)).into_response(),
        Err(error) => Answer::from(error).into_response(),
    }
}
