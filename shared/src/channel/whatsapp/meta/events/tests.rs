use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::event::{DeliveryState, Event, EventKind, MediaSource, Message, Part, StatusOf};
use crate::openchannel::line::{DeskPart, posts};

const NUMBER: &str = "404417729935120";
const WABA: &str = "331882004417765";
const USER: &str = "DE.4417720931885523670";
const PHONE: &str = "4915750160042";
const RECEIVED: Timestamp = Timestamp::from_millis(1_795_166_999_000);

fn parse(body: &[u8], own: Option<&AccountKey>) -> Parsed {
    super::parse(&RawRequest { body: body.to_vec(), received: RECEIVED, ..RawRequest::default() }, own)
}

fn folder() -> Vec<std::path::PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/whatsapp/meta");
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect()
}

#[test]
fn every_recorded_body_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../../tests/fixtures/whatsapp/meta", "wa-*.json", |path| {
            insta::assert_debug_snapshot!("events", parse(&std::fs::read(path).unwrap(), None).items);
        });
    });
}

#[test]
fn the_desk_reads_something_of_every_message() {
    let mut messages = 0;
    for path in folder() {
        for item in parse(&std::fs::read(&path).unwrap(), None).items {
            let Item::Event { event, .. } = item else { panic!("{path:?}") };
            if let EventKind::Message(message) = &event.kind {
                messages += 1;
                assert!(!message.parts.is_empty() && !posts(&event, None).is_empty(), "{path:?}");
            }
        }
    }
    assert_eq!(messages, MESSAGES);
}

/// How many of the recorded bodies hold a customer's message.
const MESSAGES: usize = 23;

fn at(number: &str, lists: &Json) -> Json {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550142277", "phone_number_id": number},
    });
    value.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
    json!({"field": "messages", "value": value})
}

fn body(changes: &[Json]) -> Json {
    json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": changes}]})
}

fn message(id: &str, at: i64, members: &Json) -> Json {
    let mut message = json!({"from": PHONE, "from_user_id": USER, "id": id, "timestamp": at.to_string()});
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    message
}

fn text(id: &str, at: i64, text: &str) -> Json {
    message(id, at, &json!({"type": "text", "text": {"body": text}}))
}

fn items_of(body: &Json) -> Vec<Item> {
    parse(body.to_string().as_bytes(), None).items
}

/// The one event of a message.
fn event(members: &Json) -> Event {
    let mut items = items_of(&body(&[at(NUMBER, &json!({"messages": [message("wamid.1", 1_795_166_000, members)]}))]));
    match (items.pop(), items.pop()) {
        (Some(Item::Event { account, event }), None) => {
            assert_eq!(account.as_str(), format!("whatsapp:meta:{NUMBER}"));
            event
        }
        other => panic!("{other:?}"),
    }
}

fn parts(members: &Json) -> Vec<Part> {
    match event(members).kind {
        EventKind::Message(Message { parts, .. }) => parts,
        other => panic!("{other:?}"),
    }
}

/// What an agent reads of an event, in one text.
fn shown(event: &Event) -> String {
    let posts = posts(event, None).into_iter().map(|post| match post {
        DeskPart::Text(text) => text,
        DeskPart::File(file) => format!("({})", file.kind.word()),
    });
    posts.collect::<Vec<_>>().join(" | ")
}

fn ids(items: &[Item]) -> Vec<String> {
    let id = |item: &Item| match item {
        Item::Event { account, event } => format!("{account} {}", event.id),
        Item::Unreadable { account, unreadable } => format!("{account:?} {}", unreadable.reason),
    };
    items.iter().map(id).collect()
}

#[test]
fn a_batch_of_two_numbers_is_told_at_each_by_its_time() {
    let status = json!({"id": "wamid.9", "status": "sent", "timestamp": "1795166003", "recipient_id": PHONE});
    let both = at(NUMBER, &json!({"statuses": [status], "messages": [text("wamid.2", 1_795_166_002, "two")]}));
    let other = at("777", &json!({"messages": [text("wamid.1", 1_795_166_001, "one")]}));
    assert_eq!(
        ids(&items_of(&body(&[both, other]))),
        [
            "whatsapp:meta:777 message:wamid.1",
            "whatsapp:meta:404417729935120 message:wamid.2",
            "whatsapp:meta:404417729935120 status:wamid.9:sent",
        ]
    );
}

#[test]
fn what_is_wrong_in_one_piece_stays_in_it() {
    let good = || at(NUMBER, &json!({"messages": [text("wamid.1", 1_795_166_000, "good"), 7, {"id": "x"}]}));
    let broken = json!({"object": "whatsapp_business_account", "entry": [
        5, {"id": WABA}, {"id": WABA, "changes": {}}, {"id": WABA, "changes": [1, {"field": "messages"}, good()]},
        {"changes": [{"field": "account_update", "value": {"event": "X"}}]},
    ]});
    let number = "Some(AccountKey(\"whatsapp:meta:404417729935120\"))";
    let waba = "Some(AccountKey(\"whatsapp:meta:331882004417765\"))";
    let wrong_type = "something in it is of another type than expected";
    assert_eq!(
        ids(&items_of(&broken)),
        [
            "whatsapp:meta:404417729935120 message:wamid.1".to_owned(),
            format!("None {wrong_type}"),
            format!("{waba} none of the known lists"),
            format!("{waba} {wrong_type}"),
            format!("{waba} {wrong_type}"),
            format!("{waba} without its value"),
            format!("{number} {wrong_type}"),
            format!("{number} no customer id"),
            "None no id of the number or its account".to_owned(),
        ]
    );
}

#[test]
fn a_body_of_another_kind_is_kept_and_the_test_button_s_is_not() {
    let reason = |body: &[u8]| match parse(body, None).items.as_slice() {
        [Item::Unreadable { account: None, unreadable }] => unreadable.reason.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(b"no JSON"), "not JSON");
    assert_eq!(reason(br#"{"object":"page","entry":[]}"#), "not about a WhatsApp account");
    assert_eq!(reason(br#"{"object":"whatsapp_business_account"}"#), "none of the known lists");
    let test = json!({"object": "whatsapp_business_account", "entry": [{"id": "0", "changes":
        [at("123456123", &json!({"messages": [text("ABGG", 1_504_902_988, "this is a text message")]}))]}]});
    assert_eq!(items_of(&test), []);
    let array = json!([body(&[at(NUMBER, &json!({"messages": [text("wamid.1", 1_795_166_000, "a")]}))])]);
    assert_eq!(items_of(&array).len(), 1);
}

#[test]
fn what_concerns_the_business_account_is_told_where_it_can_be() {
    let ban = body(&[json!({"field": "account_update", "value": {"event": "DISABLED_UPDATE"}})]);
    let told = |own: Option<&AccountKey>| match parse(ban.to_string().as_bytes(), own).items.as_slice() {
        [Item::Event { account, event }] => {
            assert!(event.customer.is_nobody() && shown(event).is_empty(), "{event:?}");
            account.to_string()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(told(None), format!("whatsapp:meta:{WABA}"));
    assert_eq!(told(Some(&account(NUMBER))), format!("whatsapp:meta:{NUMBER}"));
}

#[test]
fn a_customer_is_known_by_user_id_number_or_both() {
    let who = |from: Json, contacts: Json| {
        let mut message = json!({"id": "wamid.1", "timestamp": "1795166000", "type": "text", "text": {"body": "a"}});
        message.as_object_mut().unwrap().extend(from.as_object().unwrap().clone());
        let items = items_of(&body(&[at(NUMBER, &json!({"messages": [message], "contacts": contacts}))]));
        match items.as_slice() {
            [Item::Event { event, .. }] => {
                let aliases: Vec<String> = event.aliases.iter().map(ToString::to_string).collect();
                (event.customer.to_string(), aliases.join(" "), event.named.clone().unwrap_or_default())
            }
            other => panic!("{other:?}"),
        }
    };
    let strings = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let marlene = || json!({"profile": {"name": " Marlene Foss "}, "wa_id": PHONE, "user_id": USER});
    let other = || json!({"profile": {"name": "Someone Else"}, "wa_id": "4915750169999", "user_id": "DE.9"});
    let both = || json!({"from": PHONE, "from_user_id": USER});
    assert_eq!(who(both(), json!([other(), marlene()])), strings(USER, PHONE, "Marlene Foss"));
    assert_eq!(who(both(), json!([other()])), strings(USER, PHONE, ""));
    assert_eq!(who(json!({"from": PHONE}), json!([marlene()])), strings(USER, PHONE, "Marlene Foss"));
    assert_eq!(who(json!({"from": PHONE}), json!(null)), strings(PHONE, "", ""));
    assert_eq!(who(json!({"from_user_id": USER}), json!([7])), strings(USER, "", ""));
    for (profile, name) in [
        (json!({"name": "Marlene", "username": "@marlene.f"}), "Marlene"),
        (json!({"username": "@marlene.f"}), "@marlene.f"),
        (json!({"name": " ", "username": "marlene.f"}), "@marlene.f"),
        (json!({"username": ""}), ""),
        (json!({"username": 7}), ""),
    ] {
        let contact = json!({"profile": profile, "user_id": USER});
        assert_eq!(who(json!({"from_user_id": USER}), json!([contact])), strings(USER, "", name), "{profile}");
    }
}

#[test]
fn every_kind_is_readable() {
    let table = [
        (json!({"type": "text", "text": {"body": "Moin"}}), "Moin"),
        (json!({"type": "image", "image": {"id": "1", "caption": "the tile"}}), "the tile | (image)"),
        (json!({"type": "audio", "audio": {"id": "1", "voice": true}}), "(audio)"),
        (
            json!({"type": "order", "order": {"product_items": [{"product_retailer_id": "T-1", "quantity": 3,
            "item_price": 2.5, "currency": "EUR"}]}}),
            "[order] 3 × T-1, 2.5 EUR",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply":
            {"response_json": "{\"flow_token\":\"x\",\"size\":\"20x20\"}"}}}),
            "[form] size: 20x20",
        ),
        (
            json!({"type": "text", "text": {"body": "hi"}, "referral": {"headline": "Tiles"}}),
            "[came from an advert] Tiles",
        ),
    ];
    for (members, expected) in table {
        let shown = shown(&event(&members));
        assert!(shown.contains(expected), "{members}: {shown}");
    }
    for members in [
        json!({"type": "interactive"}),
        json!({"type": "image", "image": {}}),
        json!({"type": "text", "text": {"body": " "}}),
        json!({"type": "hologram", "hologram": {"a": 1}}),
        json!({}),
    ] {
        assert!(matches!(parts(&members).as_slice(), [Part::Unsupported { .. }]), "{members}");
    }
}

#[test]
fn a_file_is_named_by_its_id_which_outlives_its_address() {
    let source = |image: Json| match parts(&json!({"type": "image", "image": image})).pop() {
        Some(Part::File(file)) => file.source,
        other => panic!("{other:?}"),
    };
    let url = "https://lookaside.fbsbx.com/x";
    assert_eq!(source(json!({"id": "1203", "url": url})), MediaSource::Id("1203".to_owned()));
    assert_eq!(source(json!({"url": url})), MediaSource::Url(url.to_owned()));
}

#[test]
fn a_reaction_an_edit_and_a_removal_have_ids_of_their_own() {
    let id = |members: Json| event(&members).id.to_string();
    assert_eq!(
        id(json!({"type": "reaction", "reaction": {"message_id": "wamid.0", "emoji": "👍"}})),
        "reaction:wamid.1"
    );
    let edit = json!({"type": "edit", "edit": {"original_message_id": "wamid.0",
        "message": {"type": "text", "text": {"body": "new"}}}});
    let EventKind::Edit { text, .. } = event(&edit).kind else { panic!() };
    assert_eq!((id(edit), text.as_str()), ("edit:wamid.1".to_owned(), "new"));
    assert_eq!(id(json!({"type": "revoke", "revoke": {"original_message_id": "wamid.0"}})), "revoke:wamid.1");
}

#[test]
fn a_status_is_of_its_message_whoever_it_went_to() {
    let status = |status: Json| match items_of(&body(&[at(NUMBER, &json!({"statuses": [status]}))])).pop() {
        Some(Item::Event { event, .. }) => event,
        other => panic!("{other:?}"),
    };
    let of = |state: &str| status(json!({"id": "wamid.9", "status": state, "timestamp": "1795166003"}));
    for (word, expected) in [
        ("sent", DeliveryState::Sent),
        ("delivered", DeliveryState::Delivered),
        ("read", DeliveryState::Read),
        ("played", DeliveryState::Played),
        ("failed", DeliveryState::Failed),
    ] {
        let event = of(word);
        assert_eq!(event.id.as_str(), format!("status:wamid.9:{word}"));
        let EventKind::Status { of: StatusOf::Message(message), state, failure, .. } = event.kind else { panic!() };
        assert_eq!((message.as_str(), state), ("wamid.9", expected));
        assert_eq!(failure.is_some(), word == "failed");
    }
    assert!(matches!(of("warped").kind, EventKind::Notice { line: None, .. }));
}

#[test]
fn a_changed_number_keeps_its_customer() {
    let change = json!({"type": "system", "system": {"body": "b", "wa_id": "4915750169999", "user_id": "DE.7",
        "type": "user_changed_number"}});
    let event = event(&change);
    let aliases: Vec<String> = event.aliases.iter().map(ToString::to_string).collect();
    assert_eq!((event.customer.as_str(), aliases.join(" ")), (USER, format!("4915750169999 DE.7 {PHONE}")));
    assert!(!event.opens_window());
}

#[test]
fn the_same_delivery_again_has_the_same_ids() {
    for path in folder() {
        let bytes = std::fs::read(&path).unwrap();
        let ids = |bytes: &[u8]| ids(&parse(bytes, None).items);
        assert_eq!(ids(&bytes), ids(&bytes), "{path:?}");
    }
}

#[test]
fn half_an_emoji_harms_one_message_alone() {
    let mut bytes = body(&[at(NUMBER, &json!({"messages": [text("wamid.1", 1, "a@"), text("wamid.2", 2, "b")]}))])
        .to_string()
        .into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'@').unwrap();
    bytes[place] = 0xff;
    let items = parse(&bytes, None).items;
    assert!(matches!(items.as_slice(), [Item::Event { .. }, Item::Unreadable { .. }]), "{items:?}");
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "[a-z0-9.]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_parsed(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(parse(&bytes, None).items.len() <= 1);
    }

    #[test]
    fn anything_beside_a_good_message_leaves_it(kind in "text|image|contacts|interactive|order|system|edit|hologram", value in any_json()) {
        let odd = message("wamid.odd", 1_795_166_000, &json!({"type": kind, kind.as_str(): value.clone()}));
        let lists = json!({"messages": [odd, text("wamid.good", 1_795_166_001, "good")], "statuses": value.clone(), "contacts": value});
        let found = ids(&items_of(&body(&[at(NUMBER, &lists)])));
        prop_assert!(found.contains(&format!("whatsapp:meta:{NUMBER} message:wamid.good")), "{:?}", found);
        prop_assert!(found.len() >= 2);
    }
}
