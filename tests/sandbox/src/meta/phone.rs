//! What is on a customer's phone: the conversation with the page, both ways, in order.

use serde::Serialize;

use super::error::GraphError;

/// A person who writes to the page.
#[derive(Clone, Debug, Serialize)]
pub struct CustomerState {
    /// Page-scoped id.
    pub psid: String,
    /// First name in the profile.
    pub first_name: String,
    /// Last name in the profile.
    pub last_name: String,
    /// Address of the picture in the profile.
    pub profile_pic: Option<String>,
    /// What a look-up of the profile is refused with.
    #[serde(skip)]
    pub profile_error: Option<GraphError>,
    /// The customer's last event, in milliseconds since 1970: the window of 24 hours counts from it.
    pub last_event_at: Option<i64>,
    /// Whether the phone shows at once what arrives, so that it is read.
    pub reads: bool,
    /// Whether the person has blocked the page.
    pub blocked: bool,
    /// The conversation.
    pub messages: Vec<PhoneMessage>,
}

impl CustomerState {
    pub(super) const fn new(psid: String, first_name: String, last_name: String) -> Self {
        Self {
            psid,
            first_name,
            last_name,
            profile_pic: None,
            profile_error: None,
            last_event_at: None,
            reads: false,
            blocked: false,
            messages: Vec::new(),
        }
    }

    /// What the page sent, in order.
    pub fn received(&self) -> Vec<&PhoneMessage> {
        self.messages.iter().filter(|message| message.from_page).collect()
    }

    /// The texts, or names of files, that the page sent, in order.
    pub fn texts(&self) -> Vec<&str> {
        self.received().into_iter().filter_map(PhoneMessage::summary).collect()
    }

    pub(super) fn message_mut(&mut self, mid: &str) -> Option<&mut PhoneMessage> {
        self.messages.iter_mut().find(|message| message.mid == mid)
    }
}

/// One message on the phone.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PhoneMessage {
    /// Messenger's id of it.
    pub mid: String,
    /// When it was sent, in milliseconds since 1970.
    pub at: i64,
    /// Whether the page sent it.
    pub from_page: bool,
    /// Its text.
    pub text: Option<String>,
    /// Its files.
    pub files: Vec<PhoneFile>,
    /// Of a message of the page: the app's own note on it.
    pub metadata: Option<String>,
    /// Of a message of the page: `RESPONSE`, `UPDATE` or `MESSAGE_TAG`.
    pub messaging_type: Option<String>,
    /// Of a message of the page: the tag it was sent with.
    pub tag: Option<String>,
    /// When the phone had it.
    pub delivered_at: Option<i64>,
    /// When it was read.
    pub read_at: Option<i64>,
    /// The reaction that the customer left on it.
    pub reaction: Option<String>,
    /// How often it was edited.
    pub edits: u32,
    /// Of a message of the customer: what the hub answered to its webhook.
    pub hub_status: Option<u16>,
    /// Of a message of the customer: why its webhook got no answer.
    pub hub_error: Option<String>,
}

impl PhoneMessage {
    /// Its text, or else the name of its first file.
    pub fn summary(&self) -> Option<&str> {
        self.text.as_deref().or_else(|| self.files.first().map(|file| file.name.as_str()))
    }
}

/// A file on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PhoneFile {
    /// `image`, `video`, `audio` or `file`.
    pub kind: FileKind,
    /// File name.
    pub name: String,
    /// MIME type as told by whoever sent it.
    pub content_type: String,
    /// Length in bytes; nothing where it is elsewhere.
    pub length: Option<usize>,
    /// Where it is to be had.
    pub url: String,
}

/// Messenger's kinds of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Anything else.
    File,
}

impl FileKind {
    /// The name that Messenger has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Image, Self::Video, Self::Audio, Self::File].into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind that Messenger shows a file of this MIME type as.
    pub fn of(content_type: &str) -> Self {
        match content_type.split('/').next() {
            Some("image") => Self::Image,
            Some("video") => Self::Video,
            Some("audio") => Self::Audio,
            _ => Self::File,
        }
    }
}
