use serde_json::json;
use shared::id::{CorrelationId, CustomerId, EventId};

use super::*;
use crate::integrations::samples;
use crate::testing::{Around, item};

#[test]
fn what_is_listed() {
    let wanted = |query: &str| wanted(&format!("/x?{query}").parse().unwrap());
    assert_eq!(wanted("").unwrap(), (KeptState::Waiting, 50));
    assert_eq!(wanted("state=failed&limit=100").unwrap(), (KeptState::Failed, 100));
    for wrong in ["state=held", "state=", "limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "order=asc"] {
        assert!(wanted(wrong).is_err(), "{wrong}");
    }
}

fn kept(state: KeptState, kind: &str) -> Kept {
    Kept {
        state,
        sequence: "18866773842301123328".to_owned(),
        correlation: CorrelationId::generate(),
        event: EventId::new("message:m_1"),
        customer: CustomerId::new("7304418829920156"),
        place: Some(Place::Direct),
        kind: kind.to_owned(),
        since: Timestamp::from_seconds(1_795_165_200),
        reason: "The desk is away.".to_owned(),
        payload: "{}".to_owned(),
    }
}

fn row(kept: &Kept) -> Value {
    item(&serde_json::to_value(kept).unwrap())
}

#[tokio::test]
async fn what_nobody_could_read_cannot_be_done_again() {
    for (kind, status, code, sent) in
        [("unreadable", 409, json!("not_replayable"), 0), ("message", 202, Value::Null, 1)]
    {
        let failed = kept(KeptState::Failed, kind);
        let found = json!({"Item": row(&failed)});
        let around = Around::new(move |call| call.reads("CONVERSATION#").then(|| (200, found.clone()))).await;
        let (told, body) = around.ask("POST", &format!("/messages/{}/replay", Key::of(&failed))).await;
        assert_eq!((told, &body["code"]), (status, &code), "{body}");
        assert_eq!(around.calls("SendMessage").len(), sent, "{kind}");
    }
}

#[tokio::test]
async fn what_waits_for_a_disabled_integration_is_not_given_up() {
    for enabled in [true, false] {
        let integration = Integration { enabled, ..samples::integration() };
        let integration = json!({"Item": item(&serde_json::to_value(integration).unwrap())});
        let waiting = json!({"Items": [row(&kept(KeptState::Waiting, "message"))], "Count": 1, "ScannedCount": 1});
        let around = Around::new(move |call| match call.operation.as_str() {
            "Query" => Some((200, waiting.clone())),
            _ => call.reads("INTEGRATION#").then(|| (200, integration.clone())),
        })
        .await;
        let (_, body) = around.ask("GET", "/messages").await;
        assert_eq!(body["messages"][0]["given_up_at"].is_string(), enabled, "{body}");
    }
}
