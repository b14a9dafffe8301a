//! An agent writes first, to somebody who has never written to this integration.

use e2e::reply::on_phone;
use e2e::scene::Scene;
use serde_json::json;

#[tokio::test]
async fn somebody_whom_the_hub_never_heard_of_is_written_to_and_known_from_then_on() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    // They wrote to the page before it was connected: Messenger knows them, the hub does not.
    let now = shared::time::Timestamp::now().millis();
    ingrid.set(|customer| customer.last_event_at = Some(now));
    let agent = scene.desk.agent();
    let answered = agent.reply(ingrid.psid(), "Good morning, your parcel is here.").await.unwrap();
    assert_eq!(answered.answer.unwrap().json["status"], "sent");
    assert_eq!(on_phone(&ingrid), ["Good morning, your parcel is here."]);

    ingrid.says("Thank you!").await;
    assert_eq!(scene.until_bodies(&ingrid, 1).await, ["Thank you!"]);
    let desk = scene.desk.state();
    assert_eq!(desk.contacts.len(), 1, "the customer's answer comes to the contact that the agent wrote to");
    agent.reply(ingrid.psid(), "You are welcome.").await.unwrap();
    assert_eq!(on_phone(&ingrid).len(), 2);
}

#[tokio::test]
async fn somebody_who_never_wrote_to_the_page_cannot_be_written_to() {
    let scene = Scene::new().await;
    let reply = |to: &str| json!({"body": "hello", "Contact": {"facebook": to}});
    let told = scene.reply(&reply("7304418829920156")).await;
    assert!(told.refused(400, "recipient_unreachable").contains("No matching user found"), "{}", told.text);
    let silent = scene.customer();
    let told = scene.reply(&reply(silent.psid())).await;
    assert!(told.refused(400, "window_closed").contains("outside of allowed window"), "{}", told.text);
    // What is no id of Messenger is not tried at all.
    let tried = scene.sendings().len();
    for nobody in ["livia.conti", "+393331234567", "12", "123456789012345678901234", "7304418829920156x"] {
        assert!(scene.reply(&reply(nobody)).await.refused(422, "unknown_recipient").contains("facebook"));
    }
    assert_eq!(scene.sendings().len(), tried);
}
