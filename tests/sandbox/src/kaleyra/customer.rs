//! What a person does on the phone; each act is a callback to the number's incoming address, in the form of its API.

use std::time::Duration;

use serde_json::{Value, json};

use super::media::{FileFetch, SentFile};
use super::number::{Generation, Number};
use super::phone::{CustomerState, PhoneMessage};
use super::webhook::{self, Post};
use crate::meta::{File, FileKind};
use crate::{clock, ids};

/// A person who writes to a number. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Customer {
    number: Number,
    phone: String,
}

/// An act of the customer, and how its callback fared.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Meta's id of the message, which the second API tells.
    pub wamid: String,
    /// The file of the message, with the address that the callback gave.
    pub file: Option<SentFile>,
    /// The callback.
    pub webhook: Post,
}

/// What a person sends, in the words of both APIs.
#[derive(Default)]
struct Act {
    /// The first API's word for it.
    kind: &'static str,
    /// Meta's word for it, where that is another one.
    metas: Option<&'static str>,
    text: Option<String>,
    file: Option<File>,
    /// Further fields of the first API.
    fields: Vec<(&'static str, String)>,
    /// What stands in the member of the kind, but for a file.
    content: Option<Value>,
    /// The message that is answered, by Kaleyra's id.
    answers: Option<String>,
}

impl Customer {
    pub(super) const fn new(number: Number, phone: String) -> Self {
        Self { number, phone }
    }

    /// The telephone number: digits without a plus.
    pub fn phone(&self) -> &str {
        &self.phone
    }

    /// Changes what is known of the person: user id, name, whether the number is hidden or blocked.
    pub fn set(&self, change: impl FnOnce(&mut CustomerState)) {
        self.number.state.change(|number| number.customers.get_mut(&self.phone).map(change));
    }

    /// Everything that the number sent, in order.
    pub fn received(&self) -> Vec<PhoneMessage> {
        self.number.received(&self.phone)
    }

    /// Moves the customer's last message into the past: the window counts from it.
    pub fn move_back(&self, by: Duration) {
        self.set(|customer| customer.last_message_at = customer.last_message_at.map(|at| at - clock::millis(by)));
    }

    /// Writes.
    pub async fn says(&self, text: &str) -> Sent {
        self.send(written(text)).await
    }

    /// Sends a file, with or without a caption.
    pub async fn sends(&self, file: File, caption: Option<&str>) -> Sent {
        let (kind, metas) = match file.kind {
            FileKind::Image => ("image", None),
            FileKind::Video => ("video", None),
            FileKind::Audio => ("voice", Some("audio")),
            FileKind::File => ("document", None),
        };
        // Beside a document the first API tells its name where it tells the words of others.
        let name = (file.kind == FileKind::File).then(|| file.name.clone());
        let text = caption.map(str::to_owned).or(name.filter(|_| self.generation() == Generation::V1));
        self.send(Act { kind, metas, text, file: Some(file), ..Act::default() }).await
    }

    /// Sends a sticker.
    pub async fn sends_sticker(&self, file: File) -> Sent {
        self.send(Act { kind: "sticker", file: Some(file), ..Act::default() }).await
    }

    /// Shares a contact.
    pub async fn shares_contact(&self, name: &str, phone: &str) -> Sent {
        let cards = json!([{ "name": { "formatted_name": name }, "phones": [{ "phone": phone, "type": "CELL" }] }]);
        let fields = vec![("contacts", cards.to_string())];
        self.send(Act { kind: "contacts", fields, content: Some(cards), ..Act::default() }).await
    }

    /// Shares a place.
    pub async fn shares_place(&self, latitude: f64, longitude: f64, name: &str) -> Sent {
        let place = json!({ "latitude": latitude, "longitude": longitude, "name": name });
        let fields = vec![("location", place.to_string())];
        self.send(Act { kind: "location", fields, content: Some(place), ..Act::default() }).await
    }

    /// Taps a button under a template.
    pub async fn taps_button(&self, id: &str, title: &str, payload: &str) -> Sent {
        let content = Some(json!({ "payload": payload, "text": title }));
        let (text, answers) = (Some(title.to_owned()), Some(id.to_owned()));
        self.send(Act { kind: "button", text, content, answers, ..Act::default() }).await
    }

    /// Chooses a row of a list.
    pub async fn chooses(&self, id: &str, title: &str, row: &str) -> Sent {
        let content = Some(json!({ "type": "list_reply", "list_reply": { "id": row, "title": title } }));
        let (text, answers) = (Some(title.to_owned()), Some(id.to_owned()));
        self.send(Act { kind: "interactive", text, content, answers, ..Act::default() }).await
    }

    /// Answers to an earlier message of the number.
    pub async fn answers(&self, id: &str, text: &str) -> Sent {
        self.send(Act { answers: Some(id.to_owned()), ..written(text) }).await
    }

    /// Requests for a file that this customer sent.
    pub fn fetches(&self, file: &SentFile) -> Vec<FileFetch> {
        self.number.world.kaleyra.media.fetches(&file.url)
    }

    /// Lets a file that this customer sent expire.
    pub fn expire(&self, file: &SentFile) {
        self.number.world.kaleyra.media.expire(&file.url);
    }

    fn generation(&self) -> Generation {
        self.number.read(|number| number.generation)
    }

    async fn send(&self, mut act: Act) -> Sent {
        let world = &self.number.world;
        let wamid = format!("wamid.{}", ids::letters());
        let file = act.file.take().map(|file| world.kaleyra.media.host(&world.url, file));
        let (place, named) = place(&act).unzip();
        let shown = PhoneMessage {
            wamid: wamid.clone(),
            at: clock::now(),
            text: act.text.clone().or(named),
            file: file.clone(),
            place,
            ..PhoneMessage::default()
        };
        let at = shown.at;
        self.set(|customer| {
            customer.last_message_at = Some(at);
            customer.messages.push(shown);
        });
        let webhook = match self.generation() {
            Generation::V1 => {
                let fields = self.fields(&act, at, file.as_ref());
                webhook::incoming_fields(world, &self.number.state, fields).await
            }
            Generation::V2 => {
                let (value, extra) = self.change(&act, at, &wamid, file.as_ref());
                webhook::incoming_change(world, &self.number.state, value, extra).await
            }
        };
        self.set(|customer| {
            if let Some(shown) = customer.messages.iter_mut().find(|shown| shown.wamid == wamid) {
                (shown.hub_status, shown.hub_error) = (webhook.status, webhook.error.clone());
            }
        });
        Sent { wamid, file, webhook }
    }

    fn customer(&self) -> CustomerState {
        let nobody = || CustomerState::new(self.phone.clone(), String::new());
        self.number.read(|number| number.customers.get(&self.phone).cloned()).unwrap_or_else(nobody)
    }

    /// The fourteen fields of the documented callback.
    fn fields(&self, act: &Act, at: i64, file: Option<&SentFile>) -> Vec<(&'static str, String)> {
        let customer = self.customer();
        let hidden = customer.user_id.filter(|_| customer.hides_number);
        let own = |name: &str| {
            let found = act.fields.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        vec![
            ("body", act.text.clone().unwrap_or_default()),
            ("mime_type", file.map(|file| file.content_type.clone()).unwrap_or_default()),
            ("media_url", file.map(|file| file.url.clone()).unwrap_or_default()),
            ("from", hidden.unwrap_or_else(|| self.phone.clone())),
            ("name", customer.name),
            ("type", act.kind.to_owned()),
            ("created_at", (at / 1000).to_string()),
            ("reply_to", act.answers.clone().unwrap_or_default()),
            ("wanumber", self.number.read(|number| number.number.clone())),
            ("mobile", String::new()),
            ("custom_response", String::new()),
            ("message", String::new()),
            ("contacts", own("contacts")),
            ("location", own("location")),
        ]
    }

    /// Meta's change, and what Kaleyra says beside it.
    fn change(&self, act: &Act, at: i64, wamid: &str, file: Option<&SentFile>) -> (Value, Value) {
        let customer = self.customer();
        let kind = act.metas.unwrap_or(act.kind);
        let content = match (file, &act.content) {
            (Some(file), _) => {
                let mut media = json!({ "id": ids::decimal(), "mime_type": file.content_type, "sha256": "aGFzaA==" });
                if let Some(media) = media.as_object_mut() {
                    media.extend(act.text.clone().map(|caption| ("caption".to_owned(), caption.into())));
                    media.extend((kind == "document").then(|| ("filename".to_owned(), file.name.clone().into())));
                }
                media
            }
            (None, Some(content)) => content.clone(),
            (None, None) => json!({ "body": act.text }),
        };
        let mut message = json!({ "id": wamid, "timestamp": (at / 1000).to_string(), "type": kind, kind: content });
        let mut contact = json!({ "profile": { "name": customer.name } });
        if let (Some(message), Some(contact)) = (message.as_object_mut(), contact.as_object_mut()) {
            if let Some(user_id) = &customer.user_id {
                message.insert("from_user_id".to_owned(), user_id.as_str().into());
                contact.insert("user_id".to_owned(), user_id.as_str().into());
            }
            if !customer.hides_number {
                message.insert("from".to_owned(), self.phone.as_str().into());
                contact.insert("wa_id".to_owned(), self.phone.as_str().into());
            }
            if let Some(answered) = &act.answers {
                let known = customer.messages.iter().find(|message| message.id == *answered);
                let context = json!({ "id": known.map_or_else(|| answered.clone(), |known| known.wamid.clone()) });
                message.insert("context".to_owned(), context);
            }
        }
        let (own, tells) = self.number.read(|number| (number.number.clone(), number.tells_file_addresses));
        let value = json!({
            "messaging_product": "whatsapp", "metadata": { "display_phone_number": own },
            "contacts": [contact], "messages": [message],
        });
        let media_url = file.filter(|_| tells).map(|file| file.url.as_str()).unwrap_or_default();
        let extra = json!({ "media_url": media_url, "ref": "", "reply_to": act.answers.clone().unwrap_or_default() });
        (value, extra)
    }
}

/// The place that an act shares, degrees north and east, and its name.
fn place(act: &Act) -> Option<((f64, f64), String)> {
    let content = act.content.as_ref().filter(|_| act.kind == "location")?;
    let degrees = |name: &str| content.get(name).and_then(Value::as_f64);
    Some(((degrees("latitude")?, degrees("longitude")?), content.get("name")?.as_str()?.to_owned()))
}

fn written(text: &str) -> Act {
    Act { kind: "text", text: Some(text.to_owned()), ..Act::default() }
}
