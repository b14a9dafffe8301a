//! What a person does on the phone; each act is a callback of the app.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::app::{AppState, SinchApp, ulid};
use super::callback::{self, Callback, about};
use super::media::{Fetch, File};
use super::phone::{PhoneFile, PhoneMessage, SinchPerson};
use super::webhook::Post;
use crate::clock;

/// A person who writes to the business. Clones are the same person.
#[derive(Clone, Debug)]
pub struct SinchCustomer {
    app: SinchApp,
    identity: String,
}

/// An act of the customer, and how its callback fared.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Sinch's id of the message or event.
    pub id: String,
    /// The file of the message, with the address where it is hosted.
    pub file: Option<PhoneFile>,
    /// The callback; nothing where no webhook asked for it.
    pub post: Option<Post>,
}

impl Sent {
    /// Whether the hub took it.
    pub fn acknowledged(&self) -> bool {
        self.post.as_ref().is_some_and(Post::acknowledged)
    }
}

impl SinchCustomer {
    pub(super) const fn new(app: SinchApp, identity: String) -> Self {
        Self { app, identity }
    }

    /// The number or user id.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Changes what is known of the person: contact's name, whether the phone reads, whether the business is blocked.
    pub fn set(&self, change: impl FnOnce(&mut SinchPerson)) {
        self.app.state.change(|app| app.people.get_mut(&self.identity).map(change));
    }

    /// Everything that the business sent, in order.
    pub fn received(&self) -> Vec<PhoneMessage> {
        self.app.received(&self.identity)
    }

    /// Moves the customer's last message into the past, so that the window closes.
    pub fn move_back(&self, time: Duration) {
        self.set(|person| person.last_event_at = person.last_event_at.map(|at| at - clock::millis(time)));
    }

    /// Writes a text.
    pub async fn says(&self, text: &str) -> Sent {
        self.message(json!({"text_message": {"text": text}}), shown(Some(text), None)).await
    }

    /// Answers to an earlier message.
    pub async fn answers(&self, id: &str, text: &str) -> Sent {
        let message = json!({"text_message": {"text": text}, "reply_to": {"message_id": id}});
        self.message(message, shown(Some(text), None)).await
    }

    /// Sends a file, with or without words to it. Only of a document Sinch tells the name.
    pub async fn sends(&self, file: File, caption: Option<&str>) -> Sent {
        let document = !["image/", "video/", "audio/"].iter().any(|kind| file.content_type.starts_with(kind));
        let (name, content_type) = (file.name.clone(), file.content_type.clone());
        let length = file.elsewhere.is_none().then_some(file.bytes.len());
        let url = self.app.world.sinch.media.host(&self.app.world.url, file);
        let message = match caption {
            Some(caption) => json!({"media_card_message": {"url": url, "caption": caption}}),
            None if document => json!({"media_message": {"url": url, "thumbnail_url": "", "filename_override": name}}),
            None => json!({"media_message": {"url": url}}),
        };
        let file = PhoneFile { name, content_type, length, url };
        self.message(message, shown(caption, Some(file))).await
    }

    /// Shows where they are.
    pub async fn shares_place(&self, latitude: f64, longitude: f64, title: &str) -> Sent {
        let coordinates = json!({"latitude": latitude, "longitude": longitude});
        let message = json!({"location_message": {"title": title, "label": "", "coordinates": coordinates}});
        let place = Some((latitude, longitude, title.to_owned()));
        self.message(message, PhoneMessage { place, ..shown(None, None) }).await
    }

    /// Taps a button of the message `id`. Without words for machines Sinch makes some of the title.
    pub async fn taps(&self, id: &str, title: &str, postback: Option<&str>) -> Sent {
        let postback = postback.map_or_else(|| format!("message_id_{{{id}, {title}}}"), str::to_owned);
        let message = json!({"choice_response_message": {"message_id": id, "postback_data": postback}});
        self.message(message, shown(Some(title), None)).await
    }

    /// Shares a contact: a kind that Sinch hands on as WhatsApp wrote it.
    pub async fn shares_contact(&self, name: &str, phone: &str) -> Sent {
        let payload =
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": name}, "phones": [{"phone": phone}]}]});
        let at = self.writes(shown(Some(name), None));
        let id = ulid();
        let own = json!({"channel": "WHATSAPP", "payload": payload.to_string(), "id": id});
        self.act("UNSUPPORTED", "unsupported_callback", own, at, id).await
    }

    /// Leaves a reaction on a message, or takes it back.
    pub async fn reacts(&self, message: &str, emoji: Option<&str>) -> Sent {
        let at = self.app.state.change(|app| {
            let at = app.tick();
            if let Some(person) = app.people.get_mut(&self.identity) {
                person.last_event_at = Some(at);
                let on = person.messages.iter_mut().filter(|known| known.id == message);
                on.for_each(|known| known.reaction = emoji.map(str::to_owned));
            }
            at
        });
        let action = if emoji.is_some() { "REACTION_ACTION_REACT" } else { "REACTION_ACTION_UNREACT" };
        let reaction = json!({
            "emoji": emoji.unwrap_or_default(), "action": action, "message_id": message, "reaction_category": "",
        });
        let id = ulid();
        let own = json!({
            "id": id, "direction": "TO_APP", "accept_time": clock::iso(at),
            "contact_message_event": {"reaction_event": reaction},
        });
        self.act("EVENT_INBOUND", "event", own, at, id).await
    }

    /// Does not want messages any more. Sinch refuses them from now on.
    pub async fn opts_out(&self) -> Sent {
        self.set(|person| person.opted_out = true);
        let at = self.app.state.change(AppState::tick);
        let id = ulid();
        let own = json!({
            "request_id": id, "channel": "WHATSAPP", "identity": self.identity, "status": "OPT_OUT_SUCCEEDED",
        });
        self.act("OPT_OUT", "opt_out_notification", own, at, id).await
    }

    /// Requests for a file that this customer sent.
    pub fn fetches(&self, file: &PhoneFile) -> Vec<Fetch> {
        self.app.world.sinch.media.fetches(&file.url)
    }

    /// A message of the customer, which opens the window.
    async fn message(&self, mut message: Value, shown: PhoneMessage) -> Sent {
        if let Some(message) = message.as_object_mut() {
            message.entry("reply_to").or_insert(Value::Null);
        }
        let (id, file) = (shown.id.clone(), shown.file.clone());
        let at = self.writes(shown);
        let number = self.app.state.read(|app| app.number.clone());
        let own = json!({
            "id": id, "direction": "TO_APP", "contact_message": message, "metadata": "", "accept_time": clock::iso(at),
            "sender_id": number, "injected": false,
        });
        let sent = self.act("MESSAGE_INBOUND", "message", own, at, id.clone()).await;
        let (status, error) = match &sent.post {
            Some(post) => (post.status, post.error.clone()),
            None => (None, Some("no webhook asks for messages".to_owned())),
        };
        self.set(|person| {
            if let Some(known) = person.messages.iter_mut().find(|known| known.id == id) {
                (known.hub_status, known.hub_error) = (status, error);
            }
        });
        Sent { file, ..sent }
    }

    /// Notes that the customer wrote, and gives the time of it.
    fn writes(&self, shown: PhoneMessage) -> i64 {
        self.app.state.change(|app| {
            let at = app.tick();
            if let Some(person) = app.people.get_mut(&self.identity) {
                person.last_event_at = Some(at);
                person.messages.push(PhoneMessage { at, ..shown });
            }
            at
        })
    }

    async fn act(&self, trigger: &'static str, kind: &'static str, own: Value, at: i64, id: String) -> Sent {
        let content = self.app.state.read(|app| {
            let mut content: Map<String, Value> = own.as_object().cloned().unwrap_or_default();
            content.extend(app.people.get(&self.identity).map(|person| about(app, person)).unwrap_or_default());
            Value::Object(content)
        });
        let callback = Callback { trigger, kind, content, at, correlation_id: "" };
        let post = callback::post(&self.app.world, &self.app.state, callback).await;
        Sent { id, file: None, post }
    }
}

fn shown(text: Option<&str>, file: Option<PhoneFile>) -> PhoneMessage {
    PhoneMessage { id: ulid(), text: text.map(str::to_owned), file, ..PhoneMessage::default() }
}
