//! What Sinch takes from us.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::secrets;

/// What Sinch takes from us.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Credential {
    /// The project, a UUID.
    pub project: String,
    /// The app in it, which has one WhatsApp sender.
    pub app: String,
    /// Where the app lives; elsewhere it is unknown.
    pub region: Region,
    /// The id of an access key of the project.
    pub key_id: String,
    /// The key's secret.
    #[serde(serialize_with = "secrets::exposed")]
    pub key_secret: SecretString,
    /// Whether each request carries the key itself, in place of a token made with it. Sinch slows such requests down.
    #[serde(default)]
    pub basic: bool,
}

/// Where a Sinch app lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// United States.
    Us,
    /// European Union.
    Eu,
    /// Brazil.
    Br,
}
