use std::sync::Mutex;

use aws_config::retry::RetryConfig;
use serde_json::{Value, json};

use super::*;
use crate::integrations::samples;
use crate::testing::{Around, cancelled, lost};

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
    let before = samples::secrets();
    let moved = json!({"api_base_url": "https://b.example.com/api", "api_key": "the-key-of-b"});
    let (change, mut problems) = settings::read_change(moved.as_object().unwrap().clone());
    let touched = draft.apply(change.settings, &mut problems).unwrap();
    keep(&around.app, &draft, touched).await.unwrap();
    assert_eq!(around.changes(), ["TransactWriteItems", "PutSecretValue"]);
    let written: Value =
        serde_json::from_str(around.calls("PutSecretValue")[0].body["SecretString"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&written["api_base_url"], &written["desk"]["key"]),
        (&json!("https://b.example.com/api"), &json!("the-key-of-b"))
    );
    // Whoever still knows the secret before it, with the record after it, goes to the server that the key is of.
    let stale = before.motion_api(&draft.integration).unwrap();
    assert_eq!(stale.base.as_str(), "https://motion.example.com/api");
}

#[tokio::test]
async fn whoever_comes_second_writes_nothing() {
    let around = Around::new(|call| (call.operation == "TransactWriteItems").then(cancelled)).await;
    let draft = Draft { integration: samples::integration(), secrets: samples::secrets() };
    let touched = Touched { desk: true, platform: false, secrets: true };
    let error = keep(&around.app, &draft, touched).await.unwrap_err();
    assert!(matches!(error, ApiError::Conflict("changed_meanwhile", _)), "{error:?}");
    assert_eq!(around.changes(), ["TransactWriteItems"]);
}
