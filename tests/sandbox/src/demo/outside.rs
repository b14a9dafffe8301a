//! The running sandbox, by its control API.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::DemoError;

const WHO: &str = "the sandbox";
/// How long anything is waited for. The first call of a function on the local stack starts it.
const PATIENCE: Duration = Duration::from_secs(90);

/// The running sandbox.
pub(super) struct Outside {
    http: reqwest::Client,
    url: String,
}

impl Outside {
    pub(super) fn new(http: reqwest::Client, url: &str) -> Self {
        Self { http, url: format!("{url}/control") }
    }

    /// Tells the sandbox something, and gives what it answers.
    pub(super) async fn tell(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        let answer = self.http.post(format!("{}/{path}", self.url)).json(body).send().await.map_err(unreachable)?;
        let (status, text) = (answer.status(), answer.text().await.map_err(unreachable)?);
        if status.is_success() {
            return Ok(serde_json::from_str(&text).unwrap_or_default());
        }
        Err(DemoError::Refused { who: WHO, what: path.to_owned(), status: status.as_u16(), answer: text })
    }

    /// Everything there is, now.
    pub(super) async fn state(&self) -> Result<Value, DemoError> {
        self.ask("").await
    }

    /// Waits until `find` finds something in the state.
    pub(super) async fn wait<T>(&self, what: &str, find: impl Fn(&Value) -> Option<T>) -> Result<T, DemoError> {
        let deadline = Instant::now() + PATIENCE;
        let mut query = String::new();
        loop {
            let state = timeout_at(deadline, self.ask(&query)).await;
            let Ok(state) = state else {
                return Err(DemoError::TimedOut { what: what.to_owned(), seconds: PATIENCE.as_secs() });
            };
            let state = state?;
            if let Some(found) = find(&state) {
                return Ok(found);
            }
            query = format!("?after={}", state["version"]);
        }
    }

    async fn ask(&self, query: &str) -> Result<Value, DemoError> {
        let answer = self.http.get(format!("{}/state{query}", self.url)).send().await.map_err(unreachable)?;
        answer.json().await.map_err(unreachable)
    }
}

fn unreachable(error: reqwest::Error) -> DemoError {
    DemoError::Unreachable { who: WHO, error }
}
