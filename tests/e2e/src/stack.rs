//! The stack under test, as the local stack describes it.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// What the local stack wrote down.
#[derive(Clone, Debug, Deserialize)]
pub struct Stack {
    /// What it is called at AWS.
    pub stack: String,
    /// Where the hub answers.
    pub hub_url: String,
    /// Where the hub expects the outside world.
    pub sandbox_url: String,
    /// Where the local AWS answers.
    pub aws_url: String,
    /// The deployment's table.
    pub table_name: String,
    /// The queue whose groups keep the order.
    pub inbound_queue_url: String,
    /// Where its poisonous records end.
    pub inbound_redrive_queue_url: String,
    /// The queue that only waits.
    pub later_queue_url: String,
    /// The user pool.
    pub user_pool_id: String,
    /// The app client of the user pool.
    pub user_pool_client_id: String,
    /// The deployment's Meta app.
    pub meta_app: MetaApp,
    /// The first administrator.
    pub administrator: Administrator,
    /// The deployed functions by name.
    pub functions: std::collections::BTreeMap<String, Value>,
}

/// The deployment's Meta app.
#[derive(Clone, Debug, Deserialize)]
pub struct MetaApp {
    /// Its id.
    pub app_id: String,
    /// Its secret.
    pub app_secret: String,
    /// What Meta shows in a handshake.
    pub verify_token: String,
}

/// Somebody who may sign in.
#[derive(Clone, Debug, Deserialize)]
pub struct Administrator {
    /// Their address.
    pub email: String,
    /// Their password.
    pub password: String,
}

/// The file in which the local stack wrote it down; what else it keeps is beside it.
pub fn state_file() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test has no other configuration")]
    let path = std::env::var("E2E_STATE").expect("E2E_STATE names no stack: run the tests with `make test`");
    path.into()
}

/// The stack under test.
pub fn stack() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| {
        let path = state_file();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap()
    })
}

impl Stack {
    /// Settings for AWS clients that call the local AWS, or a proxy before it.
    pub async fn aws(&self, endpoint: &str) -> aws_config::SdkConfig {
        let credentials = aws_sdk_sqs::config::Credentials::new("test", "test", None, None, "e2e");
        shared::aws::defaults()
            .region(aws_config::Region::new("us-east-1"))
            .credentials_provider(credentials)
            .endpoint_url(endpoint)
            .load()
            .await
    }
}

/// Calls a service of the local AWS as its owner; `target` is the call's name in the header `x-amz-target`.
pub async fn ask_aws(service: &str, target: &str, request: &Value) -> Value {
    let call = client().post(&stack().aws_url).header("x-amz-target", target).header("authorization", signed(service));
    let call = call.header("content-type", "application/x-amz-json-1.1").body(request.to_string());
    let answer = call.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    assert!(status.is_success(), "{target}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}

/// Runs a deployed function that nobody calls from outside, as its schedule does, and waits for its end.
pub async fn run(function: &str) {
    let name = format!("{}-{function}", stack().stack);
    let url = format!("{}/2015-03-31/functions/{name}/invocations", stack().aws_url);
    let answer = client().post(url).header("authorization", signed("lambda")).body("{}").send().await.unwrap();
    let (status, failed) = (answer.status(), answer.headers().contains_key("x-amz-function-error"));
    assert!(status.is_success() && !failed, "{function}: {status} {}", answer.text().await.unwrap());
}

/// The local AWS tells by it who calls and which service is meant. It checks no more of it.
fn signed(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// An HTTP client for tests.
#[expect(clippy::disallowed_methods, reason = "the tests stand outside the hub's guard")]
pub fn client() -> reqwest::Client {
    reqwest::Client::new()
}
