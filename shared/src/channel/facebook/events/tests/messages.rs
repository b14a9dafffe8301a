//! What customers and our side write: the parts an agent reads.

use super::*;

fn words(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn line(label: &str, text: &str) -> Part {
    Part::Line { label: label.to_owned(), text: text.to_owned() }
}

fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

fn shared(what: &str, title: Option<&str>, url: Option<&str>) -> Part {
    Part::Shared { what: what.to_owned(), title: title.map(str::to_owned), url: url.map(str::to_owned) }
}

fn choice(title: &str, payload: Option<&str>) -> Part {
    Part::Choice { title: title.to_owned(), payload: payload.map(str::to_owned) }
}

fn file(kind: MediaKind, url: &str, name: Option<&str>) -> Part {
    Part::File(MediaFile { kind, source: MediaSource::Url(url.to_owned()), name: name.map(str::to_owned) })
}

#[test]
fn a_tap_is_shown_once() {
    let tapped = |message: Value| parts(&message);
    assert_eq!(
        tapped(json!({"mid": "m", "text": "Track", "quick_reply": {"payload": "T"}})),
        [choice("Track", Some("T"))]
    );
    assert_eq!(tapped(json!({"mid": "m", "text": "Track", "quick_reply": {}})), [choice("Track", None)]);
    assert_eq!(tapped(json!({"mid": "m", "quick_reply": {"payload": "T"}})), [choice("T", Some("T"))]);
    assert_eq!(tapped(json!({"mid": "m", "quick_reply": {}})), [unsupported("message")]);
}

#[test]
fn a_message_is_never_empty() {
    for message in [
        json!({}),
        json!({"mid": "m", "text": ""}),
        json!({"mid": "m", "text": " \n"}),
        json!({"mid": "m", "text": null, "attachments": []}),
        json!({"mid": "m", "attachments": null, "is_unsupported": true}),
    ] {
        assert_eq!(parts(&message), [unsupported("message")], "{message}");
    }
    assert_eq!(parts(&json!({"mid": "m", "sticker_id": 369_239_263_222_822_i64})), [unsupported("sticker")]);
}

#[test]
fn commands_are_shown_where_the_text_is_missing() {
    assert_eq!(parts(&json!({"mid": "m", "commands": [{"name": "stock"}, {}]})), [line("command", "stock")]);
    assert_eq!(parts(&json!({"mid": "m", "text": "stock 5", "commands": [{"name": "stock"}]})), [words("stock 5")]);
}

#[test]
fn the_summary_of_a_lead_form_is_not_the_customers_words() {
    let summary = json!({"message": {"mid": "m", "text": "Lead summary: Bergen"}, "hop_context": {"app_id": 1}});
    let EventKind::Message(message) = event(&summary).kind else { panic!() };
    assert_eq!(message.parts, [line("lead form", "Lead summary: Bergen")]);
}

#[test]
fn referrals_stand_before_the_words() {
    for (referral, expected) in [
        (
            json!({"source": "ADS", "ad_id": 12, "ads_context_data": {"ad_title": " New "}, "ref": "r"}),
            ("from advert", "New, ref r"),
        ),
        (json!({"source": "ADS", "ad_id": 12, "ads_context_data": {"ad_title": ""}}), ("from advert", "advert 12")),
        (json!({"source": "SHORTLINK", "ref": "qr"}), ("from link", "ref qr")),
        (json!({"source": "MESSENGER_CODE"}), ("from code", "")),
        (
            json!({"source": "CUSTOMER_CHAT_PLUGIN", "referer_uri": "https://shop.example"}),
            ("from website", "https://shop.example"),
        ),
        (json!({"source": "SOMETHING_NEW", "ref": " "}), ("referral", "")),
        (json!({}), ("referral", "")),
    ] {
        let (label, text) = expected;
        assert_eq!(parts(&json!({"mid": "m", "text": "hi", "referral": referral})), [line(label, text), words("hi")]);
        let EventKind::Message(tapped) = event(&json!({"postback": {"title": "Go", "referral": referral}})).kind else {
            panic!()
        };
        assert_eq!(tapped.parts, [line(label, text), choice("Go", None)]);
    }
}

#[test]
fn files_have_kind_address_and_the_name_in_it() {
    let url = "https://cdn.fbsbx.com/v/t59/return%20form%C3%BC.pdf?oh=1&dl=1";
    for (kind, expected) in [
        ("image", MediaKind::Image),
        ("video", MediaKind::Video),
        ("audio", MediaKind::Audio),
        ("file", MediaKind::Document),
        ("sticker", MediaKind::Sticker),
    ] {
        let found = attached(&json!([{"type": kind, "payload": {"url": url}}]));
        assert_eq!(found, [file(expected, url, Some("return formü.pdf"))]);
        for payload in [json!(null), json!({}), json!({"url": ""}), json!({"url": null})] {
            assert_eq!(attached(&json!([{"type": kind, "payload": payload}])), [unsupported(kind)], "{kind} {payload}");
        }
    }
    for (url, name) in [
        ("https://cdn.example/", None),
        ("https://cdn.example/plain", None),
        ("https://cdn.example/..%2F..%2Fetc%2Fpass.wd", None),
        ("https://cdn.example/a%5Cb.txt", None),
        ("https://cdn.example/.hidden", None),
        ("https://cdn.example/%FF.pdf", None),
        ("https://cdn.example/a%0Ab.pdf", Some("ab.pdf")),
        ("not an address", None),
    ] {
        assert_eq!(
            attached(&json!([{"type": "file", "payload": {"url": url}}])),
            [file(MediaKind::Document, url, name)]
        );
    }
    let long = format!("https://cdn.example/{}.pdf", "x".repeat(300));
    assert_eq!(
        attached(&json!([{"type": "file", "payload": {"url": long}}])),
        [file(MediaKind::Document, &long, None)]
    );
}

#[test]
fn the_same_thing_twice_is_shown_once() {
    let url = "https://scontent.xx.fbcdn.net/v/thumb.png";
    let sticker = |kind: &str, id: Value| json!({"type": kind, "payload": {"url": url, "sticker_id": id}});
    let expected = [file(MediaKind::Sticker, url, Some("thumb.png"))];
    assert_eq!(attached(&json!([sticker("image", json!(7)), sticker("sticker", json!("7"))])), expected);
    assert_eq!(attached(&json!([sticker("sticker", json!("7")), sticker("image", json!(7))])), expected);
    let old = json!({"mid": "m", "sticker_id": 7, "attachments": [{"type": "image", "payload": {"url": url}}]});
    assert_eq!(parts(&old), expected);
    let post = |kind: &str| json!({"type": kind, "payload": {"url": "https://www.facebook.com/1"}});
    assert_eq!(
        attached(&json!([post("share"), post("post")])),
        [shared("post", None, Some("https://www.facebook.com/1"))]
    );
    // Without anything to tell them by, both stay.
    assert_eq!(attached(&json!([{"type": "image"}, {"type": "image"}])).len(), 2);
}

#[test]
fn shared_things_are_named() {
    let (title, url) = (Some("T"), Some("https://x.example"));
    let both = json!({"title": "T", "url": "https://x.example"});
    for (kind, what) in [
        ("fallback", "link"),
        ("reel", "reel"),
        ("ig_reel", "reel"),
        ("post", "post"),
        ("ig_post", "post"),
        ("share", "post"),
        ("story_mention", "story"),
        ("hologram", "hologram"),
    ] {
        assert_eq!(attached(&json!([{"type": kind, "payload": both}])), [shared(what, title, url)]);
        let beside = json!([{"type": kind, "title": "T", "url": "https://x.example", "payload": null}]);
        assert_eq!(attached(&beside), [shared(what, title, url)]);
        let without_title = json!([{"type": kind, "payload": {"url": "https://x.example"}}]);
        assert_eq!(attached(&without_title), [shared(what, None, url)]);
    }
    assert_eq!(attached(&json!([{"type": "fallback"}])), [unsupported("attachment")]);
    assert_eq!(attached(&json!([{"type": "fallback", "title": "Gone"}])), [shared("attachment", Some("Gone"), None)]);
    assert_eq!(attached(&json!([{"type": "hologram"}])), [unsupported("hologram")]);
    assert_eq!(attached(&json!([{}])), [unsupported("attachment")]);
}

#[test]
fn a_location_without_a_point_is_still_shown() {
    let place = json!([{"type": "location", "title": "Pier", "payload": {"coordinates": {"lat": 59.9, "long": -10}}}]);
    assert_eq!(
        attached(&place),
        [Part::Location { latitude: 59.9, longitude: -10.0, name: Some("Pier".to_owned()), url: None }]
    );
    let half = json!([{"type": "location", "title": "Pier", "payload": {"coordinates": {"lat": 59.9}}}]);
    assert_eq!(attached(&half), [shared("location", Some("Pier"), None)]);
    assert_eq!(attached(&json!([{"type": "location", "payload": {}}])), [unsupported("location")]);
    assert_eq!(attached(&json!([{"type": "location", "payload": {"coordinates": "here"}}])), [unsupported("location")]);
}

#[test]
fn templates_show_their_cards_and_text() {
    let product = json!({"elements": [{"title": "Tile", "subtitle": "4.20", "retailer_id": 7}, {}]});
    assert_eq!(
        attached(&json!([{"type": "template", "payload": {"product": product}}])),
        [shared("product", Some("Tile, 4.20, 7"), None), unsupported("product")]
    );
    let buttons =
        json!([{"type": "template", "payload": {"template_type": "button", "text": "Choose", "buttons": []}}]);
    assert_eq!(attached(&buttons), [words("Choose")]);
    let cards =
        json!([{"type": "template", "payload": {"elements": [{"title": "A"}, {"image_url": "https://i.example"}]}}]);
    assert_eq!(attached(&cards), [shared("card", Some("A"), None), shared("card", None, Some("https://i.example"))]);
    assert_eq!(attached(&json!([{"type": "template", "payload": {"template_type": "x"}}])), [unsupported("template")]);
}

#[test]
fn an_appointment_has_readable_times() {
    let booked = |payload: Value| attached(&json!([{"type": "appointment_booking", "payload": payload}]));
    assert_eq!(
        booked(json!({"status": "confirmed", "start_time": 1_795_338_000, "end_time": "1795341600", "booking_id": 5})),
        [line("appointment", "confirmed, 2026-11-22 09:00 to 10:00 UTC, booking 5")]
    );
    assert_eq!(
        booked(json!({"start_time": 1_795_338_000, "end_time": 1_795_424_400})),
        [line("appointment", "2026-11-22 09:00 to 2026-11-23 09:00 UTC")]
    );
    assert_eq!(booked(json!({"start_time": 1_795_338_000})), [line("appointment", "2026-11-22 09:00 UTC")]);
    assert_eq!(booked(json!({"start_time": i64::MAX, "status": "x"})), [line("appointment", "x")]);
    assert_eq!(booked(json!({})), [line("appointment", "")]);
}

#[test]
fn a_bad_attachment_costs_neither_text_nor_its_neighbours() {
    let mixed = json!({"mid": "m", "text": "look", "attachments": [
        5, {"type": "image", "payload": "x"}, {"type": ["?"]}, {"type": "image", "payload": {"url": "https://i.example/a.png"}}]});
    assert_eq!(
        parts(&mixed),
        [
            words("look"),
            unsupported("attachment"),
            unsupported("image"),
            unsupported("attachment"),
            file(MediaKind::Image, "https://i.example/a.png", Some("a.png")),
        ]
    );
}

#[test]
fn our_own_messages_are_told_apart_by_who_sent_them() {
    let echo = |message: Value| {
        let ours = json!({"sender": {"id": PAGE}, "recipient": {"id": INGRID}, "message": message});
        let Event { id, customer, kind, .. } = event(&ours);
        assert_eq!((id.as_str(), customer.as_str()), ("echo:m", INGRID));
        match kind {
            EventKind::Echo { sender, message } => (sender, message.parts),
            other => panic!("{other:?}"),
        }
    };
    let sender = |members: Value| {
        let mut message = json!({"mid": "m", "is_echo": true, "text": "hi"});
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let (sender, parts) = echo(message);
        assert_eq!(parts, [words("hi")]);
        sender
    };
    assert_eq!(sender(json!({"metadata": "hub:01J:1", "app_id": 884})), EchoSender::Hub);
    assert_eq!(sender(json!({"metadata": "hub", "app_id": 884})), EchoSender::App(Some("884".to_owned())));
    assert_eq!(sender(json!({"metadata": "outbox:hub:", "app_id": "884"})), EchoSender::App(Some("884".to_owned())));
    for inbox in [json!(263_902_037_430_900_i64), json!("26390203743090")] {
        assert_eq!(sender(json!({"app_id": inbox})), EchoSender::Inbox);
    }
    assert_eq!(sender(json!({})), EchoSender::App(None));
    // The page as sender is enough: whoever it was, it was not the customer.
    assert_eq!(echo(json!({"mid": "m", "text": "hi"})).0, EchoSender::App(None));
    let template = json!({"mid": "m", "is_echo": true, "attachments": [
        {"type": "template", "payload": {"template_type": "button", "text": "Choose"}}]});
    assert_eq!(echo(template).1, [words("Choose")]);
}

#[test]
fn a_cart_is_a_message_of_the_customer() {
    let sent = json!({"order": {"products": [
        {"id": 1, "retailer_id": "SKU", "name": "Tile", "unit_price": 4.20, "currency": "EUR", "quantity": 12},
        {"retailer_id": "SKU"}, {"name": "Grout", "unit_price": "3"}, {}], "note": "Please hurry"}});
    let Event { id, kind: EventKind::Message(message), .. } = event(&sent) else { panic!() };
    assert!(id.as_str().starts_with("order:"));
    assert_eq!(
        message.parts,
        [
            line("order", "12 × Tile (SKU), 4.2 EUR"),
            line("order", "1 × SKU"),
            line("order", "1 × Grout, 3"),
            line("order", "1 × product"),
            words("Please hurry"),
        ]
    );
    let EventKind::Message(empty) = event(&json!({"order": {}})).kind else { panic!() };
    assert_eq!(empty.parts, [unsupported("order")]);
}
