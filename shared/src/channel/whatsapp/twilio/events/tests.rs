use http::Method;
use proptest::prelude::*;
use url::form_urlencoded;

use super::*;
use crate::event::{DeliveryState, MediaFile, MediaKind, MediaSource, Message, Part, StatusFailure, StatusOf};

const SID: &str = "AC000000000000000000000000c0ffee01";
const OWN: &str = "whatsapp:twilio:AC000000000000000000000000c0ffee01:12025550199";

fn at() -> Timestamp {
    Timestamp::from_millis(1_795_165_200_077)
}

fn post(body: &[u8]) -> RawRequest {
    RawRequest { method: Method::POST, body: body.to_vec(), received: at(), ..RawRequest::default() }
}

fn own() -> AccountKey {
    AccountKey::new(OWN)
}

fn form(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// A message of Marta's with these parameters beside the usual ones, which they replace.
fn written(pairs: &[(&str, &str)]) -> String {
    let usual = [
        ("MessageSid", "SM1"),
        ("AccountSid", SID),
        ("From", "whatsapp:+447700900123"),
        ("To", "whatsapp:+12025550199"),
        ("SmsStatus", "received"),
        ("NumMedia", "0"),
    ];
    let usual = usual.iter().filter(|(name, _)| !pairs.iter().any(|(given, _)| given == name));
    form(&usual.chain(pairs).copied().collect::<Vec<_>>())
}

fn item(body: &str) -> Item {
    let mut items = parse(&post(body.as_bytes()), Some(&own())).items;
    assert_eq!(items.len(), 1);
    items.remove(0)
}

fn event(body: &str) -> Event {
    match item(body) {
        Item::Event { account, event } => {
            assert_eq!(account.as_str(), OWN);
            event
        }
        other => panic!("{other:?}"),
    }
}

fn message(pairs: &[(&str, &str)]) -> Message {
    match event(&written(pairs)).kind {
        EventKind::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn parts(pairs: &[(&str, &str)]) -> Vec<Part> {
    message(pairs).parts
}

fn unreadable(body: &str) -> (Option<String>, String) {
    match item(body) {
        Item::Unreadable { account, unreadable } => (account.map(|account| account.to_string()), unreadable.reason),
        other => panic!("{other:?}"),
    }
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn line(label: &str, text: &str) -> Part {
    Part::Line { label: label.to_owned(), text: text.to_owned() }
}

fn choice(title: &str, payload: Option<&str>) -> Part {
    Part::Choice { title: title.to_owned(), payload: payload.map(str::to_owned) }
}

fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

#[test]
fn every_recorded_body_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../../tests/fixtures/whatsapp/twilio", "*.form", |path| {
            insta::assert_debug_snapshot!("events", parse(&post(&std::fs::read(path).unwrap()), Some(&own())).items);
        });
    });
}

#[test]
fn a_get_says_the_same_as_a_post() {
    let body = written(&[("Body", "It's 5 o'clock + tea"), ("ProfileName", "Marta")]);
    let asked = RawRequest { method: Method::GET, query: body.clone(), received: at(), ..RawRequest::default() };
    assert_eq!(parse(&asked, Some(&own())), parse(&post(body.as_bytes()), Some(&own())));
}

#[test]
fn a_fallback_call_and_a_repeat_are_the_same_message() {
    let first = event(&written(&[("Body", "hi")]));
    let fallback =
        event(&written(&[("Body", "hi"), ("ErrorCode", "11200"), ("ErrorUrl", "https://hub.example.com/w")]));
    assert_eq!(fallback, first);
    assert_eq!(first.id.as_str(), "message:SM1");
    assert_eq!(first.at, at());
}

#[test]
fn what_a_call_holds_decides_which_kind_it_is() {
    let is_message = |pairs: &[(&str, &str)]| matches!(event(&written(pairs)).kind, EventKind::Message(_));
    assert!(is_message(&[("SmsStatus", ""), ("Body", "hi")]));
    assert!(is_message(&[("MessageStatus", "received"), ("Body", "hi")]));
    let ours = [("From", "whatsapp:+12025550199"), ("To", "whatsapp:+447700900123")];
    let status = |pairs: &[(&str, &str)]| event(&written(&[&ours, pairs].concat()));
    for pairs in [[("SmsStatus", "delivered")].as_slice(), &[("SmsStatus", "received"), ("MessageStatus", "delivered")]]
    {
        let event = status(pairs);
        assert_eq!(event.id.as_str(), "status:SM1:delivered");
        assert_eq!(event.customer.as_str(), "447700900123");
    }
}

#[test]
fn statuses_have_their_rank_and_others_are_only_recorded() {
    let kind = |state: &str, more: &[(&str, &str)]| {
        let ours = [("From", "whatsapp:+12025550199"), ("To", "whatsapp:GB.30014422118760"), ("MessageStatus", state)];
        event(&written(&[&ours, more].concat())).kind
    };
    let of = StatusOf::Message(MessageId::new("SM1"));
    for (state, reached) in
        [("sent", DeliveryState::Sent), ("delivered", DeliveryState::Delivered), ("read", DeliveryState::Read)]
    {
        let expected = EventKind::Status { of: of.clone(), state: reached, failure: None, price: None };
        assert_eq!(kind(state, &[("ErrorCode", "1")]), expected);
    }
    for state in ["queued", "sending", "accepted", "scheduled", "partially_delivered", "flown"] {
        let expected = EventKind::Notice { name: format!("status_{state}"), line: None, opens_window: false };
        assert_eq!(kind(state, &[]), expected);
    }
    let EventKind::Notice { name, .. } = kind("with words in it", &[]) else { panic!() };
    assert_eq!(name.len(), "status_".len() + 64);
    let failed = |state: &str, more: &[(&str, &str)]| match kind(state, more) {
        EventKind::Status { state: DeliveryState::Failed, failure: Some(failure), .. } => failure,
        other => panic!("{other:?}"),
    };
    let window = failed("failed", &[("ErrorCode", "63016")]);
    assert!(window.window_closed && window.code == "63016", "{window:?}");
    let throttled = failed("undelivered", &[("ErrorCode", "63018"), ("ErrorMessage", "Rate limit exceeded")]);
    assert!(!throttled.window_closed && throttled.sentence.contains("Try again in a few minutes"), "{throttled:?}");
    let StatusFailure { code, sentence, .. } = failed("canceled", &[]);
    assert_eq!(
        (code.as_str(), sentence.as_str()),
        ("unknown", "WhatsApp did not take the message. Change the message and send it again.")
    );
}

#[test]
fn a_status_of_a_service_belongs_to_whoever_sent_through_it() {
    let status = |pairs: &[(&str, &str)]| {
        item(&written(&[&[("SmsStatus", "sent"), ("To", "whatsapp:+447700900123")], pairs].concat()))
    };
    let account = |item: Item| match item {
        Item::Event { account, .. } => account.to_string(),
        other => panic!("{other:?}"),
    };
    let another = ("From", "whatsapp:+12025550100");
    assert_eq!(account(status(&[another, ("MessagingServiceSid", "MG1")])), OWN);
    assert_eq!(account(status(&[("From", ""), ("MessagingServiceSid", "MG1")])), OWN);
    assert_eq!(account(status(&[another])), format!("whatsapp:twilio:{SID}:12025550100"));
    let foreign = [another, ("AccountSid", "AC2"), ("MessagingServiceSid", "MG1")];
    assert_eq!(account(status(&foreign)), "whatsapp:twilio:AC2:12025550100");
}

#[test]
fn a_message_belongs_to_the_account_that_it_names() {
    let account = |pairs: &[(&str, &str)]| match item(&written(pairs)) {
        Item::Event { account, .. } => account.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(account(&[("AccountSid", "AC2")]), "whatsapp:twilio:AC2:12025550199");
    assert_eq!(
        account(&[("To", "whatsapp:+12025550100"), ("MessagingServiceSid", "MG1")]),
        format!("whatsapp:twilio:{SID}:12025550100")
    );
    assert_eq!(account(&[("To", "")]), OWN);
    assert_eq!(unreadable(&written(&[("AccountSid", "")])), (None, "no account".to_owned()));
    let short_message = (None, "our own address in it is not one of WhatsApp".to_owned());
    assert_eq!(unreadable(&written(&[("To", "+12025550199"), ("From", "+447700900123")])), short_message);
    assert_eq!(unreadable(&written(&[("AccountSid", "AC2"), ("To", "")])), short_message);
}

#[test]
fn a_customer_is_known_by_id_and_number() {
    let known = |pairs: &[(&str, &str)]| {
        let event = event(&written(pairs));
        let mut ids = vec![event.customer.to_string()];
        ids.extend(event.aliases.iter().map(ToString::to_string));
        ids
    };
    assert_eq!(known(&[]), ["447700900123"]);
    assert_eq!(known(&[("WaId", "447700900999")]), ["447700900123"]);
    assert_eq!(known(&[("ExternalUserId", "whatsapp:GB.1")]), ["GB.1", "447700900123"]);
    assert_eq!(known(&[("ExternalUserId", "none")]), ["447700900123"]);
    assert_eq!(known(&[("From", "whatsapp:GB.1")]), ["GB.1"]);
    assert_eq!(known(&[("From", "whatsapp:GB.1"), ("ExternalUserId", "whatsapp:GB.1")]), ["GB.1"]);
    assert_eq!(known(&[("From", "whatsapp:GB.1"), ("WaId", "447700900123")]), ["GB.1", "447700900123"]);
    assert_eq!(known(&[("From", ""), ("WaId", "447700900123")]), ["447700900123"]);
    assert_eq!(unreadable(&written(&[("From", "whatsapp:me")])), (Some(OWN.to_owned()), "no customer id".to_owned()));
    assert_eq!(event(&written(&[("ProfileName", " Marta ")])).named.as_deref(), Some("Marta"));
    assert_eq!(event(&written(&[("ProfileName", "")])).named, None);
    let chosen = event(&written(&[("ProfileName", ""), ("ProfileUsername", "marta.r")]));
    assert_eq!(chosen.named.as_deref(), Some("@marta.r"));
}

#[test]
fn a_message_needs_an_id() {
    assert_eq!(event(&written(&[("MessageSid", ""), ("SmsSid", "SM2")])).id.as_str(), "message:SM2");
    for sid in ["", "SM1/../x", "SM 1", "é", &"S".repeat(65)] {
        assert_eq!(unreadable(&written(&[("MessageSid", sid)])), (Some(OWN.to_owned()), "no message id".to_owned()));
    }
}

#[test]
fn a_choice_is_shown_once() {
    assert_eq!(parts(&[("ButtonText", "Yes"), ("ButtonPayload", "y"), ("Body", "Yes")]), [choice("Yes", Some("y"))]);
    assert_eq!(parts(&[("ButtonText", "Yes"), ("Body", "Yes")]), [choice("Yes", None)]);
    assert_eq!(parts(&[("ButtonPayload", "y"), ("Body", "Yes")]), [choice("Yes", Some("y"))]);
    assert_eq!(parts(&[("ButtonPayload", "y")]), [choice("y", Some("y"))]);
    assert_eq!(parts(&[("ButtonText", "Yes"), ("Body", "and more")]), [choice("Yes", None), text("and more")]);
    assert_eq!(
        parts(&[("ListId", "b"), ("ListTitle", "Billing"), ("Body", "Billing")]),
        [choice("Billing", Some("b"))]
    );
    assert_eq!(parts(&[("ListId", "b")]), [choice("b", Some("b"))]);
}

#[test]
fn two_coordinates_are_a_place_whatever_the_type_says() {
    let place = |name: Option<&str>| Part::Location {
        latitude: 45.5,
        longitude: -9.25,
        name: name.map(str::to_owned),
        url: None,
    };
    let at = [("Latitude", "45.5"), ("Longitude", "-9.25")];
    let with = |more: &[(&str, &str)]| parts(&[&at, more].concat());
    assert_eq!(with(&[]), [place(None)]);
    assert_eq!(
        with(&[("MessageType", "text"), ("Label", "Duomo"), ("Address", "Piazza 1")]),
        [place(Some("Duomo, Piazza 1"))]
    );
    assert_eq!(with(&[("Body", "here")]), [text("here"), place(None)]);
    assert_eq!(
        parts(&[("Latitude", "north"), ("Longitude", "1e999"), ("Label", "x")]),
        [line("location", "north, 1e999 x")]
    );
    assert_eq!(parts(&[("Latitude", "45.5"), ("MessageType", "location")]), [unsupported("location")]);
}

#[test]
fn files_come_after_their_words() {
    let file = |kind, url: &str| Part::File(MediaFile { kind, source: MediaSource::Url(url.to_owned()), name: None });
    assert_eq!(
        parts(&[
            ("NumMedia", "2"),
            ("Body", "both"),
            ("MediaUrl0", "https://a/0"),
            ("MediaContentType0", "image/jpeg"),
            ("MediaUrl1", "https://a/1"),
            ("MediaContentType1", "Video/MP4"),
        ]),
        [text("both"), file(MediaKind::Image, "https://a/0"), file(MediaKind::Video, "https://a/1")]
    );
    assert_eq!(parts(&[("MediaUrl0", "https://a/0")]), [file(MediaKind::Document, "https://a/0")]);
    let sticker = [("MediaUrl0", "https://a/0"), ("MediaContentType0", "image/webp"), ("MessageType", "sticker")];
    assert_eq!(parts(&sticker), [file(MediaKind::Sticker, "https://a/0")]);
    assert_eq!(parts(&[("NumMedia", "1"), ("MessageType", "image")]), [unsupported("file")]);
    assert_eq!(parts(&[("NumMedia", "many"), ("Body", "x")]), [text("x")]);
    assert_eq!(parts(&[("NumMedia", "4000000000")]).len(), 10);
}

#[test]
fn a_contact_is_a_file_that_says_so() {
    for content_type in ["text/vcard", "text/x-vcard; charset=utf-8"] {
        let found = parts(&[("NumMedia", "1"), ("MediaUrl0", "https://a/0"), ("MediaContentType0", content_type)]);
        let source = MediaSource::Url("https://a/0".to_owned());
        let file = MediaFile { kind: MediaKind::Document, source, name: Some("contact.vcf".to_owned()) };
        assert_eq!(found, [line("contact", "name and numbers are in the file"), Part::File(file)]);
    }
}

#[test]
fn where_it_comes_from_stands_before_it() {
    let advert = [("ReferralHeadline", "Spring"), ("ReferralBody", "20% off"), ("Body", "hi")];
    assert_eq!(parts(&advert), [line("came from an advert", "Spring, 20% off"), text("hi")]);
    assert_eq!(parts(&[("ReferralSourceId", "12"), ("Body", "hi")])[0], line("came from an advert", "12"));
    assert_eq!(parts(&[("Forwarded", "true"), ("Body", "hi")]), [line("forwarded", ""), text("hi")]);
    assert_eq!(
        parts(&[("Forwarded", "true"), ("FrequentlyForwarded", "true"), ("Body", "hi")])[0],
        line("forwarded many times", "")
    );
    assert_eq!(parts(&[("Forwarded", "false"), ("Body", "hi")]), [text("hi")]);
    assert_eq!(
        parts(&[("Forwarded", "true"), ("MessageType", "order")]),
        [line("forwarded", ""), unsupported("order")]
    );
}

#[test]
fn the_answers_of_a_form_can_be_read() {
    let sent =
        r#"{"flow_token":"secret","name":"Marta","day":{"date":"2026-12-01","times":["9","10"]},"news":true,"x":null}"#;
    let read = line("form", "name: Marta, date: 2026-12-01, times: 9, times: 10, news: true");
    let found = parts(&[("InteractiveData", sent), ("MessageType", "interactive")]);
    let Part::Line { text, .. } = &found[0] else { panic!() };
    let Part::Line { text: expected, .. } = read else { panic!() };
    let sorted = |text: &str| {
        let mut pieces: Vec<_> = text.split(", ").map(str::to_owned).collect();
        pieces.sort();
        pieces
    };
    assert_eq!(sorted(text), sorted(&expected));
    assert_eq!(parts(&[("FlowData", "not JSON")]), [line("form", "not JSON")]);
}

#[test]
fn what_twilio_does_by_itself_is_told() {
    let found = parts(&[("Body", "STOP"), ("OptOutType", "STOP")]);
    assert_eq!(found[0], text("STOP"));
    assert!(matches!(&found[1], Part::Line { label, .. } if label == "opt-out"));
    assert_eq!(parts(&[("Body", "HELP"), ("OptOutType", "HELP")]), [text("HELP")]);
}

#[test]
fn a_message_is_never_empty_and_quotes_what_it_answers() {
    assert_eq!(parts(&[("MessageType", "poll")]), [unsupported("poll")]);
    assert_eq!(parts(&[("Body", " \n ")]), [unsupported("message")]);
    assert_eq!(parts(&[("Body", " two\nlines ")]), [text(" two\nlines ")]);
    let quotes = |sid: &str| message(&[("Body", "x"), ("OriginalRepliedMessageSid", sid)]).quotes;
    assert_eq!(quotes("SM9"), Some(MessageId::new("SM9")));
    assert_eq!(quotes("../x"), None);
}

#[test]
fn what_is_no_form_is_one_unreadable() {
    for body in ["", "hello", "{\"MessageSid\":\"SM1\"}", "\u{feff}", "MessageSid", "&&&=&="] {
        let (account, reason) = unreadable(body);
        assert_eq!((account, reason.as_str()), (None, "no account"), "{body}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_parsed(
        is_get in any::<bool>(),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        query in ".{0,100}",
    ) {
        let method = if is_get { Method::GET } else { Method::POST };
        let request = RawRequest { method, query, ..post(&bytes) };
        prop_assert_eq!(parse(&request, Some(&own())).items.len(), 1);
        prop_assert_eq!(parse(&request, None).items.len(), 1);
    }

    #[test]
    fn a_real_message_with_anything_in_it_is_parsed(
        pairs in prop::collection::vec((prop::sample::select(NAMES), ".{0,30}"), 0..8),
    ) {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if let Item::Event { event, .. } = item(&written(&pairs)) {
            if let EventKind::Message(Message { parts, .. }) = &event.kind {
                prop_assert!(!parts.is_empty());
            }
            let again: Event = serde_json::from_value(serde_json::to_value(&event).unwrap()).unwrap();
            prop_assert_eq!(again, event);
        }
    }
}

const NAMES: &[&str] = &[
    "MessageSid",
    "AccountSid",
    "From",
    "To",
    "Body",
    "NumMedia",
    "MediaUrl0",
    "MediaContentType0",
    "SmsStatus",
    "MessageStatus",
    "ErrorCode",
    "ErrorMessage",
    "WaId",
    "ExternalUserId",
    "ProfileName",
    "Latitude",
    "Longitude",
    "ButtonText",
    "ListId",
    "InteractiveData",
    "MessageType",
    "ReferralBody",
    "Forwarded",
    "OptOutType",
];
