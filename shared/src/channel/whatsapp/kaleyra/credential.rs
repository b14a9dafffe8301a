//! What Kaleyra takes from us.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::secrets;

/// What Kaleyra takes from us.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// The account, as `HXAP16...IN`.
    pub sid: String,
    /// Its API key.
    #[serde(serialize_with = "secrets::exposed")]
    pub api_key: SecretString,
    /// The host of its region, one of Kaleyra's own, as `api.in.kaleyra.io`.
    pub host: String,
    /// The number that messages come from: digits without a plus.
    pub number: String,
    /// Which of the two APIs the number is on.
    pub generation: Generation,
}

/// Which of Kaleyra's two APIs a number is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// The older one: forms, and templates of the customer's own for callbacks.
    V1,
    /// The newer one, which wraps Meta's objects.
    V2,
}
