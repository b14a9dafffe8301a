//! WhatsApp, one channel through four providers: a folder each, with the same file names. What they share stands here: who
//! a customer is (`identity`) and Meta's message object (`cloud`), which Kaleyra hands through.

mod cloud;
mod form;
pub mod identity;
pub mod kaleyra;
pub mod meta;
pub mod sinch;
pub mod twilio;

/// The channel's name in account keys and integration records.
pub const NAME: &str = "whatsapp";

/// How long after the customer's last message WhatsApp takes free answers.
///
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages>
pub const WINDOW: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
