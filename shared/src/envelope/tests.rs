use proptest::prelude::*;

use super::*;
use crate::event::{EventKind, Message, Part};
use crate::id::MessageId;

fn text(text: &str) -> Envelope {
    let event = Event {
        id: EventId::new("message:m_1"),
        customer: CustomerId::new("7304418829920156"),
        aliases: Vec::new(),
        named: None,
        place: Place::Direct,
        at: Timestamp::from_millis(1_795_165_200_077),
        kind: EventKind::Message(Message {
            id: Some(MessageId::new("m_1")),
            quotes: None,
            parts: vec![Part::Text { text: text.into() }],
        }),
    };
    let target = Target { account: AccountKey::new("facebook:218840075512346"), integration: None };
    Envelope::new(target, Work::Event { event }, Timestamp::from_millis(1_795_165_200_412))
}

#[test]
fn a_body_is_ascii_and_comes_back_whole() {
    let envelope = text("Grüße 👋🏽 \u{fffe}\u{ffff}\u{0}\u{7f} \"quoted\" \\ back");
    let body = envelope.to_body().unwrap();
    assert!(body.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{body}");
    assert_eq!(Envelope::from_body(&body).unwrap(), envelope);
}

#[test]
fn a_newer_body_is_left_for_a_newer_hub() {
    let body = r#"{"version":3,"anything":"else"}"#;
    assert!(matches!(Envelope::from_body(body), Err(ReadError::TooNew(3))));
}

#[test]
fn a_body_of_the_version_before_is_read() {
    let body = r#"{"version":1,"correlation":"01KAHXJ5V5S6J6M5Q3X0B7T9ZC","received_at":1795165200412,
        "target":{"account":"facebook:218840075512346"},"work":{"work":"event","event":{"id":"message:m_1",
        "customer":"7304418829920156","place":"direct","at":1795165200077,"kind":{"type":"message","id":"m_1",
        "parts":[{"part":"text","text":"hello"}]}}}}"#;
    let envelope = Envelope::from_body(body).unwrap();
    assert_eq!(envelope.claimed(), Some(EventId::new("message:m_1")));
    assert_eq!((envelope.kind(), envelope.place()), ("message", Some(&Place::Direct)));
}

#[test]
fn what_the_hub_tells_is_told_once_and_its_other_work_is_never_a_repeat() {
    let of = |work: Work| Envelope::new(text("a").target, work, Timestamp::from_millis(0));
    let customer = CustomerId::new("7304418829920156");
    let line = HubLine {
        customer: customer.clone(),
        event: EventId::new("released:1"),
        text: "[hub] 2 held messages were sent.".to_owned(),
    };
    let line = || of(Work::Line(line.clone()));
    assert_eq!(line().deduplication(), line().deduplication());
    let release = || of(Work::Release { customer: customer.clone(), step: 0 });
    assert_ne!(release().deduplication(), release().deduplication());
    let group = text("a").group();
    for envelope in [line(), release(), of(Work::EndHeld { customer: customer.clone() })] {
        assert_eq!(envelope.group(), group, "{envelope:?}");
        let body = envelope.to_body().unwrap();
        assert_eq!(Envelope::from_body(&body).unwrap(), envelope);
    }
}

#[test]
fn a_body_over_the_limit_is_refused() {
    assert_eq!(text(&"ü".repeat(LARGEST_BODY / 6)).to_body(), Err(TooLarge));
}

#[test]
fn all_work_of_a_customer_is_one_group() {
    let event = text("hello");
    let target = Target { integration: Some(IntegrationId::generate()), ..event.target.clone() };
    let drain = Envelope::new_drain(target, CustomerId::new("7304418829920156"), Place::Direct, event.received_at);
    assert_eq!(event.group(), drain.group());
    assert_eq!(event.group().len(), 64);
}

#[test]
fn an_event_repeats_its_deduplication_and_own_work_never_does() {
    assert_eq!(text("a").deduplication(), text("a").deduplication());
    let drain =
        || Envelope::new_drain(text("a").target, CustomerId::new("1"), Place::Direct, Timestamp::from_millis(0));
    assert_ne!(drain().deduplication(), drain().deduplication());
}

proptest! {
    #[test]
    fn any_text_survives_the_queue(words in ".*") {
        let envelope = text(&words);
        let body = envelope.to_body().unwrap();
        prop_assert!(body.is_ascii());
        prop_assert_eq!(Envelope::from_body(&body).unwrap(), envelope);
    }

    #[test]
    fn reading_anything_never_panics(body in ".*") {
        let _ = Envelope::from_body(&body);
    }
}
