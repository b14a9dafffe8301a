//! The agent who answers: what the desk posts to the Reply URL, and what of the hub's answer the agent sees.

use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::account::Account;
use super::contacts::open_interaction;
use super::shape::Shape;
use super::state::{AccountState, DeskMessage, HubAnswer};
use crate::clock;

/// How long the desk waits for the hub. How long the real one does is not known; this is more than the hub may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The account has no Reply URL, so the answer box is disabled.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the account has no Reply URL: the agent cannot answer")]
pub struct NoReplyUrl;

/// An answer that is not posted yet.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The text; with a file, its name is posted in its place.
    pub text: String,
    /// A file that the server stores.
    pub attachment: Option<u64>,
    /// The shape of the payload; the account's own if none is given.
    pub shape: Option<Shape>,
    /// A public thread other than that of the interaction.
    pub thread_id: Option<String>,
    /// The id of an earlier answer, to post that one once more.
    pub id: Option<u64>,
    /// An internal note: the `secret` flag is set.
    pub secret: bool,
    /// An automatic message: no agent, and this in `sentBy`.
    pub sent_by: Option<String>,
}

impl Draft {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// A file that the server stores.
    pub fn file(attachment: u64) -> Self {
        Self { attachment: Some(attachment), ..Self::default() }
    }

    /// The same answer in this shape.
    #[must_use]
    pub fn shaped(self, shape: Shape) -> Self {
        Self { shape: Some(shape), ..self }
    }
}

/// An agent at the desk of one account.
#[derive(Clone, Debug)]
pub struct Agent {
    account: Account,
}

impl Agent {
    pub(super) const fn new(account: Account) -> Self {
        Self { account }
    }

    /// Answers the customer known to the desk as `contact`. One who is not known yet is made a contact, as for an agent who
    /// starts a conversation.
    ///
    /// # Errors
    /// [`NoReplyUrl`]: the answer box is disabled.
    pub async fn reply(&self, contact: &str, text: &str) -> Result<DeskMessage, NoReplyUrl> {
        self.send(contact, Draft::text(text)).await
    }

    /// Answers with a file.
    ///
    /// # Errors
    /// [`NoReplyUrl`]: the answer box is disabled.
    pub async fn reply_with_file(
        &self,
        contact: &str,
        name: &str,
        content_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Result<DeskMessage, NoReplyUrl> {
        let attachment = self.account.store(name, content_type, bytes);
        self.send(contact, Draft::file(attachment)).await
    }

    /// Posts an answer, and gives it together with what the hub said.
    ///
    /// # Errors
    /// [`NoReplyUrl`]: the answer box is disabled.
    pub async fn send(&self, contact: &str, draft: Draft) -> Result<DeskMessage, NoReplyUrl> {
        let url = self.reply_url()?;
        let contact = self.account.add_contact(contact);
        let shape = draft.shape.unwrap_or_else(|| self.account.read(|account| account.shape));
        let (message, map_key) = self.write_down(contact, draft);
        let answer = self.post(&url, shape.content_type(), shape.write(&message.payload, &map_key)).await;
        let message = DeskMessage { answer: Some(answer.clone()), ..message };
        self.account.set(|account| {
            // The newest with this id: a repeat stands beside what it repeats.
            if let Some(kept) = account.messages.iter_mut().rev().find(|kept| kept.id == message.id) {
                kept.answer = Some(answer);
            }
        });
        Ok(message)
    }

    /// Posts any bytes to the Reply URL.
    ///
    /// # Errors
    /// [`NoReplyUrl`]: the answer box is disabled.
    pub async fn post_bytes(&self, content_type: Option<&str>, body: Vec<u8>) -> Result<HubAnswer, NoReplyUrl> {
        Ok(self.post(&self.reply_url()?, content_type, body).await)
    }

    fn reply_url(&self) -> Result<String, NoReplyUrl> {
        self.account.read(|account| account.reply_url.clone()).ok_or(NoReplyUrl)
    }

    fn write_down(&self, contact: u64, draft: Draft) -> (DeskMessage, String) {
        let file = draft.attachment.and_then(|id| self.account.file(id));
        let body = file.map_or(draft.text.clone(), |file| file.name);
        self.account.state.change(|account| {
            let server = &self.account.server;
            let interaction = open_interaction(account, server, contact, None, None);
            let mut message = DeskMessage {
                id: draft.id.unwrap_or_else(|| server.next_id()),
                at: clock::now(),
                incoming: false,
                from: None,
                contact,
                interaction,
                body,
                attachment: draft.attachment,
                payload: Value::Null,
                ignored: Vec::new(),
                answer: None,
            };
            message.payload = payload(account, &message, &draft);
            account.messages.push(message.clone());
            (message, account.map_key.clone())
        })
    }

    async fn post(&self, url: &str, content_type: Option<&str>, body: Vec<u8>) -> HubAnswer {
        let began = clock::now();
        let mut request = self.account.world.http.post(url).timeout(PATIENCE).body(body);
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let outcome = async {
            let answer = request.send().await?;
            Ok::<_, reqwest::Error>((answer.status().as_u16(), answer.text().await?))
        };
        let (status, text, error) = match outcome.await {
            Ok((status, text)) => (Some(status), text, None),
            // The address holds a secret.
            Err(error) => (None, String::new(), Some(error.without_url().to_string())),
        };
        let json = serde_json::from_str(&text).unwrap_or_default();
        HubAnswer { status, json, text, error, duration_ms: clock::now() - began }
    }
}

/// The fullest payload: every member that was seen on any server.
fn payload(account: &AccountState, message: &DeskMessage, draft: &Draft) -> Value {
    let contact = account.contacts.iter().find(|contact| contact.id == message.contact);
    let contact = contact.map(super::Contact::json).unwrap_or_default();
    let interaction = account.interactions.iter().find(|interaction| interaction.id == message.interaction);
    let thread_id =
        draft.thread_id.as_ref().or_else(|| interaction.and_then(|interaction| interaction.thread_id.as_ref()));
    let external_url = interaction.and_then(|interaction| interaction.external_url.as_ref());
    let agent = draft.sent_by.is_none().then_some(21);
    json!({
        "id": message.id,
        "body": message.body,
        "direction": "out",
        "secret": draft.secret,
        "sentBy": draft.sent_by,
        "OpenchannelAccountId": account.id,
        "OpenchannelInteractionId": message.interaction,
        "UserId": agent,
        "ContactId": message.contact,
        "AttachmentId": message.attachment,
        "interface": agent.map(|_| "SIP/agent21"),
        "agent": agent.map(|id| json!({"id": id, "name": "agent21", "fullname": "Agent Twenty-One"})),
        "Interaction": {
            "id": message.interaction,
            "closed": false,
            "UserId": agent,
            "ContactId": message.contact,
            "OpenchannelAccountId": account.id,
            "threadId": thread_id,
            "externalUrl": external_url,
        },
        "Contact": contact.clone(),
        "contact": contact,
    })
}
