//! The hub's API, as far as the demonstration needs it.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{DemoError, sign_in};
use crate::config::HubState;

const WHO: &str = "the hub";

/// The hub, for an administrator who is signed in.
pub(super) struct Hub {
    http: reqwest::Client,
    url: String,
    token: String,
}

/// Where an integration's answers go.
pub(super) struct Integration {
    pub(super) name: String,
    pub(super) reply_url: String,
    /// Where the platform's events go.
    pub(super) webhook_url: String,
    /// Whether it was there before.
    pub(super) found: bool,
}

impl Hub {
    /// Signs in.
    pub(super) async fn sign_in(http: reqwest::Client, state: &HubState) -> Result<Self, DemoError> {
        let token = sign_in::access_token(&http, state).await?;
        Ok(Self { http, url: state.hub_url.clone(), token })
    }

    /// Makes the integration, or finds the one that the account has already.
    pub(super) async fn connect(&self, account: &str, wanted: &Value) -> Result<Integration, DemoError> {
        match self.call(Method::POST, "", Some(wanted)).await? {
            (201, made) => integration(&made, false),
            (409, _) => integration(&self.of_account(account).await?, true),
            (status, answer) => Err(refused("make the integration", status, &answer)),
        }
    }

    async fn of_account(&self, account: &str) -> Result<Value, DemoError> {
        let (_, all) = self.call(Method::GET, "", None).await?;
        let ours = all["integrations"].as_array().into_iter().flatten().find(|one| one["account"] == account);
        let id = ours.and_then(|one| one["id"].as_str());
        let id =
            id.ok_or_else(|| DemoError::NotAsExpected(format!("the hub says that {account} is taken, by nobody")))?;
        match self.call(Method::GET, &format!("/{id}"), None).await? {
            (200, integration) => Ok(integration),
            (status, answer) => Err(refused("show the integration", status, &answer)),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(u16, Value), DemoError> {
        let request =
            self.http.request(method, format!("{}/api/integrations{path}", self.url)).bearer_auth(&self.token);
        let request = body.into_iter().fold(request, RequestBuilder::json);
        let unreachable = |error| DemoError::Unreachable { who: WHO, error };
        let answer = request.send().await.map_err(unreachable)?;
        let (status, text) = (answer.status().as_u16(), answer.text().await.map_err(unreachable)?);
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }
}

fn integration(shown: &Value, found: bool) -> Result<Integration, DemoError> {
    let member = |name: &str| {
        let text = shown[name].as_str().map(str::to_owned);
        text.ok_or_else(|| DemoError::NotAsExpected(format!("the hub shows an integration without {name}")))
    };
    Ok(Integration {
        name: member("name")?,
        reply_url: member("reply_url")?,
        webhook_url: member("webhook_url")?,
        found,
    })
}

fn refused(what: &str, status: u16, answer: &Value) -> DemoError {
    DemoError::Refused { who: WHO, what: what.to_owned(), status, answer: answer.to_string() }
}
