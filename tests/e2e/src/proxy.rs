//! A proxy that stands still at a chosen moment, so that a worker can be killed there: before a call arrives, or after it
//! was done and before its answer comes. It also remembers what went into a queue.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, StatusCode};
use serde_json::Value;
use shared::envelope::Envelope;
use shared::queue::Later;
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
    struck: AtomicBool,
    reached: Notify,
    queued: Mutex<Vec<Envelope>>,
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
        Self(Arc::new(Inner {
            moment: Mutex::new(Moment::Never),
            calls: AtomicUsize::new(0),
            struck: AtomicBool::new(false),
            reached: Notify::new(),
            queued: Mutex::default(),
        }))
    }

    /// Strikes at `moment`, counted from 0 over all calls from now on. It strikes once.
    pub fn arm(&self, moment: Moment) {
        self.0.calls.store(0, Ordering::SeqCst);
        self.0.struck.store(false, Ordering::SeqCst);
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

    /// Strikes no more, whether the moment has come or not.
    pub fn spare(&self) {
        *self.0.moment.lock().unwrap() = Moment::Never;
    }

    /// Whether the moment that it was armed for has come.
    pub fn struck(&self) -> bool {
        self.0.struck.load(Ordering::SeqCst)
    }

    /// What went into queues since this was asked last, in order, whatever time it is to wait there.
    pub fn queued(&self) -> Vec<Envelope> {
        std::mem::take(&mut self.0.queued.lock().unwrap())
    }

    /// Runs `work` until it ends or the moment has come. Nothing where it was killed.
    pub async fn kill<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.0.reached.notified() => None,
        }
    }

    fn strikes(&self, at: Moment) -> bool {
        let strikes = *self.0.moment.lock().unwrap() == at;
        if strikes {
            self.0.struck.store(true, Ordering::SeqCst);
        }
        strikes
    }

    fn note_queued(&self, headers: &HeaderMap, body: &[u8]) {
        let action = headers.get("x-amz-target").and_then(|name| name.to_str().ok()).unwrap_or_default();
        if !action.starts_with("AmazonSQS.SendMessage") {
            return;
        }
        let request: Value = serde_json::from_slice(body).unwrap();
        let entries = request["Entries"].as_array().cloned().unwrap_or_else(|| vec![request]);
        let envelopes = entries.iter().map(|entry| {
            let body = entry["MessageBody"].as_str().unwrap();
            serde_json::from_str(body)
                .map_or_else(|_| Envelope::from_body(body).unwrap(), |later: Later| later.envelope)
        });
        self.0.queued.lock().unwrap().extend(envelopes);
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
    let call = door.client.request(parts.method, format!("{}{path}", door.target)).headers(headers.clone());
    let answer = call.body(body.clone()).send().await;
    if answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
        door.killer.note_queued(&headers, &body);
    }
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
