//! What the customer of a WhatsApp line does: an arm for each carrier.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::control::{ControlError, FileBody};
use crate::meta::whatsapp as cloud;
use crate::sinch::{self, SinchCustomer};
use crate::{kaleyra, meta, twilio};

type Result<T> = std::result::Result<T, ControlError>;

/// What a customer does.
#[derive(Debug, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub(super) enum Act {
    /// Sends a text or files. On WhatsApp each file is a message; the text is the caption of the first.
    Says {
        text: Option<String>,
        #[serde(default)]
        files: Vec<FileBody>,
    },
    /// Shares a place: degrees north and east.
    SharesPlace { latitude: f64, longitude: f64, name: String },
    /// Answers to an earlier message.
    Answers { message: String, text: String },
    /// Taps a button of a message.
    TapsButton { message: String, title: String, payload: String },
    /// Puts a reaction on a message, or takes it back.
    Reacts { message: String, emoji: Option<String> },
    /// Lets so many hours pass since the last message.
    IsSilent { hours: u32 },
    /// Changes what the phone does.
    Set { reads: Option<bool>, blocked: Option<bool> },
}

/// A message of the customer, and how its webhook fared.
#[derive(Debug, Serialize)]
pub(super) struct Sent {
    id: String,
    /// What the hub answered; nothing where there was no answer.
    status: Option<u16>,
    /// Why there was no answer.
    error: Option<String>,
}

impl From<cloud::Sent> for Sent {
    fn from(sent: cloud::Sent) -> Self {
        Self { id: sent.id, status: sent.webhook.status, error: sent.webhook.error }
    }
}

impl From<twilio::Sent> for Sent {
    fn from(sent: twilio::Sent) -> Self {
        Self { id: sent.sid, status: sent.webhook.status, error: sent.webhook.error }
    }
}

impl From<sinch::Sent> for Sent {
    fn from(sent: sinch::Sent) -> Self {
        let unasked = (None, Some("no webhook asks for it".to_owned()));
        let (status, error) = sent.post.map_or(unasked, |post| (post.status, post.error));
        Self { id: sent.id, status, error }
    }
}

impl From<kaleyra::Sent> for Sent {
    fn from(sent: kaleyra::Sent) -> Self {
        Self { id: sent.wamid, status: sent.webhook.status, error: sent.webhook.error }
    }
}

/// A person who writes to a line.
pub(super) enum Person {
    Meta(cloud::Customer),
    Twilio(twilio::Customer),
    Sinch(SinchCustomer),
    Kaleyra(kaleyra::Customer),
}

impl Person {
    /// Does it. What was sent by that, in order.
    pub(super) async fn act(&self, act: Act) -> Result<Vec<Sent>> {
        let sent = match act {
            Act::Says { text, files } => return self.says(text.filter(|text| !text.is_empty()), files).await,
            Act::SharesPlace { latitude, longitude, name } => self.shares_place(latitude, longitude, &name).await,
            Act::Answers { message, text } => self.answers(&message, &text).await,
            Act::TapsButton { message, title, payload } => self.taps_button(&message, &title, &payload).await,
            Act::Reacts { message, emoji } => self.reacts(&message, emoji.as_deref()).await?,
            Act::IsSilent { hours } => {
                self.move_back(Duration::from_secs(u64::from(hours) * 3600));
                return Ok(Vec::new());
            }
            Act::Set { reads, blocked } => {
                self.set(reads, blocked);
                return Ok(Vec::new());
            }
        };
        Ok(vec![sent])
    }

    async fn says(&self, text: Option<String>, files: Vec<FileBody>) -> Result<Vec<Sent>> {
        let read = |file: FileBody| file.bytes().map(|bytes| (file.name, file.content_type, bytes));
        let files = files.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        if files.is_empty() {
            let text = text.ok_or_else(|| ControlError::Invalid("neither a text nor a file".to_owned()))?;
            return Ok(vec![match self {
                Self::Meta(customer) => customer.says(&text).await.into(),
                Self::Twilio(customer) => customer.says(&text).await.into(),
                Self::Sinch(customer) => customer.says(&text).await.into(),
                Self::Kaleyra(customer) => customer.says(&text).await.into(),
            }]);
        }
        let (mut caption, mut sent) = (text, Vec::new());
        for (name, kind, bytes) in files {
            let caption = caption.take();
            sent.push(match self {
                Self::Meta(it) => it.sends(meta::File::new(&name, &kind, bytes), caption.as_deref()).await.into(),
                Self::Twilio(it) => it.sends(meta::File::new(&name, &kind, bytes), caption.as_deref()).await.into(),
                Self::Sinch(it) => it.sends(sinch::File::new(&name, &kind, bytes), caption.as_deref()).await.into(),
                Self::Kaleyra(it) => it.sends(meta::File::new(&name, &kind, bytes), caption.as_deref()).await.into(),
            });
        }
        Ok(sent)
    }

    async fn shares_place(&self, latitude: f64, longitude: f64, name: &str) -> Sent {
        match self {
            Self::Meta(customer) => customer.shares_place(latitude, longitude, Some(name)).await.into(),
            Self::Twilio(customer) => {
                customer.shares_place(&latitude.to_string(), &longitude.to_string(), name).await.into()
            }
            Self::Sinch(customer) => customer.shares_place(latitude, longitude, name).await.into(),
            Self::Kaleyra(customer) => customer.shares_place(latitude, longitude, name).await.into(),
        }
    }

    async fn answers(&self, message: &str, text: &str) -> Sent {
        match self {
            Self::Meta(customer) => customer.answers(message, text).await.into(),
            Self::Twilio(customer) => customer.answers(message, text).await.into(),
            Self::Sinch(customer) => customer.answers(message, text).await.into(),
            Self::Kaleyra(customer) => customer.answers(message, text).await.into(),
        }
    }

    async fn taps_button(&self, message: &str, title: &str, payload: &str) -> Sent {
        match self {
            Self::Meta(customer) => customer.taps_button(message, title, payload).await.into(),
            Self::Twilio(customer) => customer.taps_button(message, title, payload).await.into(),
            Self::Sinch(customer) => customer.taps(message, title, Some(payload)).await.into(),
            Self::Kaleyra(customer) => customer.taps_button(message, title, payload).await.into(),
        }
    }

    async fn reacts(&self, message: &str, emoji: Option<&str>) -> Result<Sent> {
        match self {
            Self::Twilio(_) | Self::Kaleyra(_) => {
                Err(ControlError::Invalid("the carrier does not tell of reactions".to_owned()))
            }
            Self::Meta(customer) => Ok(match emoji {
                Some(emoji) => customer.reacts(message, emoji).await.into(),
                None => customer.unreacts(message).await.into(),
            }),
            Self::Sinch(customer) => Ok(customer.reacts(message, emoji).await.into()),
        }
    }

    fn move_back(&self, time: Duration) {
        match self {
            Self::Meta(customer) => customer.move_back(time),
            Self::Twilio(customer) => customer.move_back(time),
            Self::Sinch(customer) => customer.move_back(time),
            Self::Kaleyra(customer) => customer.move_back(time),
        }
    }

    fn set(&self, reads: Option<bool>, blocked: Option<bool>) {
        let change = |known: (&mut bool, &mut bool)| {
            *known.0 = reads.unwrap_or(*known.0);
            *known.1 = blocked.unwrap_or(*known.1);
        };
        match self {
            Self::Meta(customer) => customer.set(|person| change((&mut person.reads, &mut person.blocked))),
            Self::Twilio(customer) => customer.set(|person| change((&mut person.reads, &mut person.blocked))),
            Self::Sinch(customer) => customer.set(|person| change((&mut person.reads, &mut person.blocked))),
            Self::Kaleyra(customer) => customer.set(|person| change((&mut person.reads, &mut person.blocked))),
        }
    }
}
