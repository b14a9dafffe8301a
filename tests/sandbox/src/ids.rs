//! Ids of the kind that the platforms give: unguessable, and new at every call.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use ulid::Ulid;

/// Messenger's id of a message.
pub(crate) fn mid() -> String {
    format!("m_{}{}", letters(), letters())
}

/// What Graph names a call by, for its support.
pub(crate) fn trace() -> String {
    format!("A{}", letters().chars().take(22).collect::<String>())
}

/// A decimal id of sixteen digits, such as a page-scoped id. Larger than 2^53 more often than not.
pub(crate) fn decimal() -> String {
    let random = Ulid::generate().random() % 9_000_000_000_000_000;
    (1_000_000_000_000_000 + random).to_string()
}

/// 32 hexadecimal digits.
pub(crate) fn hexadecimal() -> String {
    hex::encode(Sha256::digest(Ulid::generate().to_bytes())).chars().take(32).collect()
}

/// A secret or a part of an address: 43 letters, digits, `-` and `_`.
pub(crate) fn letters() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(Ulid::generate().to_bytes()))
}
