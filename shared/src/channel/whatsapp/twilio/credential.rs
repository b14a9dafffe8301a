//! What Twilio takes from us.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::secrets;

/// What Twilio takes from us. Webhooks are signed with the auth token, which stands among the integration's app secrets,
/// whatever requests are made with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// The account, `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The user of HTTP Basic: the account again, or an API key (`SK...`).
    pub user: String,
    /// Its password: the auth token, or the key's secret.
    #[serde(serialize_with = "secrets::exposed")]
    pub password: SecretString,
    /// The number that messages come from: digits without a plus.
    pub number: String,
    /// A messaging service (`MG...`) that sends in place of the number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messaging_service: Option<String>,
}
