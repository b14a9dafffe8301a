//! What becomes of an answer after the carrier took it: noted, never backwards, and told to the agent only where it failed.

use e2e::whatsapp::{Carrier, Line};

use crate::through_each;

through_each!(it_is_noted_how_far_an_answer_came);

async fn it_is_noted_how_far_an_answer_came(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    let delivered = line.reply(&anna, "On its way").await.sent();
    line.until_state(&delivered[0], "delivered").await;
    anna.reads();
    line.number.tells_backwards();
    let read = line.reply(&anna, "It arrived").await.sent();
    line.until_state(&read[0], "read").await;
    // All of it was dealt with before this, and told to nobody.
    anna.says("Thanks").await;
    assert_eq!(line.until_bodies(&anna, 2).await, ["Hello?", "Thanks"]);
    line.until_state(&read[0], "read").await;
}

through_each!(what_is_posted_again_changes_nothing);

async fn what_is_posted_again_changes_nothing(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    anna.reads();
    let read = line.reply(&anna, "It arrived").await.sent();
    line.until_state(&read[0], "read").await;
    line.number.fails_later();
    line.reply(&anna, "This did not").await.sent();
    line.until_told(&anna, "This did not").await;
    assert!(line.number.posts_all_again().await >= 4, "the message, and what became of both answers");
    anna.says("Thanks").await;
    let bodies = line.until_bodies(&anna, 3).await;
    assert_eq!((bodies.len(), &*bodies[0], &*bodies[2]), (3, "Hello?", "Thanks"), "{bodies:?}");
    line.until_state(&read[0], "read").await;
}

through_each!(an_answer_that_fails_later_is_told);

async fn an_answer_that_fails_later_is_told(carrier: Carrier) {
    let line = Line::new(carrier).await;
    let anna = line.known().await;
    line.number.fails_later();
    let sent = line.reply(&anna, "Your parcel is on its way").await.sent();
    let told = line.until_told(&anna, "not delivered to the customer").await;
    let reason = if carrier.tells_reasons() { "Too many messages" } else { "WhatsApp did not deliver the message" };
    assert!(told.contains(reason) && told.contains("Your parcel is on its way"), "{told}");
    assert!(anna.received().is_empty());
    line.until_state(&sent[0], "failed").await;
    let again = line.reply(&anna, "Once more").await.sent();
    line.until_state(&again[0], "delivered").await;
}
