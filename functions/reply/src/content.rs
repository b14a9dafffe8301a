//! What an agent wrote as the messages that the channel takes. Pure.

use bytes::Bytes;
use shared::channel::Limits;
use shared::text::{shorten, split};

use crate::answer::{Answer, Code};

/// The longest quote of a message, in characters.
const QUOTE: usize = 60;

/// One message to the platform. Not printable: it is what people write.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words within the channel's limit.
    Text(String),
    /// A file.
    File {
        /// Its name, which the customer sees.
        name: String,
        /// Its MIME type.
        content_type: String,
        /// Its bytes.
        bytes: Bytes,
    },
}

impl Piece {
    /// The first words, to quote where a later event speaks of it.
    pub(crate) fn quote(&self) -> String {
        match self {
            Self::Text(text) => shorten(text, QUOTE),
            Self::File { name, .. } => shorten(name, QUOTE),
        }
    }
}

/// A text as messages, in order.
pub(crate) fn texts(text: &str, limits: &Limits) -> Result<Vec<Piece>, Answer> {
    match split(text, limits.text, limits.text_unit, limits.parts) {
        Ok(parts) => Ok(parts.into_iter().map(Piece::Text).collect()),
        Err(too_long) => Err(Answer::refused(
            Code::TooLong,
            format!("Nothing was sent: {too_long}. Shorten it, or send it in several answers."),
        )),
    }
}
