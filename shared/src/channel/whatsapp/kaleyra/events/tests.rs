use http::Method;
use proptest::prelude::*;
use url::form_urlencoded;

use super::*;
use crate::event::{DeliveryState, MediaFile, MediaKind, MediaSource, Message, Part, StatusOf};
use crate::id::MessageId;

const OWN: &str = "whatsapp:kaleyra:12025550199";

fn at() -> Timestamp {
    Timestamp::from_millis(1_795_252_600_077)
}

fn own() -> AccountKey {
    AccountKey::new(OWN)
}

fn post(body: &[u8]) -> RawRequest {
    RawRequest { method: Method::POST, body: body.to_vec(), received: at(), ..RawRequest::default() }
}

fn get(query: &str) -> RawRequest {
    RawRequest { method: Method::GET, query: query.to_owned(), received: at(), ..RawRequest::default() }
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A message of Marta's with these fields beside the usual ones, which they replace.
fn written(pairs: &[(&str, &str)]) -> String {
    let usual = [("created_at", "1795252501"), ("type", "text"), ("from", "447700900123")];
    let usual = usual.iter().filter(|(name, _)| !pairs.iter().any(|(given, _)| given == name));
    form(&usual.chain(pairs).copied().collect::<Vec<_>>())
}

fn item(request: &RawRequest) -> Item {
    let mut items = parse(request, Some(&own())).items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn event(request: &RawRequest) -> Event {
    match item(request) {
        Item::Event { account, event } => {
            assert_eq!(account.as_str(), OWN);
            event
        }
        other => panic!("{other:?}"),
    }
}

fn message(pairs: &[(&str, &str)]) -> Message {
    match event(&post(written(pairs).as_bytes())).kind {
        EventKind::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn parts(pairs: &[(&str, &str)]) -> Vec<Part> {
    message(pairs).parts
}

fn unreadable(request: &RawRequest) -> String {
    match item(request) {
        Item::Unreadable { account, unreadable } => {
            assert_eq!(account.map_or(OWN.to_owned(), |account| account.to_string()), OWN);
            unreadable.reason
        }
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn line(label: &str, text: &str) -> Part {
    Part::Line { label: label.to_owned(), text: text.to_owned() }
}

fn file(kind: MediaKind, url: &str, name: Option<&str>) -> Part {
    Part::File(MediaFile { kind, source: MediaSource::Url(url.to_owned()), name: name.map(str::to_owned) })
}

fn failed(request: &RawRequest) -> crate::event::StatusFailure {
    match event(request).kind {
        EventKind::Status { state: DeliveryState::Failed, failure: Some(failure), .. } => failure,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_recorded_call_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../../tests/fixtures/whatsapp/kaleyra", "*.*", |path| {
            let content = std::fs::read(path).unwrap();
            let request = match path.extension().unwrap().to_str().unwrap() {
                "query" => get(std::str::from_utf8(&content).unwrap()),
                _ => post(&content),
            };
            insta::assert_debug_snapshot!("events", parse(&request, Some(&own())).items);
        });
    });
}

#[test]
fn query_form_and_json_say_the_same() {
    let pairs = [("body", "It's 5 o'clock + tea \"now\""), ("name", "Marta"), ("reply_to", "58f8:0")];
    let query = written(&pairs);
    let expected = event(&get(&query));
    assert_eq!(event(&post(query.as_bytes())), expected);
    let json = serde_json::json!({
        "created_at": 1_795_252_501, "type": "text", "from": "447700900123", "body": pairs[0].1, "name": "Marta",
        "reply_to": "58f8:0", "contacts": null, "location": "<location>",
    });
    assert_eq!(event(&post(json.to_string().as_bytes())), expected);
    // Half in the address, half in the body.
    let halves = RawRequest {
        query: form(&[("type", "text"), ("from", "447700900123")]),
        ..post(form(&[("created_at", "1795252501"), pairs[0], pairs[1], pairs[2]]).as_bytes())
    };
    assert_eq!(event(&halves), expected);
    assert_eq!(expected.at, Timestamp::from_seconds(1_795_252_501));
    assert_eq!(expected.named.as_deref(), Some("Marta"));
}

#[test]
fn a_message_without_an_id_is_known_by_all_that_it_says() {
    let id = |pairs: &[(&str, &str)]| event(&post(written(pairs).as_bytes())).id;
    let first = id(&[("body", "ok")]);
    assert_eq!(id(&[("body", "ok")]), first);
    assert!(first.as_str().starts_with("message:"), "{first}");
    for other in [
        vec![("body", "ok!")],
        vec![("body", "ok"), ("created_at", "1795252502")],
        vec![("body", "ok"), ("from", "447700900124")],
        vec![("body", "ok"), ("type", "button")],
        vec![("body", "ok"), ("media_url", "https://m.example/1")],
        vec![("body", ""), ("media_url", "ok")],
    ] {
        assert_ne!(id(&other), first, "{other:?}");
    }
    // The name is no part of it: it may change between two deliveries.
    assert_eq!(id(&[("body", "ok"), ("name", "Marta")]), first);
}

#[test]
fn without_its_time_a_message_is_of_the_minute() {
    let body = form(&[("type", "text"), ("from", "447700900123"), ("body", "ok")]);
    let come = |received: Timestamp| event(&RawRequest { received, ..post(body.as_bytes()) });
    let first = come(at());
    assert_eq!(first.at, at());
    assert_eq!(come(Timestamp::from_seconds(at().seconds() + 1)).id, first.id);
    assert_ne!(come(Timestamp::from_seconds(at().seconds() + 60)).id, first.id);
}

#[test]
fn what_is_there_decides_how_it_reads() {
    let url = "https://media.example/in/1";
    let table = [
        (vec![("body", "Hello\nthere")], vec![text("Hello\nthere")]),
        (vec![("body", "\"Hello\"")], vec![text("\"Hello\"")]),
        (
            vec![("type", "image"), ("body", "Look"), ("media_url", url)],
            vec![text("Look"), file(MediaKind::Image, url, None)],
        ),
        (vec![("type", "VOICE"), ("body", ""), ("media_url", url)], vec![file(MediaKind::Audio, url, None)]),
        (vec![("type", "audio"), ("media_url", url)], vec![file(MediaKind::Audio, url, None)]),
        (
            vec![("type", "new"), ("media_url", url), ("mime_type", "video/mp4")],
            vec![file(MediaKind::Video, url, None)],
        ),
        (vec![("type", "sticker"), ("media_url", url)], vec![file(MediaKind::Sticker, url, None)]),
        (
            vec![("type", "document"), ("body", "a b.pdf"), ("media_url", url)],
            vec![file(MediaKind::Document, url, Some("a b.pdf"))],
        ),
        (
            vec![("type", "document"), ("body", "See page 3. Thanks"), ("media_url", url)],
            vec![text("See page 3. Thanks"), file(MediaKind::Document, url, None)],
        ),
        (vec![("type", "document"), ("body", "invoice.pdf")], vec![text("invoice.pdf")]),
        (vec![("type", "button"), ("body", "Yes")], vec![Part::Choice { title: "Yes".to_owned(), payload: None }]),
        (vec![("type", "location"), ("location", "45.46, 9.18")], vec![line("location", "45.46, 9.18")]),
        (vec![("type", "contacts"), ("contacts", "Ann, 447700900789")], vec![line("contact", "Ann, 447700900789")]),
        (
            vec![("type", "contacts"), ("contacts", r#"{"name":{"formatted_name":"Ann"},"phones":{"phone":"1"}}"#)],
            vec![line("contact", "Ann, 1")],
        ),
        (
            vec![("type", "interactive"), ("custom_response", r#"{"rating":4,"flow_token":"x"}"#)],
            vec![line("form", "rating: 4")],
        ),
        (vec![("type", "order"), ("message", "two tiles")], vec![text("two tiles")]),
        (vec![("type", "order")], vec![Part::Unsupported { what: "order".to_owned() }]),
        (vec![("type", "<type>")], vec![Part::Unsupported { what: "message".to_owned() }]),
        (vec![("body", "<b>")], vec![text("<b>")]),
    ];
    for (pairs, expected) in table {
        assert_eq!(parts(&pairs), expected, "{pairs:?}");
    }
    assert_eq!(message(&[("body", "No"), ("reply_to", "58f8:0")]).quotes, Some(MessageId::new("58f8:0")));
    // With dashes here, and without in the answer to our own message.
    let dashed = "0d9080ca-5d4b-47f7-0683-580ed892ab33";
    let quotes = message(&[("body", "No"), ("reply_to", dashed)]).quotes;
    assert_eq!(quotes, Some(MessageId::new("0d9080ca5d4b47f70683580ed892ab33")));
}

#[test]
fn the_sender_may_be_a_number_or_a_user_id() {
    for (field, sender, customer) in [
        ("from", "447700900123", "447700900123"),
        ("from", "+44 7700 900123", "447700900123"),
        ("from", "GB.30014422118760", "GB.30014422118760"),
        ("mobile", "447700900123", "447700900123"),
    ] {
        let body = form(&[(field, sender), ("type", "text"), ("body", "hi")]);
        assert_eq!(event(&post(body.as_bytes())).customer.as_str(), customer, "{sender}");
    }
    let nobody = form(&[("from", "somebody"), ("type", "text"), ("body", "hi")]);
    assert_eq!(unreadable(&post(nobody.as_bytes())), "no customer id");
}

/// A text that ends its own field and begins another: whoever wrote it may want to pass for somebody else.
#[test]
fn nobody_passes_for_another_by_what_they_write() {
    let json = |body: &str| {
        format!(
            r#"{{"body": "{body}", "from": "447700900123", "type": "text", "created_at": "1", "wanumber": "12025550199"}}"#
        )
    };
    for forged in [
        r#"x", "from": "447700900999"#,
        r#"x", "from": "447700900999", "name": "He said "yes""#,
        r#"x", "wanumber": "12025550100"#,
    ] {
        let reason = unreadable(&post(json(forged).as_bytes()));
        assert_eq!(reason, "more than one sender or number of ours in it", "{forged}");
    }
    let query = format!("{}&from=447700900999", written(&[("body", "x")]));
    assert_eq!(unreadable(&get(&query)), "more than one sender or number of ours in it");
    // The same twice is no contradiction, and to quote is no crime.
    let same = format!("{}&from=447700900123", written(&[("body", "x")]));
    assert_eq!(event(&get(&same)).customer.as_str(), "447700900123");
    let quoting = event(&post(json(r#"she wrote "from" there"#).as_bytes()));
    assert!(matches!(quoting.kind, EventKind::Message(_)));
    // Nor do words that pass for the other API's, whoever they name.
    let wrapped = r#"{"messages": [{"from": "447700900999", "id": "wamid.f", "type": "text", "text": {"body": "x"}}]}"#;
    for forged in [
        format!(r#"x", "meta_object": {{"value": {wrapped}}}, "z": ""#),
        r#"x", "messages": [{"from": "447700900999", "id": "wamid.f", "type": "text"}], "z": ""#.to_owned(),
        r#"x", "statuses": [{"id": "58f8", "status": "failed"}], "z": ""#.to_owned(),
    ] {
        let event = event(&post(json(&forged).as_bytes()));
        assert_eq!(event.customer.as_str(), "447700900123", "{forged}");
        assert!(matches!(event.kind, EventKind::Message(_)), "{forged}");
    }
    // A status in a message's text is not one.
    let status = event(&post(json(r#"x", "id": "58f8:0", "status": "failed"#).as_bytes()));
    assert!(matches!(status.kind, EventKind::Message(_)));
}

#[test]
fn a_status_tells_how_far_a_message_has_come() {
    let state = |word: &str| match event(&get(&form(&[("id", "58f8:0"), ("status", word)]))).kind {
        EventKind::Status { of: StatusOf::Message(message), state, .. } => {
            assert_eq!(message.as_str(), "58f8:0");
            Some(state)
        }
        EventKind::Notice { line: None, opens_window: false, .. } => None,
        other => panic!("{other:?}"),
    };
    for (word, expected) in [
        ("sent", Some(DeliveryState::Sent)),
        ("Delivered", Some(DeliveryState::Delivered)),
        ("read", Some(DeliveryState::Read)),
        ("\"read\"", Some(DeliveryState::Read)),
        ("failed", Some(DeliveryState::Failed)),
        ("0", Some(DeliveryState::Failed)),
        ("NOT-SENT", Some(DeliveryState::Failed)),
        ("warming up", None),
        ("1", None),
    ] {
        assert_eq!(state(word), expected, "{word}");
    }
    let whole =
        [("id", "58f8:0"), ("status", "failed"), ("error_code", "131047"), ("mobile", "447700900123"), ("ref", "x")];
    let failed_event = event(&get(&form(&whole)));
    assert_eq!(failed_event.customer.as_str(), "447700900123");
    assert_eq!(failed_event.id.as_str(), "status:58f8:0:failed");
    assert!(failed(&get(&form(&whole))).window_closed);
    assert_eq!(unreadable(&get(&form(&[("id", &"x".repeat(201)), ("status", "read")]))), "no usable message id");
}

#[test]
fn news_of_the_account_are_recorded_and_no_error() {
    for (query, name) in [
        ("display_phone_number=12025550199&event=FLAGGED&current_limit=TIER_10K", "phone_number_quality_FLAGGED"),
        ("event=APPROVED&message_template_id=890001&time=1795252510", "message_template_status_APPROVED"),
    ] {
        let event = event(&get(query));
        assert!(event.customer.is_nobody());
        assert_eq!(event.kind, EventKind::Notice { name: name.to_owned(), line: None, opens_window: false });
    }
}

#[test]
fn another_number_is_told_by_its_own_name() {
    let account = |request: &RawRequest| match item(request) {
        Item::Event { account, .. } => account.to_string(),
        other => panic!("{other:?}"),
    };
    let other = "whatsapp:kaleyra:12025550100";
    assert_eq!(account(&post(written(&[("wanumber", "+12025550100")]).as_bytes())), other);
    assert_eq!(account(&post(written(&[("wanumber", "<wanumber>")]).as_bytes())), OWN);
    assert_eq!(account(&get("display_phone_number=12025550100&event=FLAGGED")), other);
    let wrapped = include_str!("../../../../../../tests/fixtures/whatsapp/kaleyra/v2-incoming-text.json");
    assert_eq!(account(&post(wrapped.replace("12025550199", "12025550100").as_bytes())), other);
    assert_eq!(account(&post(wrapped.replace("12025550199", "").as_bytes())), OWN);
    assert!(matches!(parse(&post(b"{}"), None).items[..], [Item::Unreadable { account: None, .. }]));
}

#[test]
fn what_is_nothing_is_kept_for_a_person() {
    for body in ["", "OK", "{}", "[]", "<xml/>", "{\"a\": 1", "{\"event\": \"\"}", "id=1", "status=read"] {
        let reason = unreadable(&post(body.as_bytes()));
        assert_eq!(reason, "neither a sender nor the id and state of a message in it", "{body}");
    }
    for object in ["null", "{}", "[]", "1"] {
        let body = format!(r#"{{"meta_object":{object},"extra_info":{{}}}}"#);
        let expected = if object == "null" {
            "neither a sender nor the id and state of a message in it"
        } else {
            "no object of Meta's in it"
        };
        assert_eq!(unreadable(&post(body.as_bytes())), expected, "{object}");
    }
}

#[test]
fn a_wrapped_status_is_about_either_id() {
    let body = include_bytes!("../../../../../../tests/fixtures/whatsapp/kaleyra/v2-status-read.json");
    let items = parse(&post(body), Some(&own())).items;
    let told: Vec<(String, String)> = items
        .into_iter()
        .map(|item| match item {
            Item::Event {
                event: Event { id, kind: EventKind::Status { of: StatusOf::Message(of), .. }, .. }, ..
            } => (id.to_string(), of.to_string()),
            other => panic!("{other:?}"),
        })
        .collect();
    let (ours, metas) = ("0d9f2f0e7f3e4a659d55000000000020", "wamid.OUTSHARED20");
    let expected = [ours, metas].map(|id| (format!("status:{id}:read"), id.to_owned()));
    assert_eq!(told, expected);
}

proptest! {
    #[test]
    fn any_bytes_are_read(body in prop::collection::vec(any::<u8>(), 0..400), query in ".{0,100}") {
        let request = RawRequest { query, ..post(&body) };
        prop_assert!(!parse(&request, Some(&own())).items.is_empty());
        let braced = [b"{", body.as_slice()].concat();
        let items = parse(&RawRequest { body: braced, ..request }, None).items;
        prop_assert!(!items.is_empty());
    }

    #[test]
    fn any_text_of_a_form_comes_in_whole(body in "[^\"<]{1,80}") {
        prop_assume!(!body.trim().is_empty());
        let parts = parts(&[("body", &body)]);
        prop_assert_eq!(parts, vec![text(&body)]);
    }

    #[test]
    fn any_text_of_whole_json_comes_in_whole(body in ".{1,80}") {
        prop_assume!(!body.trim().is_empty() && !body.trim().starts_with('<'));
        let json = serde_json::json!({"body": body, "from": "447700900123", "type": "text", "created_at": "1795252501"});
        match event(&post(json.to_string().as_bytes())).kind {
            EventKind::Message(message) => prop_assert_eq!(message.parts, vec![text(&body)]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn any_broken_json_with_a_sender_is_a_message(body in ".{0,80}") {
        prop_assume!(!body.contains("\"from\"") && !body.contains("\"wanumber\""));
        let json = format!(r#"{{"body": "{body}", "from": "447700900123", "type": "text", "created_at": "1795252501"}}"#);
        let event = event(&post(json.as_bytes()));
        prop_assert_eq!(event.customer.as_str(), "447700900123");
    }
}
