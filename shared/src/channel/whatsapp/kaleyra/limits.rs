//! Sizes and times of WhatsApp through Kaleyra, as data: WhatsApp's own, for both APIs.
//!
//! <https://developers.kaleyra.io/docs/whatsapp-api-v2-send-document-messages>

use crate::channel::Limits;
use crate::channel::whatsapp::cloud;
use crate::channel::whatsapp::cloud::limits::Shown;

/// What Kaleyra takes for WhatsApp.
pub const LIMITS: Limits = cloud::limits::LIMITS;

/// The largest file of a MIME type, in bytes. What WhatsApp does not show is a document.
pub(super) fn largest(content_type: &str) -> usize {
    Shown::of(content_type).largest()
}
