use super::*;

async fn written(hours_ago: i64, human_agent: bool) -> World {
    let world = World::empty().await;
    world.integrate(world.integration, PAGE, |integration| integration.human_agent = human_agent).await;
    world.customer(world.integration, CUSTOMER).await;
    world.wrote(CUSTOMER, hours_ago * 3600).await;
    world
}

#[tokio::test]
async fn decides_how_the_message_is_marked_or_whether_it_goes() {
    for (hours, human_agent, expected) in [
        (23, false, Some("RESPONSE")),
        (23, true, Some("RESPONSE")),
        (25, true, Some("MESSAGE_TAG")),
        (167, true, Some("MESSAGE_TAG")),
        (25, false, None),
        (169, true, None),
    ] {
        let world = written(hours, human_agent).await;
        let told = world.reply(&text(Some(1), "hello")).await;
        let messages = world.outside.messages();
        match expected {
            Some(kind) => {
                sent(&told);
                assert_eq!(messages[0].json()["messaging_type"], kind, "{hours} {human_agent}");
            }
            None => {
                is(&told, 400, "window_closed");
                assert!(messages.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_message_that_no_person_wrote_has_no_right_to_be_late() {
    let by = |agent: Value| {
        let mut reply = text(Some(1), "we are closed");
        reply["UserId"] = agent;
        reply
    };
    let world = written(25, true).await;
    is(&world.reply(&by(Value::Null)).await, 400, "window_closed");
    assert!(world.outside.messages().is_empty());
    sent(&world.reply(&by(json!(21))).await);
    assert_eq!(world.outside.messages()[0].json()["messaging_type"], "MESSAGE_TAG");
    sent(&written(23, true).await.reply(&by(Value::Null)).await);
}

#[tokio::test]
async fn a_refusal_does_not_block_the_same_message_once_the_customer_wrote() {
    let world = written(25, false).await;
    is(&world.reply(&text(Some(1), "hello")).await, 400, "window_closed");
    world.wrote(CUSTOMER, 1).await;
    sent(&world.reply(&text(Some(1), "hello")).await);
}

#[tokio::test]
async fn a_repeat_of_what_was_sent_is_told_so_after_the_window_closed() {
    let mut world = written(23, false).await;
    let first = world.reply(&text(Some(1), "hello")).await;
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(2 * 3600)));
    assert_eq!(world.reply(&text(Some(1), "hello")).await.text, first.text);
}

#[tokio::test]
async fn where_the_platform_knows_better_the_longer_right_is_used() {
    for (human_agent, goes) in [(true, true), (false, false)] {
        let world = written(1, human_agent).await;
        world.outside.graph([Graph::Error(10, 2_018_278)]);
        let told = world.reply(&text(Some(1), "hello")).await;
        let kinds: Vec<Value> = world.outside.messages().iter().map(|m| m.json()["messaging_type"].clone()).collect();
        if goes {
            sent(&told);
            assert_eq!(kinds, ["RESPONSE", "MESSAGE_TAG"]);
        } else {
            is(&told, 400, "window_closed");
            assert_eq!(told.body["provider"], json!({"code": 10, "subcode": 2_018_278}));
            assert_eq!(kinds, ["RESPONSE"]);
        }
    }
}
