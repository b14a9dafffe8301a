//! How the demonstration signs in to the hub: with the administrator's password at the user pool of the local stack.

use serde_json::{Value, json};

use super::DemoError;
use crate::config::HubState;

/// An access token for the hub's API.
pub(super) async fn access_token(http: &reqwest::Client, state: &HubState) -> Result<String, DemoError> {
    let who = "the user pool";
    let request = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": state.user_pool_client_id,
        "AuthParameters": {"USERNAME": state.administrator.email, "PASSWORD": state.administrator.password},
    });
    let answer = http
        .post(&state.aws_url)
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", "AWSCognitoIdentityProviderService.InitiateAuth")
        .body(request.to_string())
        .send()
        .await
        .map_err(|error| DemoError::Unreachable { who, error })?;
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap_or_default());
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    match body["AuthenticationResult"]["AccessToken"].as_str() {
        Some(token) => Ok(token.to_owned()),
        // Not the whole answer: it may hold other tokens.
        None => {
            let answer = body["message"].as_str().unwrap_or("no access token").to_owned();
            Err(DemoError::Refused { who, what: "sign the administrator in".to_owned(), status, answer })
        }
    }
}
