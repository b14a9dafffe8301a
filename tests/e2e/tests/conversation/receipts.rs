//! How far an answer has come on the customer's side is written down with it. No agent is told, so the table is looked at.

use e2e::reply::text;
use e2e::scene::{Scene, until};
use e2e::stack::{ask_aws, stack};
use sandbox::meta::Customer;
use serde_json::{Value, json};

/// An item of the deployment's table; null where there is none.
async fn item(pk: String, sk: String) -> Value {
    let key = json!({"pk": {"S": pk}, "sk": {"S": sk}});
    let request = json!({"TableName": stack().table_name, "Key": key, "ConsistentRead": true});
    ask_aws("dynamodb", "DynamoDB_20120810.GetItem", &request).await["Item"].clone()
}

async fn read_by(scene: &Scene, customer: &Customer, watermark: i64) {
    let item = json!({"sender": {"id": customer.psid()}, "recipient": {"id": scene.page.id()},
                      "timestamp": watermark, "read": {"watermark": watermark}});
    let entry = json!({"id": scene.page.id(), "time": watermark, "messaging": [item]});
    assert!(scene.page.post_entries(vec![entry]).await.acknowledged());
}

#[tokio::test]
async fn receipts_are_noted_with_the_answer_and_told_nobody() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let ids = scene.reply(&text(&ingrid, "On its way")).await.sent();
    // The echo of it says "sent", the receipt after that "delivered".
    until(async || {
        let out = item(format!("MESSAGE#{}", scene.id()), format!("OUT#{}", ids[0])).await;
        if out["status"]["S"] == "delivered" { Ok(()) } else { Err(out.to_string()) }
    })
    .await;

    let now = shared::time::Timestamp::now().millis();
    // A mark that comes late, and is lower, changes nothing. The text behind it tells that it was dealt with.
    for watermark in [now, now - 60_000] {
        read_by(&scene, &ingrid, watermark).await;
    }
    ingrid.says("Thanks").await;
    assert_eq!(scene.until_bodies(&ingrid, 2).await, ["Hello?", "Thanks"]);
    let place = item(format!("CONVERSATION#{}", scene.id()), format!("PLACE#direct#{}", ingrid.psid())).await;
    assert_eq!(place["read_to"]["N"], now.to_string(), "{place}");
}
