//! Files at the desk: an agent's file is fetched from Motion's API, a customer's file is put there before its message.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Motion's id of an uploaded file. Unique on one Motion server. Numbers and texts were both seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttachmentId(String);

impl AttachmentId {
    /// Wraps the id as Motion wrote it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as Motion wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the documentation types it: a whole number, where it is one.
    pub(super) fn to_json(&self) -> Value {
        self.0.parse::<u64>().map_or_else(|_| self.0.as_str().into(), Value::from)
    }
}

impl fmt::Display for AttachmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
