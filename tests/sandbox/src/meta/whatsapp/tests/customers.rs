//! What customers do, and the webhooks of it.

use super::*;

fn message(sent: &super::super::Sent) -> Value {
    assert!(sent.webhook.acknowledged());
    value(&sent.webhook)["messages"][0].clone()
}

#[tokio::test]
async fn a_text_comes_signed() {
    let scene = scene().await;
    let call = scene.hub.wait(1).await.remove(0);
    assert_eq!(call.path, "/webhooks/whatsapp/meta");
    assert_eq!(call.header("x-hub-signature-256"), Some(sign("s3cret", &call.body).as_str()));
    assert!(call.body.is_ascii());
    let body = call.json().unwrap();
    let change = &body["entry"][0]["changes"][0];
    assert_eq!((&change["field"], body["entry"][0].get("time")), (&json!("messages"), None));
    let value = &change["value"];
    assert_eq!(value["metadata"], json!({"display_phone_number": "15550142277", "phone_number_id": NUMBER}));
    let contact = json!({"profile": {"name": "Marlene Foss"}, "wa_id": MARLENE, "user_id": USER_ID});
    assert_eq!(value["contacts"], json!([contact]));
    let told = &value["messages"][0];
    assert_eq!((&told["from"], &told["from_user_id"]), (&json!(MARLENE), &json!(USER_ID)));
    assert_eq!((&told["id"], &told["type"]), (&json!(scene.first), &json!("text")));
    assert_eq!(told["text"]["body"], "Habt ihr die Lissabon-Fliese noch?");
}

#[tokio::test]
async fn a_person_is_known_by_what_the_webhook_may_tell() {
    let scene = scene().await;
    let jens = scene.number.customer("4915750160099", "Jens");
    let old = message(&jens.says("hi").await);
    assert_eq!((&old["from"], old.get("from_user_id")), (&json!("4915750160099"), None));
    let ana = scene.number.customer_by_user_id("PT.77", "Ana");
    ana.set(|customer| customer.username = Some("ana.m".to_owned()));
    let sent = ana.says("olá").await;
    let new = message(&sent);
    assert_eq!((new.get("from"), &new["from_user_id"]), (None, &json!("PT.77")));
    let contact = json!({"profile": {"name": "Ana", "username": "ana.m"}, "user_id": "PT.77"});
    assert_eq!(value(&sent.webhook)["contacts"][0], contact);
    scene.marlene.set(|customer| customer.hides_number = true);
    assert_eq!(message(&scene.marlene.says("hi").await).get("from"), None);
}

#[tokio::test]
async fn every_act_has_the_form_that_meta_gives_it() {
    let scene = scene().await;
    let reply = scene.sent(text("Ja")).await;
    let marlene = &scene.marlene;
    let context = json!({"from": "15550142277", "id": reply});
    let said = marlene.answers(&reply, "genau").await;
    assert_eq!(message(&said)["context"], context);
    assert_eq!(message(&marlene.answers(&scene.first, "?").await)["context"]["from"], MARLENE);
    assert_eq!(message(&marlene.forwards("x").await)["context"], json!({"forwarded": true}));
    assert_eq!(message(&marlene.says_after_advert("x", "Tiles").await)["referral"]["headline"], "Tiles");
    let button = message(&marlene.taps_button(&reply, "Stop", "STOP").await);
    assert_eq!((&button["button"], &button["context"]), (&json!({"payload": "STOP", "text": "Stop"}), &context));
    let tapped = message(&marlene.taps_reply(&reply, "14:00", "slot:14").await);
    assert_eq!(tapped["interactive"]["button_reply"], json!({"id": "slot:14", "title": "14:00"}));
    let row = message(&marlene.chooses(&reply, "Returns", "dept:r", "Send back").await);
    assert_eq!(row["interactive"]["list_reply"]["id"], "dept:r");
    let flow = message(&marlene.fills_in(&reply, &json!({"rating": "4"})).await);
    assert_eq!(flow["interactive"]["nfm_reply"]["response_json"], r#"{"rating":"4"}"#);
    let place = message(&marlene.shares_place(53.55, 10.0, Some("Rathausmarkt")).await);
    assert_eq!((&place["location"]["latitude"], &place["location"]["name"]), (&json!(53.55), &json!("Rathausmarkt")));
    let contact = message(&marlene.shares_contact("Jens Wolter", "4915750160099").await);
    assert_eq!(contact["contacts"][0]["phones"][0]["wa_id"], "4915750160099");
    assert_eq!(message(&marlene.orders("SKU", 2, 9.5, "noon").await)["order"]["product_items"][0]["quantity"], 2);
    let reaction = message(&marlene.reacts(&reply, "👍🏽").await);
    assert_eq!(reaction["reaction"], json!({"message_id": reply, "emoji": "👍🏽"}));
    assert_eq!(marlene.received()[0].reaction.as_deref(), Some("👍🏽"));
    assert_eq!(message(&marlene.unreacts(&reply).await)["reaction"], json!({ "message_id": reply }));
    let edit = message(&marlene.edits(&said.id, "genau!").await);
    assert_eq!(edit["edit"]["message"]["text"]["body"], "genau!");
    assert_eq!(edit["edit"]["original_message_id"], said.id);
    assert_eq!(message(&marlene.revokes(&said.id).await)["revoke"], json!({"original_message_id": said.id}));
    let revoked = marlene.state().unwrap().messages.into_iter().find(|message| message.id == said.id).unwrap();
    assert_eq!((revoked.revoked, revoked.text.as_deref()), (true, Some("genau!")));
    let welcome = message(&marlene.opens_chat().await);
    assert_eq!((&welcome["type"], welcome.get("request_welcome")), (&json!("request_welcome"), None));
    let poll = message(&marlene.sends_unsupported("poll_creation").await);
    assert_eq!((&poll["errors"][0]["code"], &poll["unsupported"]["type"]), (&json!(131_051), &json!("poll_creation")));
}

#[tokio::test]
async fn a_file_is_had_for_the_token_and_for_five_minutes() {
    let scene = scene().await;
    let sent = scene.marlene.sends(File::new("a.jpg", "image/jpeg", "pixels"), Some("Riss in der Ecke")).await;
    let (file, told) = (sent.file.clone().unwrap(), message(&sent));
    assert_eq!((&told["type"], &told["image"]["caption"]), (&json!("image"), &json!("Riss in der Ecke")));
    assert_eq!(told["image"]["sha256"], "bsnCsOsUAQdGyLzok5MDs4I0SyliBmEuuKkHo3srLzc=");
    let (_, found) = scene.get(&file.id).await;
    assert_eq!((&found["mime_type"], &found["file_size"]), (&json!("image/jpeg"), &json!(6)));
    assert_eq!(found["sha256"], "6ec9c2b0eb14010746c8bce8939303b382344b296206612eb8a907a37b2b2f37");
    let url = found["url"].as_str().unwrap().to_owned();
    let fetch = |url: String, token: &'static str| async move {
        let response = http().get(url).bearer_auth(token).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(fetch(url.clone(), TOKEN).await, (200, "pixels".to_owned()));
    let from_webhook = told["image"]["url"].as_str().unwrap().to_owned();
    assert_eq!(fetch(from_webhook, TOKEN).await.0, 200);
    assert_eq!(fetch(url.clone(), "EAAGother").await.0, 401);
    assert_eq!(answer(http().get(&url)).await.0, 401);
    scene.marlene.expire_links(&file);
    assert_eq!(fetch(url, TOKEN).await.0, 404);
    let url = scene.get(&file.id).await.1["url"].as_str().unwrap().to_owned();
    scene.number.fail_on(Some(WhatsAppCall::Download), Fault::Refuse(crate::Answer::html(502)), When::next(1));
    assert_eq!(fetch(url.clone(), TOKEN).await.0, 502);
    assert_eq!(fetch(url, TOKEN).await.0, 200);
    let statuses: Vec<_> = scene.marlene.fetches(&file).iter().map(|fetch| (fetch.status, fetch.authorized)).collect();
    let expected = [(200, true), (200, true), (401, true), (401, false), (404, true), (200, true)];
    assert_eq!(statuses, expected);
    scene.marlene.forget(&file);
    assert_eq!(code(&scene.get(&file.id).await), (400, 100));

    let voice = File::new("v.ogg", "audio/ogg; codecs=opus", "sound");
    assert_eq!(message(&scene.marlene.sends_voice(voice.clone()).await)["audio"]["voice"], true);
    assert_eq!(message(&scene.marlene.sends(voice, None).await)["audio"]["voice"], false);
    let sticker = scene.marlene.sends_sticker(File::new("s.webp", "image/webp", "s"), true).await;
    assert_eq!(message(&sticker)["sticker"]["animated"], true);
    scene.number.set(|number| number.tells_urls = false);
    let pdf = message(&scene.marlene.sends(File::new("Rückgabe.pdf", "application/pdf", "p"), None).await);
    assert_eq!((&pdf["document"]["filename"], pdf["document"].get("url")), (&json!("Rückgabe.pdf"), None));
}

#[tokio::test]
async fn a_person_moves_to_another_number_and_id() {
    let scene = scene().await;
    let moved = scene.marlene.changes_number("4915750169999", Some("DE.773")).await;
    let told = value(&moved.webhook);
    assert_eq!(told.get("contacts"), None);
    let system = &told["messages"][0];
    assert_eq!((&system["from"], &system["type"]), (&json!(MARLENE), &json!("system")));
    assert_eq!(system["system"]["wa_id"], "4915750169999");
    assert_eq!(system["system"]["user_id"], "DE.773");
    assert_eq!(message(&scene.marlene.says("hi").await)["from"], "4915750169999");
    let (system, field) = scene.marlene.changes_user_id("DE.774").await;
    let system = message(&system);
    assert_eq!((system.get("from"), &system["system"]["type"]), (None, &json!("user_changed_user_id")));
    let update = &value(&field)["user_id_update"][0];
    assert_eq!(update["user_id"], json!({"previous": "DE.773", "current": "DE.774"}));
    let old = json!({"to": null, "recipient": "DE.773", "text": {"body": "a"}});
    assert_eq!(code(&scene.send(old).await), (400, 131_009), "the old id is nobody's");
    let stop = scene.marlene.prefers("stop").await;
    assert_eq!(value(&stop)["user_preferences"][0]["value"], "stop");
    assert_eq!(stop.kinds(), ["user_preferences"]);
}

#[tokio::test]
async fn statuses_come_in_any_order_and_on_command() {
    let scene = scene().await;
    scene.marlene.set(|customer| customer.reads = true);
    for (order, expected) in [
        (Statuses::Reversed, vec!["read", "delivered", "sent"]),
        (Statuses::Twice, vec!["sent", "sent", "delivered", "delivered", "read", "read"]),
    ] {
        scene.number.set(|number| number.statuses = order);
        let id = scene.sent(text("a")).await;
        scene.statuses(&id, expected.len()).await;
        assert_eq!(scene.number.read(|number| number.statuses_of(&id)), expected, "{order:?}");
    }
    scene.number.set(|number| number.statuses = Statuses::Silent);
    let id = scene.sent(json!({"text": {"body": "b"}, "biz_opaque_callback_data": "outbox:2"})).await;
    for status in ["read", "delivered", "delivered"] {
        assert!(scene.number.status(&id, status).await.acknowledged());
    }
    let failed = value(&scene.number.fails(&id, 131_026).await);
    assert_eq!(failed["statuses"][0]["errors"][0]["title"], "Message undeliverable");
    assert_eq!(failed["statuses"][0]["biz_opaque_callback_data"], "outbox:2");
    let told = scene.number.read(|number| number.statuses_of(&id));
    assert_eq!(told, ["read", "delivered", "delivered", "failed"]);

    scene.number.set(|number| (number.statuses, number.statuses_first) = (Statuses::InOrder, true));
    let id = scene.sent(text("c")).await;
    assert_eq!(scene.number.read(|number| number.statuses_of(&id)).len(), 3, "all before the answer");
}

#[tokio::test]
async fn a_webhook_is_repeated_while_it_is_not_acknowledged() {
    let scene = scene().await;
    scene.number.set(|number| number.repeats = 2);
    scene.hub.answer.change(|answer| answer.0 = 500);
    let sent = scene.marlene.says("hi").await;
    assert_eq!((sent.webhook.attempts, sent.webhook.acknowledged()), (3, false));
    scene.hub.answer.change(|answer| answer.0 = 200);
    let again = scene.number.post_again(&sent.webhook).await;
    assert_eq!((again.attempts, again.body), (1, sent.webhook.body));
    let calls = scene.hub.wait(5).await;
    assert!(calls[1..].iter().all(|call| call.body == calls[1].body));
    let forged = scene.number.post_signed(b"{}".to_vec(), Some("sha256=00")).await;
    assert_eq!(forged.attempts, 1);
    assert_eq!(scene.number.verify("let me in", "1158").await.unwrap().0, 200);
    let quality = json!({"display_phone_number": "15550142277", "event": "FLAGGED"});
    let post = scene.number.post_change("phone_number_quality_update", quality).await;
    let body: Value = serde_json::from_slice(&post.body).unwrap();
    assert!(body["entry"][0]["time"].is_i64());
}
