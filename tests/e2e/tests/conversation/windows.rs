//! The platform's time for free answers: what is over is refused with the reason before the platform is asked, and a right to
//! answer later is used where there is one.

use std::time::Duration;

use e2e::reply::{on_phone, text};
use e2e::scene::Scene;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A page whose app has the feature, and an integration that uses it.
async fn with_human_agent() -> Scene {
    let scene = Scene::with(|wanted| wanted["human_agent"] = json!(true)).await;
    scene.page.set(|page| page.human_agent = true);
    scene
}

#[tokio::test]
async fn a_closed_window_is_refused_with_the_reason_and_the_platform_is_not_asked() {
    let scene = Scene::new().await;
    let ingrid = scene.known_since(DAY + HOUR).await;
    let told = scene.reply(&text(&ingrid, "too late")).await;
    let sentence = told.refused(400, "window_closed");
    assert!(sentence.contains("24 hours") && sentence.contains("Nothing was sent"), "{sentence}");
    scene.assert_nothing_sent();

    ingrid.says("still there?").await;
    scene.until_bodies(&ingrid, 2).await;
    scene.reply(&text(&ingrid, "yes")).await.sent();
    assert_eq!(on_phone(&ingrid), ["yes"]);
}

#[tokio::test]
async fn a_window_that_is_nearly_over_is_open() {
    let scene = Scene::new().await;
    let ingrid = scene.known_since(DAY - HOUR).await;
    scene.reply(&text(&ingrid, "just in time")).await.sent();
    assert_eq!(ingrid.received()[0].messaging_type.as_deref(), Some("RESPONSE"));
}

#[tokio::test]
async fn a_person_may_answer_for_seven_days_where_the_app_has_the_feature() {
    let scene = with_human_agent().await;
    let ingrid = scene.known_since(7 * DAY - HOUR).await;
    scene.reply(&text(&ingrid, "sorry for the wait")).await.sent();
    let [sending] = &scene.sendings()[..] else { panic!("one call") };
    let asked = sending.json().unwrap();
    assert_eq!((&asked["messaging_type"], &asked["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));
    assert_eq!(ingrid.received()[0].tag.as_deref(), Some("HUMAN_AGENT"));

    let anna = scene.known().await;
    scene.reply(&text(&anna, "at once")).await.sent();
    assert_eq!(anna.received()[0].tag, None, "inside the day the tag is not needed");
}

#[tokio::test]
async fn a_file_goes_out_late_as_well() {
    let scene = with_human_agent().await;
    let ingrid = scene.known_since(2 * DAY).await;
    let answer = scene.desk.agent().reply_with_file(ingrid.psid(), "offer.pdf", "application/pdf", "%PDF-1.7 x").await;
    assert!(answer.unwrap().answer.unwrap().is_success());
    let received = &ingrid.received()[0];
    assert_eq!((received.tag.as_deref(), received.files[0].name.as_str()), (Some("HUMAN_AGENT"), "offer.pdf"));
}

#[tokio::test]
async fn after_seven_days_nobody_may_answer() {
    let scene = with_human_agent().await;
    let ingrid = scene.known_since(7 * DAY + HOUR).await;
    let told = scene.reply(&text(&ingrid, "far too late")).await;
    assert!(told.refused(400, "window_closed").contains("7 days"), "{}", told.text);
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn where_the_platform_knows_better_its_words_reach_the_agent() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    ingrid.move_back(DAY + HOUR);
    let told = scene.reply(&text(&ingrid, "hello")).await;
    let sentence = told.refused(400, "window_closed");
    assert!(sentence.contains("sent outside of allowed window"), "{sentence}");
    assert_eq!(told.json["provider"], json!({"code": 10, "subcode": 2_018_278}));
    assert!(on_phone(&ingrid).is_empty());
}

#[tokio::test]
async fn where_the_platform_knows_better_the_later_right_is_tried() {
    let scene = with_human_agent().await;
    let ingrid = scene.known().await;
    ingrid.move_back(DAY + HOUR);
    scene.reply(&text(&ingrid, "hello")).await.sent();
    assert_eq!(ingrid.received()[0].tag.as_deref(), Some("HUMAN_AGENT"));
    assert_eq!(scene.sendings().len(), 2);
}

#[tokio::test]
async fn an_app_without_the_feature_is_told_as_meta_tells_it() {
    let scene = Scene::with(|wanted| wanted["human_agent"] = json!(true)).await;
    let ingrid = scene.known_since(2 * DAY).await;
    let told = scene.reply(&text(&ingrid, "hello")).await;
    let sentence = told.refused(400, "provider_configuration");
    assert!(sentence.contains("To use 'Human Agent', your use of this endpoint must be reviewed"), "{sentence}");
    assert!(on_phone(&ingrid).is_empty());
    let integration = scene.hub.integration(scene.id()).await;
    assert_eq!(integration["platform"]["state"], "working", "the access to the page is as good as before");
    ingrid.says("hello?").await;
    scene.until_bodies(&ingrid, 2).await;
    scene.reply(&text(&ingrid, "here I am")).await.sent();
}
