//! The files that go over in the demonstration.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What the customer sends.
pub(super) fn picture() -> Value {
    file("living room.png", "image/png", include_bytes!("living-room.png"))
}

/// What the agent sends.
pub(super) fn offer() -> Value {
    file("offer 7719.pdf", "application/pdf", include_bytes!("offer.pdf"))
}

fn file(name: &str, content_type: &str, bytes: &[u8]) -> Value {
    json!({"name": name, "content_type": content_type, "base64": STANDARD.encode(bytes)})
}
