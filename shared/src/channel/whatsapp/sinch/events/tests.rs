use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::event::{DeliveryState, MediaFile, MediaKind, MediaSource, Message, Part, StatusOf};
use crate::id::MessageId;
use crate::openchannel::line::{DeskPart, posts};

const APP: &str = "01JXSHAREDAPP0000000000001";
const ANN: &str = "447700900123";

#[test]
fn every_recorded_body_becomes_what_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::glob!("../../../../../../tests/fixtures/whatsapp/sinch", "[0-9]*.json", |path| {
            insta::assert_debug_snapshot!("events", parse(&std::fs::read(path).unwrap(), None).items);
        });
    });
}

#[test]
fn the_desk_reads_something_of_every_message() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/whatsapp/sinch");
    let mut messages = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.ends_with("signatures.json") {
            continue;
        }
        for item in parse(&std::fs::read(&path).unwrap(), None).items {
            let Item::Event { event, .. } = item else { panic!("{path:?}") };
            let posts = posts(&event, None);
            if let EventKind::Message(message) = &event.kind {
                messages += 1;
                assert!(!message.parts.is_empty() && !posts.is_empty(), "{path:?}");
            }
            assert!(
                posts.iter().all(|post| !matches!(post, DeskPart::Text(text) if text.contains("empty"))),
                "{path:?}"
            );
        }
    }
    assert_eq!(messages, 14);
}

fn own() -> AccountKey {
    AccountKey::of(NAME, APP)
}

/// A callback with one member beside the usual ones.
fn callback(kind: &str, content: Value) -> Value {
    json!({
        "app_id": APP, "project_id": "5c2f7a10-0c5b-4d6f-9a3b-1f2e3d4c5b6a", "accepted_time": "2026-11-21T09:15:02.118Z",
        "event_time": "2026-11-21T09:15:01Z", kind: content, "message_metadata": "", "correlation_id": "",
    })
}

fn with(mut object: Value, members: &Value) -> Value {
    object.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    object
}

fn message(contact_message: Value) -> Value {
    json!({
        "id": "01KA", "direction": "TO_APP", "contact_message": contact_message,
        "channel_identity": {"channel": "WHATSAPP", "identity": ANN, "app_id": ""},
        "accept_time": "2026-11-21T09:15:02.101Z", "injected": false,
    })
}

fn items(body: &Value) -> Vec<Item> {
    parse(body.to_string().as_bytes(), Some(&own())).items
}

/// The one event of a callback.
fn event(kind: &str, content: Value) -> Event {
    let mut items = items(&callback(kind, content));
    match (items.pop(), items.pop()) {
        (Some(Item::Event { account, event }), None) => {
            assert_eq!(account, own());
            event
        }
        other => panic!("{other:?}"),
    }
}

fn read_message(contact_message: Value) -> Message {
    match event("message", message(contact_message)).kind {
        EventKind::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn parts(contact_message: Value) -> Vec<Part> {
    read_message(contact_message).parts
}

fn text(text: &str) -> Part {
    Part::Text { text: text.to_owned() }
}

fn line(label: &str, text: &str) -> Part {
    Part::Line { label: label.to_owned(), text: text.to_owned() }
}

fn unsupported(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned() }
}

fn reason(body: &Value) -> String {
    match items(body).as_slice() {
        [Item::Unreadable { unreadable, .. }] => unreadable.reason.clone(),
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

mod bodies;
mod kinds;
mod messages;
