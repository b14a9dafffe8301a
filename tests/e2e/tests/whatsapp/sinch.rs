//! What only Sinch does: callbacks signed with a time and a nonce, webhooks that the hub registers, files without a credential.

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
    let hour = 60 * 60 * 1000;
    for (secret, at) in [("another secret", now), ("another secret", now - hour)] {
        assert_eq!(app.post_signed(&post.body, secret, at).await.unwrap().status, Some(401));
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
