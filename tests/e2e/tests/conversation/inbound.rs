//! From the customer to the desk.

use e2e::scene::Scene;
use e2e::stack::stack;
use sandbox::meta::File;
use serde_json::json;

#[tokio::test]
async fn a_text_reaches_the_desk_with_the_customers_name() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let sent = ingrid.says("Grüße 👋🏽 @ 50% < list, https://shop.example/a").await;
    assert!(sent.webhook.acknowledged(), "{:?}", sent.webhook);
    assert_eq!(scene.until_bodies(&ingrid, 1).await, ["Grüße 👋🏽 @ 50% < list, https://shop.example/a"]);
    let desk = scene.desk.state();
    let contact = desk.contact(ingrid.psid()).unwrap();
    assert_eq!(contact.field("firstName"), Some("Ingrid"));
    assert_eq!(contact.field("lastName"), Some("Dahl"));
    assert_eq!(contact.field("phone"), Some("none"));
}

#[tokio::test]
async fn the_handshake_answers_through_the_gateway() {
    let scene = Scene::new().await;
    let token = &stack().meta_app.verify_token;
    assert_eq!(scene.page.verify(token, "1158201444").await.unwrap(), (200, "1158201444".to_owned()));
    assert_eq!(scene.page.verify("wrong", "1158201444").await.unwrap(), (403, String::new()));
}

#[tokio::test]
async fn a_wrong_signature_is_refused_and_nothing_arrives() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let good = ingrid.says("first").await.webhook;
    for signature in [None, Some("sha256=00"), Some("nonsense")] {
        let post = scene.page.post_signed(good.body.to_vec(), signature).await;
        assert_eq!((post.status, post.answer.as_str()), (Some(401), ""), "{signature:?}");
    }
    ingrid.says("second").await;
    assert_eq!(scene.until_bodies(&ingrid, 2).await, ["first", "second"]);
}

#[tokio::test]
async fn the_same_webhook_five_times_is_one_message() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let post = ingrid.says("once").await.webhook;
    for _ in 0..2 {
        assert!(scene.page.post_again(&post).await.acknowledged());
    }
    let (a, b) = tokio::join!(scene.page.post_again(&post), scene.page.post_again(&post));
    assert!(a.acknowledged() && b.acknowledged());
    ingrid.says("and then").await;
    assert_eq!(scene.until_bodies(&ingrid, 2).await, ["once", "and then"]);
}

#[tokio::test]
async fn a_message_its_edit_and_its_reaction_are_told_apart() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let sent = ingrid.says("see you at 5").await;
    ingrid.edits(&sent.mid, "see you at 6").await;
    ingrid.reacts(&sent.mid, "love", "❤").await;
    ingrid.takes_reaction_back(&sent.mid).await;
    let bodies = scene.until_bodies(&ingrid, 4).await;
    assert_eq!(bodies[..2], ["see you at 5", "[edited] see you at 6"]);
    assert_eq!(bodies[2], "[reaction] ❤ to \"see you at 5\"");
    assert!(bodies[3].starts_with("[reaction removed]"), "{bodies:?}");
}

#[tokio::test]
async fn a_batch_of_two_pages_with_an_unreadable_item() {
    let (one, two) = (Scene::new().await, Scene::new().await);
    let (anna, bert) = (one.customer(), two.customer());
    let at = shared::time::Timestamp::now().millis();
    let text = |page: &Scene, psid: &str, mid: &str, text: &str, at: i64| {
        json!({"sender": {"id": psid}, "recipient": {"id": page.page.id()}, "timestamp": at,
               "message": {"mid": format!("m_{}_{mid}", page.page.id()), "text": text}})
    };
    let status = json!({"sender": {"id": anna.psid()}, "recipient": {"id": one.page.id()}, "timestamp": at,
                        "delivery": {"mids": ["m_never_sent"], "watermark": at}});
    let entries = vec![
        json!({"id": one.page.id(), "time": at, "messaging": [
            text(&one, anna.psid(), "1", "first", at), status, {"sender": 7, "message": []},
            text(&one, anna.psid(), "2", "second", at + 1)]}),
        json!({"id": two.page.id(), "time": at, "messaging": [text(&two, bert.psid(), "3", "to the other page", at)]}),
        json!({"id": one.page.id(), "time": at, "messaging": [text(&one, anna.psid(), "4", "third", at + 2)]}),
    ];
    assert!(one.page.post_entries(entries).await.acknowledged());
    assert_eq!(one.until_bodies(&anna, 3).await, ["first", "second", "third"]);
    assert_eq!(two.until_bodies(&bert, 1).await, ["to the other page"]);
    let failed = one.until_kept("failed", 1).await;
    assert_eq!(failed[0]["kind"], "unreadable");
}

#[tokio::test]
async fn files_arrive_each_with_its_name_and_the_text_first() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    let png = b"\x89PNG\r\n\x1a\n0000IHDR".to_vec();
    let files = vec![
        File::new("broken.png", "image/png", png.clone()),
        File::new("return-form.pdf", "application/pdf", b"%PDF-1.7 form".to_vec()),
    ];
    ingrid.sends(Some("These arrived broken"), files).await;
    let bodies = scene.until_bodies(&ingrid, 3).await;
    assert_eq!(bodies, ["These arrived broken", "broken.png", "return-form.pdf"]);
    let desk = scene.desk.state();
    let ids: Vec<Option<u64>> = desk.incoming().iter().map(|message| message.attachment).collect();
    assert_eq!(ids[0], None);
    assert_eq!(scene.desk.file(ids[1].unwrap()).unwrap().bytes, png);
    assert_eq!(scene.desk.file(ids[2].unwrap()).unwrap().content_type, "application/pdf");
}
