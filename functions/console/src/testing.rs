//! AWS and Graph for tests, on the loopback: one integration and its secrets; a test says what is answered otherwise. Every
//! call is remembered, in order.

use std::sync::{Arc, Mutex};

use aws_config::retry::RetryConfig;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use shared::id::IntegrationId;
use shared::time::Timestamp;
use tower::ServiceExt;

use crate::app::{App, router, tests::app_at};
use crate::auth::issuer;
use crate::integrations::samples;

/// One call that came: its operation, as `TransactWriteItems` or `DELETE /v26.0/1/subscribed_apps`, with query and body.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) query: String,
    pub(crate) body: Value,
}

/// An answer: status and JSON.
pub(crate) type Answer = (u16, Value);

/// What stands around the console.
#[derive(Clone)]
pub(crate) struct Around {
    pub(crate) app: Arc<App>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Call {
    /// Whether a row is read whose partition begins so.
    pub(crate) fn reads(&self, pk: &str) -> bool {
        let read = self.body["Key"]["pk"]["S"].as_str().unwrap_or_default();
        self.operation == "GetItem" && read.starts_with(pk)
    }
}

/// AWS's word for a write whose condition does not hold.
pub(crate) fn cancelled() -> Answer {
    let error = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let reasons = json!([{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]);
    (400, json!({"__type": error, "message": "no", "CancellationReasons": reasons}))
}

/// The same of a single write.
pub(crate) fn failed_condition() -> Answer {
    let error = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
    (400, json!({"__type": error, "message": "no"}))
}

/// AWS did it or not: nobody knows.
pub(crate) fn lost() -> Answer {
    (500, json!({}))
}

/// A value as DynamoDB writes it.
pub(crate) fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({"NULL": true}),
        Value::Bool(yes) => json!({"BOOL": yes}),
        Value::Number(number) => json!({"N": number.to_string()}),
        Value::String(text) => json!({"S": text}),
        Value::Array(values) => json!({"L": values.iter().map(attribute).collect::<Vec<_>>()}),
        Value::Object(_) => json!({"M": item(value)}),
    }
}

/// A record as DynamoDB writes it.
pub(crate) fn item(record: &Value) -> Value {
    record.as_object().unwrap().iter().map(|(name, value)| (name.clone(), attribute(value))).collect()
}

fn usual(call: &Call) -> Answer {
    let integration = samples::integration();
    let answer = match call.operation.as_str() {
        "GetItem" if call.reads("PERSON#") => json!({"Item": item(&json!({"tenant": integration.tenant}))}),
        "GetItem" if call.reads("INTEGRATION#") => {
            json!({"Item": item(&serde_json::to_value(&integration).unwrap())})
        }
        "GetItem" if call.reads("ACCOUNT#") => json!({"Item": item(&json!({"integration": integration.id}))}),
        "GetSecretValue" => json!({"SecretString": serde_json::to_string(&samples::secrets()).unwrap()}),
        "Query" => json!({"Items": [], "Count": 0, "ScannedCount": 0}),
        graph if graph.contains(" /v26.0/") => json!({"success": true}),
        _ => json!({}),
    };
    (200, answer)
}

impl Around {
    /// Answers as `told` says, and as usual where it says nothing.
    pub(crate) async fn new(told: impl Fn(&Call) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self::retrying(RetryConfig::disabled(), told).await
    }

    /// The same with clients that try again.
    pub(crate) async fn retrying(
        retry: RetryConfig,
        told: impl Fn(&Call) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let (seen, told) = (Arc::clone(&calls), Arc::new(told));
        let answer = move |headers: HeaderMap, request: Request| {
            let (seen, told) = (Arc::clone(&seen), Arc::clone(&told));
            async move {
                let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
                let operation = target.and_then(|target| target.split('.').next_back()).map(str::to_owned);
                let operation = operation.unwrap_or_else(|| format!("{} {}", request.method(), request.uri().path()));
                let query = request.uri().query().unwrap_or_default().to_owned();
                let bytes = axum::body::to_bytes(request.into_body(), 1024 * 1024).await.unwrap();
                let call = Call { operation, query, body: serde_json::from_slice(&bytes).unwrap_or_default() };
                seen.lock().unwrap().push(call.clone());
                let (status, body) = told(&call).unwrap_or_else(|| usual(&call));
                (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(answer)).await });
        Self { app: Arc::new(app_at(&url, retry)), calls }
    }

    /// The calls of an operation so far.
    pub(crate) fn calls(&self, operation: &str) -> Vec<Call> {
        self.calls.lock().unwrap().iter().filter(|call| call.operation == operation).cloned().collect()
    }

    /// The operations so far, without those that only look.
    pub(crate) fn changes(&self) -> Vec<String> {
        let looks = ["GetItem", "Query", "GetSecretValue"];
        let calls = self.calls.lock().unwrap();
        calls.iter().map(|call| call.operation.clone()).filter(|name| !looks.contains(&name.as_str())).collect()
    }

    /// Calls the console, signed in, below the sample's own address.
    pub(crate) async fn ask(&self, method: &str, below: &str) -> (u16, Value) {
        let id: IntegrationId = samples::integration().id;
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/api/integrations/{id}{below}"))
            .header("authorization", format!("Bearer {}", issuer::token(&issuer::claims(Timestamp::now()))));
        let response = router(Arc::clone(&self.app)).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1024 * 1024).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}
