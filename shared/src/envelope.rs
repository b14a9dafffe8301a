//! What lies in the queue: one piece of work for one customer's conversation, as ASCII JSON with a schema version.
//!
//! ASCII, because SQS refuses some code points and alters others; versioned, because a queue outlives a deployment.

use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::event::{Event, MediaFile, Place, Unreadable};
use crate::id::{AccountKey, CorrelationId, CustomerId, EventId, IntegrationId};
use crate::time::Timestamp;

/// The version that this code writes. It reads this one and the one before, which had nothing of held messages.
pub const SCHEMA_VERSION: u16 = 2;

/// The largest queue body in bytes, far enough below SQS's own limit that a batch of a webhook always fits.
pub const LARGEST_BODY: usize = 200 * 1024;

/// One piece of work, with all that is needed to do it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// The schema version it was written with.
    pub version: u16,
    /// Follows the work through logs, records and answers.
    pub correlation: CorrelationId,
    /// When the hub took it in.
    pub received_at: Timestamp,
    /// Whose work it is.
    pub target: Target,
    /// What to do.
    pub work: Work,
}

/// Whose work it is: the account as the platform names it, and the integration where the route already told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Our account at the platform.
    pub account: AccountKey,
    /// The integration, if it is known; otherwise the one that has claimed the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<IntegrationId>,
}

/// What to do. All but the first two are the hub's own, and they keep to the customer's group like any event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "work", rename_all = "snake_case")]
pub enum Work {
    /// Something happened on the platform.
    Event {
        /// What.
        event: Event,
    },
    /// Something came in that nobody could read.
    Unreadable {
        /// What.
        unreadable: Unreadable,
    },
    /// Post what waits for this customer, in order.
    Drain {
        /// Whose messages wait.
        customer: CustomerId,
        /// Which conversation began to wait.
        place: Place,
        /// Which chain of drains it belongs to. A conversation has one that lives: the one it names.
        chain: CorrelationId,
        /// Whether it puts its own chain in the place of any other: it was asked for by a person, or by a desk that is back.
        first: bool,
        /// How many drains of the chain found the desk away.
        step: u32,
    },
    /// Post one failed message again.
    Replay {
        /// Whose message it is.
        customer: CustomerId,
        /// The failed message: the correlation id it was kept under.
        failed: CorrelationId,
    },
    /// Look again at an event that came before what it speaks of.
    Recheck {
        /// The event.
        event: Event,
    },
    /// Try again to fetch a file that could not be had.
    LateFile(LateFile),
    /// Send what is held for this customer, who has written: in order, each once.
    Release {
        /// Whom it is for.
        customer: CustomerId,
        /// How many releases before found that the platform takes no more.
        step: u32,
    },
    /// End what is held for this customer and whose time is over.
    EndHeld {
        /// Whom it was for.
        customer: CustomerId,
    },
    /// Tell the agent something of the hub's own.
    Line(HubLine),
}

/// What the hub itself has to tell the agent of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HubLine {
    /// In whose private conversation it stands.
    pub customer: CustomerId,
    /// Tells it from all other events: told twice under one id, the agent reads it once.
    pub event: EventId,
    /// The line.
    pub text: String,
}

/// A file that could not be had when its message was posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateFile {
    /// Whose file it is.
    pub customer: CustomerId,
    /// Where it was sent.
    pub place: Place,
    /// The event it came with.
    pub event: EventId,
    /// Which part of that event it is.
    pub part: u32,
    /// The file.
    pub file: MediaFile,
    /// When it was first tried.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
}

impl LateFile {
    /// What the claim is on. Each try is an event of its own: one that was in vain is done with.
    pub fn claimed(&self) -> EventId {
        EventId::new(format!("late:{}:{}:{}", self.part, self.tries, self.event))
    }
}

/// Why a queue body was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A newer hub wrote it; it stays in the queue for one.
    #[error("written by a newer version of the hub (schema {0})")]
    TooNew(u16),
    /// It is not a body of this hub.
    #[error("not a queue body of the hub: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// The work does not fit into a queue body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the work is larger than {LARGEST_BODY} bytes")]
pub struct TooLarge;

impl Envelope {
    /// New work under a new correlation id.
    pub fn new(target: Target, work: Work, received_at: Timestamp) -> Self {
        Self { version: SCHEMA_VERSION, correlation: CorrelationId::generate(), received_at, target, work }
    }

    /// The queue body.
    ///
    /// # Errors
    /// [`TooLarge`] when it would be over [`LARGEST_BODY`].
    pub fn to_body(&self) -> Result<String, TooLarge> {
        let body = ascii_json(self);
        if body.len() > LARGEST_BODY { Err(TooLarge) } else { Ok(body) }
    }

    /// Reads a queue body.
    ///
    /// # Errors
    /// [`ReadError`] when a newer hub wrote it or it is none.
    pub fn from_body(body: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Version {
            version: u16,
        }
        match serde_json::from_str::<Version>(body)?.version {
            1..=SCHEMA_VERSION => Ok(serde_json::from_str(body)?),
            newer => Err(ReadError::TooNew(newer)),
        }
    }

    /// The first of a new chain of drains.
    pub fn new_drain(target: Target, customer: CustomerId, place: Place, now: Timestamp) -> Self {
        let chain = CorrelationId::generate();
        Self::new(target, Work::Drain { customer, place, chain, first: true, step: 0 }, now)
    }

    /// Whom the work is about; nobody where the item could not be read.
    pub fn customer(&self) -> Option<&CustomerId> {
        match &self.work {
            Work::Event { event } | Work::Recheck { event } => Some(&event.customer),
            Work::Unreadable { .. } => None,
            Work::Drain { customer, .. }
            | Work::Replay { customer, .. }
            | Work::Release { customer, .. }
            | Work::EndHeld { customer } => Some(customer),
            Work::LateFile(late) => Some(&late.customer),
            Work::Line(line) => Some(&line.customer),
        }
    }

    /// What the claim of work that ends at the desk is on; nothing for other work.
    pub fn claimed(&self) -> Option<EventId> {
        match &self.work {
            Work::Event { event } | Work::Recheck { event } => Some(event.id.clone()),
            Work::LateFile(late) => Some(late.claimed()),
            Work::Line(line) => Some(line.event.clone()),
            Work::Unreadable { unreadable } => Some(EventId::new(format!("unreadable:{}", unreadable.sha256))),
            Work::Drain { .. } | Work::Replay { .. } | Work::Release { .. } | Work::EndHeld { .. } => None,
        }
    }

    /// In which conversation work stands that ends at the desk; nothing for other work.
    pub fn place(&self) -> Option<&Place> {
        match &self.work {
            Work::Event { event } | Work::Recheck { event } => Some(&event.place),
            Work::LateFile(late) => Some(&late.place),
            Work::Line(_) => Some(&Place::Direct),
            _ => None,
        }
    }

    /// What work that ends at the desk is in a word, as `message`.
    pub const fn kind(&self) -> &'static str {
        match &self.work {
            Work::Event { event } | Work::Recheck { event } => event.kind.word(),
            Work::LateFile(_) => "file",
            Work::Line(_) => "line",
            Work::Unreadable { .. } => "unreadable",
            Work::Drain { .. } | Work::Replay { .. } | Work::Release { .. } | Work::EndHeld { .. } => "work",
        }
    }

    /// The FIFO group, which is the only lock of a conversation: SHA-256 of account and customer, hex.
    pub fn group(&self) -> String {
        let customer = self.customer().map_or("", CustomerId::as_str);
        // What is about no customer needs no order, and a page's day of it must not stand in one line.
        let event = match &self.work {
            Work::Event { event } if event.customer.is_nobody() => event.id.as_str(),
            _ => "",
        };
        sha256_hex([self.target.account.as_str(), "\0", customer, "\0", event])
    }

    /// The FIFO deduplication id. The same for each delivery of one event, fresh for work of the hub's own.
    pub fn deduplication(&self) -> String {
        let integration = self.target.integration.map(|id| id.to_string()).unwrap_or_default();
        match &self.work {
            Work::Event { event } => sha256_hex([integration.as_str(), "\0", event.id.as_str()]),
            Work::Unreadable { unreadable } => sha256_hex([integration.as_str(), "\0", unreadable.sha256.as_str()]),
            Work::Line(line) => sha256_hex([integration.as_str(), "\0", line.event.as_str()]),
            Work::Drain { .. }
            | Work::Replay { .. }
            | Work::Recheck { .. }
            | Work::LateFile(_)
            | Work::Release { .. }
            | Work::EndHeld { .. } => sha256_hex([self.correlation.to_string().as_str()]),
        }
    }
}

fn sha256_hex<'a>(pieces: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece);
    }
    hex::encode(hash.finalize())
}

/// JSON in which every character outside ASCII is escaped.
pub(crate) fn ascii_json(value: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Ascii);
    if value.serialize(&mut serializer).is_err() {
        // Only a map key that is no text fails, and the model has none.
        return String::new();
    }
    String::from_utf8(bytes).unwrap_or_default()
}

struct Ascii;

impl serde_json::ser::Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for character in fragment.chars() {
            if character.is_ascii() && character != '\u{7f}' {
                writer.write_all(&[character as u8])?;
                continue;
            }
            for unit in character.encode_utf16(&mut units) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
