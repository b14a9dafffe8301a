//! A line of Meta's Cloud API.

use serde_json::Value;

use super::{FileView, LineView, MessageView, PersonView, PlaceView, PostView};
use crate::control::state::newest;
use crate::control::whatsapp::line::Carrier;
use crate::meta::{self, whatsapp as cloud};

pub(in crate::control::whatsapp) fn of_meta(number: &cloud::NumberState) -> LineView {
    let later = number.fail_later.iter().map(|code| format!("later_{code}"));
    let backwards = (number.statuses == cloud::Statuses::Reversed).then(|| "backwards".to_owned());
    LineView {
        carrier: Carrier::Meta,
        id: number.phone_number_id.clone(),
        name: number.verified_name.clone(),
        number: number.digits(),
        credentials: vec![
            ("Phone number ID", number.phone_number_id.clone()),
            ("Business account", number.waba_id.clone()),
            ("Token", number.token.clone()),
        ],
        webhook_urls: number.subscribed.then(|| number.address()).into_iter().collect(),
        by_hand: false,
        reacts: true,
        window_refusal: "131047",
        faults: number.faults.names().chain(later).chain(backwards).collect(),
        customers: number.customers.iter().map(|(id, person)| meta_person(number, id, person)).collect(),
        webhooks: newest(&number.webhooks).iter().map(meta_post).collect(),
        calls: newest(&number.calls.0).to_vec(),
    }
}

fn meta_person(number: &cloud::NumberState, id: &str, person: &cloud::CustomerState) -> PersonView {
    let message = |message: &cloud::PhoneMessage| MessageView {
        id: message.id.clone(),
        at: message.at,
        from_business: message.from_number,
        text: message.text.clone(),
        // On Meta's servers it is for whoever has the token.
        file: message.file.as_ref().map(|file| FileView {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            length: Some(file.length),
            url: format!("/control/lines/meta/{}/files/{}", number.phone_number_id, message.id),
        }),
        place: message.place.clone().map(|(latitude, longitude, name)| PlaceView {
            latitude,
            longitude,
            name: name.unwrap_or_default(),
        }),
        template: message.template.as_ref().map(|(name, _)| name.clone()),
        reaction: message.reaction.clone(),
        read: number.statuses_of(&message.id).iter().any(|status| status == "read"),
        hub_status: message.hub_status,
        hub_error: message.hub_error.clone(),
    };
    PersonView {
        id: id.to_owned(),
        name: person.name.clone().unwrap_or_default(),
        last_message_at: person.last_message_at,
        reads: person.reads,
        blocked: person.blocked,
        typing_seen: Some(person.typing_seen),
        messages: person.messages.iter().map(message).collect(),
    }
}

fn meta_post(post: &meta::Post) -> PostView {
    let told: Value = serde_json::from_slice(&post.body).unwrap_or_default();
    let change = told.pointer("/entry/0/changes/0").unwrap_or(&Value::Null);
    let status = change.pointer("/value/statuses/0");
    let code = status.and_then(|status| status.pointer("/errors/0/code")).map(|code| format!(" {code}"));
    let status = status.and_then(|status| status.get("status")).and_then(Value::as_str);
    let field = change.get("field").and_then(Value::as_str).filter(|field| *field != "messages");
    PostView {
        at: post.at,
        what: match (status, field) {
            (Some(status), _) => format!("status {status}{}", code.unwrap_or_default()),
            (None, Some(field)) => field.replace('_', " "),
            (None, None) => "message".to_owned(),
        },
        status: post.status,
        error: post.error.clone(),
        attempts: post.attempts,
        duration_ms: Some(post.duration_ms),
    }
}
