//! What this crate's own tests need: a sandbox, and a stand-in for the hub that keeps what it is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::meta::MetaApp;
use crate::record::Call;
use crate::server::Server;
use crate::watched::{Changes, Watched};
use crate::{Sandbox, SandboxConfig};

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Keeps every call, and answers them all alike.
pub(crate) struct FakeHub {
    pub(crate) calls: Arc<Watched<Vec<Call>>>,
    pub(crate) answer: Arc<Watched<(u16, String)>>,
    _server: Server,
}

impl FakeHub {
    pub(crate) async fn wait(&self, number: usize) -> Vec<Call> {
        self.calls
            .until(PATIENCE, |calls| calls.len() >= number, |calls| format!("{} calls", calls.len()))
            .await
            .unwrap()
    }
}

type Kept = (Arc<Watched<Vec<Call>>>, Arc<Watched<(u16, String)>>);

async fn keep(State((calls, answer)): State<Kept>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    calls.change(|calls| calls.push(Call::new(&parts.method, &parts.uri, parts.uri.path(), &parts.headers, &body)));
    let (status, body) = answer.read(Clone::clone);
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

/// A sandbox and a hub that know of each other.
pub(crate) async fn start() -> (Sandbox, FakeHub) {
    let changes = Changes::new();
    let calls = Arc::new(Watched::new(Vec::new(), &changes));
    let answer = Arc::new(Watched::new((200, String::new()), &changes));
    let kept = (Arc::clone(&calls), Arc::clone(&answer));
    let server =
        Server::start(([127, 0, 0, 1], 0).into(), Router::new().fallback(keep).with_state(kept)).await.unwrap();
    let sandbox = Sandbox::start(SandboxConfig {
        addr: ([127, 0, 0, 1], 0).into(),
        hub_url: format!("http://{}", server.addr()),
        app: MetaApp {
            id: "884200117733019".to_owned(),
            secret: "s3cret".to_owned(),
            verify_token: "let me in".to_owned(),
        },
    })
    .await
    .unwrap();
    (sandbox, FakeHub { calls, answer, _server: server })
}
