//! A person with a phone: who they are, and how what they do becomes a webhook. What they can do is in `acts`.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::number::Number;
use super::phone::{CustomerState, PhoneMessage, SentFile};
use super::{media, wamid, webhook};
use crate::clock;
use crate::meta::{Fetch, Post};

/// A person who writes to a number. Clones are the same person.
#[derive(Clone, Debug)]
pub struct Customer {
    pub(super) number: Number,
    pub(super) key: String,
}

/// An act of the customer, and how its webhook fared.
#[derive(Clone, Debug)]
pub struct Sent {
    /// WhatsApp's id of the message.
    pub id: String,
    /// The file of the message.
    pub file: Option<SentFile>,
    /// The webhook.
    pub webhook: Post,
}

/// A message before it is sent.
#[derive(Default)]
pub(super) struct Draft {
    /// Meta's word for its kind.
    pub(super) kind: &'static str,
    /// What it is, under the name of its kind.
    pub(super) content: Option<Value>,
    /// The message it is about, quoted as context.
    pub(super) quotes: Option<String>,
    /// Members beside those.
    pub(super) more: Vec<(&'static str, Value)>,
    /// What the phone shows of it; nothing where it shows nothing new.
    pub(super) shown: Option<PhoneMessage>,
    /// Whether it comes without the person's number and id, and without a contact.
    pub(super) of_the_system: bool,
}

impl Customer {
    pub(super) const fn new(number: Number, key: String) -> Self {
        Self { number, key }
    }

    /// What this person was first known by: a number or a user id. It stays what they are kept by.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Everything there is to know of the person.
    pub fn state(&self) -> Option<CustomerState> {
        self.number.state.read(|number| number.customers.get(&self.key).cloned())
    }

    /// Changes what is known of the person: ids, names, whether the number is hidden or blocked, whether the phone reads.
    pub fn set(&self, change: impl FnOnce(&mut CustomerState)) {
        self.number.state.change(|number| number.customers.get_mut(&self.key).map(change));
    }

    /// Everything that the number sent, in order.
    pub fn received(&self) -> Vec<PhoneMessage> {
        self.number.received(&self.key)
    }

    /// Moves the customer's last message into the past, so that the window closes.
    pub fn move_back(&self, time: Duration) {
        self.set(|customer| customer.last_message_at = customer.last_message_at.map(|at| at - clock::millis(time)));
    }

    /// Requests for a file that this customer sent.
    pub fn fetches(&self, file: &SentFile) -> Vec<Fetch> {
        self.number.world.whatsapp.media.fetches(&file.id)
    }

    /// Ends the addresses of a file that were told so far, as five minutes do. The next look-up tells a new one.
    pub fn expire_links(&self, file: &SentFile) {
        self.number.world.whatsapp.media.expire(&file.id);
    }

    /// Removes a file from Meta's servers, as seven days do.
    pub fn forget(&self, file: &SentFile) {
        self.number.world.whatsapp.media.forget(&file.id);
    }

    /// Sends a message, puts it on the phone and opens the window.
    pub(super) async fn send(&self, draft: Draft) -> Sent {
        let (id, at) = (wamid(), clock::now());
        let shown = draft.shown.clone().map(|shown| PhoneMessage {
            id: id.clone(),
            at,
            kind: draft.kind.to_owned(),
            quotes: draft.quotes.clone(),
            ..shown
        });
        let file = shown.as_ref().and_then(|shown| shown.file.clone());
        self.set(|customer| {
            if !draft.of_the_system {
                customer.last_message_at = Some(at);
            }
            customer.messages.extend(shown);
        });
        let own = self.own(&id, at, draft);
        let webhook = webhook::post_messages(&self.number.world, &self.number.state, own).await;
        self.set(|customer| {
            if let Some(shown) = customer.message_mut(&id) {
                (shown.hub_status, shown.hub_error) = (webhook.status, webhook.error.clone());
            }
        });
        Sent { id, file, webhook }
    }

    /// The members of the value that are about this message.
    fn own(&self, id: &str, at: i64, draft: Draft) -> Value {
        let Some(customer) = self.state() else { return Value::Null };
        let mut message = Map::new();
        let mut set = |name: &str, value: Option<Value>| message.extend(value.map(|value| (name.to_owned(), value)));
        if !draft.of_the_system {
            set("from", customer.visible_phone().map(Value::from));
            set("from_user_id", customer.user_id.as_deref().map(Value::from));
        }
        set("id", Some(id.into()));
        set("timestamp", Some(webhook::seconds(at).into()));
        set("type", Some(draft.kind.into()));
        set("context", draft.quotes.as_deref().map(|quoted| self.context(quoted)));
        set(draft.kind, draft.content);
        for (name, value) in draft.more {
            set(name, Some(value));
        }
        if draft.of_the_system {
            return json!({ "messages": [message] });
        }
        json!({"contacts": [webhook::contact(&customer)], "messages": [message]})
    }

    /// What a message is about, and whose that is.
    fn context(&self, quoted: &str) -> Value {
        let of_customer =
            self.state().filter(|customer| customer.message(quoted).is_some_and(|message| !message.from_number));
        match of_customer {
            Some(customer) => match customer.visible_phone() {
                Some(phone) => json!({"from": phone, "id": quoted}),
                None => json!({ "id": quoted }),
            },
            None => json!({"from": self.number.read(super::NumberState::digits), "id": quoted}),
        }
    }

    /// A file as a webhook tells of it.
    pub(super) fn described(&self, file: &SentFile) -> Map<String, Value> {
        let mut described = Map::from_iter([
            ("mime_type".to_owned(), file.content_type.as_str().into()),
            ("sha256".to_owned(), media::digest(file).into()),
            ("id".to_owned(), file.id.as_str().into()),
        ]);
        let world = &self.number.world;
        let url = self.number.read(|number| number.tells_urls);
        let url = url.then(|| world.whatsapp.media.link(&world.url, &file.id, "webhook")).flatten();
        described.extend(url.map(|url| ("url".to_owned(), url.into())));
        described
    }
}
