//! What is on a customer's phone: the conversation with the number, both ways, in order.

use serde::Serialize;

use super::media::SentFile;

/// A person who writes to the number.
#[derive(Clone, Debug, Serialize)]
pub struct CustomerState {
    /// The telephone number: digits without a plus.
    pub phone: String,
    /// The business-scoped user id, as `GB.30014422118760`, if the person has one.
    pub user_id: Option<String>,
    /// Whether the person hides the number: callbacks then name the user id alone.
    pub hides_number: bool,
    /// The name in the profile, which the person chooses.
    pub name: String,
    /// Whether the number is on WhatsApp at all.
    pub on_whatsapp: bool,
    /// Whether the person has blocked the number.
    pub blocked: bool,
    /// Whether the phone shows at once what arrives, so that it is read.
    pub reads: bool,
    /// The customer's last message, in milliseconds since 1970: the window of 24 hours counts from it.
    pub last_message_at: Option<i64>,
    /// The conversation.
    pub messages: Vec<PhoneMessage>,
}

impl CustomerState {
    pub(super) const fn new(phone: String, name: String) -> Self {
        Self {
            phone,
            user_id: None,
            hides_number: false,
            name,
            on_whatsapp: true,
            blocked: false,
            reads: false,
            last_message_at: None,
            messages: Vec::new(),
        }
    }

    /// What the number sent, in order.
    pub fn received(&self) -> Vec<&PhoneMessage> {
        self.messages.iter().filter(|message| message.from_number).collect()
    }

    /// The texts, or names of files, that the number sent, in order.
    pub fn texts(&self) -> Vec<&str> {
        self.received().into_iter().filter_map(PhoneMessage::summary).collect()
    }

    /// Whether a number in digits or a user id is this person.
    pub(super) fn is(&self, id: &str) -> bool {
        id == self.phone || self.user_id.as_deref() == Some(id)
    }
}

/// One message on the phone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhoneMessage {
    /// Kaleyra's id of it; empty for a customer's, to which it gives none.
    pub id: String,
    /// Meta's id of it, of the second API.
    pub wamid: String,
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    /// Whether the number sent it.
    pub from_number: bool,
    /// The hub's own mark of it.
    pub reference: String,
    /// Its text, or the caption of its file, or the name of its place.
    pub text: Option<String>,
    /// Its file.
    pub file: Option<SentFile>,
    /// Of a place: degrees north and east.
    pub place: Option<(f64, f64)>,
    /// Of a template: its name.
    pub template: Option<String>,
    /// Of a message of the customer: what the hub answered to its callback.
    pub hub_status: Option<u16>,
    /// Of a message of the customer: why its callback got no answer.
    pub hub_error: Option<String>,
}

impl PhoneMessage {
    /// Its text, or else the name of its file.
    pub fn summary(&self) -> Option<&str> {
        self.text.as_deref().or(self.file.as_ref().map(|file| file.name.as_str()))
    }
}
