use std::sync::Mutex;

use aws_config::retry::RetryConfig;
use serde_json::{Value, json};

use super::*;
use crate::integrations::samples;
use crate::testing::{Around, Call, cancelled, lost};

/// The settings that a write of the record sets or removes, by name, as far as the test looks at them.
fn written(call: &Call) -> (Vec<Value>, String) {
    let update = &call.body["TransactItems"][0]["Update"];
    let values = update["ExpressionAttributeValues"].as_object().unwrap().values().cloned().collect();
    (values, update["ExpressionAttributeNames"].to_string())
}

#[tokio::test]
async fn a_lost_answer_is_no_conflict() {
    // The record is changed by the first call, whose answer is lost; only its own repeat is taken after that.
    let first: Mutex<Option<Value>> = Mutex::default();
    let around = Around::retrying(RetryConfig::standard().with_max_attempts(2), move |call| {
        let write = ["UpdateItem", "TransactWriteItems"].contains(&call.operation.as_str());
        if !write {
            return None;
        }
        let mut first = first.lock().unwrap();
        let token = call.body["ClientRequestToken"].clone();
        match first.clone() {
            None => {
                *first = Some(token);
                Some(lost())
            }
            Some(known) if known.is_string() && known == token => None,
            Some(_) => Some(cancelled()),
        }
    })
    .await;
    let changed = around.app.store.update_integration(&samples::integration()).await;
    assert!(changed.is_ok(), "{changed:?}");
    assert_eq!(around.calls("TransactWriteItems").len(), 2);
}

#[tokio::test]
async fn a_key_never_meets_the_address_of_another_server() {
    let around = Around::new(|_| None).await;
    let mut draft = Draft { integration: samples::integration(), secrets: samples::secrets() };
    let before = draft.integration.clone();
    draft.integration.api_base_url = Some("https://b.example.com/api".to_owned());
    let touched = Touched { desk: true, platform: false, secrets: true };
    keep(&around.app, &draft, &before, touched).await.unwrap();
    assert_eq!(around.changes(), ["TransactWriteItems", "PutSecretValue", "TransactWriteItems"]);
    let writes = around.calls("TransactWriteItems");
    let new = json!({"S": "https://b.example.com/api"});
    let old = json!({"S": before.api_base_url});
    let (values, names) = written(&writes[0]);
    assert!(!values.contains(&new) && !values.contains(&old) && names.contains("api_base_url"), "{values:?}");
    let (values, _) = written(&writes[1]);
    assert!(values.contains(&new), "{values:?}");
    assert!(values.contains(&json!({"N": (before.revision + 1).to_string()})), "on top of the first: {values:?}");
}

#[tokio::test]
async fn whoever_comes_second_writes_nothing() {
    let around = Around::new(|call| (call.operation == "TransactWriteItems").then(cancelled)).await;
    let draft = Draft { integration: samples::integration(), secrets: samples::secrets() };
    let touched = Touched { desk: true, platform: false, secrets: true };
    let error = keep(&around.app, &draft, &samples::integration(), touched).await.unwrap_err();
    assert!(matches!(error, ApiError::Conflict("changed_meanwhile", _)), "{error:?}");
    assert_eq!(around.changes(), ["TransactWriteItems"]);
}
