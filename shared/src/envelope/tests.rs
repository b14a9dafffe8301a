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
    let body = r#"{"version":2,"anything":"else"}"#;
    assert!(matches!(Envelope::from_body(body), Err(ReadError::TooNew(2))));
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
