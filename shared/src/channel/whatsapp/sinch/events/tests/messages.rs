//! What customers write, send, tap and order.

use super::*;

#[test]
fn what_a_file_is_comes_from_its_name_or_the_end_of_its_address() {
    let table = [
        (None, "https://m.example/a/photo.JPG?sig=x.pdf", MediaKind::Image),
        (None, "https://m.example/a/s.webp", MediaKind::Sticker),
        (None, "https://m.example/a/film.mp4", MediaKind::Video),
        (None, "https://m.example/a/voice.oga", MediaKind::Audio),
        (None, "https://m.example/a.png/8821", MediaKind::Document),
        (None, "https://m.example/", MediaKind::Document),
        (None, "not an address.png", MediaKind::Document),
        (Some("invoice march.pdf"), "https://m.example/a/8821.jpg", MediaKind::Document),
        (Some("holiday.jpeg"), "https://m.example/a/8821", MediaKind::Image),
        (Some("no ending"), "https://m.example/a/8821.mp3", MediaKind::Audio),
    ];
    for (name, url, kind) in table {
        let shown = name.or_else(|| (kind != MediaKind::Document).then(|| kind.word()));
        let file = MediaFile { kind, source: MediaSource::Url(url.to_owned()), name: shown.map(str::to_owned) };
        let told = json!({"url": url, "filename_override": name, "thumbnail_url": ""});
        assert_eq!(parts(json!({"media_message": told})), [Part::File(file)], "{name:?} {url}");
    }
}

#[test]
fn a_caption_stands_before_its_file() {
    let url = "https://m.example/p.png";
    let file = Part::File(MediaFile {
        kind: MediaKind::Image,
        source: MediaSource::Url(url.to_owned()),
        name: Some("image".to_owned()),
    });
    let card = |caption: &str| parts(json!({"media_card_message": {"url": url, "caption": caption}}));
    assert_eq!(card("this"), [text("this"), file.clone()]);
    assert_eq!(card(" "), [file]);
    assert_eq!(parts(json!({"media_card_message": {"caption": "this"}})), [text("this"), unsupported("file")]);
}

#[test]
fn a_place_may_lack_its_noughts_and_its_name() {
    let place = |latitude, longitude, name: Option<&str>| {
        vec![Part::Location { latitude, longitude, name: name.map(str::to_owned), url: None }]
    };
    let read = |location: Value| parts(json!({ "location_message": location }));
    assert_eq!(read(json!({"coordinates": {"latitude": 45.4, "longitude": 9.1}})), place(45.4, 9.1, None));
    assert_eq!(read(json!({"coordinates": {"longitude": 6}, "title": "Bay"})), place(0.0, 6.0, Some("Bay")));
    assert_eq!(read(json!({"coordinates": {}, "title": " A ", "label": "A"})), place(0.0, 0.0, Some("A")));
    assert_eq!(read(json!({"coordinates": {}, "title": "A", "label": "B"})), place(0.0, 0.0, Some("A, B")));
    assert_eq!(read(json!({"title": "", "label": "B"})), [line("location", "B")]);
    assert_eq!(read(json!({})), [unsupported("location")]);
}

#[test]
fn a_choice_is_called_what_is_known_of_it() {
    let read = |postback: Value| {
        read_message(json!({"choice_response_message": {"message_id": "01Q", "postback_data": postback}}))
    };
    let table = [
        ("message_id_{01Q, Billing}", "Billing"),
        ("message_id_{01Q, Billing, or not}", "Billing, or not"),
        ("message_id_{01Q,Billing}", "Billing"),
        ("message_id_{01Q, }", "message_id_{01Q, }"),
        ("message_id_{01Q}", "message_id_{01Q}"),
        ("message_id_{01Q, Billing", "message_id_{01Q, Billing"),
        ("route:agent", "route:agent"),
    ];
    for (postback, title) in table {
        let choice = Part::Choice { title: title.to_owned(), payload: Some(postback.to_owned()) };
        let message = read(json!(postback));
        assert_eq!(message.parts, [choice], "{postback}");
        assert_eq!(message.quotes, Some(MessageId::new("01Q")), "what offered it is what it answers");
    }
    for nothing in [json!(null), json!(""), json!(" ")] {
        assert_eq!(read(nothing).parts, [unsupported("choice")]);
    }
}

#[test]
fn an_answer_names_what_it_answers() {
    let quotes = |reply_to: Value| read_message(json!({"text_message": {"text": "x"}, "reply_to": reply_to})).quotes;
    assert_eq!(quotes(json!({"message_id": "01Q"})), Some(MessageId::new("01Q")));
    for nothing in [json!(null), json!({}), json!({"message_id": ""}), json!({"message_id": null})] {
        assert_eq!(quotes(nothing), None);
    }
    let both = json!({"choice_response_message": {"message_id": "01A", "postback_data": "x"}, "reply_to": {"message_id": "01B"}});
    assert_eq!(read_message(both).quotes, Some(MessageId::new("01B")));
}

#[test]
fn the_answers_of_a_form_are_read_out() {
    let read = |reply: Value| {
        parts(
            json!({"channel_specific_message": {"message_type": "nfm_reply", "message": {"type": "nfm_reply", "nfm_reply": reply}}}),
        )
    };
    let json = r#"{"flow_token":"t-1","name":"Ann","seats":2,"when":{"day":"Mon"},"note":null}"#;
    assert_eq!(read(json!({"response_json": json})), [line("form", r#"name: Ann, seats: 2, when: {"day":"Mon"}"#)]);
    for empty in ["{\"flow_token\":\"t\"}", "{}", "[1]", "no JSON", ""] {
        assert_eq!(read(json!({"response_json": empty, "body": "Sent"})), [line("form", "Sent")], "{empty}");
        assert_eq!(read(json!({ "response_json": empty })), [unsupported("nfm_reply")], "{empty}");
    }
    assert_eq!(parts(json!({"channel_specific_message": {"message_type": "payment"}})), [unsupported("payment")]);
    assert_eq!(parts(json!({"channel_specific_message": {}})), [unsupported("message")]);
}

#[test]
fn an_order_is_told_line_by_line() {
    let order = json!({"title": "my order", "products": [
        {"id": "SKU-1", "quantity": 2, "item_price": 4.50, "currency": "EUR"},
        {"id": "SKU-2", "item_price": "3"},
        {"currency": "EUR"},
    ]});
    assert_eq!(
        parts(json!({ "product_response_message": order })),
        [
            text("my order"),
            line("order", "2 × SKU-1, 4.5 EUR"),
            line("order", "1 × SKU-2, 3"),
            line("order", "1 × product"),
        ]
    );
    assert_eq!(parts(json!({"product_response_message": {}})), [unsupported("order")]);
}

#[test]
fn what_sinch_has_no_kind_for_is_named() {
    let fallback = |raw: Value| parts(json!({"fallback_message": {"raw_message": raw, "reason": {"code": "UNKNOWN"}}}));
    assert_eq!(fallback(json!(r#"{"type":"video_note"}"#)), [unsupported("video_note")]);
    assert_eq!(fallback(json!(r#"{"type":"something with a secret"}"#)), [unsupported("unknown")]);
    for nothing in [json!("no JSON"), json!(""), json!(null), json!("[]"), json!("{}")] {
        assert_eq!(fallback(nothing), [unsupported("message")]);
    }
    assert_eq!(parts(json!({"poll_message": {"a": 1}})), [unsupported("poll_message")]);
    for nothing in
        [json!({}), json!({"reply_to": null}), json!({"text_message": {}}), json!({"text_message": {"text": " "}})]
    {
        assert_eq!(parts(nothing), [unsupported("message")]);
    }
}

#[test]
fn a_contact_that_is_shared_shows_name_and_numbers() {
    let shared = json!({"type": "contacts", "contacts": [
        {"name": {"formatted_name": "Ann Other"}, "phones": [{"phone": "+44 7700 900789"}, {"phone": "+1 202"}, {}]},
        {"name": {"first_name": "Bo", "last_name": " "}},
        {"phones": [{"phone": "+39 02"}]},
        {},
    ]})
    .to_string();
    let expected =
        [line("contact", "Ann Other, +44 7700 900789, +1 202"), line("contact", "Bo"), line("contact", "+39 02")];
    assert_eq!(parts(json!({"fallback_message": {"raw_message": shared}})), expected);
    let person = json!({"channel": "WHATSAPP", "identity": ANN});
    let by_callback =
        event("unsupported_callback", json!({"id": "01U", "payload": shared, "channel_identity": person}));
    assert_eq!(by_callback.id, EventId::of_message(&MessageId::new("01U")));
    let EventKind::Message(message) = by_callback.kind else { panic!() };
    assert_eq!(message.parts, expected);
    let empty = json!({"type": "contacts", "contacts": [{}]}).to_string();
    assert_eq!(parts(json!({"fallback_message": {"raw_message": empty}})), [unsupported("contacts")]);
}
