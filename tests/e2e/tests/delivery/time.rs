//! Days pass: the clock of the worker runs ahead.

use std::time::Duration;

use e2e::bench::{invoke, records, worker};
use e2e::scene::Scene;
use e2e::stack::stack;
use sandbox::{Answer, Fault, When};
use serde_json::json;
use shared::envelope::{Envelope, Target};
use shared::event::Place;
use shared::id::{AccountKey, CustomerId};
use shared::time::{Clock, Timestamp};

#[tokio::test]
async fn after_three_days_of_waiting_a_message_has_failed_and_is_listed() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    scene.desk.fail(Fault::Refuse(Answer::json(404, &json!({"message": "Not found"}))), When::always());
    anna.says("one").await;
    anna.says("two").await;
    scene.until_kept("waiting", 2).await;

    for (days, state) in [(2, "waiting"), (3, "failed")] {
        let clock = Clock::ahead(Duration::from_secs(days * 24 * 3600));
        let worker = worker(&stack().aws_url, clock).await;
        let customer = CustomerId::new(anna.psid());
        let target = Target {
            account: AccountKey::of("facebook", &scene.page.id()),
            integration: Some(scene.id().parse().unwrap()),
        };
        // The chained drain of the deployed worker may be at it in the same moment; both keep what waits.
        let drain = Envelope::new_drain(target, customer, Place::Direct, Timestamp::now());
        let response = invoke(&worker, &records(&[drain])).await;
        assert!(response.batch_item_failures.is_empty());
        let kept = scene.until_kept(state, 2).await;
        assert!(kept.iter().any(|message| message["reason"].as_str().is_some_and(|reason| reason.contains("404"))));
    }
    scene.until_kept("waiting", 0).await;
    scene.desk.mend();
    anna.says("three").await;
    assert_eq!(scene.until_bodies(&anna, 1).await, ["three"]);
}
