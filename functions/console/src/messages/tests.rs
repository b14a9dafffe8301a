use serde_json::json;
use shared::id::{CorrelationId, CustomerId, EventId};
use shared::store::{Held, HeldContent, HeldState};

use super::*;
use crate::integrations::samples;
use crate::testing::{Around, failed_condition, item};

#[test]
fn what_is_listed() {
    let wanted = |query: &str| wanted(&format!("/x?{query}").parse().unwrap());
    assert_eq!(wanted("").unwrap(), Wanted { state: Listed::Waiting, limit: 50, after: None });
    let failed = Wanted { state: Listed::Failed, limit: 100, after: None };
    assert_eq!(wanted("state=failed&limit=100").unwrap(), failed);
    let waiting = Key::of(&kept(KeptState::Waiting, "message"));
    assert_eq!(wanted(&format!("after={waiting}")).unwrap().after, Some(waiting.clone()));
    let held = Wanted { state: Listed::Held, limit: 50, after: Some(Key::of_held(&held())) };
    assert_eq!(wanted(&format!("state=held&after={}", held.after.as_ref().unwrap())).unwrap(), held);
    for wrong in [
        format!("state=failed&after={waiting}"),
        format!("state=held&after={waiting}"),
        "after=".to_owned(),
        "after=no-key".to_owned(),
    ] {
        assert!(wanted(&wrong).is_err(), "{wrong}");
    }
    for wrong in ["state=sent", "state=", "limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "order=asc"] {
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

#[tokio::test]
async fn a_listing_goes_on_where_it_ended() {
    let (first, second) = (kept(KeptState::Failed, "message"), kept(KeptState::Failed, "unreadable"));
    let both = json!({"Items": [row(&first), row(&second)], "Count": 2, "ScannedCount": 2});
    let rest = json!({"Items": [row(&second)], "Count": 1, "ScannedCount": 1});
    let around = Around::new(move |call| {
        let on = call.body["ExclusiveStartKey"].is_object();
        (call.operation == "Query").then(|| (200, if on { rest.clone() } else { both.clone() }))
    })
    .await;
    let (_, page) = around.ask("GET", "/messages?state=failed&limit=1").await;
    assert_eq!((&page["more"], &page["next"]), (&json!(true), &page["messages"][0]["key"]), "{page}");
    let next = page["next"].as_str().unwrap();
    let (status, page) = around.ask("GET", &format!("/messages?state=failed&limit=1&after={next}")).await;
    assert_eq!(
        (status, &page["messages"][0]["kind"], &page["next"]),
        (200, &json!("unreadable"), &Value::Null),
        "{page}"
    );
    let start = &around.calls("Query")[1].body["ExclusiveStartKey"];
    let place = format!("FAILED#{}#{}", first.customer, first.correlation);
    assert_eq!(start["sk"]["S"], json!(place), "{start}");
    assert_eq!(start["pk"]["S"], json!(format!("CONVERSATION#{}", samples::integration().id)), "{start}");
}

fn held() -> Held {
    let since = Timestamp::from_seconds(1_795_165_200);
    Held {
        correlation: "01KAHXJ5V5S6J6M5Q3X0B7T9ZC".parse().unwrap(),
        part: 0,
        last: true,
        customer: CustomerId::new("390550001122"),
        reply: None,
        content: HeldContent::Text { text: "see you\nat 5".to_owned() },
        since,
        until: since.plus(std::time::Duration::from_secs(72 * 3600)),
        state: HeldState::Waiting,
        claim: None,
        trouble: None,
    }
}

#[tokio::test]
async fn what_is_held_is_listed_and_read() {
    let item = row_of(&held());
    let both = json!({"Items": [item, item], "Count": 2, "ScannedCount": 2});
    let around = Around::new(move |call| match call.operation.as_str() {
        "Query" => Some((200, both.clone())),
        _ => call.reads("CONVERSATION#").then(|| (200, json!({"Item": item}))),
    })
    .await;
    let (status, page) = around.ask("GET", "/messages?state=held&limit=1").await;
    let message = &page["messages"][0];
    assert_eq!((status, &message["state"], &message["kind"]), (200, &json!("held"), &json!("text")), "{page}");
    assert_eq!(message["preview"], "see you at 5");
    assert!(message["given_up_at"].is_string() && message["reason"].is_string(), "{page}");
    assert_eq!((&page["more"], &page["next"]), (&json!(true), &message["key"]));
    let key = message["key"].as_str().unwrap();
    around.ask("GET", &format!("/messages?state=held&after={key}")).await;
    let start = &around.calls("Query")[1].body["ExclusiveStartKey"];
    assert_eq!(start["sk"]["S"], json!("HELD#390550001122#01KAHXJ5V5S6J6M5Q3X0B7T9ZC#00"), "{start}");

    let (status, whole) = around.ask("GET", &format!("/messages/{key}")).await;
    assert_eq!((status, &whole["payload"]), (200, &json!({"text": "see you\nat 5"})), "{whole}");
    let (status, told) = around.ask("POST", &format!("/messages/{key}/replay")).await;
    assert_eq!((status, &told["code"]), (409, &json!("held")), "{told}");
}

#[tokio::test]
async fn what_is_held_can_be_cancelled_but_not_while_it_is_sent() {
    let queue_is_away = (500, json!({}));
    for (is_sent, queue, status, told) in [
        (false, None, 204, 1),
        (false, Some(queue_is_away), 204, 1), // upkeep finds it
        (true, None, 409, 0),
    ] {
        let found = json!({"Item": row_of(&held())});
        let around = Around::new(move |call| match call.operation.as_str() {
            "UpdateItem" if is_sent => Some(failed_condition()),
            "SendMessage" => queue.clone(),
            _ => call.reads("CONVERSATION#").then(|| (200, found.clone())),
        })
        .await;
        let (answered, body) = around.ask("DELETE", &format!("/messages/{}", Key::of_held(&held()))).await;
        assert_eq!(answered, status, "{body}");
        let written = &around.calls("UpdateItem")[0].body;
        assert_eq!(written["ExpressionAttributeValues"][":cancelled"]["S"], "cancelled");
        assert_eq!(written["ConditionExpression"], "#state IN (:waiting, :cancelled)");
        let work = around.calls("SendMessage");
        assert_eq!(work.len(), told, "{work:?}");
        for work in work {
            let body = work.body["MessageBody"].as_str().unwrap();
            assert!(body.contains("\"work\":\"end_held\"") && body.contains("390550001122"), "{body}");
        }
    }
}

fn row_of(held: &Held) -> Value {
    item(&serde_json::to_value(held).unwrap())
}
