//! Sizes and times of WhatsApp through Sinch, as data.
//!
//! <https://developers.sinch.com/docs/conversation/channel-support/whatsapp/message-support>

use std::time::Duration;

use crate::channel::whatsapp::WINDOW;
use crate::channel::{Limits, TextUnit};

const MB: usize = 1_000_000;

/// What Sinch takes for WhatsApp.
pub const LIMITS: Limits = Limits {
    text: 4096,
    text_unit: TextUnit::Characters,
    parts: 10,
    file_bytes: 100 * MB,
    window: Some(WINDOW),
    human_agent_window: None,
    told_late: Duration::ZERO,
};

/// The longest words below a picture or a film, in characters.
pub(super) const CAPTION: usize = 1024;

/// The largest file of a MIME type, in bytes. Sinch makes of a file what its type says, so that a picture, film or sound that
/// WhatsApp does not show is not taken; any other file is a document.
pub(super) fn largest(content_type: &str) -> Option<usize> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/jpeg" | "image/png" => Some(5 * MB),
        "image/webp" => Some(MB / 10),
        "video/mp4" | "video/3gpp" => Some(16 * MB),
        "audio/aac" | "audio/amr" | "audio/mp4" | "audio/m4a" | "audio/mpeg" | "audio/ogg" | "audio/opus" => {
            Some(16 * MB)
        }
        other if ["image/", "video/", "audio/"].iter().any(|kind| other.starts_with(kind)) => None,
        _ => Some(LIMITS.file_bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_as_large_as_its_kind_allows() {
        let table = [
            ("image/jpeg", Some(5_000_000)),
            ("IMAGE/PNG", Some(5_000_000)),
            ("image/webp", Some(100_000)),
            ("image/heic", None),
            ("video/mp4", Some(16_000_000)),
            ("video/quicktime", None),
            ("audio/ogg; codecs=opus", Some(16_000_000)),
            ("audio/x-wav", None),
            ("application/pdf", Some(100_000_000)),
            ("text/plain; charset=utf-8", Some(100_000_000)),
            ("", Some(100_000_000)),
        ];
        for (content_type, expected) in table {
            assert_eq!(largest(content_type), expected, "{content_type}");
        }
    }
}
