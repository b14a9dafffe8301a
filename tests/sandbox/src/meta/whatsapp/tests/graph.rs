//! What the hub asks of Graph.

use super::*;

#[tokio::test]
async fn takes_a_text_and_tells_how_far_it_came() {
    let scene = scene().await;
    scene.marlene.set(|customer| customer.reads = true);
    let own = json!({
        "recipient_type": "individual",
        "type": "text",
        "text": {"body": "Montag wieder da 👋", "preview_url": true},
        "context": {"message_id": scene.first},
        "biz_opaque_callback_data": "outbox:1",
    });
    let (status, answer) = scene.send(own).await;
    assert_eq!(status, 200);
    assert_eq!(answer["contacts"], json!([{"input": "+4915750160042", "wa_id": MARLENE}]));
    assert_eq!(answer["messages"][0].get("message_status"), None);
    let id = answer["messages"][0]["id"].as_str().unwrap();
    let received = scene.marlene.received();
    assert_eq!(received[0].text.as_deref(), Some("Montag wieder da 👋"));
    assert_eq!((received[0].quotes.as_deref(), received[0].id.as_str()), (Some(scene.first.as_str()), id));

    let told = scene.statuses(id, 3).await;
    let names: Vec<_> = told.iter().map(|value| value["statuses"][0]["status"].as_str().unwrap()).collect();
    assert_eq!(names, ["sent", "delivered", "read"]);
    let status = &told[0]["statuses"][0];
    assert_eq!((&status["recipient_id"], &status["recipient_user_id"]), (&json!(MARLENE), &json!(USER_ID)));
    assert_eq!(status["biz_opaque_callback_data"], "outbox:1");
    assert_eq!(status["pricing"]["category"], "service");
    assert_eq!(told[2]["statuses"][0].get("pricing"), None);
    assert_eq!(told[0]["contacts"][0]["user_id"], USER_ID);
    assert!(status["timestamp"].as_str().unwrap().len() == 10);
}

#[tokio::test]
async fn refuses_a_call_without_the_right_token() {
    let scene = scene().await;
    scene.sandbox.add_whatsapp_number(config("900", "901", "EAAGother"));
    let body = json!({"messaging_product": "whatsapp", "to": "+4915750160042", "type": "text", "text": {"body": "a"}});
    let proof = |secret, token| format!("{NUMBER}/messages?appsecret_proof={}", appsecret_proof(secret, token));
    for (name, path, token, expected) in [
        ("no token", format!("{NUMBER}/messages"), None, (400, 2500)),
        ("nobody's token", format!("{NUMBER}/messages"), Some("EAAGnobody"), (401, 190)),
        ("another account's token", format!("{NUMBER}/messages"), Some("EAAGother"), (400, 100)),
        ("another account", "901/subscribed_apps".to_owned(), Some(TOKEN), (400, 100)),
        ("wrong proof", proof("other", TOKEN), Some(TOKEN), (400, 100)),
    ] {
        let request =
            token.into_iter().fold(http().post(scene.url(&path)), |request, token| request.bearer_auth(token));
        assert_eq!(code(&answer(request.json(&body)).await), expected, "{name}");
    }
    assert!(scene.marlene.received().is_empty());
    assert_eq!(scene.post(&proof("s3cret", TOKEN), &body).await.0, 200, "a right proof");
    scene.number.set(|number| number.wants_proof = true);
    assert_eq!(code(&scene.send(text("hi")).await), (400, 100), "no proof where one is wanted");
    scene.number.set(|number| number.token_state = Token::Expired);
    assert_eq!(code(&scene.send(text("hi")).await), (401, 190));
    assert_eq!(scene.number.read(|number| number.calls.0.last().unwrap().status), Some(401));
}

#[tokio::test]
async fn refuses_a_message_that_meta_refuses() {
    let scene = scene().await;
    let image = |own: Value| json!({"type": "image", "image": own});
    for (name, own, expected) in [
        ("no product", json!({"messaging_product": null}), (400, 100)),
        ("another product", json!({"messaging_product": "telegram"}), (400, 100)),
        ("nobody", json!({"to": null, "type": "text", "text": {"body": "a"}}), (400, 100)),
        ("number as a number", json!({"to": 4_915_750_160_042_u64, "text": {"body": "a"}}), (400, 131_009)),
        ("no number", json!({"to": "Marlene", "text": {"body": "a"}}), (400, 131_009)),
        ("user id as number", json!({"to": USER_ID, "text": {"body": "a"}}), (400, 131_009)),
        ("unknown user id", json!({"to": null, "recipient": "DE.1", "text": {"body": "a"}}), (400, 131_009)),
        ("itself", json!({"to": "+15550142277", "text": {"body": "a"}}), (400, 131_021)),
        ("unknown member", json!({"text": {"body": "a"}, "priority": 1}), (400, 100)),
        ("no text", json!({"type": "text", "text": {}}), (400, 131_008)),
        ("empty text", text(" "), (400, 131_008)),
        ("long text", text(&"ä".repeat(4097)), (400, 100)),
        ("text under another name", json!({"type": "text", "image": {"id": "1"}}), (400, 100)),
        ("unknown type", json!({"type": "poll", "poll": {}}), (400, 131_051)),
        ("unknown file", image(json!({"id": "77"})), (400, 100)),
        ("no file", image(json!({"caption": "a"})), (400, 131_008)),
        ("id and link", image(json!({"id": "77", "link": "https://x.example/"})), (400, 100)),
        ("long caption", image(json!({"link": "https://x.example/", "caption": "a".repeat(1025)})), (400, 100)),
        ("image with a name", image(json!({"link": "https://x.example/", "filename": "a"})), (400, 100)),
        (
            "sound with words",
            json!({"type": "audio", "audio": {"link": "https://x.example/", "caption": "a"}}),
            (400, 100),
        ),
        (
            "place off the earth",
            json!({"type": "location", "location": {"latitude": 91, "longitude": 0}}),
            (400, 131_009),
        ),
        (
            "reaction to nothing",
            json!({"type": "reaction", "reaction": {"message_id": "x", "emoji": "👍"}}),
            (400, 131_009),
        ),
        ("long mark", json!({"text": {"body": "a"}, "biz_opaque_callback_data": "a".repeat(513)}), (400, 100)),
    ] {
        assert_eq!(code(&scene.send(own).await), expected, "{name}");
    }
    let details = scene.send(text("")).await.1["error"]["error_data"]["details"].clone();
    assert_eq!(details, "Parameter 'body' is mandatory.");
    scene.number.set(|number| number.registered = false);
    assert_eq!(code(&scene.send(text("hi")).await), (400, 133_010));
    assert!(scene.marlene.received().is_empty());
    let register = format!("{NUMBER}/register");
    assert_eq!(code(&scene.post(&register, &json!({"messaging_product": "whatsapp", "pin": "12"})).await), (400, 100));
    assert_eq!(scene.post(&register, &json!({"messaging_product": "whatsapp", "pin": "123456"})).await.0, 200);
    assert_eq!(scene.send(text(&"ä".repeat(4096))).await.0, 200);
}

#[tokio::test]
async fn fails_by_status_what_it_finds_out_later() {
    let scene = scene().await;
    let failed = |value: &Value| value["statuses"][0]["errors"][0]["code"].as_u64().unwrap();
    let unknown = scene.failure(json!({"to": "+49 (157) 50160-043", "text": {"body": "a"}})).await;
    assert_eq!(failed(&unknown), 131_026);
    let without_plus = scene.failure(json!({"to": MARLENE, "text": {"body": "a"}})).await;
    assert_eq!(without_plus["statuses"][0]["recipient_id"], "14915750160042", "one of the sender's own country");
    assert_eq!(without_plus.get("contacts"), None);
    scene.number.fail_later(131_049);
    assert_eq!(failed(&scene.failure(text("a")).await), 131_049);
    let pdf = scene.uploaded("application/pdf").await;
    assert_eq!(failed(&scene.failure(json!({"type": "image", "image": {"id": pdf}})).await), 131_053);
    let gone = json!({"type": "image", "image": {"link": "http://127.0.0.1:9/x.png"}});
    assert_eq!(failed(&scene.failure(gone).await), 131_053);
    scene.marlene.set(|customer| customer.blocked = true);
    assert_eq!(failed(&scene.failure(text("a")).await), 131_026);
    assert!(scene.marlene.received().is_empty());
}

#[tokio::test]
async fn outside_of_24_hours_only_templates_arrive() {
    let scene = scene().await;
    scene.number.add_template(&Template::new("order_ready", "de", "Hallo {{1}}, {{2}} ist da."));
    scene.marlene.move_back(23 * HOUR);
    scene.sent(text("in time")).await;
    scene.marlene.move_back(HOUR);
    let late = scene.failure(text("late")).await;
    let status = &late["statuses"][0];
    assert_eq!((&status["status"], &status["errors"][0]["code"]), (&json!("failed"), &json!(131_047)));
    assert_eq!(status["errors"][0]["title"], "Re-engagement message");
    assert_eq!(status.get("recipient_user_id"), None, "sent to the number, it fails at the number");
    let template = |name: &str, language: &str, texts: &[&str]| {
        let parameters: Vec<_> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
        let components = json!([{"type": "body", "parameters": parameters}]);
        let language = json!({ "code": language });
        json!({"type": "template", "template": {"name": name, "language": language, "components": components}})
    };
    for (name, own, expected) in [
        ("unknown", template("order_gone", "de", &[]), (404, 132_001)),
        ("another language", template("order_ready", "en_US", &["a", "b"]), (404, 132_001)),
        ("a gap is empty", template("order_ready", "de", &["a"]), (400, 132_000)),
        ("lines", template("order_ready", "de", &["a\nb", "c"]), (400, 132_018)),
    ] {
        assert_eq!(code(&scene.send(own).await), expected, "{name}");
    }
    let (status, answer) = scene.send(template("order_ready", "de", &["Marlene", "5512"])).await;
    assert_eq!((status, &answer["messages"][0]["message_status"]), (200, &json!("accepted")));
    let told = scene.statuses(answer["messages"][0]["id"].as_str().unwrap(), 2).await;
    assert_eq!(told[0]["statuses"][0]["pricing"]["category"], "utility");
    let received = scene.marlene.received();
    assert_eq!(received[1].text.as_deref(), Some("Hallo Marlene, 5512 ist da."));
    assert_eq!(received[1].template, Some(("order_ready".to_owned(), "de".to_owned())));

    let told = scene.number.judge_template("order_ready", "de", "PAUSED").await;
    assert!(value(&told)["message_template_id"].is_u64());
    assert_eq!(code(&scene.send(template("order_ready", "de", &["a", "b"])).await), (400, 132_015));
}

#[tokio::test]
async fn a_named_gap_is_filled_by_name() {
    let scene = scene().await;
    scene.number.add_template(&Template::new("hello", "de", "Hallo {{first_name}}"));
    let template = |parameter: Value| {
        let components = json!([{"type": "body", "parameters": [parameter]}]);
        json!({"type": "template", "template": {"name": "hello", "language": {"code": "de"}, "components": components}})
    };
    let counted = template(json!({"type": "text", "text": "Marlene"}));
    assert_eq!(code(&scene.send(counted).await), (400, 132_012));
    scene.sent(template(json!({"type": "text", "parameter_name": "first_name", "text": "Marlene"}))).await;
    assert_eq!(scene.marlene.received()[0].text.as_deref(), Some("Hallo Marlene"));
}

#[tokio::test]
async fn writes_to_a_user_id_and_tells_the_number_only_where_it_shows() {
    let scene = scene().await;
    let to_id = json!({"to": null, "recipient": USER_ID, "type": "text", "text": {"body": "hi"}});
    let (status, answer) = scene.send(to_id.clone()).await;
    assert_eq!((status, &answer["contacts"]), (200, &json!([{"input": USER_ID, "user_id": USER_ID}])));
    let told = scene.statuses(answer["messages"][0]["id"].as_str().unwrap(), 2).await;
    assert_eq!(told[0]["statuses"][0]["recipient_id"], MARLENE);
    scene.marlene.set(|customer| customer.hides_number = true);
    let id = scene.sent(to_id.clone()).await;
    let told = scene.statuses(&id, 2).await;
    assert_eq!(told[0]["statuses"][0].get("recipient_id"), None);
    assert_eq!(told[0]["contacts"][0].get("wa_id"), None);
    scene.marlene.move_back(25 * HOUR);
    let failed = scene.failure(to_id).await;
    assert_eq!(failed["statuses"][0]["recipient_user_id"], USER_ID);
    let both = json!({"to": "+4915750160099", "recipient": USER_ID, "type": "text", "text": {"body": "hi"}});
    assert_eq!(scene.send(both).await.1["contacts"][0]["wa_id"], "4915750160099", "the number wins");
}

#[tokio::test]
async fn stores_a_file_and_sends_it() {
    let scene = scene().await;
    for (name, content_type, length, expected) in [
        ("a type that says nothing", "application/octet-stream", 10, (400, 100)),
        ("empty", "image/png", 0, (400, 131_053)),
        ("large picture", "image/png", (5 << 20) + 1, (400, 131_053)),
        ("large sound", "audio/mpeg", (16 << 20) + 1, (400, 131_053)),
        ("large sticker", "image/webp", (100 << 10) + 1, (400, 131_053)),
    ] {
        assert_eq!(code(&scene.upload(content_type, length).await), expected, "{name}");
    }
    let other = Part::bytes(vec![1]).file_name("a.png").mime_str("image/png").unwrap();
    assert_eq!(code(&scene.upload_part(other, "image/jpeg").await), (400, 131_053), "two types");
    assert_eq!(scene.upload("image/png", 5 << 20).await.0, 200);

    let pdf = scene.uploaded("application/pdf").await;
    let document = json!({"id": pdf, "filename": "Angebot.pdf", "caption": "das Angebot"});
    scene.sent(json!({"type": "document", "document": document})).await;
    let received = scene.marlene.received().remove(0);
    assert_eq!(received.text.as_deref(), Some("das Angebot"));
    let file = received.file.unwrap();
    assert_eq!((file.name.as_str(), file.length), ("Angebot.pdf", 100));

    scene.marlene.set(|customer| customer.reads = true);
    let voice = scene.uploaded("audio/ogg").await;
    let id = scene.sent(json!({"type": "audio", "audio": {"id": voice, "voice": true}})).await;
    assert_eq!(scene.statuses(&id, 4).await[3]["statuses"][0]["status"], "played");

    let linked = scene.sandbox.world.media.host(scene.sandbox.url(), File::of_size("a.png", "image/png", 9));
    scene.sent(json!({"type": "image", "image": {"link": linked}})).await;
    assert_eq!(scene.marlene.received().last().unwrap().file.as_ref().unwrap().name, "a.png");
}

#[tokio::test]
async fn marks_as_read_types_and_reacts() {
    let scene = scene().await;
    let second = scene.marlene.says("Hallo?").await.id;
    let typing = json!({"type": "text"});
    let read = json!({"to": null, "status": "read", "message_id": second, "typing_indicator": typing});
    assert_eq!(scene.send(read).await, (200, json!({"success": true})));
    let state = scene.marlene.state().unwrap();
    assert_eq!((state.messages[0].read, state.messages[1].read, state.typing_seen), (true, true, 1));
    let reply = scene.sent(text("hi")).await;
    for (name, id) in [("unknown", "wamid.x"), ("of the number itself", reply.as_str())] {
        let read = json!({"to": null, "status": "read", "message_id": id});
        assert_eq!(code(&scene.send(read).await), (400, 131_009), "{name}");
    }
    let reaction = json!({"message_id": second, "emoji": "👍"});
    let id = scene.sent(json!({"type": "reaction", "reaction": reaction})).await;
    assert_eq!(scene.statuses(&id, 1).await[0]["statuses"][0]["status"], "sent");
    let message = scene.marlene.state().unwrap().messages.remove(1);
    assert_eq!(message.reaction_of_number.as_deref(), Some("👍"));
}

#[tokio::test]
async fn fails_as_told() {
    let scene = scene().await;
    scene.number.fail(GraphError::whatsapp(130_429, "Too many."), When::next(1));
    assert_eq!(code(&scene.send(text("a")).await), (400, 130_429));
    scene.number.fail(Fault::RefuseAfter(GraphError::whatsapp(131_000, "No.").into()), When::next(1));
    assert_eq!(code(&scene.send(text("b")).await), (500, 131_000));
    scene.number.fail(GraphError::whatsapp(80_007, "Too many calls."), When::next(1));
    let url = scene.url(&format!("{NUMBER}/messages"));
    let body = json!({"messaging_product": "whatsapp", "to": "+4915750160042", "text": {"body": "c"}});
    let limited = http().post(url).bearer_auth(TOKEN).json(&body).send().await.unwrap();
    assert!(limited.headers().contains_key("x-business-use-case-usage"));
    scene.number.fail(Fault::DropBefore, When::always());
    let read = json!({"to": null, "status": "read", "message_id": scene.first});
    assert_eq!(scene.send(read).await.0, 200, "a read mark is another kind of call");
    scene.number.fail_on(Some(WhatsAppCall::Upload), Fault::Refuse(crate::Answer::html(502)), When::next(1));
    assert_eq!(scene.upload("image/png", 5).await.0, 502);
    scene.number.mend();
    assert_eq!(scene.send(text("d")).await.0, 200);
    let texts: Vec<_> = scene.marlene.received().into_iter().filter_map(|message| message.text).collect();
    assert_eq!(texts, ["b", "d"]);
}

#[tokio::test]
async fn tells_of_numbers_accounts_tokens_and_templates() {
    let scene = scene().await;
    let wanted = "display_phone_number,verified_name,webhook_configuration";
    let (_, number) = scene.get(&format!("{NUMBER}?fields={wanted}")).await;
    let address = format!("{}/webhooks/whatsapp/meta", scene.sandbox.world.hub_url());
    let expected = json!({
        "id": NUMBER,
        "display_phone_number": "+1 555-014-2277",
        "verified_name": "Northwind Tiles",
        "webhook_configuration": {"application": address},
    });
    assert_eq!(number, expected);
    assert_eq!(code(&scene.get(&format!("{NUMBER}?fields=colour")).await), (400, 100));
    let (_, numbers) = scene.get(&format!("{WABA}/phone_numbers")).await;
    assert_eq!(numbers["data"][0]["id"], NUMBER);
    assert_eq!(scene.get(WABA).await.1["name"], "Northwind Tiles");

    for language in ["de", "en_US", "fr"] {
        scene.number.add_template(&Template::new("hello", language, "Hallo {{1}}"));
    }
    let rejected = Template { status: "REJECTED".to_owned(), ..Template::new("bad", "de", "x") };
    scene.number.add_template(&rejected);
    let path = format!("{WABA}/message_templates?fields=name,language&status=approved&limit=2");
    let (_, first) = scene.get(&path).await;
    assert_eq!(first["data"].as_array().unwrap().len(), 2);
    assert!(first["paging"]["next"].is_string());
    let after = first["paging"]["cursors"]["after"].as_str().unwrap();
    let (_, last) = scene.get(&format!("{path}&after={after}")).await;
    assert_eq!((&last["data"][0]["language"], last["paging"].get("next")), (&json!("fr"), None));

    let app = "884200117733019|s3cret";
    let url = scene.url(&format!("debug_token?input_token={TOKEN}"));
    let (_, token) = answer(http().get(url).bearer_auth(app)).await;
    assert_eq!((&token["data"]["type"], &token["data"]["is_valid"]), (&json!("SYSTEM_USER"), &json!(true)));
    assert_eq!(token["data"]["granular_scopes"][0]["target_ids"], json!([WABA]));
}

#[tokio::test]
async fn an_account_is_given_an_address_only_after_the_address_proved_itself() {
    let scene = scene().await;
    let path = format!("{WABA}/subscribed_apps");
    let sibling = scene.sandbox.add_whatsapp_number(config("405", WABA, TOKEN));
    let own = format!("{}/webhooks/whatsapp/meta/own", scene.sandbox.world.hub_url());
    assert_eq!(code(&scene.post(&path, &json!({"override_callback_uri": own})).await), (400, 100), "no verify token");
    let body = json!({"override_callback_uri": own, "verify_token": "let me in"});
    assert_eq!(code(&scene.post(&path, &body).await), (400, 2200), "the hub does not echo");
    assert_eq!(scene.number.read(|number| number.override_url.clone()), None);
    let asked = scene.hub.wait(2).await.remove(1);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("GET", "/webhooks/whatsapp/meta/own"));
    assert!(asked.query.contains("hub.mode=subscribe") && asked.query.contains("hub.verify_token=let+me+in"));

    let echo = crate::server::Server::start(([127, 0, 0, 1], 0).into(), axum::Router::new().fallback(echo));
    let echo = echo.await.unwrap();
    let own = format!("http://{}/own", echo.addr());
    let body = json!({"override_callback_uri": own, "verify_token": "let me in"});
    assert_eq!(scene.post(&path, &body).await, (200, json!({"success": true})));
    assert_eq!(sibling.read(super::super::NumberState::address), own, "the whole account");
    let (_, listed) = scene.get(&path).await;
    assert_eq!(listed["data"][0]["override_callback_uri"], own.as_str());
    assert_eq!(listed["data"][0]["whatsapp_business_api_data"]["id"], "884200117733019");
    assert_eq!(scene.marlene.says("hi").await.webhook.url, own);

    let configuration =
        json!({"webhook_configuration": {"override_callback_uri": format!("{own}/n"), "verify_token": "t"}});
    assert_eq!(scene.post(NUMBER, &configuration).await.0, 200);
    assert_eq!(scene.marlene.says("hi").await.webhook.url, format!("{own}/n"));
    let none = json!({"webhook_configuration": {"override_callback_uri": ""}});
    assert_eq!(scene.post(NUMBER, &none).await.0, 200);
    assert_eq!(scene.post(&path, &json!({})).await.0, 200);
    assert!(scene.marlene.says("hi").await.webhook.url.ends_with("/webhooks/whatsapp/meta"));
    let deleted = answer(http().delete(scene.url(&path)).bearer_auth(TOKEN)).await;
    assert_eq!((deleted.0, scene.get(&path).await.1), (200, json!({"data": []})));
    assert_eq!(scene.marlene.says("hi").await.webhook.attempts, 0);
}

async fn echo(request: axum::extract::Request) -> String {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "hub.challenge").map(|(_, value)| value.into_owned()).unwrap_or_default()
}
