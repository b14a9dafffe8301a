//! A number that goes over to another integration of the same company.

use e2e::scene::until;
use e2e::whatsapp::{Carrier, Line, Number, Phone};
use reqwest::Method;

/// A number before and after, and a customer whom both desks know. A worker may know for half a minute who had the number
/// before; until then and after, every message is at one desk.
async fn goes_over(carrier: Carrier) -> (Line, Line, Phone) {
    let first = Line::new(carrier).await;
    let anna = first.known().await;
    let second = first.taken_over().await;
    let mut said = 1;
    while second.bodies(&anna).is_empty() {
        anna.says(&format!("message {said}")).await;
        said += 1;
        until(async || {
            let arrived = first.bodies(&anna).len() + second.bodies(&anna).len();
            let waiting = first.hub.messages(first.id(), "waiting").await.len();
            if arrived + waiting == said { Ok(()) } else { Err(format!("{arrived} and {waiting} of {said}")) }
        })
        .await;
    }
    second.reply(&anna, "yes, we are").await.sent();
    assert_eq!(second.until_received(&anna, 1).await, ["yes, we are"]);
    first.reply(&anna, "by the old one").await.refused(403, "integration_disabled");
    (first, second, anna)
}

async fn deleted(line: &Line) {
    let path = format!("/api/integrations/{}?discard=true", line.id());
    assert_eq!(line.hub.call(Method::DELETE, &path, None).await.0, 204);
}

async fn enabled(line: &Line) {
    let path = format!("/api/integrations/{}/enable", line.id());
    assert_eq!(line.hub.call(Method::POST, &path, None).await.0, 200);
}

#[tokio::test]
async fn an_address_that_was_entered_by_hand_goes_on_with_the_new_one() {
    let (first, second, anna) = goes_over(Carrier::Twilio).await;
    // What becomes of an answer is told where it was given.
    enabled(&first).await;
    second.number.fails_later();
    // A function may know for half a minute that it is disabled.
    until(async || {
        let told = first.reply(&anna, "by the old one after all").await;
        if told.status == 200 { Ok(()) } else { Err(told.text) }
    })
    .await;
    let told = first.until_told(&anna, "not delivered to the customer").await;
    assert!(told.contains("by the old one after all"), "{told}");
    assert!(!second.bodies(&anna).iter().any(|body| body.starts_with("[hub]")));

    second.number.enter(second.integration["webhook_url"].as_str().unwrap());
    deleted(&first).await;
    let bert = second.customer();
    bert.says("to the new address").await;
    assert_eq!(second.until_bodies(&bert, 1).await, ["to the new address"]);
}

#[tokio::test]
async fn what_comes_to_the_old_address_never_goes_to_another_company() {
    let (first, second, anna) = goes_over(Carrier::Twilio).await;
    deleted(&second).await;
    let other = first.of_another_company().await;
    // A worker may know for half a minute who had it last.
    let before = first.hub.messages(first.id(), "waiting").await.len();
    while first.hub.messages(first.id(), "waiting").await.len() == before {
        let known = second.bodies(&anna).len();
        anna.says("to the old address").await;
        until(async || {
            let waiting = first.hub.messages(first.id(), "waiting").await.len();
            let arrived = second.bodies(&anna).len() > known || waiting > before;
            if arrived { Ok(()) } else { Err(format!("{waiting} waiting")) }
        })
        .await;
    }
    assert!(other.bodies(&anna).is_empty());
}

#[tokio::test]
async fn a_webhook_that_the_hub_registered_goes_over_and_comes_back() {
    let (first, second, _) = goes_over(Carrier::Sinch).await;
    let Number::Sinch(app) = &second.number else { panic!("it is Sinch's") };
    assert_eq!(app.state().targets(), [second.integration["webhook_url"].as_str().unwrap()]);
    assert!(!second.integration["findings"].to_string().contains("other_webhooks"), "{}", second.integration);
    deleted(&second).await;
    assert!(app.state().targets().is_empty());
    enabled(&first).await;
    assert_eq!(app.state().targets(), [first.integration["webhook_url"].as_str().unwrap()]);
}
