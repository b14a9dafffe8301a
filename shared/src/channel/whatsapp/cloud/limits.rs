//! What WhatsApp takes, as data.
//!
//! Text: <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>. Files:
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>.

use std::time::Duration;

use crate::channel::whatsapp::WINDOW;
use crate::channel::{Limits, TextUnit};

const MB: usize = 1_000_000;

/// Sizes and times.
pub(in crate::channel::whatsapp) const LIMITS: Limits = Limits {
    text: 4096,
    text_unit: TextUnit::Characters,
    parts: 10,
    file_bytes: 100 * MB,
    window: Some(WINDOW),
    human_agent_window: None,
    told_late: Duration::ZERO,
};

/// The longest words below a file, in characters.
pub(in crate::channel::whatsapp) const CAPTION: usize = 1024;

/// How WhatsApp shows a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::channel::whatsapp) enum Shown {
    /// As a picture.
    Image,
    /// As a film.
    Video,
    /// As sound.
    Audio,
    /// As a file to open.
    Document,
}

impl Shown {
    /// How a file of a MIME type is shown: what WhatsApp does not play goes as a document, which every phone can open.
    pub(in crate::channel::whatsapp) fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "image/jpeg" | "image/png" => Self::Image,
            "video/mp4" | "video/3gpp" => Self::Video,
            "audio/aac" | "audio/amr" | "audio/mpeg" | "audio/mp3" | "audio/mp4" | "audio/ogg" => Self::Audio,
            _ => Self::Document,
        }
    }

    /// The largest file of the kind, in bytes.
    pub(in crate::channel::whatsapp) const fn largest(self) -> usize {
        match self {
            Self::Image => 5 * MB,
            Self::Video | Self::Audio => 16 * MB,
            Self::Document => LIMITS.file_bytes,
        }
    }

    /// Meta's word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_shown_as_its_kind_and_may_be_as_large_as_that() {
        let table = [
            ("image/jpeg", Shown::Image, 5_000_000),
            ("IMAGE/PNG", Shown::Image, 5_000_000),
            ("image/webp", Shown::Document, 100_000_000),
            ("image/gif", Shown::Document, 100_000_000),
            ("video/mp4", Shown::Video, 16_000_000),
            ("video/quicktime", Shown::Document, 100_000_000),
            ("audio/ogg; codecs=opus", Shown::Audio, 16_000_000),
            ("audio/x-wav", Shown::Document, 100_000_000),
            ("application/pdf", Shown::Document, 100_000_000),
            ("", Shown::Document, 100_000_000),
        ];
        for (content_type, shown, largest) in table {
            assert_eq!(Shown::of(content_type), shown, "{content_type}");
            assert_eq!(shown.largest(), largest, "{content_type}");
        }
    }
}
