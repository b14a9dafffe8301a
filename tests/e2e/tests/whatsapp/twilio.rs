//! What only Twilio does: repeats, fallback addresses, people without a number.

use e2e::whatsapp::{Carrier, Line, Number, Phone};
use serde_json::json;

async fn line() -> (Line, sandbox::twilio::Number) {
    let line = Line::new(Carrier::Twilio).await;
    let Number::Twilio(number) = line.number.clone() else { panic!("it is Twilio's") };
    (line, number)
}

fn person(phone: &Phone) -> sandbox::twilio::Customer {
    let Phone::Twilio(customer) = phone.clone() else { panic!("it is Twilio's") };
    customer
}

#[tokio::test]
async fn a_message_that_is_posted_again_is_one() {
    let (line, number) = line().await;
    let anna = line.customer();
    let sent = person(&anna).says("only once").await;
    for _ in 0..3 {
        assert!(number.post_again(&sent.webhook).await.acknowledged());
    }
    anna.says("and this").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["only once", "and this"]);
    assert!(number.read(|number| number.warnings.is_empty()), "an answer was taken for a message");
    assert!(anna.received().is_empty());
}

#[tokio::test]
async fn what_comes_by_the_fallback_address_is_the_same_message() {
    let (line, number) = line().await;
    let anna = line.customer();
    // Nobody listens there.
    number.set(|number| number.webhook_url = Some("http://127.0.0.1:1/twilio".to_owned()));
    let sent = person(&anna).says("by the other way").await;
    let fallback = sent.webhook.fallback.as_deref().expect("the fallback was called");
    assert!(fallback.acknowledged(), "{fallback:?}");
    assert_eq!(line.until_bodies(&anna, 1).await, ["by the other way"]);
    // Twilio had the first call for lost, and it was not.
    number.enter(line.integration["webhook_url"].as_str().unwrap());
    let mut first = sent.webhook.clone();
    first.url = line.integration["webhook_url"].as_str().unwrap().to_owned();
    assert!(number.post_again(&first).await.acknowledged());
    anna.says("and this").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["by the other way", "and this"]);
}

#[tokio::test]
async fn a_wrong_signature_gets_nothing_in() {
    let (line, number) = line().await;
    let anna = line.customer();
    let sent = person(&anna).says("hello").await;
    line.until_bodies(&anna, 1).await;
    for signature in [None, Some("AAAAAAAAAAAAAAAAAAAAAAAAAAA="), Some("")] {
        let mut forged = sent.webhook.params.clone();
        forged.iter_mut().filter(|(name, _)| name == "MessageSid").for_each(|(_, id)| *id = "SM0".to_owned());
        assert_eq!(number.post_signed(&forged, signature).await, Some(401));
    }
    anna.says("still here").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["hello", "still here"]);
}

#[tokio::test]
async fn a_person_whose_number_appears_later_stays_one_contact() {
    let (line, _) = line().await;
    let anna = line.customer();
    let user_id = format!("GB.{}", anna.id());
    person(&anna).set(|person| {
        person.user_id = Some(user_id.clone());
        person.hides_number = true;
    });
    anna.says("you cannot see my number").await;
    line.until_desk(|desk| desk.bodies_of(&user_id).len() == 1).await;
    person(&anna).set(|person| person.hides_number = false);
    anna.says("now you can").await;
    let desk = line.until_desk(|desk| desk.bodies_of(&user_id).len() == 2).await;
    assert_eq!(desk.incoming().len(), 2);
    // A message of the number alone is the same person's.
    person(&anna).set(|person| person.user_id = None);
    anna.says("the number alone").await;
    line.until_desk(|desk| desk.bodies_of(&user_id).len() == 3).await;
}

#[tokio::test]
async fn a_person_whose_user_id_appears_later_stays_one_contact() {
    let (line, _) = line().await;
    let anna = line.known().await;
    person(&anna).set(|person| person.user_id = Some(format!("GB.{}", person.phone)));
    anna.says("with a user id").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["Hello?", "with a user id"]);
    person(&anna).set(|person| person.hides_number = true);
    anna.says("the user id alone").await;
    assert_eq!(line.until_bodies(&anna, 3).await[2], "the user id alone");
    line.reply(&anna, "we know you").await.sent();
    assert_eq!(line.until_received(&anna, 1).await, ["we know you"]);
}

#[tokio::test]
async fn a_customer_sees_that_they_were_read_where_that_is_wanted() {
    for wanted in [true, false] {
        let line = Line::with(Carrier::Twilio, |settings| settings["read_marks"] = json!(wanted)).await;
        let anna = line.known().await;
        line.reply(&anna, "one moment").await.sent();
        let Number::Twilio(number) = &line.number else { panic!("it is Twilio's") };
        let marks = number.read(|number| number.customers[anna.id()].typing_seen);
        assert_eq!(marks, u32::from(wanted));
    }
}
