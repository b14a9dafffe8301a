use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::integrations::samples;
use crate::testing::{Answer, Around, Call, item};

/// Everything as usual until the record is deleted, then `after` it.
async fn once_deleted(after: impl Fn(&Call) -> Option<Answer> + Send + Sync + 'static) -> Around {
    let gone = AtomicBool::new(false);
    Around::new(move |call| {
        if call.operation == "TransactWriteItems" {
            gone.store(true, Ordering::SeqCst);
            return None;
        }
        if gone.load(Ordering::SeqCst) { after(call) } else { None }
    })
    .await
}

fn unsubscribe() -> String {
    format!("DELETE /v26.0/{}/subscribed_apps", samples::integration().account.platform_id())
}

fn free(call: &Call) -> Option<Answer> {
    call.reads("ACCOUNT#").then(|| (200, json!({})))
}

#[tokio::test]
async fn all_of_it_goes() {
    let around = once_deleted(free).await;
    assert_eq!(around.ask("DELETE", "").await.0, 204);
    assert_eq!(around.calls(&unsubscribe()).len(), 1);
    assert_eq!(around.calls("DeleteSecret").len(), 1);
}

#[tokio::test]
async fn what_is_set_aside_meanwhile_is_not_thrown_away() {
    let around = once_deleted(|call| {
        (call.operation == "Query").then(|| (200, json!({"Items": [], "Count": 1, "ScannedCount": 1})))
    })
    .await;
    let (status, body) = around.ask("DELETE", "").await;
    assert_eq!((status, &body["code"]), (409, &json!("messages_kept")), "{body}");
    assert_eq!(around.changes(), ["TransactWriteItems", "TransactWriteItems"], "deleted and put back, nothing else");
    let writes = around.calls("TransactWriteItems")[1].body["TransactItems"].clone();
    let revision = samples::integration().revision.to_string();
    assert_eq!(writes[0]["Put"]["Item"]["revision"]["N"], json!(revision), "{writes}");
    assert_eq!(writes[1]["Put"]["Item"]["integration"]["S"], json!(samples::integration().id), "{writes}");
}

#[tokio::test]
async fn a_page_that_another_integration_has_by_now_stays_subscribed() {
    let other = json!({"integration": "01KAHXJ5V5S6J6M5Q3X0B7T9ZE"});
    let around = once_deleted(move |call| call.reads("ACCOUNT#").then(|| (200, json!({"Item": item(&other)})))).await;
    assert_eq!(around.ask("DELETE", "?discard=true").await.0, 204);
    assert_eq!(around.calls(&unsubscribe()).len(), 0);
}
