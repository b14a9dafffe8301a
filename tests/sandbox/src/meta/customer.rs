//! What a person does on the phone; each act is a webhook to the app.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::GraphError;
use super::media::{Fetch, File};
use super::page::Page;
use super::phone::{CustomerState, PhoneFile, PhoneMessage};
use super::webhook::{self, Post};
use crate::{clock, ids};

/// A person who writes to a page. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Customer {
    page: Page,
    psid: String,
}

/// An act of the customer, and how its webhook fared.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Messenger's id of the message that it is, or is about.
    pub mid: String,
    /// The files of the message, with the addresses where they are hosted.
    pub files: Vec<PhoneFile>,
    /// The webhook.
    pub webhook: Post,
}

impl Customer {
    pub(super) const fn new(page: Page, psid: String) -> Self {
        Self { page, psid }
    }

    /// The page-scoped id.
    pub fn psid(&self) -> &str {
        &self.psid
    }

    /// Changes what is known of the person: name, whether the phone reads, whether the page is blocked.
    pub fn set(&self, change: impl FnOnce(&mut CustomerState)) {
        self.page.state.change(|page| page.customers.get_mut(&self.psid).map(change));
    }

    /// Everything that the page sent, in order.
    pub fn received(&self) -> Vec<PhoneMessage> {
        self.page.received(&self.psid)
    }

    /// Lets look-ups of the profile fail.
    pub fn hide_profile(&self, error: GraphError) {
        self.set(|customer| customer.profile_error = Some(error));
    }

    /// Moves the customer's last sign of life into the past, so that the window closes.
    pub fn move_back(&self, time: Duration) {
        self.set(|customer| customer.last_event_at = customer.last_event_at.map(|at| at - clock::millis(time)));
    }

    /// Writes a text.
    pub async fn says(&self, text: &str) -> Sent {
        self.sends(Some(text), Vec::new()).await
    }

    /// Sends files in one message, with or without a text.
    pub async fn sends(&self, text: Option<&str>, files: Vec<File>) -> Sent {
        let world = &self.page.world;
        let files: Vec<PhoneFile> = files.into_iter().map(|file| hosted(world, file)).collect();
        let mut message = Map::new();
        if let Some(text) = text {
            message.insert("text".to_owned(), text.into());
        }
        if !files.is_empty() {
            message.insert("attachments".to_owned(), attachments(&files));
        }
        self.send_message(message, files).await
    }

    /// Taps a quick reply: a message with a payload behind it.
    pub async fn taps_quick_reply(&self, title: &str, payload: &str) -> Sent {
        let message = json!({"text": title, "quick_reply": {"payload": payload}});
        self.send_message(message.as_object().cloned().unwrap_or_default(), Vec::new()).await
    }

    /// Answers to an earlier message.
    pub async fn answers(&self, mid: &str, text: &str) -> Sent {
        let message = json!({"text": text, "reply_to": {"mid": mid}});
        self.send_message(message.as_object().cloned().unwrap_or_default(), Vec::new()).await
    }

    /// Taps a button: a postback.
    pub async fn taps_button(&self, title: &str, payload: &str) -> Sent {
        let mid = ids::mid();
        let at = self.sign_of_life(|_| {});
        let webhook = self
            .post("messaging_postbacks", at, "postback", json!({"mid": mid, "title": title, "payload": payload}))
            .await;
        Sent { mid, files: Vec::new(), webhook }
    }

    /// Leaves a reaction on a message, such as `love` and `❤️`.
    pub async fn reacts(&self, mid: &str, reaction: &str, emoji: &str) -> Sent {
        let at = self.sign_of_life(|customer| {
            if let Some(message) = customer.message_mut(mid) {
                message.reaction = Some(emoji.to_owned());
            }
        });
        let event = json!({"mid": mid, "action": "react", "reaction": reaction, "emoji": emoji});
        self.about(mid, self.post("message_reactions", at, "reaction", event).await)
    }

    /// Takes the reaction on a message back.
    pub async fn takes_reaction_back(&self, mid: &str) -> Sent {
        let at = self.sign_of_life(|customer| {
            if let Some(message) = customer.message_mut(mid) {
                message.reaction = None;
            }
        });
        self.about(mid, self.post("message_reactions", at, "reaction", json!({"mid": mid, "action": "unreact"})).await)
    }

    /// Writes an earlier message anew.
    pub async fn edits(&self, mid: &str, text: &str) -> Sent {
        let mut number = 1;
        let at = self.sign_of_life(|customer| {
            if let Some(message) = customer.message_mut(mid) {
                message.edits += 1;
                message.text = Some(text.to_owned());
                number = message.edits;
            }
        });
        let event = json!({"mid": mid, "text": text, "num_edit": number});
        self.about(mid, self.post("message_edits", at, "message_edit", event).await)
    }

    /// Looks at the conversation: everything of the page is read.
    pub async fn looks(&self) -> Post {
        let watermark = self.page.state.change(|page| {
            let at = page.tick();
            for message in page.customers.get_mut(&self.psid).into_iter().flat_map(|customer| &mut customer.messages) {
                if message.from_page {
                    message.read_at.get_or_insert(at);
                }
            }
            at
        });
        self.post("message_reads", watermark, "read", json!({"watermark": watermark})).await
    }

    /// Requests for a file that this customer sent.
    pub fn fetches(&self, file: &PhoneFile) -> Vec<Fetch> {
        self.page.world.media.fetches(&file.url)
    }

    async fn send_message(&self, mut message: Map<String, Value>, files: Vec<PhoneFile>) -> Sent {
        let mid = ids::mid();
        message.insert("mid".to_owned(), mid.clone().into());
        let text = message.get("text").and_then(Value::as_str).map(str::to_owned);
        let shown = PhoneMessage { mid: mid.clone(), text, files: files.clone(), ..PhoneMessage::default() };
        let at = self.sign_of_life(|customer| customer.messages.push(shown));
        let webhook = self.post("messages", at, "message", Value::Object(message)).await;
        self.set(|customer| {
            if let Some(message) = customer.message_mut(&mid) {
                message.at = at;
                message.hub_status = webhook.status;
                message.hub_error.clone_from(&webhook.error);
            }
        });
        Sent { mid, files, webhook }
    }

    /// Notes that the customer did something, which opens the window, and gives its time.
    fn sign_of_life(&self, change: impl FnOnce(&mut CustomerState)) -> i64 {
        self.page.state.change(|page| {
            let at = page.tick();
            if let Some(customer) = page.customers.get_mut(&self.psid) {
                change(customer);
                customer.last_event_at = Some(at);
                for message in customer.messages.iter_mut().filter(|message| message.at == 0) {
                    message.at = at;
                }
            }
            at
        })
    }

    async fn post(&self, field: &str, at: i64, member: &str, event: Value) -> Post {
        let item = json!({
            "sender": {"id": self.psid},
            "recipient": {"id": self.page.id()},
            "timestamp": at,
            member: event,
        });
        webhook::post_event(&self.page.world, &self.page.state, field, item).await
    }

    fn about(&self, mid: &str, webhook: Post) -> Sent {
        Sent { mid: mid.to_owned(), files: Vec::new(), webhook }
    }
}

/// Puts a file on the file server.
pub(super) fn hosted(world: &crate::World, file: File) -> PhoneFile {
    let (kind, name, content_type) = (file.kind, file.name.clone(), file.content_type.clone());
    let length = file.elsewhere.is_none().then_some(file.bytes.len());
    PhoneFile { kind, name, content_type, length, url: world.media.host(&world.url, file) }
}

/// Files as the `attachments` of a message in a webhook.
pub(super) fn attachments(files: &[PhoneFile]) -> Value {
    files.iter().map(|file| json!({"type": file.kind.as_str(), "payload": {"url": file.url}})).collect()
}
