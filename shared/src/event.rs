//! What a webhook tells, in words that fit every channel. No I/O, nothing of one platform.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{CustomerId, EventId, MessageId, ThreadId};
use crate::time::Timestamp;

/// One thing that happened between a customer and one of our accounts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The same for every delivery of the same event, different for any other of the account.
    pub id: EventId,
    /// Whom it is about: the customer, also where our side acted (an echo).
    pub customer: CustomerId,
    /// Other ids by which the platform knows the same customer, as a telephone number beside a user id. After a change of
    /// id: the new ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<CustomerId>,
    /// What the customer calls themselves, where the event tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    /// Where it happened.
    pub place: Place,
    /// The platform's time.
    pub at: Timestamp,
    /// What happened.
    pub kind: EventKind,
}

/// A conversation's place: one customer has one direct conversation and one in each public thread.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Private messages.
    Direct,
    /// A post or comment that everyone can read.
    Public {
        /// The post or thread.
        thread: ThreadId,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventKind {
    /// The customer wrote, sent files, tapped a button.
    Message(Message),
    /// The customer changed a message.
    Edit {
        /// The message as it was first sent.
        message: MessageId,
        /// The new text.
        text: String,
    },
    /// The customer took a message back.
    Deletion {
        /// The message that is gone.
        message: MessageId,
    },
    /// The customer reacted to a message, ours or their own.
    Reaction {
        /// The message reacted to.
        message: MessageId,
        /// The emoji or the platform's word for it; nothing when the reaction was taken back.
        emoji: Option<String>,
    },
    /// How far a message of ours has come.
    Status {
        /// Which messages.
        of: StatusOf,
        /// How far.
        state: DeliveryState,
        /// Why it will not arrive.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<StatusFailure>,
        /// What the platform charges for it, in its own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price: Option<String>,
    },
    /// A message that our side sent: the hub itself, the platform's inbox, or another app.
    Echo {
        /// The message, with its platform id.
        message: Message,
        /// Who sent it.
        sender: EchoSender,
    },
    /// Anything else: told to the agent in a line, or only recorded.
    Notice {
        /// The platform's name of it, as `referral` or `pass_thread_control`.
        name: String,
        /// What the agent reads; nothing when it does not concern them.
        line: Option<String>,
        /// Whether it opens the platform's window for free answers.
        opens_window: bool,
    },
}

/// One message of a customer: what was written and what came with it, in the order in which an agent should read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The platform's id; absent where the platform gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotes: Option<MessageId>,
    /// What it is made of. Never empty.
    pub parts: Vec<Part>,
}

/// A piece of a message. Text and readable lines become text at the desk, files are uploaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// Words of the customer.
    Text {
        /// As written.
        text: String,
    },
    /// A file to fetch from the platform.
    File(MediaFile),
    /// A place on the map.
    Location {
        /// Degrees north, as the platform wrote them.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// Name or address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// An address that shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// Something shared by its address: a link, a post, a reel, a product.
    Shared {
        /// What it is in one word, as `link`, `post`, `reel`, `product`.
        what: String,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// Its address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    /// A button or quick reply that the customer tapped.
    Choice {
        /// What the button says.
        title: String,
        /// What the button carries for machines.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<String>,
    },
    /// Something the hub puts into words itself, shown as `[label] text`.
    Line {
        /// The word in brackets.
        label: String,
        /// What follows it; may be empty.
        text: String,
    },
    /// A kind of content that has no readable form.
    Unsupported {
        /// The platform's word for it.
        what: String,
    },
}

/// A file of a customer that the platform keeps for us to fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaFile {
    /// What the platform says it is.
    pub kind: MediaKind,
    /// Where it lies.
    pub source: MediaSource,
    /// Its name, if the platform tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Where a file lies. The address may hold a signature, so it is never logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// At an address.
    Url(String),
    /// Behind the platform's id for it, to be asked for first.
    Id(String),
}

/// What a file is, as the agent would call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A moving picture.
    Video,
    /// Sound or a voice note.
    Audio,
    /// Any other file.
    Document,
    /// A sticker.
    Sticker,
}

impl MediaKind {
    /// The word an agent reads.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }
}

/// Which of our messages a status is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusOf {
    /// One message.
    Message(MessageId),
    /// All messages of the conversation up to a time.
    UpTo(Timestamp),
}

/// How far a message of ours has come. The order is the rank: a state never goes back to a lower one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The platform took it.
    Sent,
    /// It will not arrive. Above `Sent`, which may come late; below the others: what was read has arrived after all.
    Failed,
    /// It reached a device.
    Delivered,
    /// The customer opened it.
    Read,
    /// The customer listened to it.
    Played,
}

/// Why a message of ours will not arrive, told after the platform had taken it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusFailure {
    /// The platform's code.
    pub code: String,
    /// What the agent reads: what happened and what to do.
    pub sentence: String,
    /// Whether the platform's time for free answers was over.
    #[serde(default)]
    pub window_closed: bool,
}

/// Who sent a message in our name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EchoSender {
    /// This hub, recognised by the mark that it puts on every message.
    Hub,
    /// A person in the platform's own inbox.
    Inbox,
    /// A person in the platform's app on a phone, which shares the number with us.
    PhoneApp,
    /// Another app; its id if the platform tells.
    App(Option<String>),
}

/// What was authenticated but could not be read, kept so that a person can see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// What was wrong, without any of the content.
    pub reason: String,
    /// The first 64 KiB of it, base64.
    pub head: String,
    /// Its whole length in bytes.
    pub length: usize,
    /// SHA-256 of the whole, hex.
    pub sha256: String,
}

impl Unreadable {
    /// Keeps what could not be read. The reason must hold none of the content.
    pub fn new(reason: impl Into<String>, bytes: &[u8]) -> Self {
        const HEAD: usize = 64 * 1024;
        Self {
            reason: reason.into(),
            head: STANDARD.encode(bytes.get(..HEAD).unwrap_or(bytes)),
            length: bytes.len(),
            sha256: hex::encode(Sha256::digest(bytes)),
        }
    }
}

impl EventKind {
    /// What it is in a word.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Edit { .. } => "edit",
            Self::Deletion { .. } => "deletion",
            Self::Reaction { .. } => "reaction",
            Self::Status { .. } => "status",
            Self::Echo { .. } => "echo",
            Self::Notice { .. } => "notice",
        }
    }
}

impl Event {
    /// Something in a private conversation, of a customer with one id and no name.
    pub fn direct(id: EventId, customer: CustomerId, at: Timestamp, kind: EventKind) -> Self {
        Self { id, customer, aliases: Vec::new(), named: None, place: Place::Direct, at, kind }
    }

    /// Whether the platform lets us answer freely from this moment on.
    pub fn opens_window(&self) -> bool {
        match &self.kind {
            EventKind::Message(_) | EventKind::Reaction { .. } => true,
            EventKind::Notice { opens_window, .. } => *opens_window,
            EventKind::Edit { .. } | EventKind::Deletion { .. } | EventKind::Status { .. } | EventKind::Echo { .. } => {
                false
            }
        }
    }
}
