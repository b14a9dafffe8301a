//! Typed names of things. Each comment says where the value is unique; only a channel's own module looks inside the ids
//! of its platform.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// A newtype over text: opaque, compared byte for byte.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A newtype over a ULID, made by the hub and unique everywhere.
macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Ulid);

        impl $name {
            /// A new one, never seen before.
            pub fn generate() -> Self {
                Self(Ulid::generate())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            /// Only the canonical form is taken, so that one thing has one name.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let ulid = Ulid::from_string(text).map_err(|_| NotAnId)?;
                (ulid.to_string() == text).then_some(Self(ulid)).ok_or(NotAnId)
            }
        }
    };
}

/// The text is not an id of the hub (26 characters, Crockford base 32, upper case).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the hub")]
pub struct NotAnId;

ulid_id! {
    /// An integration: one account of a channel linked to one Open Channel account.
    IntegrationId
}
ulid_id! {
    /// A company that owns integrations.
    TenantId
}
ulid_id! {
    /// Follows one event through every log line, record and answer.
    CorrelationId
}
text_id! {
    /// The platform's name of one of our accounts, as `facebook:PAGE` or `whatsapp:meta:PHONE_NUMBER_ID`. Unique in the deployment.
    AccountKey
}
text_id! {
    /// The platform's own stable id of a customer (PSID, numeric X id, WhatsApp number or user id). Unique within an account.
    CustomerId
}
impl CustomerId {
    /// Stands for nobody: the customer of an event about a whole account, as the block of a page. Such an event is recorded
    /// and never shown in a conversation. No platform has a customer of this name.
    pub fn nobody() -> Self {
        Self::new("-")
    }

    /// Whether the event is about the account and no customer.
    pub fn is_nobody(&self) -> bool {
        self.as_str() == "-"
    }
}
text_id! {
    /// What Motion knows a customer by: the value of `from`. Unique within an integration.
    DeskId
}
text_id! {
    /// The platform's id of one message. Unique within an account.
    MessageId
}
text_id! {
    /// A public post or thread of a platform. Unique within an account.
    ThreadId
}
text_id! {
    /// Tells one event of an account from all others: kind, platform id, and what tells two events on one message apart.
    EventId
}

impl EventId {
    /// The event "a customer sent this message". Every channel names it so, because a later event finds the message by it.
    pub fn of_message(message: &MessageId) -> Self {
        Self(format!("message:{message}"))
    }
}

impl AccountKey {
    /// The account `id` of a channel, as `facebook:218840075512346`.
    pub fn of(channel: &str, id: &str) -> Self {
        Self(format!("{channel}:{id}"))
    }

    /// Stands where not even the account of an unreadable item could be told.
    pub fn unknown() -> Self {
        Self("unknown:".to_owned())
    }

    /// Whether it is [`AccountKey::unknown`].
    pub fn is_unknown(&self) -> bool {
        self.0 == "unknown:"
    }

    /// What may stand in a log: all of it but telephone numbers, our own ones too.
    pub fn shown(&self) -> String {
        let is_number = |part: &&str| part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_digit());
        let of_whatsapp = self.0.starts_with("whatsapp:");
        let shown = |part| if of_whatsapp && is_number(&part) { "#" } else { part };
        self.0.split(':').map(shown).collect::<Vec<_>>().join(":")
    }

    /// What follows the channel's name: the platform's own id of the account.
    pub fn platform_id(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, id)| id)
    }
}
