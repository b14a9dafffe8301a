//! Whole callbacks: whose they are, when they happened, damage, and anything at all.

use super::*;

fn hello() -> Value {
    message(json!({"text_message": {"text": "hello"}, "reply_to": null}))
}

#[test]
fn whose_a_callback_is_comes_from_its_app() {
    let named = |app: Value, own: Option<&AccountKey>| {
        let body = with(callback("message", hello()), &json!({ "app_id": app }));
        match parse(body.to_string().as_bytes(), own).items.as_slice() {
            [Item::Event { account, .. }] => account.to_string(),
            [Item::Unreadable { account: None, unreadable }] => unreadable.reason.clone(),
            other => panic!("{other:?}"),
        }
    };
    let own = own();
    assert_eq!(named(json!("01JOTHER"), Some(&own)), "whatsapp:sinch:01JOTHER");
    for unnamed in [json!(""), json!(null)] {
        assert_eq!(named(unnamed.clone(), Some(&own)), own.to_string());
        assert_eq!(named(unnamed, None), "no app id");
    }
}

#[test]
fn a_callback_that_comes_twice_has_the_same_ids() {
    for (kind, content) in [
        ("message", hello()),
        ("opt_out_notification", json!({"channel": "WHATSAPP"})),
        (
            "unsupported_callback",
            json!({"payload": "{}", "channel_identity": {"channel": "WHATSAPP", "identity": ANN}}),
        ),
        ("capability_notification", json!({"x": 1})),
    ] {
        let again = || event(kind, content.clone()).id;
        assert_eq!(again(), again(), "{kind}");
    }
    let other = |x: i32, at: &str| {
        items(&with(callback("capability_notification", json!({ "x": x })), &json!({ "event_time": at })))
    };
    let (early, late) = ("2026-11-21T09:15:01Z", "2026-11-21T09:15:02Z");
    assert_eq!(other(1, early), other(1, early));
    assert_ne!(other(1, early), other(2, early));
    assert_ne!(other(1, early), other(1, late), "the same once more is another event");
}

#[test]
fn the_message_that_is_blacked_out_is_the_message() {
    let (plain, redacted) = (event("message", hello()), event("message_redaction", hello()));
    assert_eq!(plain, redacted);
}

#[test]
fn whatsapp_s_time_counts_before_sinch_s() {
    let at = |event_time: Value, accept_time: Value, accepted_time: Value| {
        let content = with(hello(), &json!({ "accept_time": accept_time }));
        let body =
            with(callback("message", content), &json!({"event_time": event_time, "accepted_time": accepted_time}));
        match items(&body).as_slice() {
            [Item::Event { event, .. }] => Ok(event.at.millis()),
            [Item::Unreadable { unreadable, .. }] => Err(unreadable.reason.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (a, b, c) =
        (json!("2026-11-21T09:15:01Z"), json!("2026-11-21T09:15:02.101Z"), json!("2026-11-21T09:15:02.118999123Z"));
    assert_eq!(at(a, b.clone(), c.clone()), Ok(1_795_252_501_000));
    assert_eq!(at(json!(""), b.clone(), c.clone()), Ok(1_795_252_502_101));
    assert_eq!(at(json!("soon"), b, c.clone()), Ok(1_795_252_502_101));
    assert_eq!(at(json!(null), json!(null), c), Ok(1_795_252_502_118));
    assert_eq!(at(json!("2026-11-21T10:15:01+01:00"), json!(null), json!(null)), Ok(1_795_252_501_000));
    assert_eq!(at(json!(null), json!(""), json!("")), Err("no time".to_owned()));
}

#[test]
fn what_our_side_put_in_is_only_recorded() {
    for members in [json!({"injected": true}), json!({"direction": "TO_CONTACT"})] {
        let event = event("message", with(hello(), &members));
        assert_eq!(event.id, EventId::new("injected:01KA"));
        assert!(!event.opens_window());
        assert_eq!(shown(&event), "");
    }
}

#[test]
fn another_channel_of_the_app_is_never_shown_as_whatsapp() {
    for channel in ["SMS", "MESSENGER", "RCS", "whatsapp"] {
        let content = with(hello(), &json!({"channel_identity": {"channel": channel, "identity": ANN}}));
        let event = event("message", content);
        assert!(event.customer.is_nobody(), "{channel}");
        assert_eq!(shown(&event), "", "{channel}");
        assert!(event.id.as_str().starts_with("other_channel:"), "{channel}");
    }
    let reacted = json!({"id": "01E", "channel_identity": {"channel": "SMS", "identity": ANN}, "contact_message_event": {"reaction_event": {"message_id": "1"}}});
    assert!(event("event", reacted).customer.is_nobody());
    let unsupported = json!({"id": "01U", "payload": "{}", "channel_identity": {"channel": "SMS", "identity": ANN}});
    assert!(event("unsupported_callback", unsupported).customer.is_nobody());
}

#[test]
fn a_customer_is_a_number_or_a_user_id() {
    let who = |identity: &str| {
        let content =
            with(hello(), &json!({"channel_identity": {"channel": "WHATSAPP", "identity": identity, "new": 1}}));
        event("message", content).customer.to_string()
    };
    assert_eq!(who("447700900123"), "447700900123");
    assert_eq!(who("+44 7700 900123"), "447700900123");
    assert_eq!(who("IT.40120088990012"), "IT.40120088990012");
    assert_eq!(who("IT.ENT.40120088990012"), "IT.ENT.40120088990012");
}

#[test]
fn what_cannot_be_read_is_kept_with_its_account() {
    let broken = |content: Value| reason(&callback("message", content));
    assert_eq!(broken(with(hello(), &json!({ "id": null }))), "without its id");
    assert_eq!(broken(with(hello(), &json!({ "contact_message": null }))), "without its contact_message");
    assert_eq!(broken(with(hello(), &json!({ "channel_identity": null }))), "no customer id");
    assert_eq!(
        broken(with(hello(), &json!({"channel_identity": {"channel": "WHATSAPP", "identity": "me"}}))),
        "no customer id"
    );
    assert_eq!(broken(with(hello(), &json!({"channel_identity": {"identity": ANN}}))), "without its channel");
    assert_eq!(broken(json!("hello")), "something in it is of another type than expected");
    assert_eq!(
        broken(message(json!({"text_message": {"text": 5}}))),
        "something in it is of another type than expected"
    );
    assert_eq!(reason(&json!({ "app_id": APP })), "nothing but its frame");
    assert_eq!(reason(&callback("message", json!(null))), "nothing but its frame");
    assert_eq!(reason(&json!([])), "something in it is of another type than expected");
    let body = callback("message", json!("hello")).to_string();
    let [Item::Unreadable { account, unreadable }] = &parse(body.as_bytes(), None).items[..] else { panic!() };
    assert_eq!(account.as_ref(), Some(&own()));
    assert_eq!(STANDARD.decode(&unreadable.head).unwrap(), body.as_bytes());
}

#[test]
fn what_is_no_json_is_one_unreadable() {
    for (body, reason) in [
        (&b""[..], "not JSON"),
        (b"hello", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
    ] {
        let [Item::Unreadable { account: None, unreadable }] = &parse(body, Some(&own())).items[..] else { panic!() };
        assert_eq!(unreadable.reason, reason);
    }
    let deep = format!(r#"{{"app_id":"{APP}","message":{}}}"#, "[".repeat(100_000));
    assert!(matches!(&parse(deep.as_bytes(), None).items[..], [Item::Unreadable { .. }]));
}

#[test]
fn half_an_emoji_costs_nothing() {
    let body = callback("message", message(json!({"text_message": {"text": "HALF"}}))).to_string();
    let body = body.replace("HALF", "cut \\ud83d off");
    let [Item::Event { event, .. }] = &parse(body.as_bytes(), None).items[..] else { panic!() };
    let shown = shown(event);
    assert!(shown.starts_with("cut \u{fffd}") && shown.ends_with(" off"), "{shown}");
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("WHATSAPP")),
        Just(json!(ANN)),
        Just(json!("2026-11-21T09:15:01Z")),
    ];
    let names = prop::sample::select(vec![
        "id",
        "channel",
        "identity",
        "channel_identity",
        "contact_message",
        "text_message",
        "text",
        "media_message",
        "url",
        "location_message",
        "coordinates",
        "latitude",
        "choice_response_message",
        "postback_data",
        "fallback_message",
        "raw_message",
        "product_response_message",
        "products",
        "channel_specific_message",
        "message",
        "nfm_reply",
        "response_json",
        "reply_to",
        "message_id",
        "status",
        "reason",
        "code",
        "contact_message_event",
        "reaction_event",
        "payload",
        "accept_time",
    ]);
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone().prop_map(str::to_owned), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_taken_in(body in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!parse(&body, None).items.is_empty());
    }

    #[test]
    fn any_callback_is_taken_in_and_no_message_is_empty(
        kind in prop::sample::select(vec!["message", "message_delivery_report", "event", "unsupported_callback", "opt_out_notification", "x"]),
        content in anything(),
    ) {
        let found = items(&callback(kind, content));
        prop_assert_eq!(found.len(), 1);
        if let Item::Event { event: Event { kind: EventKind::Message(message), .. }, .. } = &found[0] {
            prop_assert!(!message.parts.is_empty());
        }
    }
}
