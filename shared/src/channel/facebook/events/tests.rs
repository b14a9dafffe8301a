use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::event::{DeliveryState, EchoSender, EventKind, MediaFile, MediaKind, MediaSource, Message, Part, StatusOf};
use crate::id::MessageId;

const PAGE: &str = "218840075512346";
const INGRID: &str = "7304418829920156";
const AT: i64 = 1_795_165_200_077;

#[test]
fn every_recorded_body_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../tests/fixtures/facebook", "fb-*.json", |path| {
            insta::assert_debug_snapshot!("events", parse(&std::fs::read(path).unwrap()).items);
        });
    });
}

/// An item from Ingrid to the page, with the members given.
fn item(members: &Value) -> Value {
    let mut item = json!({"sender": {"id": INGRID}, "recipient": {"id": PAGE}, "timestamp": AT});
    item.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    item
}

fn text(mid: &str, text: &str) -> Value {
    item(&json!({"message": {"mid": mid, "text": text}}))
}

fn entry(items: &[Value]) -> Value {
    json!({"id": PAGE, "time": 1_795_165_200_412_i64, "messaging": items})
}

fn body(entries: &[Value]) -> Value {
    json!({"object": "page", "entry": entries})
}

fn items(body: &Value) -> Vec<Item> {
    parse(body.to_string().as_bytes()).items
}

/// The one event of an item.
fn event(members: &Value) -> Event {
    let mut items = items(&body(&[entry(&[item(members)])]));
    match (items.pop(), items.pop()) {
        (Some(Item::Event { account, event }), None) => {
            assert_eq!(account.as_str(), format!("facebook:{PAGE}"));
            event
        }
        other => panic!("{other:?}"),
    }
}

fn parts(message: &Value) -> Vec<Part> {
    match event(&json!({"message": message})).kind {
        EventKind::Message(Message { parts, .. }) => parts,
        other => panic!("{other:?}"),
    }
}

fn attached(attachments: &Value) -> Vec<Part> {
    parts(&json!({"mid": "m_1", "attachments": attachments}))
}

/// What is worth comparing of many items: event ids, and reasons with their accounts.
fn summary(items: &[Item]) -> Vec<String> {
    let shown = |item: &Item| match item {
        Item::Event { account, event } => format!("{account} {}", event.id),
        Item::Unreadable { account: Some(account), unreadable } => {
            format!("{account} unreadable: {}", unreadable.reason)
        }
        Item::Unreadable { account: None, unreadable } => format!("unreadable: {}", unreadable.reason),
    };
    items.iter().map(shown).collect()
}

fn notice(kind: &EventKind) -> (&str, Option<&str>, bool) {
    match kind {
        EventKind::Notice { name, line, opens_window } => (name, line.as_deref(), *opens_window),
        other => panic!("{other:?}"),
    }
}

mod bodies;
mod kinds;
mod messages;
