//! Reports, reactions, consent, and what is only recorded.

use super::*;

fn person() -> Value {
    json!({"channel": "WHATSAPP", "identity": ANN, "app_id": ""})
}

fn report(members: &Value) -> Event {
    event("message_delivery_report", with(json!({"message_id": "01M", "channel_identity": person()}), members))
}

fn notice_of(kind: &EventKind) -> (&str, Option<&str>) {
    match kind {
        EventKind::Notice { name, line, opens_window: false } => (name, line.as_deref()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_report_says_how_far_a_message_has_come() {
    let table = [
        ("QUEUED_ON_CHANNEL", DeliveryState::Sent, "sent"),
        ("DELIVERED", DeliveryState::Delivered, "delivered"),
        ("READ", DeliveryState::Read, "read"),
    ];
    for (status, state, word) in table {
        let event = report(&json!({ "status": status }));
        assert_eq!(event.id, EventId::new(format!("status:01M:{word}")));
        assert_eq!(event.customer, CustomerId::new(ANN));
        let of = StatusOf::Message(MessageId::new("01M"));
        assert_eq!(event.kind, EventKind::Status { of, state, failure: None, price: None });
        assert_eq!(shown(&event), "");
    }
    for (status, word) in
        [(json!("SWITCHING_CHANNEL"), "SWITCHING_CHANNEL"), (json!("NEW"), "NEW"), (json!(null), "unknown")]
    {
        let event = report(&json!({ "status": status }));
        assert_eq!((event.id.as_str(), notice_of(&event.kind)), (&*format!("status:01M:{word}"), ("status", None)));
    }
}

#[test]
fn why_a_message_will_not_arrive_is_told_to_the_agent() {
    let failed = |reason: Value| {
        let event = report(&json!({"status": "FAILED", "reason": reason}));
        let EventKind::Status { failure: Some(failure), .. } = event.kind.clone() else { panic!() };
        assert!(shown(&event).contains(&failure.sentence), "{}", shown(&event));
        failure
    };
    let closed = failed(json!({"code": "OUTSIDE_ALLOWED_SENDING_WINDOW", "sub_code": "UNSPECIFIED_SUB_CODE"}));
    assert!(closed.window_closed);
    assert_eq!(closed.code, "OUTSIDE_ALLOWED_SENDING_WINDOW");
    let finer = failed(json!({"code": "CHANNEL_FAILURE", "sub_code": "ATTACHMENT_REJECTED", "description": "no"}));
    assert_eq!((finer.code.as_str(), finer.window_closed), ("CHANNEL_FAILURE/ATTACHMENT_REJECTED", false));
    assert!(finer.sentence.contains("did not take the file") && finer.sentence.contains("Sinch says: \"no\""));
    assert_eq!(failed(json!(null)).code, "unknown");
    assert_eq!(failed(json!({"code": "SOMETHING_NEW"})).code, "SOMETHING_NEW");
}

#[test]
fn a_report_without_a_person_is_good_and_one_of_another_channel_is_not_ours() {
    for nobody in [json!(null), json!({}), json!({"channel": "WHATSAPP", "identity": ""})] {
        let event = report(&json!({"status": "DELIVERED", "channel_identity": nobody}));
        assert!(event.customer.is_nobody() && matches!(event.kind, EventKind::Status { .. }));
    }
    let plus =
        report(&json!({"status": "READ", "channel_identity": {"channel": "WHATSAPP", "identity": "+447700900123"}}));
    assert_eq!(plus.customer, CustomerId::new(ANN));
    let sms = report(&json!({"status": "DELIVERED", "channel_identity": {"channel": "SMS", "identity": ANN}}));
    assert_eq!((notice_of(&sms.kind), sms.customer.is_nobody()), (("other_channel", None), true));
}

fn react(reaction: Value) -> Event {
    let content =
        json!({"id": "01E", "channel_identity": person(), "contact_message_event": {"reaction_event": reaction}});
    event("event", content)
}

#[test]
fn a_reaction_is_given_or_taken_back() {
    let table = [
        (json!({"emoji": "👍", "action": "REACTION_ACTION_REACT", "message_id": "01M"}), Some("👍")),
        (json!({"emoji": "👍", "message_id": "01M"}), Some("👍")),
        (json!({"emoji": "👍", "action": "REACTION_ACTION_UNREACT", "message_id": "01M"}), None),
        (json!({"emoji": "", "action": "REACTION_ACTION_UNREACT", "message_id": "01M"}), None),
    ];
    for (reaction, emoji) in table {
        let event = react(reaction);
        assert_eq!(event.id, EventId::new("reaction:01E"));
        let expected = EventKind::Reaction { message: MessageId::new("01M"), emoji: emoji.map(str::to_owned) };
        assert_eq!(event.kind, expected);
        assert!(event.opens_window());
    }
}

#[test]
fn other_acts_of_customers_are_recorded() {
    let act = |members: &Value| event("event", with(json!({"id": "01E", "channel_identity": person()}), members));
    let table = [
        (json!({"contact_event": {"composing_event": {}}}), "composing_event"),
        (json!({"contact_event": {"comment_event": {"id": "1"}}}), "comment_event"),
        (json!({"contact_message_event": {"payment_status_update_event": {}}}), "payment_status_update_event"),
        (json!({"contact_event": {}}), "event"),
        (json!({}), "event"),
    ];
    for (members, name) in table {
        let event = act(&members);
        assert_eq!((event.id.as_str(), notice_of(&event.kind)), ("event:01E", (name, None)));
        assert_eq!(event.customer, CustomerId::new(ANN));
    }
}

#[test]
fn whether_a_customer_wants_messages_is_told_where_the_customer_is_named() {
    let consent =
        |kind: &str, members: &Value| event(kind, with(json!({"request_id": "01R", "channel": "WHATSAPP"}), members));
    let out = consent("opt_out_notification", &json!({"status": "OPT_OUT_SUCCEEDED", "identity": "+447700900123"}));
    assert_eq!(out.customer, CustomerId::new(ANN));
    assert_eq!(shown(&out), "[opted out] The customer does not want to get messages any more.");
    let back = consent("opt_in_notification", &json!({"status": "OPT_IN_SUCCEEDED", "identity": ANN}));
    assert_eq!(shown(&back), "[opted in] The customer wants to get messages.");
    assert_eq!((back.id.as_str(), back.opens_window()), ("opt_in:01R", false));
    let failed = consent("opt_out_notification", &json!({"status": "OPT_OUT_FAILED", "identity": ANN}));
    assert_eq!(notice_of(&failed.kind), ("opt_out", None));
    let unnamed = consent("opt_out_notification", &json!({"status": "OPT_OUT_SUCCEEDED", "contact_id": "01C"}));
    assert!(unnamed.customer.is_nobody());
    let sms =
        consent("opt_out_notification", &json!({"status": "OPT_OUT_SUCCEEDED", "channel": "SMS", "identity": ANN}));
    assert_eq!((notice_of(&sms.kind), sms.customer.is_nobody()), (("other_channel", None), true));
}

#[test]
fn what_whatsapp_says_of_a_customer_is_not_said_by_them() {
    let system = |system: Value| {
        let payload = json!({"type": "system", "system": system}).to_string();
        event("unsupported_callback", json!({"id": "01U", "payload": payload, "channel_identity": person()}))
    };
    let moved = system(json!({"body": "Ann changed from 447700900123 to 447700900999", "wa_id": "447700900999"}));
    assert_eq!((moved.customer.as_str(), moved.id.as_str()), (ANN, "system:01U"));
    assert_eq!(moved.aliases, [CustomerId::new("447700900999")]);
    assert_eq!(shown(&moved), "[WhatsApp] Ann changed from 447700900123 to 447700900999");
    assert!(!moved.opens_window());
    assert_eq!(system(json!({ "wa_id": ANN })).aliases, []);
    assert_eq!(notice_of(&system(json!({})).kind), ("system", None));
    let id_moved = system(json!({"body": "Ann's user id has changed", "user_id": "GB.30014422118760"}));
    assert_eq!(id_moved.aliases, [CustomerId::new("GB.30014422118760")]);
}

#[test]
fn what_sinch_has_no_kind_for_is_read_as_whatsapp_wrote_it() {
    let native = |payload: Value| {
        let content = json!({"id": "01U", "payload": payload.to_string(), "channel_identity": person()});
        event("unsupported_callback", content)
    };
    let table = [
        (
            json!({"type": "edit", "edit": {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "at 6"}}}}),
            "edit:01U",
        ),
        (json!({"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}), "revoke:01U"),
        (json!({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}), "reaction:01U"),
        (json!({"type": "location", "location": {"latitude": 45.1, "longitude": 9.2}}), "message:01U"),
        (
            json!({"type": "order", "order": {"product_items": [{"product_retailer_id": "T-1", "quantity": 2}]}}),
            "message:01U",
        ),
        // Nobody but Sinch says who it is and under which id.
        (json!({"type": "text", "from": "447700900999", "id": "wamid.2", "text": {"body": "hi"}}), "message:01U"),
        // What it lacks is told by its kind.
        (json!({"type": "reaction"}), "message:01U"),
    ];
    let mut lines = Vec::new();
    for (payload, id) in table {
        let event = native(payload.clone());
        assert_eq!((event.customer.as_str(), event.id.as_str()), (ANN, id), "{payload}");
        lines.push(shown(&event));
    }
    assert_eq!(
        lines,
        [
            "[edited] at 6",
            "[deleted] an earlier message",
            "[reaction] 👍 to an earlier message",
            "[location] 45.1000, 9.2000 https://www.google.com/maps?q=45.1000,9.2000",
            "[order] 2 × T-1",
            "hi",
            "[unsupported message: reaction]",
        ]
    );
}

#[test]
fn what_concerns_the_account_is_recorded_for_nobody() {
    for kind in [
        "channel_event_notification",
        "message_submit_notification",
        "event_delivery_report",
        "contact_create_notification",
        "contact_merge_notification",
        "conversation_start_notification",
        "capability_notification",
        "something_new",
    ] {
        let event = event(kind, json!({"contact": {"id": "01C", "display_name": "Ann"}}));
        assert!(event.customer.is_nobody());
        assert!(event.id.as_str().starts_with(&format!("{kind}:")), "{}", event.id);
        assert_eq!(notice_of(&event.kind), (kind, None));
    }
}
