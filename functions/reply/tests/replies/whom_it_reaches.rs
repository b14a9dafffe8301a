use super::*;

#[tokio::test]
async fn an_agent_may_write_first_and_the_customer_is_known_then() {
    let world = World::new().await;
    let stranger = "7304418829920156";
    let reply = |body: &str| json!({"body": body, "Contact": {"facebook": stranger}});
    sent(&world.reply(&reply("Good morning")).await);
    let desk_id = DeskId::new(stranger);
    let known = world.store.customer_by_desk_id(world.integration, &desk_id).await.unwrap();
    assert_eq!(known.unwrap().as_str(), stranger);
    world.aws.calls();
    sent(&world.reply(&reply("Are you there?")).await);
    assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "TransactWriteItems"], "without an id there is no claim");
}

#[tokio::test]
async fn a_refused_first_message_makes_no_customer() {
    let world = World::new().await;
    world.outside.graph([Graph::Error(100, 2_018_001)]);
    let told = world.reply(&json!({"body": "hi", "Contact": {"facebook": "7304418829920156"}})).await;
    assert_eq!(told.status, 400, "{told:?}");
    assert_eq!(world.aws.keys("DESK#"), [format!("DESK#{CUSTOMER}")]);
}

#[tokio::test]
async fn nobody_is_nobody() {
    let world = World::new().await;
    for recipient in ["livia.conti", "0441", &"4".repeat(2_000), &"é".repeat(200)] {
        let told = world.reply(&json!({"id": 1, "body": "hi", "Contact": {"facebook": recipient}})).await;
        is(&told, 422, "unknown_recipient");
        assert!(told.message.contains("facebook"), "{}", told.message);
    }
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn a_desk_id_is_not_the_address_but_leads_to_it() {
    let world = World::new().await;
    let customer = shared::store::Customer {
        id: shared::id::CustomerId::new("7304418829920156"),
        desk_id: DeskId::new("ingrid"),
        first_name: None,
        last_name: None,
        created_at: shared::time::Timestamp::now(),
    };
    world.store.create_customer(world.integration, &customer).await.unwrap();
    sent(&world.reply(&json!({"body": "hi", "Contact": {"facebook": "ingrid"}})).await);
    assert_eq!(world.outside.messages()[0].json()["recipient"]["id"], "7304418829920156");
}

#[tokio::test]
async fn an_answer_in_a_public_thread_is_private_only_after_a_private_message() {
    let thread = |id: &str| json!({"body": "hi", "Contact": {"facebook": CUSTOMER}, "Interaction": {"threadId": id}});
    let world = World::new().await;
    let public = Place::Public { thread: ThreadId::new("1_2") };
    world.wrote_in(&public, CUSTOMER, 120).await;
    sent(&world.reply(&thread("1_2")).await);
    sent(&world.reply(&thread("a thread that nobody has heard of")).await);
    sent(&world.reply(&thread(&"9".repeat(2_000))).await);
    world.wrote_in(&public, CUSTOMER, 30).await;
    world.outside.messages();
    is(&world.reply(&thread("1_2")).await, 422, "unsupported");
    let author = json!({"body": "hi", "Contact": {"facebook": "9900112233445566"}, "Interaction": {"threadId": "1_2"}});
    is(&world.reply(&author).await, 422, "unsupported");
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn another_channel_is_not_answered_yet() {
    let world = World::empty().await;
    world.integrate(world.integration, PAGE, |integration| integration.channel = "twitter".to_owned()).await;
    is(&world.reply(&text(None, "hi")).await, 422, "unsupported");
}
