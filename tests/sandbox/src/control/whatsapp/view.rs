//! What a WhatsApp line looks like, the same whoever carries it: the shape of `lines` in the state.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::line::Carrier;
use crate::control::state::newest;
use crate::kaleyra;
use crate::meta::{self, whatsapp as cloud};
use crate::record::Call;
use crate::sinch::{self, AppState};
use crate::twilio::{self, NumberState, Statuses};

/// A line and everything that passed through it.
#[derive(Debug, Serialize)]
pub(in crate::control) struct LineView {
    carrier: Carrier,
    /// What it is found by, together with the carrier.
    id: String,
    /// What customers see as its name.
    name: String,
    /// Digits without a plus.
    number: String,
    /// What the hub asks for, by its name at the carrier.
    credentials: Vec<(&'static str, String)>,
    /// Where messages are posted to.
    webhook_urls: Vec<String>,
    /// Whether a person enters that address; otherwise the hub does.
    by_hand: bool,
    /// Whether the carrier tells of reactions.
    reacts: bool,
    /// How the carrier tells that the time for free answers is over.
    window_refusal: &'static str,
    /// What it is told to get wrong.
    faults: Vec<String>,
    customers: Vec<PersonView>,
    /// The newest webhooks.
    webhooks: Vec<PostView>,
    /// The newest calls.
    calls: Vec<Call>,
}

#[derive(Debug, Serialize)]
struct PersonView {
    /// The telephone number in digits, or the user id.
    id: String,
    name: String,
    /// The last message, in milliseconds since 1970: the window of 24 hours counts from it.
    last_message_at: Option<i64>,
    reads: bool,
    blocked: bool,
    /// How often it was seen that somebody types, where the carrier shows it.
    typing_seen: Option<u32>,
    messages: Vec<MessageView>,
}

#[derive(Debug, Serialize)]
struct MessageView {
    id: String,
    /// In milliseconds since 1970.
    at: i64,
    from_business: bool,
    /// Its text, or the caption of its file.
    text: Option<String>,
    file: Option<FileView>,
    place: Option<PlaceView>,
    /// The name or id of the template that it was made of.
    template: Option<String>,
    /// What the customer left on it.
    reaction: Option<String>,
    /// Of a message of the business: whether the hub was told that it was read.
    read: bool,
    /// Of a message of the customer: what the hub answered.
    hub_status: Option<u16>,
    /// Of a message of the customer: why there was no answer.
    hub_error: Option<String>,
}

#[derive(Debug, Serialize)]
struct FileView {
    name: String,
    content_type: String,
    length: Option<usize>,
    /// Where a browser finds it.
    url: String,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    latitude: f64,
    longitude: f64,
    name: String,
}

#[derive(Debug, Serialize)]
struct PostView {
    at: i64,
    /// What it told, in words.
    what: String,
    status: Option<u16>,
    error: Option<String>,
    attempts: u32,
    duration_ms: Option<i64>,
}

/// An account may have several numbers.
pub(super) fn twilio_id(number: &NumberState) -> String {
    format!("{}.{}", number.account_sid, number.number)
}

pub(super) fn of_meta(number: &cloud::NumberState) -> LineView {
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

pub(super) fn of_twilio(number: &NumberState) -> LineView {
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

pub(super) fn of_sinch(app: &AppState) -> LineView {
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

pub(super) fn of_kaleyra(number: &kaleyra::NumberState) -> LineView {
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
