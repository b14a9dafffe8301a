use super::*;

#[tokio::test]
async fn after_sending_gets_the_same_answer_byte_for_byte() {
    let world = World::new().await;
    let first = world.reply(&text(Some(1), &long())).await;
    sent(&first);
    assert_eq!(first.body["message_ids"], json!(["m_1", "m_2", "m_3"]));
    let again = world.reply(&text(Some(1), &long())).await;
    assert_eq!(again, first);
    assert_eq!(world.outside.messages().len(), 3);
}

#[tokio::test]
async fn the_same_number_with_other_words_is_another_message() {
    let world = World::new().await;
    sent(&world.reply(&text(Some(1), "hello")).await);
    sent(&world.reply(&text(Some(1), "of another server")).await);
    assert_eq!(world.outside.messages().len(), 2);
}

#[tokio::test]
async fn without_an_id_are_not_recognised() {
    let world = World::new().await;
    sent(&world.reply(&text(None, "ok")).await);
    sent(&world.reply(&text(None, "ok")).await);
    assert_eq!(world.outside.messages().len(), 2);
    assert!(world.aws.keys("REPLY#").is_empty());
}

#[tokio::test]
async fn at_the_same_moment_are_sent_once() {
    let world = World::new().await;
    let reply = text(Some(1), "hello");
    let (one, two, three) = tokio::join!(world.reply(&reply), world.reply(&reply), world.reply(&reply));
    assert_eq!(world.outside.messages().len(), 1);
    let told = [&one, &two, &three];
    assert!(told.iter().any(|told| told.status == 200));
    assert!(told.iter().all(|told| told.status == 200 || told.code == "in_progress"), "{told:?}");
}

#[tokio::test]
async fn while_or_after_a_try_that_never_ended() {
    let world = World::new().await;
    sent(&world.reply(&text(Some(1), "hello")).await);
    world.aws.set("REPLY#1#", "state", json!({"S": "sending"}));
    is(&world.reply(&text(Some(1), "hello")).await, 409, "in_progress");
    let long_ago = shared::time::Timestamp::now().millis() - 10_000;
    world.aws.set("REPLY#1#", "started_at", json!({"N": long_ago.to_string()}));
    let told = world.reply(&text(Some(1), "hello")).await;
    is(&told, 409, "outcome_unknown");
    assert_eq!(told.body["sent"], json!(["m_1"]));
    assert_eq!(world.outside.messages().len(), 1);
}

#[tokio::test]
async fn after_thirty_days_are_new() {
    let mut world = World::new().await;
    sent(&world.reply(&text(Some(1), &long())).await);
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(31 * 24 * 3600)));
    world.outside.messages();
    // The table has not thrown the old record away yet.
    is(&world.reply(&text(Some(1), &long())).await, 400, "window_closed");
    assert_eq!(world.aws.attribute("REPLY#1#", "sent"), Some(json!({"L": []})));
}
