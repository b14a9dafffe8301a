use super::*;

#[tokio::test]
async fn loses_the_answer_to_the_claim_and_the_message_goes_out_once() {
    let world = World::new().await;
    world.aws.fault("UpdateItem", Fault::DoneButLost);
    sent(&world.reply(&text(Some(1), "hello")).await);
    assert_eq!(world.outside.messages().len(), 1);
}

#[tokio::test]
async fn loses_every_answer_to_the_claim_and_a_later_try_goes_out() {
    let world = World::new().await;
    for _every_try_of_the_client in 0..3 {
        world.aws.fault("UpdateItem", Fault::DoneButLost);
    }
    is(&world.reply(&text(Some(1), "hello")).await, 503, "unavailable");
    assert!(world.outside.messages().is_empty());
    sent(&world.reply(&text(Some(1), "hello")).await);
}

#[tokio::test]
async fn loses_the_answer_to_the_outcome_and_a_repeat_is_recognised() {
    let world = World::new().await;
    world.aws.fault("TransactWriteItems", Fault::DoneButLost);
    let first = world.reply(&text(Some(1), "hello")).await;
    sent(&first);
    assert_eq!(world.reply(&text(Some(1), "hello")).await, first);
    assert_eq!(world.outside.messages().len(), 1);
}

#[tokio::test]
async fn is_down_before_sending_and_nothing_goes_out() {
    for operation in ["GetItem", "UpdateItem"] {
        let world = World::new().await;
        world.aws.fault(operation, Fault::Down);
        let told = world.reply(&text(Some(1), "hello")).await;
        is(&told, 503, "unavailable");
        assert!(told.retry_after.is_some());
        assert!(world.outside.messages().is_empty());
        world.aws.mend();
        sent(&world.reply(&text(Some(1), "hello")).await);
    }
}

#[tokio::test]
async fn is_down_after_sending_and_the_agent_is_told_the_truth() {
    let world = World::new().await;
    world.aws.fault("TransactWriteItems", Fault::Down);
    sent(&world.reply(&text(Some(1), "hello")).await);
    world.aws.mend();
    is(&world.reply(&text(Some(1), "hello")).await, 409, "in_progress");
    assert_eq!(world.outside.messages().len(), 1);
}

#[tokio::test]
async fn has_no_secret_at_hand_and_that_is_no_unknown_address() {
    let world = World::new().await;
    world.aws.fault("GetSecretValue", Fault::Down);
    is(&world.reply(&text(Some(1), "hello")).await, 503, "unavailable");
}
