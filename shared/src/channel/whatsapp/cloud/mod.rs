//! Meta's WhatsApp objects, whoever hands them on: what a webhook's `value` means, our message as theirs, and their errors.
//! Meta's own webhook and API wrap them, and Kaleyra's second generation does.
//!
//! - Inbound: [`events::items`] reads one change into items of an account that the caller names.
//! - Outbound: [`render::message`] is the JSON that is posted.
//! - Errors: [`errors::rule`] is one table for those that come at once and those that come by status.
//!
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/about-the-platform>

pub(super) mod errors;
pub(super) mod events;
pub(super) mod limits;
mod payload;
pub(super) mod render;
