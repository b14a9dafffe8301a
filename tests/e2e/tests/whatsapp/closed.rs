//! Answers that come too late: the customer is asked to write, and what the agent wrote is held until then.

use e2e::whatsapp::{Carrier, Line, TOO_LONG};
use reqwest::Method;
use serde_json::{Value, json};

use crate::through_each;

through_each!(answers_are_held_until_the_customer_writes);

async fn answers_are_held_until_the_customer_writes(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.closes_window(&anna).await;
    for body in ["first", "second"] {
        let told = line.reply(&anna, body).await;
        assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    }
    assert_eq!(line.until_received(&anna, 1).await, ["[template]"]);
    assert!(anna.received()[0].template.as_ref().unwrap().contains("Anna"), "{:?}", anna.received());
    let held = line.until_kept("held", 2).await;
    assert_eq!((&held[0]["preview"], &held[1]["preview"]), (&json!("first"), &json!("second")));

    let (_, told) = tokio::join!(anna.says("Yes please"), line.reply(&anna, "third"));
    assert!(told.status == 202 || told.status == 200, "{}", told.text);
    assert_eq!(line.until_received(&anna, 4).await, ["[template]", "first", "second", "third"]);
    line.until_told(&anna, "held messages were sent").await;
    line.until_kept("held", 0).await;
    assert_eq!(line.bodies(&anna)[1], "Yes please", "the customer's own words come first");
    line.reply(&anna, "fourth").await.sent();
    assert_eq!(line.until_received(&anna, 5).await[4], "fourth");
}

through_each!(without_a_template_the_agent_is_told_why);

async fn without_a_template_the_agent_is_told_why(carrier: Carrier) {
    let line = Line::with(carrier, |wanted| wanted["recontact"] = Value::Null).await;
    let anna = line.known().await;
    line.closes_window(&anna).await;
    let told = line.reply(&anna, "too late").await;
    let sentence = told.refused(400, "window_closed");
    assert!(sentence.contains("24 hours") && sentence.contains("Nothing was sent"), "{sentence}");
    assert_eq!((line.number.sendings(), anna.received().len()), (0, 0));
}

through_each!(what_is_held_can_be_cancelled);

async fn what_is_held_can_be_cancelled(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.closes_window(&anna).await;
    for body in ["first", "second"] {
        assert_eq!(line.reply(&anna, body).await.status, 202);
    }
    let held = line.until_kept("held", 2).await;
    let path = format!("/api/integrations/{}/messages/{}", line.id(), held[0]["key"].as_str().unwrap());
    assert_eq!(line.hub.call(Method::DELETE, &path, None).await.0, 204);
    anna.says("Yes?").await;
    assert_eq!(line.until_told(&anna, "held message").await, "[hub] 1 held message was sent.");
    assert_eq!(line.until_received(&anna, 2).await, ["[template]", "second"]);
}

through_each!(a_template_that_does_not_arrive_is_told_and_asked_with_anew);

async fn a_template_that_does_not_arrive_is_told_and_asked_with_anew(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.closes_window(&anna).await;
    line.number.fails_later();
    let told = line.reply(&anna, "first").await;
    assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    line.until_told(&anna, "not delivered to the customer").await;
    let told = line.until_told(&anna, "that was the template").await;
    assert!(told.contains("your next message to them asks once more"), "{told}");
    assert!(anna.received().is_empty());
    let told = line.reply(&anna, "second").await;
    assert!(told.status == 202 && told.message().contains("was asked with the template"), "{}", told.text);
    assert_eq!(line.until_received(&anna, 1).await, ["[template]"]);
    anna.says("Yes?").await;
    assert_eq!(line.until_received(&anna, 3).await, ["[template]", "first", "second"]);
}

through_each!(where_the_carrier_knows_better_the_next_answer_is_held);

async fn where_the_carrier_knows_better_the_next_answer_is_held(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    // For the carrier alone.
    anna.move_back(TOO_LONG);
    let told = line.reply(&anna, "into the void").await;
    if told.status == 200 {
        // Told later, by status.
        let told = line.until_told(&anna, "not delivered to the customer").await;
        assert!(told.contains("into the void"), "{told}");
        if !carrier.tells_reasons() {
            // That it did not arrive is all that anybody can know, and so the next one is tried as well.
            assert_eq!(line.reply(&anna, "again").await.status, 200);
            line.until_desk(|desk| {
                let bodies = desk.bodies_of(anna.id());
                bodies.iter().filter(|body| body.starts_with("[hub] not delivered")).count() == 2
            })
            .await;
            anna.says("Yes?").await;
            line.reply(&anna, "now").await.sent();
            assert_eq!(line.until_received(&anna, 1).await, ["now"]);
            return;
        }
        let told = line.reply(&anna, "again").await;
        assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    } else {
        assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    }
    let told = line.reply(&anna, "the next one").await;
    assert_eq!((told.status, told.code()), (202, "held"), "{}", told.text);
    assert!(told.message().contains("asked before"), "{}", told.text);
    assert_eq!(line.until_received(&anna, 1).await, ["[template]"], "asked once");
    anna.says("Yes?").await;
    line.until_told(&anna, "2 held messages were sent").await;
    assert_eq!(line.until_received(&anna, 3).await[2], "the next one");
}
