//! The same reply once more: it is sent once, and each repeat is told the truth about the first.

use e2e::reply::{on_phone, text};
use e2e::scene::{PATIENCE, Scene};
use sandbox::meta::GraphError;
use sandbox::{Fault, When};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn a_repeat_is_given_the_first_answer_byte_for_byte() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "once");
    let first = scene.reply(&reply).await;
    first.sent();
    for _ in 0..3 {
        let again = scene.reply(&reply).await;
        assert_eq!((again.status, &again.text), (first.status, &first.text));
        assert_eq!(again.header("x-correlation-id"), first.header("x-correlation-id"));
    }
    assert_eq!(on_phone(&ingrid), ["once"]);
}

#[tokio::test]
async fn a_repeat_while_it_is_being_sent_is_told_so() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "slowly");
    scene.page.fail(Fault::Slow(Duration::from_secs(2)), When::next(1));
    let repeat = async {
        let asked = |page: &sandbox::meta::PageState| page.calls.0.iter().any(|call| call.path.ends_with("/messages"));
        scene.page.wait_until(asked, PATIENCE).await.unwrap();
        scene.reply(&reply).await
    };
    let (first, repeat) = tokio::join!(scene.reply(&reply), repeat);
    first.sent();
    repeat.refused(409, "in_progress");
    assert_eq!(scene.reply(&reply).await.text, first.text);
    assert_eq!(on_phone(&ingrid), ["slowly"]);
}

#[tokio::test]
async fn many_at_the_same_moment_are_sent_once() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "all at once");
    let (a, b, c, d) = tokio::join!(scene.reply(&reply), scene.reply(&reply), scene.reply(&reply), scene.reply(&reply));
    for told in [&a, &b, &c, &d] {
        assert!(told.status == 200 || (told.status, told.code()) == (409, "in_progress"), "{}", told.text);
    }
    assert!([&a, &b, &c, &d].iter().any(|told| told.status == 200));
    assert_eq!(on_phone(&ingrid), ["all at once"]);
}

#[tokio::test]
async fn a_refusal_stands_in_the_way_of_no_later_try() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "at last");
    scene.page.fail(GraphError::unavailable(), When::next(2));
    scene.reply(&reply).await.refused(400, "recipient_unreachable");
    scene.reply(&reply).await.refused(400, "recipient_unreachable");
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["at last"]);
}

#[tokio::test]
async fn a_connection_that_breaks_after_sending_is_not_sent_again() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = text(&ingrid, "did it arrive?");
    scene.page.fail(Fault::DropAfter, When::next(1));
    let told = scene.reply(&reply).await;
    assert!(told.refused(504, "outcome_unknown").contains("may have been sent"), "{}", told.text);
    scene.reply(&reply).await.refused(409, "outcome_unknown");
    scene.reply(&reply).await.refused(409, "outcome_unknown");
    assert_eq!(on_phone(&ingrid), ["did it arrive?"]);
    assert_eq!(scene.sendings().len(), 1);
}

#[tokio::test]
async fn the_same_number_with_other_words_is_another_reply() {
    let scene = Scene::new().await;
    let (ingrid, anna) = (scene.known().await, scene.known().await);
    let mut reply = json!({"id": 40560, "body": "ok", "Contact": {"facebook": ingrid.psid()}});
    scene.reply(&reply).await.sent();
    reply["body"] = json!("ok!");
    scene.reply(&reply).await.sent();
    reply["Contact"]["facebook"] = json!(anna.psid());
    scene.reply(&reply).await.sent();
    assert_eq!((on_phone(&ingrid), on_phone(&anna)), (vec!["ok".to_owned(), "ok!".to_owned()], vec!["ok!".to_owned()]));
}

#[tokio::test]
async fn without_an_id_every_reply_is_sent() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let reply = json!({"body": "ok", "Contact": {"facebook": ingrid.psid()}});
    scene.reply(&reply).await.sent();
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), ["ok", "ok"]);
}
