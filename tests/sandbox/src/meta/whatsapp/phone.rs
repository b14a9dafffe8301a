//! What is on a customer's phone: the conversation with the number, both ways, in order.

use bytes::Bytes;
use serde::Serialize;

/// A person who writes to the number.
#[derive(Clone, Debug, Serialize)]
pub struct CustomerState {
    /// The telephone number: digits without a plus; nothing where only the user id is known.
    pub phone: Option<String>,
    /// The business-scoped user id, as `DE.4417720931885523670`, if webhooks tell one.
    pub user_id: Option<String>,
    /// The user name, if the person has taken one.
    pub username: Option<String>,
    /// Whether the person hides the number: webhooks then name the user id alone.
    pub hides_number: bool,
    /// The name in the profile, which the person chooses; nothing where the webhook tells none.
    pub name: Option<String>,
    /// Whether the number is on WhatsApp at all.
    pub on_whatsapp: bool,
    /// Whether the person has blocked the number.
    pub blocked: bool,
    /// Whether the phone shows at once what arrives, so that it is read; a voice note is played.
    pub reads: bool,
    /// The customer's last message, in milliseconds since 1970: the window of 24 hours counts from it.
    pub last_message_at: Option<i64>,
    /// How often the customer saw that somebody types.
    pub typing_seen: u32,
    /// The conversation.
    pub messages: Vec<PhoneMessage>,
}

impl CustomerState {
    pub(super) const fn new(phone: Option<String>, user_id: Option<String>, name: Option<String>) -> Self {
        Self {
            phone,
            user_id,
            username: None,
            hides_number: false,
            name,
            on_whatsapp: true,
            blocked: false,
            reads: false,
            last_message_at: None,
            typing_seen: 0,
            messages: Vec::new(),
        }
    }

    /// The number, as far as webhooks tell it.
    pub(super) fn visible_phone(&self) -> Option<&str> {
        self.phone.as_deref().filter(|_| !self.hides_number)
    }

    /// What the number sent, in order; reactions are with what they are about.
    pub fn received(&self) -> Vec<&PhoneMessage> {
        self.messages.iter().filter(|message| message.from_number).collect()
    }

    /// The texts, or names of files, that the number sent, in order.
    pub fn texts(&self) -> Vec<&str> {
        self.received().into_iter().filter_map(PhoneMessage::summary).collect()
    }

    pub(super) fn message(&self, id: &str) -> Option<&PhoneMessage> {
        self.messages.iter().find(|message| message.id == id)
    }

    pub(super) fn message_mut(&mut self, id: &str) -> Option<&mut PhoneMessage> {
        self.messages.iter_mut().find(|message| message.id == id)
    }
}

/// One message on the phone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhoneMessage {
    /// WhatsApp's id of it.
    pub id: String,
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    /// Whether the number sent it.
    pub from_number: bool,
    /// Meta's word for its kind: `text`, `image`, `template`, ...
    pub kind: String,
    /// Its text, or the caption of its file.
    pub text: Option<String>,
    /// Its file.
    pub file: Option<SentFile>,
    /// Whether its file is shown as a voice note.
    pub voice: bool,
    /// Of a place: degrees north and east, and the name.
    pub place: Option<(f64, f64, Option<String>)>,
    /// Of a template: its name and language.
    pub template: Option<(String, String)>,
    /// The message it quotes.
    pub quotes: Option<String>,
    /// Of a message of the number: its own note on it.
    pub mark: Option<String>,
    /// The reaction that the customer left on it.
    pub reaction: Option<String>,
    /// The reaction that the number left on it.
    pub reaction_of_number: Option<String>,
    /// Whether the customer took it back.
    pub revoked: bool,
    /// Of a message of the customer: whether the number has marked it as read.
    pub read: bool,
    /// Of a message of the customer: what the hub answered to its webhook.
    pub hub_status: Option<u16>,
    /// Of a message of the customer: why its webhook got no answer.
    pub hub_error: Option<String>,
}

impl PhoneMessage {
    /// Its text, or else the name of its file, of its place or of its template.
    pub fn summary(&self) -> Option<&str> {
        let file = self.file.as_ref().map(|file| file.name.as_str());
        let place = self.place.as_ref().and_then(|(.., name)| name.as_deref());
        let template = self.template.as_ref().map(|(name, _)| name.as_str());
        self.text.as_deref().or(file).or(place).or(template)
    }
}

/// A file of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentFile {
    /// The media id; nothing of a file that was sent by its address.
    pub id: String,
    /// File name, as far as it is known.
    pub name: String,
    /// MIME type.
    pub content_type: String,
    /// Length in bytes.
    pub length: usize,
    /// What is in it.
    #[serde(skip)]
    pub bytes: Bytes,
}
