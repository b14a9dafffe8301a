//! What a platform takes from us, a kind a platform. Kept in the integration's secret together with the addresses that it may
//! be shown to, so that a change of both is one.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::whatsapp::{kaleyra, sinch, twilio};
use crate::secrets;

/// What a platform takes from us.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PlatformCredential {
    /// Meta's Graph API: the token of a Page, or of a system user of a WhatsApp business.
    Graph {
        /// The token.
        #[serde(serialize_with = "secrets::exposed")]
        token: SecretString,
        /// The WhatsApp business account of the number; nothing for a Page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        waba: Option<String>,
    },
    /// Twilio.
    Twilio(twilio::Credential),
    /// Sinch.
    Sinch(sinch::Credential),
    /// Kaleyra.
    Kaleyra(kaleyra::Credential),
}

impl PlatformCredential {
    /// Whether it is the same one.
    pub fn is_same(&self, other: &Self) -> bool {
        // As they are kept: every piece counts, and none is named twice.
        serde_json::to_string(self).ok() == serde_json::to_string(other).ok()
    }

    /// The token of Graph; nothing where the credential is another platform's.
    pub const fn graph_token(&self) -> Option<&SecretString> {
        match self {
            Self::Graph { token, .. } => Some(token),
            _ => None,
        }
    }
}

/// None yet: a token that no platform takes.
impl Default for PlatformCredential {
    fn default() -> Self {
        Self::Graph { token: SecretString::default(), waba: None }
    }
}
