//! Where Meta keeps files of customers, as data. Sizes and times are WhatsApp's: `cloud::limits`.

/// The names under which they lie; their sub-domains change. The token that they are fetched with goes nowhere else.
///
/// <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>
pub const MEDIA_HOSTS: &[&str] = &["fbsbx.com", "fbcdn.net", "whatsapp.net"];
