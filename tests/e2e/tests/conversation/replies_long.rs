//! Texts over the limit: several messages in their order, and the truth about how far it got.

use e2e::reply::{on_phone, text};
use e2e::scene::{Scene, unique};
use sandbox::When;
use sandbox::meta::GraphError;
use serde_json::json;

/// So many words of the longest message, each another letter.
fn words(number: u8) -> Vec<String> {
    (b'a'..b'a' + number).map(|letter| char::from(letter).to_string().repeat(1_990)).collect()
}

#[tokio::test]
async fn a_long_text_goes_out_in_parts_in_their_order() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let words = words(10);
    let told = scene.reply(&text(&ingrid, &words.join(" \n"))).await;
    let ids = told.sent();
    assert_eq!(on_phone(&ingrid), words);
    let received: Vec<String> = ingrid.received().into_iter().map(|message| message.mid).collect();
    assert_eq!(ids, received);
    assert_eq!(told.json["message_id"], received[0].as_str());
}

#[tokio::test]
async fn no_part_ends_inside_what_a_reader_takes_for_one_character() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let family = "👩🏽‍👩🏽‍👧🏽‍👦🏽";
    let body = family.repeat(450);
    assert!(scene.reply(&text(&ingrid, &body)).await.sent().len() > 1);
    let parts = on_phone(&ingrid);
    assert_eq!(parts.concat(), body);
    assert!(parts.iter().all(|part| part.replace(family, "").is_empty()), "a family was torn apart");
}

#[tokio::test]
async fn a_text_of_too_many_parts_is_refused_before_the_first() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    for body in [words(11).join(" "), "x".repeat(20_001), "x".repeat(900_000)] {
        let told = scene.reply(&text(&ingrid, &body)).await;
        assert!(told.refused(422, "too_long").contains("10 messages of 2000 characters"), "{}", told.text);
    }
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn a_part_that_is_refused_ends_it_and_a_later_try_goes_on_there() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let words = words(4);
    let reply = text(&ingrid, &words.join(" "));
    scene.page.fail(GraphError::new(100, 2_018_294, "(#100) refused"), When::nth(3));
    let told = scene.reply(&reply).await;
    let sentence = told.refused(400, "provider_refused");
    assert!(sentence.starts_with("Only the first 2 parts of 4 were sent."), "{sentence}");
    let sent: Vec<String> = ingrid.received().into_iter().map(|message| message.mid).collect();
    assert_eq!(told.json["sent"], json!(sent));
    assert_eq!(on_phone(&ingrid), words[..2]);

    let whole = scene.reply(&reply).await;
    assert_eq!(on_phone(&ingrid), words);
    let received: Vec<String> = ingrid.received().into_iter().map(|message| message.mid).collect();
    assert_eq!(whole.sent(), received);
    assert_eq!(scene.reply(&reply).await.text, whole.text);
    assert_eq!(on_phone(&ingrid).len(), 4);
}

#[tokio::test]
async fn without_an_id_a_later_try_is_another_message() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let words = words(2);
    let reply = json!({"body": words.join(" "), "Contact": {"facebook": ingrid.psid()}});
    scene.page.fail(GraphError::unavailable(), When::nth(2));
    let told = scene.reply(&reply).await;
    assert!(told.refused(400, "recipient_unreachable").starts_with("Only the first part of 2 was sent."));
    scene.reply(&reply).await.sent();
    assert_eq!(on_phone(&ingrid), [words[0].as_str(), &words[0], &words[1]]);
}

#[tokio::test]
async fn a_part_whose_fate_is_unknown_is_not_sent_again() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let words = words(3);
    let reply = json!({"id": unique(), "body": words.join(" "), "Contact": {"facebook": ingrid.psid()}});
    scene.page.fail(sandbox::Fault::DropAfter, When::nth(2));
    let told = scene.reply(&reply).await;
    assert!(
        told.refused(504, "outcome_unknown").starts_with("Only the first part of 3 certainly was sent."),
        "{}",
        told.text
    );
    let again = scene.reply(&reply).await;
    assert!(
        again.refused(409, "outcome_unknown").starts_with("Only the first part certainly was sent."),
        "{}",
        again.text
    );
    assert_eq!(again.json["sent"], told.json["sent"]);
    assert_eq!(on_phone(&ingrid), words[..2], "the second had arrived; nobody could know");
}
