//! The door of a Motion server: which account a call is about, its credential, faults, and then who serves it.

use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::HeaderMap;

use super::account::ReceiveForm;
use super::refusal::{not_found, unauthorized};
use super::server::DeskServer;
use super::state::AccountState;
use super::{MotionCall, receive, rest};
use crate::World;
use crate::faults::{Answer, Fault};
use crate::record::Call;
use crate::watched::Watched;

/// More than the largest file, so that a larger one is refused in Motion's own way.
const LARGEST_BODY: usize = 40 << 20;

/// The paths of all Motion servers, and of the vendor's proxy.
pub(crate) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/motion/{server}/api/openchannel/accounts/{id}/{door}", post(at_receive_url))
        .route("/motion-proxy/api/openchannel/accounts/{id}/{door}", post(at_proxy))
        .route("/motion/{server}/api/openchannel/accounts/{id}", get(account))
        .route("/motion/{server}/api/attachments", post(store))
        .route("/motion/{server}/api/attachments/{id}", get(describe))
        .route("/motion/{server}/api/attachments/{id}/download", get(download))
        .route("/motion/{server}/api/attachments/{id}/download/", get(download))
}

/// A call, read whole.
struct Asked {
    call: Call,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    async fn read(request: Request) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Answer::html(413).into_response())?;
        let call = Call::new(&parts.method, &parts.uri, parts.uri.path(), &parts.headers, &body);
        Ok(Self { call, headers: parts.headers, body })
    }

    /// Serves the call as one of this account, with its faults, and keeps it.
    async fn serve(
        self,
        account: &Watched<AccountState>,
        kind: MotionCall,
        usual: impl AsyncFnOnce(HeaderMap, Bytes) -> Response,
    ) -> Response {
        let number = account.change(|account| account.calls.begin(self.call));
        let fault = account.change(|account| account.faults.take(kind));
        let response = Fault::play(fault, usual(self.headers, self.body)).await;
        account.change(|account| account.calls.end(number, response.status().as_u16()));
        response
    }
}

async fn at_receive_url(
    State(world): State<Arc<World>>,
    Path((server, id, door)): Path<(String, String, String)>,
    request: Request,
) -> Response {
    let Some(server) = world.known_desk(&server) else { return not_found().into_response() };
    let account = id.parse().ok().and_then(|id| server.account(id));
    let account = account.filter(|account| account.read(|account| account.form != ReceiveForm::Proxy));
    receive_for(server, account, &door, request).await
}

/// The proxy knows an account by its token: ids repeat across servers.
async fn at_proxy(
    State(world): State<Arc<World>>,
    Path((id, door)): Path<(String, String)>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let behind = |account: &AccountState| {
        account.form == ReceiveForm::Proxy
            && account.id.to_string() == id
            && query == format!("token={}", account.token)
    };
    for (_, server) in world.all_desks() {
        if let Some(account) = server.accounts().into_iter().find(|account| account.read(behind)) {
            return receive_for(server, Some(account), &door, request).await;
        }
    }
    unauthorized().into_response()
}

async fn receive_for(
    server: Arc<DeskServer>,
    account: Option<Arc<Watched<AccountState>>>,
    door: &str,
    request: Request,
) -> Response {
    let asked = match Asked::read(request).await {
        Ok(asked) => asked,
        Err(too_large) => return too_large,
    };
    let Some(account) = account else { return not_found().into_response() };
    let refusal = account.read(|account| refusal(account, door, &asked.call.query));
    asked
        .serve(&account, MotionCall::Receive, async |headers, body| match refusal {
            Some(refusal) => refusal.into_response(),
            None => receive::receive(&server, &account, &headers, &body),
        })
        .await
}

/// Why a call does not come through the Receive URL, if so.
fn refusal(account: &AccountState, door: &str, query: &str) -> Option<Answer> {
    let (own_door, credential) = match account.form {
        ReceiveForm::Token | ReceiveForm::Proxy => ("notify", format!("token={}", account.token)),
        ReceiveForm::ApiKey => ("notify", format!("apikey={}", account.api_key)),
        ReceiveForm::Open => ("notify", String::new()),
        ReceiveForm::Version1 => ("receive", String::new()),
    };
    if door != own_door {
        Some(not_found())
    } else if !credential.is_empty() && query != credential {
        Some(unauthorized())
    } else if !account.has_list {
        Some(not_found())
    } else {
        None
    }
}

async fn account(
    State(world): State<Arc<World>>,
    Path((server, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    by_credential(&world, &server, MotionCall::Account, request, async |server, _, _| {
        let account = id.parse().ok().and_then(|id| server.account(id));
        account.map_or_else(not_found, |account| Answer::json(200, &account.read(AccountState::json))).into_response()
    })
    .await
}

async fn store(State(world): State<Arc<World>>, Path(server): Path<String>, request: Request) -> Response {
    by_credential(&world, &server, MotionCall::Upload, request, async |server, headers, body| {
        rest::store(server, &headers, body).await
    })
    .await
}

async fn describe(
    State(world): State<Arc<World>>,
    Path((server, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    by_credential(&world, &server, MotionCall::Download, request, async |server, _, _| {
        rest::describe(id.parse().ok().and_then(|id| server.file(id)))
    })
    .await
}

async fn download(
    State(world): State<Arc<World>>,
    Path((server, id)): Path<(String, String)>,
    request: Request,
) -> Response {
    by_credential(&world, &server, MotionCall::Download, request, async |server, _, _| {
        rest::download(id.parse().ok().and_then(|id| server.file(id)))
    })
    .await
}

/// Serves a call of the REST API as one of the account whose administrator's credential it shows.
async fn by_credential(
    world: &World,
    server: &str,
    kind: MotionCall,
    request: Request,
    usual: impl AsyncFnOnce(&DeskServer, HeaderMap, Bytes) -> Response,
) -> Response {
    let asked = match Asked::read(request).await {
        Ok(asked) => asked,
        Err(too_large) => return too_large,
    };
    let Some(server) = world.known_desk(server) else { return not_found().into_response() };
    let shown = |account: &AccountState| rest::authorized(account, &asked.call.query, &asked.headers);
    match server.accounts().into_iter().find(|account| account.read(shown)) {
        Some(account) => asked.serve(&account, kind, async |headers, body| usual(&server, headers, body).await).await,
        None => unauthorized().into_response(),
    }
}
