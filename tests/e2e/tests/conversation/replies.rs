//! From the agent to the customer.

use e2e::scene::Scene;

#[tokio::test]
async fn an_answer_reaches_the_customer() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    ingrid.says("is it back in stock?").await;
    scene.until_bodies(&ingrid, 1).await;
    let answer = scene.desk.agent().reply(ingrid.psid(), "Back on Monday. 👍").await.unwrap().answer.unwrap();
    assert_eq!(answer.status, Some(200), "{}", answer.text);
    assert_eq!(answer.json["status"], "sent");
    let received = ingrid.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].text.as_deref(), Some("Back on Monday. 👍"));
}
