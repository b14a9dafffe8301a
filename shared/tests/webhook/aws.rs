//! A stand-in for SQS and Secrets Manager that counts calls, keeps what it took and refuses on demand.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::config::Credentials;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Json, Router};
use serde_json::{Value, json};
use shared::envelope::Envelope;
use tokio::net::TcpListener;

/// The stand-in.
#[derive(Clone, Default)]
pub(crate) struct FakeAws(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    calls: Vec<String>,
    secrets: HashMap<String, String>,
    taken: Vec<Envelope>,
    seen: Vec<String>,
    /// Bodies that hold this text are refused, this often.
    refuse: Option<(String, u32)>,
    /// This many calls of the queue fail as a whole.
    failing: u32,
    /// This many calls of the queue are done, and answered with an error.
    lost_answers: u32,
}

impl FakeAws {
    pub(crate) fn secret(&self, name: &str, value: Value) {
        self.0.lock().unwrap().secrets.insert(name.to_owned(), value.to_string());
    }

    pub(crate) fn refuse(&self, text: &str, times: u32) {
        self.0.lock().unwrap().refuse = Some((text.to_owned(), times));
    }

    pub(crate) fn fail(&self, calls: u32) {
        self.0.lock().unwrap().failing = calls;
    }

    pub(crate) fn lose_answers(&self, calls: u32) {
        self.0.lock().unwrap().lost_answers = calls;
    }

    /// What the queue holds after its own deduplication.
    pub(crate) fn taken(&self) -> Vec<Envelope> {
        self.0.lock().unwrap().taken.clone()
    }

    /// The AWS calls so far.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.0.lock().unwrap().calls.clone()
    }

    /// Listens on a free port; the settings of clients that call it.
    pub(crate) async fn start(&self) -> SdkConfig {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let settings = aws_config::defaults(BehaviorVersion::latest()).region(Region::new("eu-central-1"));
        settings.credentials_provider(credentials).endpoint_url(url).load().await
    }

    fn send_batch(&self, request: &Value) -> (StatusCode, Value) {
        let mut inner = self.0.lock().unwrap();
        if inner.failing > 0 {
            inner.failing -= 1;
            return (StatusCode::SERVICE_UNAVAILABLE, json!({"__type": "ServiceUnavailable"}));
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in request["Entries"].as_array().unwrap() {
            let body = entry["MessageBody"].as_str().unwrap();
            assert!(body.is_ascii() && body.len() <= 200 * 1024, "not a body of the hub");
            let refused = matches!(&inner.refuse, Some((text, times)) if *times > 0 && body.contains(text.as_str()));
            if refused {
                inner.refuse.as_mut().unwrap().1 -= 1;
                failed.push(json!({"Id": entry["Id"], "Code": "InternalError", "SenderFault": false}));
                continue;
            }
            let deduplication = entry["MessageDeduplicationId"].as_str().unwrap().to_owned();
            if !inner.seen.contains(&deduplication) {
                inner.seen.push(deduplication);
                inner.taken.push(Envelope::from_body(body).unwrap());
            }
            successful.push(json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "-"}));
        }
        if inner.lost_answers > 0 {
            inner.lost_answers -= 1;
            return (StatusCode::GATEWAY_TIMEOUT, json!({"__type": "GatewayTimeout"}));
        }
        (StatusCode::OK, json!({"Successful": successful, "Failed": failed}))
    }

    fn secret_value(&self, request: &Value) -> (StatusCode, Value) {
        let name = request["SecretId"].as_str().unwrap();
        match self.0.lock().unwrap().secrets.get(name) {
            Some(value) => (StatusCode::OK, json!({"Name": name, "SecretString": value})),
            None => (StatusCode::BAD_REQUEST, json!({"__type": "ResourceNotFoundException"})),
        }
    }
}

async fn answer(State(aws): State<FakeAws>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let request: Value = serde_json::from_str(&body).unwrap();
    aws.0.lock().unwrap().calls.push(target.clone());
    let (status, value) = match target.as_str() {
        "AmazonSQS.SendMessageBatch" => aws.send_batch(&request),
        "secretsmanager.GetSecretValue" => aws.secret_value(&request),
        other => panic!("a webhook has no business with {other}"),
    };
    (status, Json(value))
}
