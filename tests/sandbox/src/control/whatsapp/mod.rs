//! WhatsApp lines and the people who write to them, by HTTP: the same for every carrier.

mod line;
mod person;
mod view;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use line::Line;
use line::{Carrier, Credentials};
use person::Act;

use super::fault::FaultBody;
use super::{ControlError, shown};
use crate::{World, ids};

type Result<T> = std::result::Result<T, ControlError>;
/// A line in a path.
type At = Path<(Carrier, String)>;

/// The routes.
pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/control/lines", post(add))
        .route("/control/lines/{carrier}/{id}/webhook", post(enter))
        .route("/control/lines/{carrier}/{id}/templates", post(approve))
        .route("/control/lines/{carrier}/{id}/faults", post(fail).delete(mend))
        .route("/control/lines/{carrier}/{id}/customers", post(add_customer))
        .route("/control/lines/{carrier}/{id}/customers/{customer}", post(act))
        .route("/control/lines/{carrier}/{id}/files/{message}", get(file))
}

/// What is not given is made up.
#[derive(Debug, Deserialize)]
struct LineBody {
    name: Option<String>,
    /// Digits without a plus.
    number: Option<String>,
    #[serde(flatten)]
    credentials: Credentials,
}

/// `POST /control/lines`; one that is there already stays as it is. Answers with what the state shows of it.
async fn add(State(world): State<Arc<World>>, Json(body): Json<LineBody>) -> Json<view::LineView> {
    let name = body.name.unwrap_or_else(|| "Northwind Tiles".to_owned());
    let number = body.number.unwrap_or_else(|| format!("1202555{}", digits(4)));
    Json(Line::add(&world, name, number, body.credentials).shown())
}

#[derive(Debug, Deserialize)]
struct WebhookBody {
    url: String,
    /// What callbacks are signed with, at carriers where that is chosen per address.
    #[serde(default)]
    secret: String,
}

/// `POST /control/lines/{carrier}/{id}/webhook`: enters an address of the hub, as a person does at the carrier.
async fn enter(State(world): State<Arc<World>>, at: At, Json(body): Json<WebhookBody>) -> Result<StatusCode> {
    find(&world, &at)?.enter(&body.url, &body.secret);
    Ok(StatusCode::NO_CONTENT)
}

/// A template that WhatsApp has approved.
#[derive(Debug, Deserialize)]
struct TemplateBody {
    /// Its name, or the id that the carrier gives it.
    name: String,
    #[serde(default = "english")]
    language: String,
    /// Its text, with gaps as `{{1}}`.
    body: String,
}

fn english() -> String {
    "en".to_owned()
}

/// `POST /control/lines/{carrier}/{id}/templates`
async fn approve(State(world): State<Arc<World>>, at: At, Json(body): Json<TemplateBody>) -> Result<StatusCode> {
    find(&world, &at)?.approve(&body.name, &body.language, &body.body);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /control/lines/{carrier}/{id}/faults`
async fn fail(State(world): State<Arc<World>>, at: At, Json(body): Json<FaultBody>) -> Result<StatusCode> {
    find(&world, &at)?.fail(body.of_line()?, body.all, body.when())?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /control/lines/{carrier}/{id}/faults`
async fn mend(State(world): State<Arc<World>>, at: At) -> Result<StatusCode> {
    find(&world, &at)?.mend();
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize)]
struct PersonBody {
    /// Digits without a plus.
    number: Option<String>,
    name: String,
}

/// `POST /control/lines/{carrier}/{id}/customers`; one who is there already stays as they are.
async fn add_customer(State(world): State<Arc<World>>, at: At, Json(body): Json<PersonBody>) -> Result<Json<Value>> {
    let number = body.number.unwrap_or_else(|| format!("447700900{}", digits(3)));
    find(&world, &at)?.add_customer(&number, &body.name);
    Ok(Json(json!({"id": number})))
}

/// `POST /control/lines/{carrier}/{id}/customers/{customer}`: lets the customer act, and tells how the webhooks fared.
async fn act(
    State(world): State<Arc<World>>,
    Path((carrier, id, customer)): Path<(Carrier, String, String)>,
    Json(act): Json<Act>,
) -> Result<Json<Value>> {
    let person = Line::find(&world, carrier, &id)?.person(&customer)?;
    Ok(Json(json!({"sent": person.act(act).await?})))
}

/// `GET /control/lines/{carrier}/{id}/files/{message}`: a file that is nowhere else without the carrier's credential.
async fn file(
    State(world): State<Arc<World>>,
    Path((carrier, id, message)): Path<(Carrier, String, String)>,
) -> Result<Response> {
    let file = Line::find(&world, carrier, &id)?.file(&message);
    let (content_type, bytes) = file.ok_or_else(|| ControlError::NotFound(format!("file of message {message}")))?;
    Ok(shown(&content_type, bytes))
}

fn find(world: &Arc<World>, Path((carrier, id)): &At) -> Result<Line> {
    Line::find(world, *carrier, id)
}

/// The end of a number that is made up.
fn digits(count: usize) -> String {
    ids::decimal().chars().rev().take(count).collect()
}
