use super::*;

#[tokio::test]
async fn go_out_in_order_until_one_is_refused_and_a_later_try_goes_on_there() {
    let world = World::new().await;
    world.outside.graph([Graph::Sent, Graph::Sent, Graph::Error(100, 2_018_001)]);
    let told = world.reply(&text(Some(1), &long())).await;
    assert_eq!(told.status, 400, "{told:?}");
    assert!(told.message.starts_with("Only the first 2 parts of 3 were sent."), "{}", told.message);
    assert!(told.message.ends_with("Send only the rest as a new message."), "{}", told.message);
    assert_eq!(told.body["sent"], json!(["m_1", "m_2"]));
    assert_eq!(world.aws.keys("OUT#"), ["OUT#m_1", "OUT#m_2"]);
    let first: Vec<String> = world.outside.messages().iter().map(|message| message.text()[..1].to_owned()).collect();
    assert_eq!(first, ["a", "b", "c"]);

    let told = world.reply(&text(Some(1), &long())).await;
    sent(&told);
    assert_eq!(told.body["message_ids"].as_array().unwrap().len(), 3);
    let second: Vec<String> = world.outside.messages().iter().map(|message| message.text()[..1].to_owned()).collect();
    assert_eq!(second, ["c"]);
}

#[tokio::test]
async fn too_many_are_refused_before_the_first() {
    let world = World::new().await;
    is(&world.reply(&text(Some(1), &"x".repeat(20_001))).await, 422, "too_long");
    assert!(world.outside.messages().is_empty());
}
