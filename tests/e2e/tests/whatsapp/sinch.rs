//! What only Sinch does: callbacks signed with a time and a nonce, webhooks that the hub registers, files without a credential.

use e2e::scene::until;
use e2e::whatsapp::{Carrier, Line, Number, Phone, Sending};
use reqwest::Method;
use sandbox::sinch::{File, Mode, SinchApp, SinchCustomer};

async fn line() -> (Line, SinchApp) {
    let line = Line::new(Carrier::Sinch).await;
    let Number::Sinch(app) = line.number.clone() else { panic!("it is Sinch's") };
    (line, app)
}

fn person(phone: &Phone) -> SinchCustomer {
    let Phone::Sinch(customer) = phone.clone() else { panic!("it is Sinch's") };
    customer
}

#[tokio::test]
async fn a_callback_that_is_posted_again_is_taken_and_has_no_effect() {
    let (line, app) = line().await;
    let anna = line.customer();
    let post = person(&anna).says("only once").await.post.unwrap();
    for _ in 0..3 {
        assert_eq!(app.replay(&post).await.status, Some(200));
    }
    anna.says("and this").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["only once", "and this"]);
}

#[tokio::test]
async fn a_callback_that_is_signed_wrong_or_too_old_gets_nothing_in() {
    let (line, app) = line().await;
    let anna = line.customer();
    let post = person(&anna).says("hello").await.post.unwrap();
    line.until_bodies(&anna, 1).await;
    let now = shared::time::Timestamp::now().millis();
    let (right, hour) = (app.signs_with(), 60 * 60 * 1000);
    let body = String::from_utf8_lossy(&post.body).replace("hello", "forged");
    // What is signed right but too late is to come again, signed anew.
    for (secret, at, status) in
        [("another secret", now, 401), (&right, now - hour, 503), (&right, now + hour, 503), (&right, now, 200)]
    {
        let body = if status == 200 { post.body.clone() } else { body.clone().into() };
        assert_eq!(app.post_signed(&body, secret, at).await.unwrap().status, Some(status), "{at}");
    }
    anna.says("still here").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["hello", "still here"]);
}

#[tokio::test]
async fn the_webhook_is_registered_and_taken_away_again() {
    let (line, app) = line().await;
    let address = line.integration["webhook_url"].as_str().unwrap();
    assert_eq!(app.state().targets(), [address]);
    app.add_webhook("https://crm.example.com/sinch", "another secret");
    let path = format!("/api/integrations/{}", line.id());
    assert_eq!(line.hub.call(Method::DELETE, &path, None).await.0, 204);
    assert_eq!(app.state().targets(), ["https://crm.example.com/sinch"], "what is not the hub's stays");
}

#[tokio::test]
async fn a_new_signing_secret_is_entered_at_sinch_and_the_one_before_is_still_taken() {
    let (line, app) = line().await;
    let anna = line.customer();
    let before = app.signs_with();
    let post = person(&anna).says("one").await.post.unwrap();
    let change = serde_json::json!({"sinch": {"rotate_signing_secret": true}});
    let (status, told) = line.hub.call(Method::PATCH, &format!("/api/integrations/{}", line.id()), Some(&change)).await;
    assert_eq!(status, 200, "{told}");
    assert_ne!(app.signs_with(), before);
    // What a function read this very second it does not read again.
    until(async || anna.tries_to_say("two").await.then_some(()).ok_or_else(|| "turned away".to_owned())).await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["one", "two"]);
    let now = shared::time::Timestamp::now().millis();
    assert_eq!(app.post_signed(&post.body, &before, now).await.unwrap().status, Some(200));
}

#[tokio::test]
async fn a_file_whose_time_is_over_is_told_of_and_the_words_arrive() {
    let (line, _) = line().await;
    let anna = line.customer();
    let gone = File::new("tile.png", "image/png", &b"\x89PNG\r\n\x1a\n0000IHDR"[..]).gone();
    assert!(person(&anna).sends(gone, Some("look at this")).await.acknowledged());
    let bodies = line.until_bodies(&anna, 2).await;
    assert_eq!(bodies[0], "look at this");
    assert!(bodies[1].starts_with("[file] the image could not be fetched yet"), "{bodies:?}");
}

#[tokio::test]
async fn a_file_comes_although_the_key_is_dead() {
    let (line, app) = line().await;
    let anna = line.known().await;
    app.set(|app| app.key_works = false);
    app.end_tokens();
    anna.sends(Sending::new("tile.png", "image/png", &b"\x89PNG\r\n\x1a\n0000IHDR"[..]).captioned("look")).await;
    assert_eq!(line.until_bodies(&anna, 3).await[1..], ["look", "image.png"]);
    line.reply(&anna, "hello").await.refused(400, "provider_auth");
}

#[tokio::test]
async fn in_dispatch_mode_everything_goes_but_names() {
    let (line, app) = line().await;
    app.set(|app| app.mode = Mode::Dispatch);
    let anna = line.customer();
    anna.sends(Sending::new("tile.png", "image/png", &b"\x89PNG\r\n\x1a\n0000IHDR"[..]).captioned("hello")).await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["hello", "image.png"]);
    line.reply(&anna, "and back").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["and back"]);
    let change = serde_json::json!({"sinch": {"basic": false}});
    let told = line.hub.ask(Method::PATCH, &format!("/api/integrations/{}", line.id()), Some(&change)).await;
    assert!(told.text.contains("names_not_told"), "{}", told.text);
}
