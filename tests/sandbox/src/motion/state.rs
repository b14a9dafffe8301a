//! What one Open Channel account holds: contacts, interactions, messages, and every call to it.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::account::{AccountConfig, ReceiveForm};
use super::contacts::STANDARD_FIELDS;
use super::{MotionCall, Shape};
use crate::clock::iso;
use crate::faults::Faults;
use crate::record::Calls;

/// Everything there is to know of an account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountState {
    /// The Motion server it is on.
    pub server: String,
    /// Its id there.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The form of its Receive URL.
    pub form: ReceiveForm,
    /// Its Receive URL.
    pub receive_url: String,
    /// The base address of the server's REST API.
    pub api_url: String,
    /// The map key that an administrator has set.
    pub map_key: String,
    /// The token of the Receive URL.
    pub token: String,
    /// The administrator's API key.
    pub api_key: String,
    /// The administrator's user name.
    pub user: String,
    /// The administrator's password.
    #[serde(skip)]
    pub password: String,
    /// Whether the contact list still exists.
    pub has_list: bool,
    /// The numbers N of the list's custom fields `cf_N`.
    pub custom_fields: BTreeSet<u32>,
    /// Where answers go; nothing = the answer box is disabled.
    pub reply_url: Option<String>,
    /// Whether a message changes a contact that exists already. No page says so.
    pub updates_contacts: bool,
    /// The shape of the payload that answers are posted in.
    pub shape: Shape,
    /// What is told to go wrong.
    pub faults: Faults<MotionCall>,
    /// The people in the list.
    pub contacts: Vec<Contact>,
    /// Conversations with them.
    pub interactions: Vec<Interaction>,
    /// Every message, both ways, in order.
    pub messages: Vec<DeskMessage>,
    /// Every call to the Receive URL and with the account's credentials to the REST API.
    #[serde(skip)]
    pub calls: Calls,
}

impl AccountState {
    pub(super) fn new(id: u64, config: AccountConfig, receive_url: String, api_url: String) -> Self {
        Self {
            server: config.server,
            id,
            name: config.name,
            form: config.form,
            receive_url,
            api_url,
            map_key: config.map_key,
            token: config.token,
            api_key: config.api_key,
            user: config.user,
            password: config.password,
            has_list: true,
            custom_fields: config.custom_fields,
            reply_url: None,
            updates_contacts: false,
            shape: Shape::default(),
            faults: Faults::default(),
            contacts: Vec::new(),
            interactions: Vec::new(),
            messages: Vec::new(),
            calls: Calls::default(),
        }
    }

    /// What customers wrote, in order.
    pub fn incoming(&self) -> Vec<&DeskMessage> {
        self.messages.iter().filter(|message| message.incoming).collect()
    }

    /// What the customer known to the desk as `from` wrote, in order.
    pub fn bodies_of(&self, from: &str) -> Vec<&str> {
        let of = |message: &&&DeskMessage| message.from.as_deref() == Some(from);
        self.incoming().iter().filter(of).map(|message| message.body.as_str()).collect()
    }

    /// The contact whose map key field holds `value`.
    pub fn contact(&self, value: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.field(&self.map_key) == Some(value))
    }

    /// The account as the REST API shows it.
    pub(super) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "description": null,
            "key": "FBSHP",
            "mapKey": self.map_key,
            "replyUrl": self.reply_url,
            "receiveURL": self.receive_url,
            "token": self.token,
            "ListId": self.has_list.then_some(4),
        })
    }

    pub(super) fn summary(&self) -> String {
        let bodies: Vec<_> = self
            .incoming()
            .iter()
            .map(|message| format!("{}: {:?}", message.from.as_deref().unwrap_or("?"), message.body))
            .collect();
        let statuses: Vec<_> = self.calls.0.iter().map(|call| call.status).collect();
        format!("messages {bodies:?}, answers {statuses:?}")
    }
}

/// A person in the contact list.
#[derive(Clone, Debug, Serialize)]
pub struct Contact {
    /// Unique on the server.
    pub id: u64,
    /// The fields that have a value.
    pub fields: BTreeMap<String, String>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// When it was changed last, in milliseconds since 1970.
    pub updated_at: i64,
}

impl Contact {
    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// The contact as Motion writes it: all standard fields, empty ones null.
    pub(super) fn json(&self) -> Value {
        let mut json: Map<String, Value> =
            STANDARD_FIELDS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
        json.extend(self.fields.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        json.extend([
            ("id".to_owned(), self.id.into()),
            ("ListId".to_owned(), 4.into()),
            ("createdAt".to_owned(), iso(self.created_at).into()),
            ("updatedAt".to_owned(), iso(self.updated_at).into()),
        ]);
        Value::Object(json)
    }
}

/// A conversation between a contact and the desk.
#[derive(Clone, Debug, Serialize)]
pub struct Interaction {
    /// Unique on the server.
    pub id: u64,
    /// Whose it is.
    pub contact: u64,
    /// Whether an agent has closed it.
    pub closed: bool,
    /// The public thread that its newest message came from.
    pub thread_id: Option<String>,
    /// Where that is to be seen.
    pub external_url: Option<String>,
}

/// One message at the desk.
#[derive(Clone, Debug, Serialize)]
pub struct DeskMessage {
    /// Unique on the server.
    pub id: u64,
    /// When it was taken, in milliseconds since 1970.
    pub at: i64,
    /// From a customer; otherwise from an agent.
    pub incoming: bool,
    /// The customer, as the desk knows them.
    pub from: Option<String>,
    /// The contact.
    pub contact: u64,
    /// The conversation.
    pub interaction: u64,
    /// The text, or the name of the file.
    pub body: String,
    /// The file.
    pub attachment: Option<u64>,
    /// The JSON that came, or the payload that was posted, as far as it is JSON.
    pub payload: Value,
    /// Of a message that came: members that Motion has no use for.
    pub ignored: Vec<String>,
    /// Of an answer: what the hub said to it.
    pub answer: Option<HubAnswer>,
}

/// What the hub answered to a post at the Reply URL.
#[derive(Clone, Debug, Serialize)]
pub struct HubAnswer {
    /// HTTP status; nothing where no answer came.
    pub status: Option<u16>,
    /// The body as JSON; null where it is none.
    pub json: Value,
    /// The body as text.
    pub text: String,
    /// Why no answer came.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

impl HubAnswer {
    /// Whether the agent sees the message as sent.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The `message` of the answer, which is what an agent sees of a failure.
    pub fn message(&self) -> Option<&str> {
        self.json.get("message").and_then(Value::as_str)
    }

    /// The `code` of the answer.
    pub fn code(&self) -> Option<&str> {
        self.json.get("code").and_then(Value::as_str)
    }
}

/// A file that Motion stores.
#[derive(Clone, Debug)]
pub struct StoredFile {
    /// Unique on the server.
    pub id: u64,
    /// File name.
    pub name: String,
    /// MIME type as told at the upload.
    pub content_type: String,
    /// What is in it.
    pub bytes: Bytes,
    /// When it was stored, in milliseconds since 1970.
    pub at: i64,
}

impl StoredFile {
    pub(super) fn json(&self) -> Value {
        let at = iso(self.at);
        json!({"id": self.id, "name": self.name, "type": self.content_type, "createdAt": at, "updatedAt": at})
    }
}
