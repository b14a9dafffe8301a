//! A proxy that stands still at a chosen moment, so that a worker can be killed there: before a call arrives, or after it
//! was done and before its answer comes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Response, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::stack::client;

/// Where the proxy stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The call does not arrive.
    Before(usize),
    /// The call is done; its answer does not come.
    After(usize),
    /// The call is done; the connection breaks before its answer.
    Lost(usize),
    /// Nowhere.
    Never,
}

/// Counts calls over all addresses that it stands before.
#[derive(Clone)]
pub struct Killer(Arc<Inner>);

struct Inner {
    moment: Mutex<Moment>,
    calls: AtomicUsize,
    reached: Notify,
}

#[derive(Clone)]
struct Door {
    killer: Killer,
    target: String,
    client: reqwest::Client,
}

impl Default for Killer {
    fn default() -> Self {
        Self::new()
    }
}

impl Killer {
    /// A killer that does nothing yet.
    pub fn new() -> Self {
        Self(Arc::new(Inner { moment: Mutex::new(Moment::Never), calls: AtomicUsize::new(0), reached: Notify::new() }))
    }

    /// Strikes at `moment`, counted from 0 over all calls from now on.
    pub fn arm(&self, moment: Moment) {
        self.0.calls.store(0, Ordering::SeqCst);
        *self.0.moment.lock().unwrap() = moment;
    }

    /// Stands before `target`, an address without a final slash; the proxy's own address.
    pub async fn before(&self, target: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let door = Door { killer: self.clone(), target: target.to_owned(), client: client() };
        let app = Router::new().fallback(pass).with_state(door);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        address
    }

    /// How many calls there were since it was armed.
    pub fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// Runs `work` until it ends or the moment has come. Nothing where it was killed.
    pub async fn kill<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.0.reached.notified() => None,
        }
    }

    fn strikes(&self, at: Moment) -> bool {
        *self.0.moment.lock().unwrap() == at
    }

    async fn stand_still(&self) -> ! {
        self.0.reached.notify_one();
        std::future::pending().await
    }
}

async fn pass(State(door): State<Door>, request: Request) -> Response<Body> {
    let number = door.killer.0.calls.fetch_add(1, Ordering::SeqCst);
    if door.killer.strikes(Moment::Before(number)) {
        door.killer.stand_still().await;
    }
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let body = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
    let mut headers = parts.headers;
    headers.remove("host");
    let call = door.client.request(parts.method, format!("{}{path}", door.target)).headers(headers).body(body);
    let answer = call.send().await;
    if door.killer.strikes(Moment::After(number)) {
        door.killer.stand_still().await;
    }
    if door.killer.strikes(Moment::Lost(number)) {
        // A panic in a handler closes its connection without an answer.
        std::panic::resume_unwind(Box::new("the answer is lost"));
    }
    let Ok(answer) = answer else { return status(StatusCode::BAD_GATEWAY) };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != "transfer-encoding" && name != "connection" {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(answer.bytes().await.unwrap())).unwrap()
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
