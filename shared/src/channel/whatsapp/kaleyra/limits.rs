//! Sizes and times of WhatsApp through Kaleyra, as data: WhatsApp's own, for both APIs.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-document-messages>

use std::time::Duration;

use crate::channel::Limits;
use crate::channel::whatsapp::cloud;
use crate::channel::whatsapp::cloud::limits::Shown;

/// What Kaleyra takes for WhatsApp.
///
/// A callback of the first API need not tell when the message was written. It comes within seconds.
pub const LIMITS: Limits = Limits { told_late: Duration::from_secs(60), ..cloud::limits::LIMITS };

/// The largest file of a MIME type, in bytes. What WhatsApp does not show is a document.
pub(super) fn largest(content_type: &str) -> usize {
    Shown::of(content_type).largest()
}
