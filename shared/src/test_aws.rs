//! AWS for tests: each call is answered by the next step of a script, and by the last one for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use axum::http::StatusCode;
use serde_json::Value;

/// How a call is answered.
#[derive(Clone)]
pub(crate) enum Step {
    /// Well.
    Good(Value),
    /// With this error, which the client does not try again.
    Bad(Value),
    /// Not at all.
    Hang,
}

pub(crate) struct TestAws {
    pub(crate) config: SdkConfig,
    calls: Arc<AtomicUsize>,
}

impl TestAws {
    pub(crate) async fn start(steps: Vec<Step>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::<AtomicUsize>::default();
        let counter = calls.clone();
        let app = Router::new().fallback(move || {
            let number = counter.fetch_add(1, Ordering::SeqCst);
            let step = steps[number.min(steps.len() - 1)].clone();
            async move {
                match step {
                    Step::Good(answer) => (StatusCode::OK, answer.to_string()),
                    Step::Bad(error) => (StatusCode::BAD_REQUEST, error.to_string()),
                    Step::Hang => std::future::pending().await,
                }
            }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "key", None, None, "tests")))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(url)
            .build();
        Self { config, calls }
    }

    /// How many calls came.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}
