//! A line of Kaleyra.

use super::{FileView, LineView, MessageView, PersonView, PlaceView, PostView};
use crate::control::state::newest;
use crate::control::whatsapp::line::Carrier;
use crate::kaleyra;

pub(in crate::control::whatsapp) fn of_kaleyra(number: &kaleyra::NumberState) -> LineView {
    let later = number.fail_later.iter().map(|code| format!("later_{code}"));
    let backwards = number.reversed.then(|| "backwards".to_owned());
    let generation = match number.generation {
        kaleyra::Generation::V1 => "v1",
        kaleyra::Generation::V2 => "v2",
    };
    LineView {
        carrier: Carrier::Kaleyra,
        id: number.number.clone(),
        // Kaleyra does not tell what it is called.
        name: format!("+{}", number.number),
        number: number.number.clone(),
        credentials: vec![
            ("SID", number.sid.clone()),
            ("API key", number.api_key.clone()),
            ("API", generation.to_owned()),
        ],
        webhook_urls: number.incoming_url.clone().into_iter().collect(),
        by_hand: true,
        reacts: false,
        window_refusal: "131047",
        faults: number.faults.names().chain(later).chain(backwards).collect(),
        customers: number.customers.values().map(|person| kaleyra_person(number, person)).collect(),
        webhooks: newest(&number.webhooks).iter().map(kaleyra_post).collect(),
        calls: newest(&number.calls.0).to_vec(),
    }
}

fn kaleyra_person(number: &kaleyra::NumberState, person: &kaleyra::CustomerState) -> PersonView {
    let message = |message: &kaleyra::PhoneMessage| {
        let text = message.text.clone();
        let named = text.clone().unwrap_or_default();
        MessageView {
            id: if message.from_number { message.id.clone() } else { message.wamid.clone() },
            at: message.at,
            from_business: message.from_number,
            // A document without words has its name there.
            text: text.filter(|text| message.file.as_ref().is_none_or(|file| file.name != *text)),
            file: message.file.as_ref().map(|file| FileView {
                name: file.name.clone(),
                content_type: file.content_type.clone(),
                length: Some(file.length),
                url: file.url.clone(),
            }),
            place: message.place.map(|(latitude, longitude)| PlaceView { latitude, longitude, name: named }),
            template: message.template.clone(),
            reaction: None,
            read: message.from_number && number.statuses_of(&message.id).contains(&"read"),
            hub_status: message.hub_status,
            hub_error: message.hub_error.clone(),
        }
    };
    PersonView {
        id: person.phone.clone(),
        name: person.name.clone(),
        last_message_at: person.last_message_at,
        reads: person.reads,
        blocked: person.blocked,
        typing_seen: None,
        messages: person.messages.iter().map(message).collect(),
    }
}

fn kaleyra_post(post: &kaleyra::Post) -> PostView {
    let told = post.status_told.as_ref().map(|(_, status)| format!("status {status}"));
    PostView {
        at: post.at,
        what: told.unwrap_or_else(|| "message".to_owned()),
        status: post.status,
        error: post.error.clone(),
        attempts: 1,
        duration_ms: None,
    }
}
