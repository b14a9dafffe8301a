//! Who one is, and how the deployment is.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Person;
use crate::clock::rfc3339;
use crate::error::{ApiError, ErrorBody};

/// The person who calls.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The user pool's id of the person.
    person: String,
    /// The name that they sign in by, as the user pool keeps it.
    username: String,
    /// The company that owns their integrations.
    tenant: String,
}

/// How the deployment is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Status {
    /// The version of the hub.
    version: &'static str,
    /// What came in and belonged to nobody.
    unclaimed: Unclaimed,
}

/// What came in and belonged to nobody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unclaimed {
    /// Events of accounts that nobody has connected; they are not kept.
    events: u64,
    /// Items that could not be read and named no account; they are kept for 30 days.
    unreadable: u64,
    /// When the last of them came, RFC 3339.
    last_at: Option<String>,
}

/// Who calls, and for which company. The first call of a person makes their company.
#[utoipa::path(get, path = "/api/me", operation_id = "read_me", tag = "hub", responses(
    (status = 200, body = Me),
    (status = 401, body = ErrorBody),
    (status = 503, body = ErrorBody),
))]
pub(crate) async fn me(person: Person, State(app): State<Arc<App>>) -> Result<Json<Me>, ApiError> {
    let tenant = person.tenant(&app).await?.to_string();
    Ok(Json(Me { person: person.id, username: person.username, tenant }))
}

/// The version, and how much came in for accounts that nobody has connected.
#[utoipa::path(get, path = "/api/status", operation_id = "read_status", tag = "hub", responses(
    (status = 200, body = Status),
    (status = 401, body = ErrorBody),
    (status = 503, body = ErrorBody),
))]
pub(crate) async fn status(_person: Person, State(app): State<Arc<App>>) -> Result<Json<Status>, ApiError> {
    let unclaimed = app.store.unclaimed().await?;
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION"),
        unclaimed: Unclaimed {
            events: unclaimed.events,
            unreadable: unclaimed.unreadable,
            last_at: unclaimed.last_at.map(rfc3339),
        },
    }))
}
