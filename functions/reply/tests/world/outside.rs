//! A Graph API that answers as it is told, and a Motion that has one file.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use serde_json::{Value, json};

/// The name of Motion's one file, and its content.
pub(crate) const FILE: (&str, &[u8]) = ("label_7719.pdf", b"%PDF-1.7 a label");

/// How Graph takes a message.
#[derive(Clone, Debug)]
pub(crate) enum Graph {
    /// It sends it.
    Sent,
    /// It refuses, with code and subcode.
    Error(i64, i64),
    /// It takes no more for now.
    Throttled { seconds: u64 },
    /// It answers something that is no answer.
    Garbage,
    /// It does not answer at all.
    Silence,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) token: String,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> String {
        self.json()["message"]["text"].as_str().unwrap().to_owned()
    }
}

#[derive(Default)]
struct Inner {
    script: VecDeque<Graph>,
    messages: Vec<Seen>,
    /// What Motion answers where it does not hand its file over.
    motion: Option<u16>,
    largest: Option<usize>,
    /// How long Motion takes to hand its file over.
    pause: Duration,
}

/// The stand-in, as the tests see it.
#[derive(Clone)]
pub(crate) struct Outside {
    inner: Arc<Mutex<Inner>>,
    address: std::net::SocketAddr,
}

impl Outside {
    pub(crate) async fn start() -> Self {
        let inner = Arc::<Mutex<Inner>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app =
            Router::new().fallback(serve).layer(axum::extract::DefaultBodyLimit::disable()).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inner, address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How Graph takes the next messages; those after them it sends.
    pub(crate) fn graph(&self, script: impl IntoIterator<Item = Graph>) {
        self.inner.lock().unwrap().script = script.into_iter().collect();
    }

    /// The messages that Graph was asked to send since the last time this was asked.
    pub(crate) fn messages(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner.lock().unwrap().messages)
    }

    /// Waits until Graph was asked to send something.
    pub(crate) async fn until_asked(&self) {
        while self.inner.lock().unwrap().messages.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub(crate) fn motion_answers(&self, status: u16) {
        self.inner.lock().unwrap().motion = Some(status);
    }

    pub(crate) fn motion_takes(&self, pause: Duration) {
        self.inner.lock().unwrap().pause = pause;
    }

    pub(crate) fn motions_file_has(&self, bytes: usize) {
        self.inner.lock().unwrap().largest = Some(bytes);
    }
}

async fn serve(
    State(inner): State<Arc<Mutex<Inner>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    if path.starts_with("/api/attachments/") {
        let pause = inner.lock().unwrap().pause;
        tokio::time::sleep(pause).await;
        return motion(&inner, &path, &query);
    }
    if method != Method::POST || !path.ends_with("/messages") {
        return answer(400, &json!({"error": {"code": 100, "message": "Unsupported request."}}));
    }
    let token = headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned();
    let (step, number) = {
        let mut inner = inner.lock().unwrap();
        inner.messages.push(Seen { path, query, token, body });
        (inner.script.pop_front(), inner.messages.len())
    };
    match step {
        None | Some(Graph::Sent) => {
            answer(200, &json!({"recipient_id": super::CUSTOMER, "message_id": format!("m_{number}")}))
        }
        Some(Graph::Error(code, subcode)) => {
            let error =
                json!({"message": "Graph's own words.", "code": code, "error_subcode": subcode, "fbtrace_id": "AbC"});
            answer(400, &json!({ "error": error }))
        }
        Some(Graph::Throttled { seconds }) => {
            let mut throttled = answer(400, &json!({"error": {"message": "Too many calls.", "code": 80006}}));
            throttled.headers_mut().insert("retry-after", seconds.into());
            throttled
        }
        Some(Graph::Garbage) => Response::new(Body::from("<html>")),
        Some(Graph::Silence) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Response::new(Body::empty())
        }
    }
}

fn motion(inner: &Mutex<Inner>, path: &str, query: &str) -> Response<Body> {
    let inner = inner.lock().unwrap();
    match (inner.motion, path) {
        (Some(status), _) => answer(status, &json!({"message": "no"})),
        _ if query != "apikey=motion-key" => answer(401, &json!({"message": "Unauthorized"})),
        (None, "/api/attachments/6004") => answer(200, &json!({"id": 6004, "name": FILE.0, "type": "application/pdf"})),
        (None, "/api/attachments/6004/download") => {
            Response::new(inner.largest.map_or_else(|| Body::from(FILE.1), |size| Body::from(vec![b'x'; size])))
        }
        _ => answer(404, &json!({"message": "Not Found"})),
    }
}

fn answer(status: u16, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}
