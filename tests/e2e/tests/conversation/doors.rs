//! Who may answer: the Reply URL is all that proves a call comes from Motion.

use e2e::reply::{on_phone, post, text};
use e2e::scene::Scene;
use e2e::stack::stack;
use e2e::told::Told;
use reqwest::Method;
use serde_json::{Value, json};

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn whoever_lacks_the_address_learns_nothing_of_it() {
    let (scene, other) = (Scene::new().await, Scene::new().await);
    let ingrid = scene.known().await;
    let body = text(&ingrid, "hello").to_string();
    let (own, others) = (secret(&scene), secret(&other));
    let id = scene.id();
    let reply = format!("{}/api/reply", stack().hub_url);
    let addresses = [
        format!("{reply}/{id}/wrong"),
        format!("{reply}/{id}/{others}"),
        format!("{reply}/{id}/{}", &own[..own.len() - 1]),
        format!("{reply}/{id}/{own}x"),
        format!("{reply}/{id}/{}", own.to_uppercase()),
        format!("{reply}/{}/{own}", other.id()),
        format!("{reply}/01JD0000000000000000000000/{own}"),
        format!("{reply}/218840075512346/{own}"),
        format!("{reply}/%00/{own}"),
        format!("{reply}/{id}/%F0%9F%91%8B"),
    ];
    let mut told = Vec::new();
    for address in &addresses {
        let answer = post(address, JSON, body.clone()).await;
        answer.refused(404, "not_found");
        told.push(without_correlation(&answer));
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
    scene.assert_nothing_sent();
    other.assert_nothing_sent();
}

#[tokio::test]
async fn a_new_secret_opens_and_so_does_the_one_before_it() {
    let mut scene = Scene::new().await;
    let ingrid = scene.known().await;
    let before = scene.reply_url().to_owned();
    let path = format!("/api/integrations/{}", scene.id());
    let (status, changed) = scene.hub.call(Method::PATCH, &path, Some(&json!({"rotate_reply_secret": true}))).await;
    assert_eq!(status, 200, "{changed}");
    assert_ne!(changed["reply_url"], before.as_str());
    scene.integration = changed;
    scene.reply(&text(&ingrid, "by the new one")).await.sent();
    post(&before, JSON, text(&ingrid, "by the one before").to_string()).await.sent();
    assert_eq!(on_phone(&ingrid), ["by the new one", "by the one before"]);
}

#[tokio::test]
async fn a_secret_replaced_twice_opens_no_more() {
    let mut scene = Scene::new().await;
    let ingrid = scene.known().await;
    let first = scene.reply_url().to_owned();
    let path = format!("/api/integrations/{}", scene.id());
    for _ in 0..2 {
        let (_, changed) = scene.hub.call(Method::PATCH, &path, Some(&json!({"rotate_reply_secret": true}))).await;
        scene.integration = changed;
    }
    post(&first, JSON, text(&ingrid, "by the first").to_string()).await.refused(404, "not_found");
    scene.reply(&text(&ingrid, "by the third")).await.sent();
    assert_eq!(on_phone(&ingrid), ["by the third"]);
}

#[tokio::test]
async fn a_disabled_integration_sends_nothing_and_says_why() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let path = format!("/api/integrations/{}", scene.id());
    let (status, _) = scene.hub.call(Method::POST, &format!("{path}/disable"), None).await;
    assert_eq!(status, 200);
    let told = scene.reply(&text(&ingrid, "hello")).await;
    assert!(told.refused(403, "integration_disabled").contains("switched off"), "{}", told.text);
    scene.assert_nothing_sent();
}

fn secret(scene: &Scene) -> String {
    scene.reply_url().rsplit('/').next().unwrap().to_owned()
}

fn without_correlation(told: &Told) -> Value {
    let mut json = told.json.clone();
    json.as_object_mut().unwrap().remove("correlation_id");
    json
}
