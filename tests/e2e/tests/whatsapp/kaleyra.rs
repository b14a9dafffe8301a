//! What only Kaleyra does: callbacks of one's own making, addresses that are the only proof, messages without an id.

use e2e::whatsapp::{Carrier, Generation, Line, Number, Phone};
use sandbox::kaleyra::Style;
use serde_json::json;

async fn line(generation: Generation) -> (Line, sandbox::kaleyra::Number) {
    let line = Line::new(Carrier::Kaleyra(generation)).await;
    let Number::Kaleyra(number) = line.number.clone() else { panic!("it is Kaleyra's") };
    (line, number)
}

fn person(phone: &Phone) -> sandbox::kaleyra::Customer {
    let Phone::Kaleyra(customer) = phone.clone() else { panic!("it is Kaleyra's") };
    customer
}

#[tokio::test]
async fn a_callback_may_be_made_in_any_of_the_usual_ways() {
    let (line, number) = line(Generation::V1).await;
    let anna = line.customer();
    for (style, text) in [
        (Style::Query, "by query & all"),
        (Style::Form, "by form + more"),
        (Style::Json, "by \"JSON\""),
        (Style::BareJson, "she said \"no\"\nand left"),
    ] {
        number.set(|number| number.style = style);
        anna.says(text).await;
    }
    let expected = ["by query & all", "by form + more", "by \"JSON\"", "she said \"no\"\nand left"];
    assert_eq!(line.until_bodies(&anna, 4).await, expected);
    assert!(number.news("FLAGGED").await.acknowledged());
    anna.says("still here").await;
    assert_eq!(line.until_bodies(&anna, 5).await[4], "still here", "news of the number are told to no agent");
}

#[tokio::test]
async fn a_callback_that_comes_again_is_one_message() {
    for generation in [Generation::V1, Generation::V2] {
        let (line, number) = line(generation).await;
        let anna = line.customer();
        let sent = person(&anna).says("only once").await;
        for _ in 0..3 {
            assert!(number.send_again(&sent.webhook).await.acknowledged());
        }
        anna.says("and this").await;
        assert_eq!(line.until_bodies(&anna, 2).await, ["only once", "and this"]);
    }
}

#[tokio::test]
async fn who_does_not_know_the_whole_address_gets_nothing_in() {
    let (line, number) = line(Generation::V2).await;
    let anna = line.customer();
    let right = line.integration["webhook_url"].as_str().unwrap();
    let (before, _) = right.rsplit_once('/').unwrap();
    for (wrong, status) in [(format!("{before}/guessed"), 403), (before.to_owned(), 404)] {
        number.enter(&wrong);
        assert_eq!(person(&anna).says("hello").await.webhook.status, Some(status), "{wrong}");
    }
    number.enter(right);
    anna.says("now").await;
    assert_eq!(line.until_bodies(&anna, 1).await, ["now"]);
}

#[tokio::test]
async fn the_header_and_the_user_that_were_chosen_are_wanted() {
    let line = Line::with(Carrier::Kaleyra(Generation::V1), |wanted| {
        let settings = wanted["kaleyra"].as_object_mut().unwrap();
        settings.insert("header_name".to_owned(), json!("X-Hub-Token"));
        settings.insert("header_value".to_owned(), json!("a-value-that-nobody-guesses"));
        settings.insert("user".to_owned(), json!("kaleyra"));
        settings.insert("password".to_owned(), json!("pass word"));
    })
    .await;
    let Number::Kaleyra(number) = line.number.clone() else { panic!("it is Kaleyra's") };
    let anna = line.customer();
    assert!(!anna.tries_to_say("without").await);
    let header = ("x-hub-token".to_owned(), "a-value-that-nobody-guesses".to_owned());
    number.set(|number| number.header = Some(header));
    assert!(!anna.tries_to_say("with the header alone").await);
    number.set(|number| number.basic = Some(("kaleyra".to_owned(), "pass word".to_owned())));
    anna.says("with").await;
    assert_eq!(line.until_bodies(&anna, 1).await, ["with"]);
    // Statuses come by the callback profile: an address that a message names is called without either.
    let sent = line.reply(&anna, "we see you").await.sent();
    line.until_state(&sent[0], "delivered").await;
}

#[tokio::test]
async fn a_wrong_key_is_told_when_a_number_is_connected() {
    let (line, number) = line(Generation::V2).await;
    let mut wanted = json!({
        "channel": "whatsapp", "provider": "kaleyra", "name": "Another", "receive_url": line.desk.receive_url(),
    });
    let (sid, own) = number.read(|number| (number.sid.clone(), number.number.clone()));
    wanted["kaleyra"] = json!({
        "sid": sid, "api_key": "a-wrong-key", "host": "api.in.kaleyra.io", "number": format!("{own}1"), "generation": "v2",
    });
    let told = line.hub.ask(reqwest::Method::POST, "/api/integrations", Some(&wanted)).await;
    assert!(told.text.contains("Kaleyra no longer accepts the hub's account and key"), "{} {}", told.status, told.text);
}
