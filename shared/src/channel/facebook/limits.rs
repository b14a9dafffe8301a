//! Messenger's sizes and times, as data.

use std::time::Duration;

use crate::channel::{Limits, TextUnit};

const DAY: u64 = 24 * 60 * 60;

/// What Messenger takes.
///
/// Window: <https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy>. Files:
/// <https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api>.
pub const LIMITS: Limits = Limits {
    text: 2000,
    text_unit: TextUnit::Characters,
    parts: 10,
    file_bytes: 25_000_000,
    window: Some(Duration::from_secs(DAY)),
    human_agent_window: Some(Duration::from_secs(7 * DAY)),
    told_late: Duration::ZERO,
};

/// The names under which Meta keeps files of customers; their sub-domains change.
///
/// Seen in webhooks; the list by suffix, because an exact one was too strict (`lookaside.fbsbx.com`, `scontent.xx.fbcdn.net`).
pub const MEDIA_HOSTS: &[&str] = &["fbcdn.net", "fbsbx.com", "cdninstagram.com"];
