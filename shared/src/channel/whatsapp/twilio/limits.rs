//! What Twilio takes for WhatsApp, as data.

use std::time::Duration;

use crate::channel::whatsapp::WINDOW;
use crate::channel::{Limits, TextUnit};

/// The largest file, and whatever comes with it.
const MESSAGE_BYTES: usize = 16_000_000;
/// The largest picture.
const IMAGE_BYTES: usize = 5_000_000;

/// Text: <https://www.twilio.com/docs/messaging/api/message-resource>. Files:
/// <https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages>.
pub const LIMITS: Limits = Limits {
    text: 1600,
    text_unit: TextUnit::Characters,
    parts: 10,
    file_bytes: MESSAGE_BYTES,
    window: Some(WINDOW),
    human_agent_window: None,
    // A callback tells no time. It comes within seconds.
    told_late: Duration::from_secs(60),
};

/// The largest file of each MIME type that is taken, in bytes.
///
/// <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>
const FILES: &[(&str, usize)] = &[
    ("image/jpeg", IMAGE_BYTES),
    ("image/png", IMAGE_BYTES),
    ("image/webp", IMAGE_BYTES),
    ("audio/ogg", MESSAGE_BYTES),
    ("audio/amr", MESSAGE_BYTES),
    ("audio/3gpp", MESSAGE_BYTES),
    ("audio/aac", MESSAGE_BYTES),
    ("audio/mpeg", MESSAGE_BYTES),
    ("video/mp4", MESSAGE_BYTES),
    ("application/pdf", MESSAGE_BYTES),
    ("application/msword", MESSAGE_BYTES),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", MESSAGE_BYTES),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", MESSAGE_BYTES),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MESSAGE_BYTES),
    ("text/vcard", MESSAGE_BYTES),
];

/// The largest file of a MIME type, in bytes; nothing where none is taken.
pub fn largest_file(content_type: &str) -> Option<usize> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    FILES.iter().find(|(taken, _)| *taken == essence).map(|(_, largest)| *largest)
}

/// Where customers' files are: at the API, which redirects to a store of Twilio's or of Amazon's for a short time.
///
/// <https://www.twilio.com/docs/messaging/api/media-resource>
pub const MEDIA_HOSTS: &[&str] = &["twilio.com", "twiliocdn.com", "amazonaws.com"];

#[cfg(test)]
mod tests {
    use super::largest_file;

    #[test]
    fn a_file_is_taken_by_its_type() {
        for (content_type, largest) in [
            ("image/jpeg", Some(5_000_000)),
            ("IMAGE/PNG", Some(5_000_000)),
            ("audio/ogg; codecs=opus", Some(16_000_000)),
            ("video/mp4", Some(16_000_000)),
            ("application/pdf", Some(16_000_000)),
            ("text/vcard", Some(16_000_000)),
            ("image/gif", None),
            ("audio/wav", None),
            ("application/zip", None),
            ("", None),
        ] {
            assert_eq!(largest_file(content_type), largest, "{content_type}");
        }
    }
}
