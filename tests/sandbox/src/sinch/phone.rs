//! What is on a customer's phone: the conversation with the business, both ways, in order.

use serde::Serialize;

/// A person who has WhatsApp.
#[derive(Clone, Debug, Serialize)]
pub struct SinchPerson {
    /// What WhatsApp knows the person by: a number in digits, or a business-scoped user id.
    pub identity: String,
    /// What Sinch's contact of the person is called; `Unknown` before somebody gives it a name.
    pub display_name: String,
    /// Sinch's id of the contact.
    pub contact_id: String,
    /// The customer's last message, in milliseconds since 1970: the window of 24 hours counts from it.
    pub last_event_at: Option<i64>,
    /// Whether the phone shows at once what arrives, so that it is read.
    pub reads: bool,
    /// Whether the person has blocked the business.
    pub blocked: bool,
    /// Whether the person does not want messages.
    pub opted_out: bool,
    /// The conversation.
    pub messages: Vec<PhoneMessage>,
}

impl SinchPerson {
    pub(super) fn new(identity: &str) -> Self {
        Self {
            identity: identity.to_owned(),
            display_name: "Unknown".to_owned(),
            contact_id: super::app::ulid(),
            last_event_at: None,
            reads: false,
            blocked: false,
            opted_out: false,
            messages: Vec::new(),
        }
    }

    /// What the business sent, in order.
    pub fn received(&self) -> Vec<&PhoneMessage> {
        self.messages.iter().filter(|message| message.from_business).collect()
    }

    /// The texts, or names of files, that the business sent, in order.
    pub fn texts(&self) -> Vec<&str> {
        self.received().into_iter().filter_map(PhoneMessage::summary).collect()
    }
}

/// One message on the phone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhoneMessage {
    /// Sinch's id of it.
    pub id: String,
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    /// Whether the business sent it.
    pub from_business: bool,
    /// Its text, or the words below a file.
    pub text: Option<String>,
    /// Its file.
    pub file: Option<PhoneFile>,
    /// Of a place: degrees north and east, and the name.
    pub place: Option<(f64, f64, String)>,
    /// Of a template: its name and what stands in its gaps.
    pub template: Option<(String, Vec<String>)>,
    /// Of a message of the business: its own note on it.
    pub metadata: String,
    /// Of a message of the business: what it follows it by.
    pub correlation_id: String,
    /// The reaction that the customer left on it.
    pub reaction: Option<String>,
    /// Of a message of the customer: what the hub answered to its callback.
    pub hub_status: Option<u16>,
    /// Of a message of the customer: why its callback got no answer.
    pub hub_error: Option<String>,
}

impl PhoneMessage {
    /// Its text, or else the name of its file, of its place or of its template.
    pub fn summary(&self) -> Option<&str> {
        let file = self.file.as_ref().map(|file| file.name.as_str());
        let place = self.place.as_ref().map(|(.., name)| name.as_str());
        let template = self.template.as_ref().map(|(name, _)| name.as_str());
        self.text.as_deref().or(file).or(place).or(template)
    }
}

/// A file on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneFile {
    /// File name.
    pub name: String,
    /// MIME type as told by whoever sent it.
    pub content_type: String,
    /// Length in bytes; nothing where it is elsewhere.
    pub length: Option<usize>,
    /// Where it is to be had.
    pub url: String,
}
