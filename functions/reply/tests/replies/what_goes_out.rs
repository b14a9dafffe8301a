use super::*;

#[tokio::test]
async fn a_warm_text_costs_four_calls_and_goes_out_proven() {
    let world = World::new().await;
    sent(&world.reply(&text(Some(1), "warming up")).await);
    world.outside.messages();
    world.aws.calls();

    let told = world.reply(&text(Some(2), "Your parcel leaves today.")).await;
    assert_eq!(world.aws.calls(), ["GetItem", "GetItem", "UpdateItem", "TransactWriteItems"]);
    sent(&told);
    assert_eq!(told.body["recipient_id"], CUSTOMER);
    assert_eq!(told.body["message_id"], "m_1");
    let [message] = &world.outside.messages()[..] else { panic!("one message") };
    assert_eq!(message.path, format!("/v26.0/{PAGE}/messages"));
    assert_eq!(message.token, TOKEN);
    assert!(message.query.starts_with("appsecret_proof="), "{}", message.query);
    let json = message.json();
    assert_eq!(json["recipient"], json!({"id": CUSTOMER}));
    assert_eq!(json["messaging_type"], "RESPONSE");
    assert_eq!(json["message"]["text"], "Your parcel leaves today.");
    let mark = json["message"]["metadata"].as_str().unwrap();
    assert!(mark.contains(&told.correlation), "the echo is to be recognised: {mark}");
    assert_eq!(world.aws.attribute("OUT#m_1", "customer"), Some(json!({"S": CUSTOMER})));
    assert_eq!(world.aws.attribute("OUT#m_1", "quote"), Some(json!({"S": "Your parcel leaves today."})));
}

#[tokio::test]
async fn every_form_in_which_motion_asks_is_understood() {
    let fixture = |name: &str| {
        let path = format!("{}/../../tests/fixtures/motion/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    let json = Some("application/json");
    let form = "Contact[facebook]=4410022003300441&body=Hello+Livia";
    let table = [
        (fixture("reply.text.json"), json, "Hello Livia, your parcel leaves the depot today."),
        (fixture("reply.text.documented-only.json"), json, "Hello Livia, your parcel leaves the depot today."),
        (fixture("reply.bot.json"), json, "Thank you, an agent will be with you shortly."),
        (fixture("reply.v1.json"), Some("text/plain"), "Good morning, how can we help?"),
        (format!("\u{feff}{}", fixture("reply.text.json")), None, "Hello Livia, your parcel leaves the depot today."),
        (form.to_owned(), Some("application/x-www-form-urlencoded"), "Hello Livia"),
    ];
    for (body, content_type, expected) in table {
        for base64 in [false, true] {
            let world = World::new().await;
            let path = format!("/api/reply/{}/{SECRET}", world.integration);
            let body = if base64 { STANDARD.encode(&body) } else { body.clone() };
            sent(&world.call("POST", &path, content_type, &body, base64, "192.0.2.7").await);
            let [message] = &world.outside.messages()[..] else { panic!("one message for {body}") };
            assert_eq!(message.text(), expected);
        }
    }
}

#[tokio::test]
async fn a_file_goes_from_motion_to_the_customer_under_its_name() {
    let world = World::new().await;
    let reply = json!({"id": 1, "body": "label_7719.pdf", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    let told = world.reply(&reply).await;
    sent(&told);
    let [message] = &world.outside.messages()[..] else { panic!("one message: the name is no text") };
    let form = String::from_utf8_lossy(&message.body).into_owned();
    for part in ["filename=\"label_7719.pdf\"", "application/pdf", "%PDF-1.7 a label", "\"type\":\"file\"", CUSTOMER] {
        assert!(form.contains(part), "{part} in {form}");
    }
    assert_eq!(world.aws.attribute("OUT#m_1", "quote"), Some(json!({"S": "label_7719.pdf"})));
}

#[tokio::test]
async fn a_file_that_cannot_be_had_is_told_and_may_be_tried_again() {
    let world = World::new().await;
    let reply = json!({"id": 1, "body": "x.pdf", "AttachmentId": 6005, "Contact": {"facebook": CUSTOMER}});
    is(&world.reply(&reply).await, 422, "file_unavailable");
    let reply = json!({"body": "x.pdf", "AttachmentId": "6".repeat(70_000), "Contact": {"facebook": CUSTOMER}});
    is(&world.reply(&reply).await, 422, "file_unavailable");
    let reply = json!({"id": 1, "body": "x.pdf", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    world.outside.motion_answers(500);
    is(&world.reply(&reply).await, 502, "file_unavailable");
    world.outside.motion_answers(403);
    is(&world.reply(&reply).await, 422, "file_unavailable");
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn a_file_over_the_cap_is_refused() {
    let world = World::new().await;
    world.outside.motions_file_has(25_000_001);
    let reply = json!({"body": "x.bin", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    is(&world.reply(&reply).await, 422, "file_too_large");
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn a_file_too_large_for_the_time_is_told_so_and_not_to_try_for_ever() {
    let reply = |id: u32| json!({"id": id, "body": "x", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    let world = World::new().await;
    world.outside.motion_takes(Duration::from_millis(4_500));
    world.outside.motions_file_has(20_000_000);
    let told = world.reply(&reply(1)).await;
    is(&told, 422, "file_too_large");
    assert!(told.message.contains("a link or a smaller file"), "{}", told.message);
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn a_file_without_the_address_of_motions_api_is_refused() {
    let world = World::empty().await;
    world.integrate(world.integration, PAGE, |_| {}).await;
    world.change_secrets(world.integration, PAGE, |secrets| secrets.api_base_url = None).await;
    world.customer(world.integration, CUSTOMER).await;
    let reply = json!({"body": "x.bin", "AttachmentId": 6004, "Contact": {"facebook": CUSTOMER}});
    is(&world.reply(&reply).await, 422, "file_unavailable");
}

#[tokio::test]
async fn internal_and_incoming_messages_are_acknowledged_and_not_sent() {
    let world = World::new().await;
    for flag in [json!({"secret": true}), json!({"direction": "in"})] {
        let mut reply = text(Some(1), "for my colleague");
        reply.as_object_mut().unwrap().extend(flag.as_object().unwrap().clone());
        let told = world.reply(&reply).await;
        assert_eq!((told.status, &told.body["status"]), (200, &json!("ignored")));
    }
    assert!(world.outside.messages().is_empty());
}
