//! What WhatsApp takes of files: kinds, types and sizes.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>

use crate::meta::{File, FileKind};

/// How a file is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

const AUDIO: [&str; 6] = ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"];
const STICKER_STILL: usize = 100 << 10;

impl Kind {
    /// Meta's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The kind with this name.
    pub(super) fn named(word: &str) -> Option<Self> {
        let all = [Self::Image, Self::Video, Self::Audio, Self::Document, Self::Sticker];
        all.into_iter().find(|kind| kind.word() == word)
    }

    /// What a customer's phone sends a file as.
    pub(super) const fn of(file: &File) -> Self {
        match file.kind {
            FileKind::Image => Self::Image,
            FileKind::Video => Self::Video,
            FileKind::Audio => Self::Audio,
            FileKind::File => Self::Document,
        }
    }

    /// What a file of this type is stored as: what WhatsApp does not show itself is a document.
    pub(super) fn stored(content_type: &str) -> Self {
        let shown = [Self::Image, Self::Video, Self::Audio, Self::Sticker];
        shown.into_iter().find(|kind| kind.takes(content_type)).unwrap_or(Self::Document)
    }

    /// Whether a file of this type can be shown so.
    pub(super) fn takes(self, content_type: &str) -> bool {
        let essence = essence(content_type);
        match self {
            Self::Image => ["image/jpeg", "image/png"].contains(&essence),
            Self::Video => ["video/mp4", "video/3gpp"].contains(&essence),
            Self::Audio => AUDIO.contains(&essence),
            Self::Sticker => essence == "image/webp",
            Self::Document => essence.contains('/') && essence != "application/octet-stream",
        }
    }

    /// The largest file of the kind, in bytes.
    pub(super) fn largest(self, bytes: &[u8]) -> usize {
        match self {
            Self::Image => 5 << 20,
            Self::Video | Self::Audio => 16 << 20,
            Self::Document => 100 << 20,
            Self::Sticker if bytes.windows(4).any(|mark| mark == b"ANIM") => 500 << 10,
            Self::Sticker => STICKER_STILL,
        }
    }
}

/// A MIME type without its parameters.
pub(super) fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}
