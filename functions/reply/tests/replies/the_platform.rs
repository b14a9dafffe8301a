use super::*;

#[tokio::test]
async fn takes_no_more_for_a_moment_and_is_waited_for() {
    let world = World::new().await;
    world.outside.graph([Graph::Throttled { seconds: 1 }]);
    sent(&world.reply(&text(Some(1), "hello")).await);
    assert_eq!(world.outside.messages().len(), 2);
}

#[tokio::test]
async fn takes_no_more_for_long_and_the_agent_is_told_when() {
    let world = World::new().await;
    world.outside.graph([Graph::Throttled { seconds: 90 }]);
    let told = world.reply(&text(Some(1), "hello")).await;
    is(&told, 503, "throttled");
    assert_eq!(told.retry_after.as_deref(), Some("90"));
    sent(&world.reply(&text(Some(1), "hello")).await);
}

#[tokio::test]
async fn stumbles_once_and_is_asked_again() {
    let world = World::new().await;
    world.outside.graph([Graph::Error(1200, 0)]);
    sent(&world.reply(&text(Some(1), "hello")).await);
    world.outside.graph([Graph::Error(1200, 0), Graph::Error(1200, 0)]);
    is(&world.reply(&text(Some(2), "hello")).await, 502, "provider_trouble");
}

#[tokio::test]
async fn answers_nothing_usable_and_the_message_is_never_sent_again() {
    let world = World::new().await;
    world.outside.graph([Graph::Sent, Graph::Garbage]);
    let told = world.reply(&text(Some(1), &long())).await;
    is(&told, 504, "outcome_unknown");
    assert_eq!(told.body["sent"], json!(["m_1"]));
    let told = world.reply(&text(Some(1), &long())).await;
    is(&told, 409, "outcome_unknown");
    assert_eq!(told.body["sent"], json!(["m_1"]));
    assert_eq!(world.outside.messages().len(), 2);
}

#[tokio::test]
async fn does_not_answer_and_motion_is_answered_in_time() {
    let world = World::new().await;
    world.outside.graph([Graph::Silence]);
    let answer = tokio::time::timeout(Duration::from_secs(8), world.reply(&text(Some(1), "hello"))).await;
    is(&answer.expect("an answer within the budget"), 504, "outcome_unknown");
    is(&world.reply(&text(Some(1), "hello")).await, 409, "outcome_unknown");
    assert_eq!(world.outside.messages().len(), 1);
}

#[tokio::test]
async fn does_not_take_the_credential_and_that_is_noted_once_and_cleared() {
    let world = World::new().await;
    world.outside.graph([Graph::Error(190, 463), Graph::Error(190, 463)]);
    let told = world.reply(&text(Some(1), "hello")).await;
    is(&told, 400, "provider_auth");
    assert_eq!(told.body["provider"], json!({"code": 190, "subcode": 463}));
    assert!(told.message.contains("Graph's own words."), "{}", told.message);
    let health = world.stored().await.platform;
    assert_eq!((health.state, health.reason), (DeskState::Refuses, Some(told.message)));

    world.aws.calls();
    is(&world.reply(&text(Some(1), "hello")).await, 400, "provider_auth");
    assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "UpdateItem", "TransactWriteItems"], "noted before");
    sent(&world.reply(&text(Some(1), "hello")).await);
    assert_eq!(world.stored().await.platform.state, DeskState::Working);
    world.aws.calls();
    sent(&world.reply(&text(Some(2), "hello")).await);
    assert_eq!(world.aws.calls().len(), 4, "cleared before");
}

#[tokio::test]
async fn does_not_take_the_old_credential_and_the_new_one_is_used_at_once() {
    let mut world = World::new().await;
    sent(&world.reply(&text(Some(1), "hello")).await);
    world.put_secrets(world.integration, PAGE, "EAAG-renewed").await;
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(31)));
    world.outside.messages();
    world.outside.graph([Graph::Error(190, 463)]);
    sent(&world.reply(&text(Some(2), "hello")).await);
    let tokens: Vec<String> = world.outside.messages().into_iter().map(|message| message.token).collect();
    assert_eq!(tokens, [TOKEN, "EAAG-renewed"]);
    assert_eq!(world.stored().await.platform.state, DeskState::Working);
}
