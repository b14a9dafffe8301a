//! The hub's API as people call it.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::people::{new_person, sign_in};
use crate::stack::{client, stack};
use crate::told::Told;

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Hub {
    token: String,
}

impl Hub {
    /// Signs the administrator in. Once for all tests: a token lasts an hour.
    pub async fn sign_in() -> Self {
        static TOKEN: OnceCell<String> = OnceCell::const_new();
        let token = TOKEN.get_or_init(async || sign_in(&stack().administrator).await.access).await;
        Self::with(token)
    }

    /// Signs somebody in who is new, and so of another company.
    pub async fn sign_in_another() -> Self {
        Self::with(&sign_in(&new_person().await).await.access)
    }

    /// Whoever shows this token.
    pub fn with(token: &str) -> Self {
        Self { token: token.to_owned() }
    }

    /// A call of the API, to be made.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        client().request(method, format!("{}{path}", stack().hub_url)).bearer_auth(&self.token)
    }

    /// Calls the API with JSON, or without a body.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Told {
        let call = self.request(method, path);
        Told::to(if let Some(body) = body { call.json(body) } else { call }).await
    }

    /// Calls the API; status and JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let told = self.ask(method, path, body).await;
        (told.status, told.json)
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
