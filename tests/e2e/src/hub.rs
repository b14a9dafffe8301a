//! The hub's API as an administrator calls it.

use reqwest::Method;
use serde_json::Value;

use crate::stack::{Stack, client, stack};

/// An administrator who is signed in.
#[derive(Clone)]
pub struct Hub {
    stack: &'static Stack,
    token: String,
}

impl Hub {
    /// Signs the administrator in.
    pub async fn sign_in() -> Self {
        let stack = stack();
        Self { stack, token: stack.sign_in().await }
    }

    /// Calls the API; status and JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let url = format!("{}{path}", self.stack.hub_url);
        let mut call = client().request(method, url).bearer_auth(&self.token);
        if let Some(body) = body {
            call = call.json(body);
        }
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Makes an integration.
    pub async fn create(&self, integration: &Value) -> Value {
        let (status, body) = self.call(Method::POST, "/api/integrations", Some(integration)).await;
        assert_eq!(status, 201, "{body}");
        body
    }

    /// Reads an integration.
    pub async fn integration(&self, id: &str) -> Value {
        let (status, body) = self.call(Method::GET, &format!("/api/integrations/{id}"), None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// What waits, or failed.
    pub async fn messages(&self, id: &str, state: &str) -> Vec<Value> {
        let path = format!("/api/integrations/{id}/messages?state={state}");
        let (status, body) = self.call(Method::GET, &path, None).await;
        assert_eq!(status, 200, "{body}");
        body["messages"].as_array().cloned().unwrap_or_default()
    }
}
