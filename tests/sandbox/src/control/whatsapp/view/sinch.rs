//! A line of Sinch.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{FileView, LineView, MessageView, PersonView, PlaceView, PostView};
use crate::control::state::newest;
use crate::control::whatsapp::line::Carrier;
use crate::sinch::{self, AppState};

pub(in crate::control::whatsapp) fn of_sinch(app: &AppState) -> LineView {
    let later = app.failing.iter().map(|reason| format!("later_{reason}"));
    let backwards = app.reversed.then(|| "backwards".to_owned());
    let read: BTreeSet<String> = app.posts.iter().filter_map(read_by).collect();
    LineView {
        carrier: Carrier::Sinch,
        id: app.id.clone(),
        name: app.name.clone(),
        number: app.number.clone(),
        credentials: vec![
            ("Project", app.project.clone()),
            ("App", app.id.clone()),
            ("Access key", app.key_id.clone()),
            ("Key secret", app.key_secret.clone()),
        ],
        webhook_urls: app.targets().into_iter().map(str::to_owned).collect(),
        by_hand: false,
        reacts: true,
        window_refusal: "OUTSIDE_ALLOWED_SENDING_WINDOW",
        faults: app.faults.names().chain(later).chain(backwards).collect(),
        customers: app.people.values().map(|person| sinch_person(person, &read)).collect(),
        webhooks: newest(&app.posts).iter().map(sinch_post).collect(),
        calls: newest(&app.calls.0).to_vec(),
    }
}

fn sinch_person(person: &sinch::SinchPerson, read: &BTreeSet<String>) -> PersonView {
    let message = |message: &sinch::PhoneMessage| {
        let template = message.template.clone();
        let (template, gaps) = template.map_or((None, None), |(name, gaps)| (Some(name), Some(gaps.join(" · "))));
        let place = message.place.clone();
        MessageView {
            id: message.id.clone(),
            at: message.at,
            from_business: message.from_business,
            // The words of a template are WhatsApp's; known is what stands in its gaps.
            text: message.text.clone().or(gaps),
            file: message.file.clone().map(|file| FileView {
                name: file.name,
                content_type: file.content_type,
                length: file.length,
                url: file.url,
            }),
            place: place.map(|(latitude, longitude, name)| PlaceView { latitude, longitude, name }),
            template,
            reaction: message.reaction.clone(),
            read: read.contains(&message.id),
            hub_status: message.hub_status,
            hub_error: message.hub_error.clone(),
        }
    };
    PersonView {
        id: person.identity.clone(),
        name: person.display_name.clone(),
        last_message_at: person.last_event_at,
        reads: person.reads,
        blocked: person.blocked,
        typing_seen: None,
        messages: person.messages.iter().map(message).collect(),
    }
}

/// The message that a callback tells was read.
fn read_by(post: &sinch::Post) -> Option<String> {
    let told: Value = serde_json::from_slice(&post.body).ok()?;
    let report = told.get("message_delivery_report")?;
    let is_read = report.get("status").and_then(Value::as_str) == Some("READ");
    report.get("message_id").and_then(Value::as_str).filter(|_| is_read).map(str::to_owned)
}

fn sinch_post(post: &sinch::Post) -> PostView {
    let told: Value = serde_json::from_slice(&post.body).unwrap_or_default();
    let words = ["/status", "/reason/code"]
        .into_iter()
        .filter_map(|name| told.pointer(&format!("/message_delivery_report{name}")).and_then(Value::as_str));
    let words: Vec<&str> = words.collect();
    let kinds = ["message", "event", "unsupported_callback", "opt_out_notification"];
    let kind = kinds.into_iter().find(|kind| told.get(kind).is_some()).unwrap_or("own callback").replace('_', " ");
    PostView {
        at: post.at,
        what: if words.is_empty() {
            kind
        } else {
            format!("report {}", words.join(": ").to_lowercase().replace('_', " "))
        },
        status: post.status,
        error: post.error.clone(),
        attempts: post.attempts,
        duration_ms: None,
    }
}
