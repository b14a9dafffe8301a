use serde_json::{Value, json};
use shared::channel::Provider;
use shared::secrets::IntegrationSecrets;
use shared::store::Integration;

use crate::error::ApiError;
use crate::integrations::findings::Finding;
use crate::integrations::platform::Platform;
use crate::integrations::samples;
use crate::testing::{Answer, Around, Call, item};

use super::*;

const NUMBER: &str = "404417729935120";
const WABA: &str = "331882004417765";

fn integration() -> Integration {
    Integration {
        channel: "whatsapp".to_owned(),
        provider: Some(Provider::Meta),
        account: account_of(NUMBER),
        ..samples::integration()
    }
}

/// Of an own app with an own address, or of the deployment's.
fn secrets(own_app: bool) -> IntegrationSecrets {
    let known = samples::secrets();
    let address = "https://hub.example.com/webhooks/whatsapp/meta/01KAHXJ5V5S6J6M5Q3X0B7T9ZC";
    IntegrationSecrets {
        account: account_of(NUMBER),
        platform: PlatformCredential::Graph { token: "token".into(), waba: Some(WABA.to_owned()) },
        app_secrets: if own_app { known.app_secrets } else { Vec::new() },
        verify_tokens: if own_app { known.verify_tokens } else { Vec::new() },
        webhook_url: own_app.then(|| address.to_owned()),
        ..samples::secrets()
    }
}

fn told(call: &Call) -> Option<Answer> {
    let answer = match call.operation.as_str() {
        "GET /v26.0/404417729935120" => {
            json!({"id": NUMBER, "verified_name": "Northwind Tiles", "status": "CONNECTED"})
        }
        "GET /v26.0/331882004417765/phone_numbers" => json!({"data": [{"id": "77"}, {"id": NUMBER}]}),
        "GetSecretValue" => {
            json!({"SecretString": json!({"app_id": "1", "app_secret": "s", "verify_token": "v"}).to_string()})
        }
        _ => return None,
    };
    Some((200, answer))
}

fn no() -> Answer {
    (400, json!({"error": {"message": "M", "code": 100}}))
}

/// Everything as it should be, but for what `other` says.
async fn around(other: impl Fn(&Call) -> Option<Answer> + Send + Sync + 'static) -> Around {
    Around::new(move |call| other(call).or_else(|| told(call))).await
}

async fn account_by(around: &Around) -> Result<(String, String), String> {
    let (integration, secrets) = (integration(), secrets(true));
    let platform = Platform::of(&around.app, &integration, &secrets).await.unwrap();
    match platform.account().await {
        Ok(account) => Ok((account.key.to_string(), account.name)),
        Err(ApiError::PlatformRefused(why) | ApiError::PlatformAway(why)) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

async fn subscribed(around: &Around, own_app: bool) -> Vec<&'static str> {
    let (integration, secrets) = (integration(), secrets(own_app));
    let platform = Platform::of(&around.app, &integration, &secrets).await.unwrap();
    platform.subscribe(&integration.account).await.into_iter().map(|Finding { code, .. }| code).collect()
}

async fn unsubscribed(around: &Around, own_app: bool) {
    let (integration, secrets) = (integration(), secrets(own_app));
    let platform = Platform::of(&around.app, &integration, &secrets).await.unwrap();
    platform.unsubscribe(&integration.account).await;
}

/// What Graph was told, without what it was only asked.
fn acts(around: &Around) -> Vec<String> {
    around.changes().into_iter().filter(|call| !call.starts_with("GET ")).collect()
}

const SUBSCRIBE: &str = "POST /v26.0/331882004417765/subscribed_apps";
const UNSUBSCRIBE: &str = "DELETE /v26.0/331882004417765/subscribed_apps";
const LEAD: &str = "POST /v26.0/404417729935120";

#[tokio::test]
async fn a_number_has_the_name_that_customers_see() {
    let expected = (format!("whatsapp:meta:{NUMBER}"), "Northwind Tiles".to_owned());
    assert_eq!(account_by(&around(|_| None).await).await, Ok(expected.clone()));
    let list = |list: Value| around(move |call| call.operation.ends_with("phone_numbers").then(|| (200, list.clone())));
    let elsewhere = list(json!({"data": [{"id": "77"}]})).await;
    assert!(account_by(&elsewhere).await.unwrap_err().contains("does not have this number"));
    let many = list(json!({"data": [{"id": "77"}], "paging": {"next": "https://x"}})).await;
    assert_eq!(account_by(&many).await, Ok(expected));
    let refused = around(|call| call.operation.ends_with(NUMBER).then(no)).await;
    assert!(account_by(&refused).await.is_err());
    let refused = around(|call| call.operation.ends_with("phone_numbers").then(no)).await;
    assert!(account_by(&refused).await.is_err());
}

#[tokio::test]
async fn a_number_of_an_own_app_is_led_to_its_own_address() {
    let around_it = around(|_| None).await;
    let none: [&str; 0] = [];
    assert_eq!(subscribed(&around_it, true).await, none);
    assert_eq!(acts(&around_it), [SUBSCRIBE, LEAD]);
    let led = &around_it.calls(LEAD)[0].body["webhook_configuration"];
    assert_eq!(led["override_callback_uri"], json!(secrets(true).webhook_url));
    assert_eq!(led["verify_token"], json!("hush-verify"));
    let refused = around(|call| (call.operation == LEAD).then(no)).await;
    assert_eq!(subscribed(&refused, true).await, ["webhook_to_enter"]);
}

#[tokio::test]
async fn a_number_of_the_deployment_s_app_comes_to_the_deployment_s_address() {
    let around_it = around(|_| None).await;
    let none: [&str; 0] = [];
    assert_eq!(subscribed(&around_it, false).await, none);
    assert_eq!(acts(&around_it), [SUBSCRIBE]);
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let no_app =
        around(|call| (call.operation == "GetSecretValue").then(|| (200, json!({"SecretString": "{}"})))).await;
    assert_eq!(subscribed(&no_app, false).await, ["no_meta_app"]);
    let refused = around(|call| (call.operation == SUBSCRIBE).then(no)).await;
    assert_eq!(subscribed(&refused, true).await, ["number_not_subscribed"]);
    let pending = around(|call| {
        let number = call.operation == format!("GET /v26.0/{NUMBER}");
        number.then(|| (200, json!({"id": NUMBER, "status": "PENDING"})))
    })
    .await;
    assert_eq!(subscribed(&pending, true).await, ["number_not_connected"]);
}

#[tokio::test]
async fn the_business_account_stays_subscribed_while_another_number_of_it_is_connected() {
    let free = |call: &Call| call.reads("ACCOUNT#").then(|| (200, json!({})));
    let alone = around(free).await;
    unsubscribed(&alone, true).await;
    assert_eq!(acts(&alone), [LEAD, UNSUBSCRIBE]);
    assert_eq!(alone.calls(LEAD)[0].body["webhook_configuration"], json!({"override_callback_uri": ""}));
    let alone = around(free).await;
    unsubscribed(&alone, false).await;
    assert_eq!(acts(&alone), [UNSUBSCRIBE]);
    let other = item(&json!({"integration": "01KAHXJ5V5S6J6M5Q3X0B7T9ZE"}));
    let shared = around(move |call| {
        let is_other = call.reads("ACCOUNT#whatsapp:meta:77");
        if is_other { Some((200, json!({"Item": other}))) } else { free(call) }
    })
    .await;
    unsubscribed(&shared, true).await;
    assert_eq!(acts(&shared), [LEAD]);
    // Where nobody knows, nothing is taken away.
    let unknown = around(|call| call.operation.ends_with("phone_numbers").then(no)).await;
    unsubscribed(&unknown, false).await;
    assert_eq!(acts(&unknown), [""; 0]);
}
