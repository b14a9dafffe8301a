//! The platform does not send it: the agent reads why in the platform's own words, and what to do.

use std::time::Duration;

use e2e::reply::{on_phone, text};
use e2e::scene::Scene;
use sandbox::meta::{GraphError, Token};
use sandbox::{Answer, Fault, When};
use serde_json::json;

#[tokio::test]
async fn an_expired_token_marks_the_integration_until_it_works_again() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "hello");
    scene.page.set(|page| page.token = Token::Expired);
    let told = scene.reply(&reply).await;
    let sentence = told.refused(400, "provider_auth");
    assert!(sentence.contains("Session has expired on Thursday"), "{sentence}");
    assert_eq!(told.json["provider"], json!({"code": 190, "subcode": 463}));
    let broken = scene.until_integration(|integration| integration["platform"]["state"] == "refuses").await;
    assert!(broken["platform"]["reason"].as_str().unwrap().contains("Session has expired"), "{broken}");
    assert!(broken["platform"]["since"].is_string());

    scene.page.mend();
    scene.reply(&reply).await.sent();
    let mended = scene.until_integration(|integration| integration["platform"]["state"] == "working").await;
    assert_eq!(mended["platform"]["reason"], json!(null));
    assert_eq!(on_phone(&ingrid), ["hello"]);
}

#[tokio::test]
async fn a_changed_password_is_told_apart_from_an_expired_token() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    scene.page.set(|page| page.token = Token::PasswordChanged);
    let told = scene.reply(&text(&ingrid, "hello")).await;
    assert!(told.refused(400, "provider_auth").contains("changed their Facebook password"), "{}", told.text);
}

#[tokio::test]
async fn a_customer_who_blocked_the_page_cannot_be_reached() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    ingrid.set(|customer| customer.blocked = true);
    let told = scene.reply(&text(&ingrid, "hello")).await;
    assert!(told.refused(400, "recipient_unreachable").contains("This person isn't available right now"));
    assert_eq!(told.json["provider"], json!({"code": 551, "subcode": 1_545_041}));
    assert_eq!(scene.hub.integration(scene.id()).await["platform"]["state"], "working");
}

#[tokio::test]
async fn a_message_that_the_platform_does_not_take_is_refused_in_its_words() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    scene.page.fail(GraphError::new(100, None, "(#100) Length of param message[text] is odd"), When::next(1));
    let told = scene.reply(&text(&ingrid, "hello")).await;
    assert!(told.refused(400, "provider_refused").contains("Length of param message[text] is odd"), "{}", told.text);
    assert_eq!(scene.sendings().len(), 1, "it is not tried again");
}

#[tokio::test]
async fn a_short_pause_that_the_platform_asks_for_is_waited_out() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let limit = |seconds: &str| Answer::from(GraphError::page_rate_limit()).with("retry-after", seconds);
    scene.page.fail(Fault::Refuse(limit("1")), When::next(1));
    scene.reply(&text(&ingrid, "hello")).await.sent();
    let calls = scene.sendings();
    assert_eq!((calls.len(), on_phone(&ingrid)), (2, vec!["hello".to_owned()]));
    assert!(calls[1].at - calls[0].at >= 1_000, "the pause was kept");
}

#[tokio::test]
async fn a_long_pause_is_handed_on_to_the_desk() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "hello");
    let limit = Answer::from(GraphError::app_rate_limit()).with("retry-after", "120");
    scene.page.fail(Fault::Refuse(limit), When::next(1));
    let told = scene.reply(&reply).await;
    assert!(told.refused(503, "throttled").contains("Application request limit reached"), "{}", told.text);
    assert_eq!(told.header("retry-after"), Some("120"));
    assert_eq!(scene.sendings().len(), 1);
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["hello"]);
}

#[tokio::test]
async fn a_limit_without_a_time_is_tried_a_few_times_and_then_told() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    scene.page.fail(GraphError::page_rate_limit(), When::always());
    let told = scene.reply(&text(&ingrid, "hello")).await;
    told.refused(503, "throttled");
    assert!(told.header("retry-after").is_some());
    assert!((2..=4).contains(&scene.sendings().len()));
    assert!(on_phone(&ingrid).is_empty());
}

#[tokio::test]
async fn a_stumble_of_the_platform_is_tried_once_more() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    scene.page.fail(GraphError::send_failure(), When::next(1));
    scene.reply(&text(&ingrid, "hello")).await.sent();
    assert_eq!(on_phone(&ingrid), ["hello"]);

    scene.page.fail(GraphError::send_failure(), When::always());
    let told = scene.reply(&text(&ingrid, "again")).await;
    assert!(told.refused(502, "provider_trouble").contains("Temporary send message failure"), "{}", told.text);
    assert_eq!(on_phone(&ingrid), ["hello"]);
}

#[tokio::test]
async fn a_platform_that_falls_over_may_have_sent_it_and_is_not_asked_again() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "hello");
    scene.page.fail(Fault::RefuseAfter(GraphError::service_down().into()), When::next(1));
    let told = scene.reply(&reply).await;
    assert!(told.refused(504, "outcome_unknown").contains("An unexpected error has occurred"), "{}", told.text);
    scene.reply(&reply).await.refused(409, "outcome_unknown");
    assert_eq!((on_phone(&ingrid).len(), scene.sendings().len()), (1, 1));
}

#[tokio::test]
async fn an_answer_that_is_none_of_the_platforms_leaves_it_open() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for (number, answer) in [Answer::html(500), Answer::html(502), Answer::html(200)].into_iter().enumerate() {
        let status = answer.status;
        scene.page.fail(Fault::RefuseAfter(answer), When::next(1));
        let told = scene.reply(&text(&ingrid, &format!("{status}"))).await;
        assert_eq!((told.status, told.code()), (504, "outcome_unknown"), "{status} {}", told.text);
        assert_eq!(on_phone(&ingrid).len(), number + 1, "sent once");
    }
}

#[tokio::test]
async fn a_platform_that_never_answers_is_given_up_in_time() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    scene.page.fail(Fault::Hang, When::next(1));
    let began = tokio::time::Instant::now();
    let reply = text(&ingrid, "hello");
    scene.reply(&reply).await.refused(504, "outcome_unknown");
    assert!(began.elapsed() < Duration::from_secs(10), "within the desk's patience: {:?}", began.elapsed());
    scene.reply(&reply).await.refused(409, "outcome_unknown");
    assert_eq!(on_phone(&ingrid), ["hello"]);
}

#[tokio::test]
async fn nothing_that_the_platform_says_shows_the_token() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let token = scene.page.state().access_token;
    let words = format!("Malformed access token {token} in call access_token={token}");
    scene.page.fail(GraphError::new(190, None, words), When::next(1));
    let told = scene.reply(&text(&ingrid, "hello")).await;
    told.refused(400, "provider_auth");
    let shown = scene.until_integration(|integration| integration["platform"]["state"] == "refuses").await;
    assert!(!told.text.contains(&token) && !shown["platform"].to_string().contains(&token), "{} {shown}", told.text);
}
