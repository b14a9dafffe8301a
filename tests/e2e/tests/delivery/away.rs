//! The desk is away: messages wait in order, nobody else waits, and all arrive once when it is back.

use e2e::scene::{Offer, PATIENCE, Scene, any_account, sandbox, unique};
use reqwest::Method;
use sandbox::meta::File;
use sandbox::motion::{AccountState, MotionCall, MotionServer};
use sandbox::{Answer, Fault, When};
use serde_json::{Value, json};

fn down(status: u16) -> Fault {
    Fault::Refuse(Answer::json(status, &json!({"message": "out of order"})))
}

// Desks that are away at the same time, because most of this is waiting.

#[tokio::test]
async fn a_desk_that_is_down_gets_everything_in_order_when_it_is_back() {
    tokio::join!(back_after_503(), back_after_nothing_listened());
}

#[tokio::test]
async fn a_desk_that_turns_us_away_says_why_and_loses_nothing() {
    // Two recover because a person presses retry, one by itself.
    tokio::join!(turned_away(401, false), turned_away(403, true), turned_away(404, true));
}

async fn back_after_503() {
    let (scene, other) = (Scene::new().await, Scene::new().await);
    let (anna, bert, carla) = (scene.customer(), scene.customer(), other.customer());
    scene.desk.fail(down(503), When::always());
    for number in 0..3 {
        anna.says(&format!("anna {number}")).await;
        bert.says(&format!("bert {number}")).await;
    }
    // The other company's desk is not down, and does not wait.
    carla.says("hello").await;
    assert_eq!(other.until_bodies(&carla, 1).await, ["hello"]);
    assert!(other.hub.messages(other.id(), "waiting").await.is_empty());
    let broken = scene.until_integration(|integration| integration["desk"]["state"] == "unreachable").await;
    assert!(broken["desk"]["reason"].as_str().is_some_and(|reason| reason.contains("503")), "{broken}");
    scene.until_kept("waiting", 6).await;

    scene.desk.mend();
    assert_eq!(scene.until_bodies(&anna, 3).await, ["anna 0", "anna 1", "anna 2"]);
    assert_eq!(scene.until_bodies(&bert, 3).await, ["bert 0", "bert 1", "bert 2"]);
    scene.until_integration(|integration| integration["desk"]["state"] == "working").await;
    scene.until_kept("waiting", 0).await;
    anna.says("anna 3").await;
    assert_eq!(scene.until_bodies(&anna, 4).await, ["anna 0", "anna 1", "anna 2", "anna 3"]);
}

async fn back_after_nothing_listened() {
    let server = MotionServer::start_on_port(sandbox(), &format!("server-{}", unique()), 0).await.unwrap();
    let scene = Offer::of(server.add_account(any_account())).await.take().await;
    let other = Scene::new().await;
    let customers = [scene.customer(), scene.customer(), scene.customer()];
    for customer in &customers {
        customer.says("before").await;
        scene.until_bodies(customer, 1).await;
    }
    // From here on nothing listens on its port.
    server.stop().await;
    for text in ["one", "two"] {
        for customer in &customers {
            assert!(customer.says(text).await.webhook.acknowledged());
        }
    }
    let carla = other.customer();
    carla.says("hello").await;
    assert_eq!(other.until_bodies(&carla, 1).await, ["hello"]);
    let broken = scene.until_integration(|integration| integration["desk"]["state"] == "unreachable").await;
    assert!(broken["desk"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{broken}");
    scene.until_kept("waiting", 6).await;

    server.start().await.unwrap();
    for customer in &customers {
        assert_eq!(scene.until_bodies(customer, 3).await, ["before", "one", "two"]);
    }
    scene.until_integration(|integration| integration["desk"]["state"] == "working").await;
    scene.until_kept("waiting", 0).await;
    scene.until_kept("failed", 0).await;
}

async fn turned_away(status: u16, retried: bool) {
    let (scene, other) = (Scene::new().await, Scene::new().await);
    let (anna, bert, carla) = (scene.customer(), scene.customer(), other.customer());
    scene.desk.fail(down(status), When::always());
    for text in ["one", "two"] {
        anna.says(text).await;
        bert.says(text).await;
    }
    carla.says("hello").await;
    assert_eq!(other.until_bodies(&carla, 1).await, ["hello"]);
    let broken = scene.until_integration(|integration| integration["desk"]["state"] == "refuses").await;
    assert!(broken["desk"]["reason"].as_str().is_some_and(|r| r.contains(&status.to_string())), "{broken}");
    scene.until_kept("waiting", 4).await;
    scene.desk.mend();
    if retried {
        let path = format!("/api/integrations/{}/retry", scene.id());
        let (answered, _) = scene.hub.call(Method::POST, &path, None).await;
        assert_eq!(answered, 202);
    }
    for customer in [&anna, &bert] {
        assert_eq!(scene.until_bodies(customer, 2).await, ["one", "two"], "{status}");
    }
}

#[tokio::test]
async fn a_message_that_the_desk_never_takes_is_kept_and_the_next_goes_on() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    scene.desk.fail_on(Some(MotionCall::Receive), down(400), When::nth(2));
    for text in ["one", "two", "three"] {
        anna.says(text).await;
    }
    assert_eq!(scene.until_bodies(&anna, 2).await, ["one", "three"]);
    let failed = scene.until_kept("failed", 1).await;
    let path = format!("/api/integrations/{}/messages/{}", scene.id(), failed[0]["key"].as_str().unwrap());
    let (status, whole) = scene.hub.call(Method::GET, &path, None).await;
    assert_eq!(status, 200);
    assert!(whole.to_string().contains("two"), "{whole}");
    let (status, _) = scene.hub.call(Method::POST, &format!("{path}/replay"), None).await;
    assert!((200..300).contains(&status), "{status}");
    assert_eq!(scene.until_bodies(&anna, 3).await, ["one", "three", "two"]);
    scene.until_kept("failed", 0).await;
}

#[tokio::test]
async fn all_that_failed_is_done_again_at_once_in_each_customers_order() {
    let scene = Scene::new().await;
    let (anna, bruno) = (scene.customer(), scene.customer());
    scene.desk.fail_on(Some(MotionCall::Receive), down(400), When::always());
    for text in ["one", "two", "three"] {
        anna.says(text).await;
    }
    bruno.says("four").await;
    scene.until_kept("failed", 4).await;
    scene.desk.mend();
    let path = format!("/api/integrations/{}/messages/replay", scene.id());
    let (status, told) = scene.hub.call(Method::POST, &path, None).await;
    assert_eq!((status, &told["messages"], &told["next"]), (202, &4.into(), &Value::Null), "{told}");
    assert_eq!(scene.until_bodies(&anna, 3).await, ["one", "two", "three"]);
    assert_eq!(scene.until_bodies(&bruno, 1).await, ["four"]);
    scene.until_kept("failed", 0).await;
    let (status, told) = scene.hub.call(Method::POST, &format!("{path}?after=nonsense"), None).await;
    assert_eq!((status, &told["code"]), (422, &"invalid".into()), "{told}");
}

#[tokio::test]
async fn a_desk_that_hangs_after_reading_gets_at_most_one_marked_repeat() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    scene.desk.fail_on(Some(MotionCall::Receive), Fault::Hang, When::next(1));
    anna.says("one").await;
    anna.says("two").await;
    let bodies = scene.until_bodies(&anna, 3).await;
    assert_eq!(bodies, ["one", "[possibly repeated] one", "two"]);
}

#[tokio::test]
async fn a_disabled_integration_keeps_messages_until_it_is_enabled() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    let path = format!("/api/integrations/{}", scene.id());
    let (status, _) = scene.hub.call(Method::POST, &format!("{path}/disable"), None).await;
    assert_eq!(status, 200);
    anna.says("one").await;
    anna.says("two").await;
    scene.until_kept("waiting", 2).await;
    assert!(scene.bodies(&anna).is_empty());
    let (status, _) = scene.hub.call(Method::POST, &format!("{path}/enable"), None).await;
    assert_eq!(status, 200);
    assert_eq!(scene.until_bodies(&anna, 2).await, ["one", "two"]);
    // Workers may know for half a minute longer that it is disabled; that must not keep anything for ever.
    anna.says("three").await;
    assert_eq!(scene.until_bodies(&anna, 3).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn a_desk_that_hangs_and_cannot_be_asked_gets_at_most_one_marked_repeat_of_each() {
    let scene = Scene::with(|wanted| {
        for setting in ["api_key", "api_base_url", "desk_account"] {
            wanted.as_object_mut().unwrap().remove(setting);
        }
    })
    .await;
    let (anna, bert) = (scene.customer(), scene.customer());
    scene.desk.fail_on(Some(MotionCall::Receive), Fault::Hang, When::next(2));
    tokio::join!(anna.says("one"), bert.says("uno"));
    tokio::join!(anna.says("two"), bert.says("due"));
    // One of them asks the question, the other waits behind it and follows.
    assert_eq!(scene.until_bodies(&anna, 3).await, ["one", "[possibly repeated] one", "two"]);
    assert_eq!(scene.until_bodies(&bert, 3).await, ["uno", "[possibly repeated] uno", "due"]);
    scene.until_kept("waiting", 0).await;
    scene.until_kept("failed", 0).await;
}

#[tokio::test]
async fn a_desk_that_goes_away_between_two_parts_gets_the_rest_later() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    scene.desk.fail_on(Some(MotionCall::Receive), down(503), When { after: 1, times: Some(3) });
    let files = vec![File::new("tile.png", "image/png", &b"\x89PNG\r\n\x1a\n0000IHDR"[..])];
    anna.sends(Some("with a picture"), files).await;
    anna.says("and more").await;
    assert_eq!(scene.until_bodies(&anna, 3).await, ["with a picture", "tile.png", "and more"]);
}

#[tokio::test]
async fn a_file_that_is_missing_for_long_is_told_of_once_and_follows() {
    let scene = Scene::new().await;
    let anna = scene.customer();
    let file = File::new("late.png", "image/png", &b"\x89PNG\r\n\x1a\n0000IHDR"[..]).missing_at_first(4);
    anna.sends(None, vec![file]).await;
    // It is tried again after 30 s and once more after 60 s.
    let there = |desk: &AccountState| desk.bodies_of(anna.psid()).len() >= 2;
    scene.desk.wait_until(there, 3 * PATIENCE).await.unwrap();
    let bodies = scene.bodies(&anna);
    assert!(bodies[0].starts_with("[file] the image could not be fetched yet"), "{bodies:?}");
    assert_eq!(bodies[1..], ["late.png"]);
}
