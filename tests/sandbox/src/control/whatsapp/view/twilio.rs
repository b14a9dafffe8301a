//! A line of Twilio.

use super::{FileView, LineView, MessageView, PersonView, PlaceView, PostView};
use crate::control::state::newest;
use crate::control::whatsapp::line::Carrier;
use crate::twilio::{self, NumberState, Statuses};

/// An account may have several numbers.
pub(in crate::control::whatsapp) fn twilio_id(number: &NumberState) -> String {
    format!("{}.{}", number.account_sid, number.number)
}

pub(in crate::control::whatsapp) fn of_twilio(number: &NumberState) -> LineView {
    let later = number.fail_later.iter().map(|code| format!("later_{code}"));
    let backwards = (number.statuses == Statuses::Reversed).then(|| "backwards".to_owned());
    let id = twilio_id(number);
    LineView {
        carrier: Carrier::Twilio,
        name: number.name.clone(),
        number: number.number.clone(),
        credentials: vec![("Account SID", number.account_sid.clone()), ("Auth token", number.auth_token.clone())],
        webhook_urls: number.webhook_url.clone().into_iter().collect(),
        by_hand: true,
        reacts: false,
        window_refusal: "63016",
        faults: number.faults.names().chain(later).chain(backwards).collect(),
        customers: number.customers.values().map(|person| twilio_person(number, &id, person)).collect(),
        webhooks: newest(&number.webhooks).iter().map(twilio_post).collect(),
        calls: newest(&number.calls.0).to_vec(),
        id,
    }
}

fn twilio_person(number: &NumberState, line: &str, person: &twilio::CustomerState) -> PersonView {
    let message = |message: &twilio::PhoneMessage| MessageView {
        id: message.sid.clone(),
        at: message.at,
        from_business: message.from_number,
        text: message.text.clone(),
        // At the API it is for whoever has the credential.
        file: message.file.as_ref().map(|file| FileView {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            length: Some(file.length),
            url: format!("/control/lines/twilio/{line}/files/{}", message.sid),
        }),
        place: message.place.as_deref().and_then(place),
        template: message.template.clone(),
        reaction: None,
        read: number.statuses_of(&message.sid).contains(&"read"),
        hub_status: message.hub_status,
        hub_error: message.hub_error.clone(),
    };
    PersonView {
        id: person.phone.clone(),
        name: person.name.clone(),
        last_message_at: person.last_message_at,
        reads: person.reads,
        blocked: person.blocked,
        typing_seen: Some(person.typing_seen),
        messages: person.messages.iter().map(message).collect(),
    }
}

fn twilio_post(post: &twilio::Post) -> PostView {
    let words = ["MessageStatus", "ErrorCode"].into_iter().filter_map(|name| post.param(name));
    let words: Vec<&str> = words.collect();
    PostView {
        at: post.at,
        what: if words.is_empty() { "message".to_owned() } else { format!("status {}", words.join(" ")) },
        status: post.status,
        error: post.error.clone(),
        attempts: post.attempts,
        duration_ms: Some(post.duration_ms),
    }
}

/// A `geo:` action: `geo:45.46,9.19|Showroom`.
fn place(action: &str) -> Option<PlaceView> {
    let (degrees, name) = action.strip_prefix("geo:")?.split_once('|')?;
    let (latitude, longitude) = degrees.split_once(',')?;
    Some(PlaceView { latitude: latitude.parse().ok()?, longitude: longitude.parse().ok()?, name: name.to_owned() })
}
