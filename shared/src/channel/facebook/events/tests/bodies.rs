//! Whole bodies: batches, mixtures, damage, and anything at all.

use super::*;

fn ids(body: &Value) -> Vec<String> {
    summary(&items(body))
}

#[test]
fn every_item_of_every_entry_counts_and_a_bad_one_stays_alone() {
    let other = json!({"id": 99, "time": 1_795_165_201, "messaging": [
        {"sender": {"id": "5"}, "recipient": {"id": "99"}, "timestamp": AT + 5, "message": {"mid": "m_other", "text": "x"}},
    ]});
    let first = entry(&[
        text("m_1", "one"),
        item(&json!({"message": {"mid": "m_bad", "text": ["not", "a", "text"]}})),
        item(&json!({"delivery": {"mids": ["m_a", "m_b"], "watermark": AT}})),
        json!("no item at all"),
    ]);
    let last = entry(&[item(&json!({"timestamp": AT - 1, "read": {"watermark": AT}})), text("m_2", "two")]);
    let found = items(&body(&[first, other, last]));
    assert_eq!(
        summary(&found),
        [
            &format!("facebook:{PAGE} read:{INGRID}:{AT}"),
            &format!("facebook:{PAGE} message:m_1"),
            &format!("facebook:{PAGE} delivery:m_a"),
            &format!("facebook:{PAGE} delivery:m_b"),
            &format!("facebook:{PAGE} message:m_2"),
            "facebook:99 message:m_other",
            &format!("facebook:{PAGE} unreadable: something in it is of another type than expected"),
            &format!("facebook:{PAGE} unreadable: something in it is of another type than expected"),
        ]
    );
    let Some(Item::Unreadable { unreadable, .. }) = found.last() else { panic!() };
    assert_eq!(STANDARD.decode(&unreadable.head).unwrap(), br#""no item at all""#);
    assert_eq!(unreadable.length, 16);
    assert_eq!(unreadable.sha256, hex::encode(Sha256::digest(br#""no item at all""#)));
}

#[test]
fn lists_stand_side_by_side_or_not_at_all() {
    let mixed = json!({"id": PAGE, "time": 1_795_165_200, "changes": [{"field": "feed", "value": {"item": "post"}}],
        "messaging": [text("m_1", "a")], "standby": [text("m_2", "b")], "changed_fields": ["name", "about"]});
    let found = ids(&body(&[mixed]));
    assert_eq!(found.len(), 4);
    for start in ["feed:", "changed_fields:", "message:m_1", "standby:message:m_2"] {
        let start = format!("facebook:{PAGE} {start}");
        assert!(found.iter().any(|id| id.starts_with(&start)), "{start} in {found:?}");
    }
    for lists in [json!({"messaging": []}), json!({"messaging": [], "standby": [], "changes": []})] {
        let mut entry = lists;
        entry.as_object_mut().unwrap().insert("id".to_owned(), PAGE.into());
        assert_eq!(items(&body(&[entry])), []);
    }
    assert_eq!(
        ids(&body(&[json!({"id": PAGE, "time": 1, "surprise": [1]})])),
        [format!("facebook:{PAGE} unreadable: none of the known lists")]
    );
    assert_eq!(items(&body(&[])), []);
}

#[test]
fn one_list_that_is_none_does_not_harm_the_others() {
    let entry = json!({"id": PAGE, "time": "soon", "messaging": {"0": 1}, "standby": 5, "changes": [],
        "changed_fields": null});
    let found = ids(&body(&[entry]));
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|id| {
        id.starts_with(&format!("facebook:{PAGE} unreadable: something in it is of another type than expected"))
    }));
}

#[test]
fn the_body_may_stand_in_an_array() {
    let one = body(&[entry(&[text("m_1", "a")])]);
    assert_eq!(items(&json!([one])), items(&one));
    assert_eq!(ids(&json!([one, 5, one])).len(), 3);
    assert_eq!(items(&json!([])), []);
}

#[test]
fn another_object_is_kept_unread() {
    for object in [json!("instagram"), json!("user"), json!("")] {
        let found = ids(&json!({"object": object, "entry": [entry(&[text("m_1", "a")])]}));
        assert_eq!(found, ["unreadable: not about a page"], "{object}");
    }
    // What it holds decides where it does not say.
    assert_eq!(ids(&json!({"entry": [entry(&[text("m_1", "a")])]})), [format!("facebook:{PAGE} message:m_1")]);
    assert_eq!(ids(&json!({"object": "page"})), ["unreadable: none of the known lists"]);
}

#[test]
fn what_is_no_json_is_one_unreadable() {
    let cut = &body(&[entry(&[text("m_1", "a")])]).to_string()[..90];
    for body in ["", " ", "hello", "{", "{\"object\":\"page\"", "\u{feff}{}", cut, "{} {}"] {
        let found = parse(body.as_bytes()).items;
        let [Item::Unreadable { account: None, unreadable }] = found.as_slice() else { panic!("{body}: {found:?}") };
        assert_eq!(STANDARD.decode(&unreadable.head).unwrap(), body.as_bytes());
        assert_eq!(unreadable.reason, "not JSON", "{body}");
    }
    for body in ["null", "5", "\"page\"", "[5]", "[[]]", "{\"entry\":5}", "{\"object\":5,\"entry\":[]}"] {
        assert!(matches!(parse(body.as_bytes()).items.as_slice(), [Item::Unreadable { account: None, .. }]), "{body}");
    }
}

#[test]
fn the_first_64_kib_of_something_large_are_kept() {
    let large = "x".repeat(200_000);
    let Some(Item::Unreadable { unreadable, .. }) = parse(large.as_bytes()).items.pop() else { panic!() };
    assert_eq!(STANDARD.decode(&unreadable.head).unwrap(), &large.as_bytes()[..65_536]);
    assert_eq!((unreadable.length, unreadable.sha256), (200_000, hex::encode(Sha256::digest(&large))));
}

#[test]
fn bytes_that_are_no_text_cost_only_their_own_item() {
    let whole = body(&[entry(&[text("m_1", "good"), text("m_2", "BAD"), text("m_3", "good")])]).to_string();
    let mut bytes = whole.into_bytes();
    let at = bytes.windows(3).position(|window| window == b"BAD").unwrap();
    bytes[at..at + 3].copy_from_slice(b"\xf0\x9f\x98");
    assert_eq!(
        summary(&parse(&bytes).items),
        [
            format!("facebook:{PAGE} message:m_1"),
            format!("facebook:{PAGE} message:m_3"),
            format!("facebook:{PAGE} unreadable: not UTF-8"),
        ]
    );
    assert!(matches!(parse(b"\xff\xfe\x00").items.as_slice(), [Item::Unreadable { account: None, .. }]));
}

#[test]
fn depth_and_size_are_no_danger() {
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let strange = format!(
        r#"{{"object":"page","entry":[{{"id":"{PAGE}","time":1,"messaging":[{{"sender":{{"id":"1"}},"timestamp":{AT},"surprise":{}}},{{"sender":{{"id":"1"}},"timestamp":{AT},"message":{{"text":"hi","new":{}}}}}]}}]}}"#,
        deep(100_000),
        deep(100_000)
    );
    let found = parse(strange.as_bytes()).items;
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|item| matches!(item, Item::Event { .. })));
    assert_eq!(parse(deep(500_000).as_bytes()).items.len(), 1);
    let many = body(&[entry(&vec![json!({}); 100_000])]).to_string();
    assert_eq!(parse(many.as_bytes()).items.len(), 100_000);
}

#[test]
fn an_entry_must_name_its_page() {
    for id in [json!(null), json!(""), json!(1.5), json!({}), json!(true)] {
        let found = ids(&body(&[json!({"id": id, "messaging": [text("m_1", "a")]}), entry(&[text("m_2", "b")])]));
        assert_eq!(found, [format!("facebook:{PAGE} message:m_2"), "unreadable: no page id".to_owned()], "{id}");
    }
    let digits = r#"{"object":"page","entry":[{"id":18446744073709551617,"messaging":[{"sender":{"id":340282366920938463463374607431768211457},"timestamp":1795165200077,"message":{"mid":"m_1"}}]}]}"#;
    let [Item::Event { account, event }] = &parse(digits.as_bytes()).items[..] else { panic!() };
    assert_eq!(account.as_str(), "facebook:18446744073709551617");
    assert_eq!(event.customer.as_str(), "340282366920938463463374607431768211457");
}

#[test]
fn what_is_meant_for_another_page_is_never_shown_at_this_one() {
    let foreign = item(&json!({"recipient": {"id": "99"}, "message": {"mid": "m_1", "text": "a"}}));
    let echo = json!({"sender": {"id": "99"}, "recipient": {"id": INGRID}, "timestamp": AT,
        "message": {"mid": "m_2", "is_echo": true}});
    let reason = format!("facebook:{PAGE} unreadable: addressed to another page than the entry's");
    assert_eq!(ids(&body(&[entry(&[foreign, echo])])), [reason.clone(), reason]);
    // The page's id as a number is the same page; a missing recipient is the entry's page.
    let number = item(&json!({"recipient": {"id": 218_840_075_512_346_i64}, "message": {"mid": "m_3"}}));
    let missing = json!({"sender": {"id": INGRID}, "timestamp": AT, "message": {"mid": "m_4"}});
    assert_eq!(
        ids(&body(&[entry(&[number, missing])])),
        [format!("facebook:{PAGE} message:m_3"), format!("facebook:{PAGE} message:m_4")]
    );
}

#[test]
fn the_dashboards_test_button_is_told_nobody() {
    for id in [json!("0"), json!(0)] {
        let test = json!({"id": id, "time": 1, "changes": [{"field": "messages", "value": {"sender": {"id": "12334"}}}],
            "messaging": [text("m_1", "a")]});
        assert_eq!(ids(&body(&[test, entry(&[text("m_2", "b")])])), [format!("facebook:{PAGE} message:m_2")]);
    }
}

#[test]
fn events_come_in_the_order_of_their_time() {
    let at = |mid: &str, at: i64| item(&json!({"timestamp": at, "message": {"mid": mid, "text": "x"}}));
    let found = ids(&body(&[
        entry(&[at("c", AT + 2), at("a", AT), json!(5)]),
        entry(&[at("b1", AT + 1), at("b2", AT + 1), at("seconds", AT / 1000)]),
    ]));
    let order: Vec<_> = found.iter().filter_map(|id| id.rsplit_once("message:")).map(|(_, mid)| mid).collect();
    assert_eq!(order, ["seconds", "a", "b1", "b2", "c"]);
    assert!(found.last().unwrap().contains("unreadable"));
}

#[test]
fn an_item_without_a_time_has_that_of_its_entry() {
    let bare = json!({"sender": {"id": INGRID}, "message": {"mid": "m_1"}});
    let found = items(&body(&[json!({"id": PAGE, "time": 1_795_165_200, "messaging": [bare]})]));
    assert!(matches!(&found[..], [Item::Event { event, .. }] if event.at.millis() == 1_795_165_200_000));
    let found = ids(&body(&[json!({"id": PAGE, "messaging": [bare]})]));
    assert_eq!(found, [format!("facebook:{PAGE} unreadable: no time")]);
}

#[test]
fn no_reason_tells_anything_of_the_content() {
    let secret = "very private words";
    let bad = [
        json!(secret),
        json!({ secret: 1 }),
        item(&json!({"message": {"mid": {"x": secret}, "text": secret}})),
        item(&json!({"timestamp": secret, "message": {"text": secret}})),
        item(&json!({"recipient": {"id": secret}, "message": {"text": secret}})),
    ];
    for reason in ids(&body(&[entry(&bad)])).iter().filter(|id| id.contains("unreadable")) {
        assert!(!reason.contains("private"), "{reason}");
    }
}

/// Any JSON, with the names and values that the parser looks for made likely.
fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] = &[
        "object",
        "entry",
        "id",
        "time",
        "messaging",
        "standby",
        "changes",
        "changed_fields",
        "field",
        "value",
        "sender",
        "recipient",
        "user_ref",
        "timestamp",
        "message",
        "mid",
        "text",
        "attachments",
        "type",
        "payload",
        "url",
        "title",
        "is_echo",
        "app_id",
        "metadata",
        "quick_reply",
        "reply_to",
        "postback",
        "referral",
        "source",
        "ref",
        "lead",
        "data",
        "reaction",
        "action",
        "emoji",
        "read",
        "delivery",
        "mids",
        "watermark",
        "message_edit",
        "num_edit",
        "optin",
        "account_linking",
        "status",
        "policy_enforcement",
        "reason",
        "order",
        "products",
        "coordinates",
        "lat",
        "long",
        "start_time",
        "product",
        "elements",
        "sticker_id",
        "x",
    ];
    const WORDS: &[&str] =
        &["page", "0", PAGE, INGRID, "", "image", "location", "template", "fallback", "\u{fffd}", "👋"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(AT)),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(WORDS).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 200, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..8)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// Every place in a value, as the steps to it.
fn places(value: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        Value::Object(map) => map.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => Vec::new(),
    };
    for (step, child) in children {
        places.extend(self::places(child).into_iter().map(|rest| format!("/{step}{rest}")));
    }
    places
}

fn fixtures() -> impl Strategy<Value = Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/facebook");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let bodies: Vec<Value> = files
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("fb-"))
        .map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
        .collect();
    prop::sample::select(bodies)
}

proptest! {
    #[test]
    fn any_bytes_are_parsed(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(parse(&bytes).items.len() <= 1);
    }

    #[test]
    fn any_json_is_parsed(value in any_json()) {
        let bytes = value.to_string().into_bytes();
        prop_assert!(parse(&bytes).items.len() <= 1 + bytes.len() / 2);
        let one = body(&[entry(&[item(&json!({"message": value.clone(), "postback": value})), text("m_good", "good")])]);
        let good = format!("facebook:{PAGE} message:m_good");
        prop_assert!(ids(&one).contains(&good));
    }

    #[test]
    fn a_real_body_with_something_wrong_is_parsed(
        mut value in fixtures(),
        wrongs in prop::collection::vec((any::<prop::sample::Index>(), any_json()), 1..4),
    ) {
        for (place, wrong) in wrongs {
            let places = places(&value);
            if let Some(target) = value.pointer_mut(place.get::<String>(&places)) {
                *target = wrong;
            }
        }
        let bytes = value.to_string().into_bytes();
        let found = parse(&bytes).items;
        prop_assert!(found.len() <= 1 + bytes.len() / 2);
        for item in &found {
            if let Item::Event { event, .. } = item {
                if let EventKind::Message(Message { parts, .. }) | EventKind::Echo { message: Message { parts, .. }, .. } = &event.kind {
                    prop_assert!(!parts.is_empty());
                }
                let again: Event = serde_json::from_value(serde_json::to_value(event).unwrap()).unwrap();
                prop_assert_eq!(&again.id, &event.id);
            }
        }
    }

    #[test]
    fn a_body_cut_anywhere_is_one_unreadable(value in fixtures(), cut in any::<prop::sample::Index>()) {
        let text = value.to_string();
        let items = parse(&text.as_bytes()[..cut.index(text.len())]).items;
        let alone = matches!(&items[..], [Item::Unreadable { account: None, .. }]);
        prop_assert!(alone);
    }
}
