//! The bytes of Meta's webhooks and the signatures over them. Pure.
//!
//! Meta signs the escaped form of the JSON: see "Validating payloads" at
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks>. Which ASCII characters
//! it escapes beside `/` and `@` is not promised; these are the ones that were seen.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// `value` as Meta puts it on the wire: no blanks, `\/` for a slash, `\uXXXX` in lower case for everything beyond ASCII,
/// and `\u0040`, `\u0025`, `\u003C` for `@`, `%`, `<`.
pub fn wire(value: &Value) -> Vec<u8> {
    let mut text = String::new();
    write_value(&mut text, value);
    text.into_bytes()
}

/// The value of `X-Hub-Signature-256` for a body.
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    format!("sha256={}", hmac_hex(app_secret, body))
}

/// The `appsecret_proof` that Graph wants beside an access token.
pub fn appsecret_proof(app_secret: &str, access_token: &str) -> String {
    hmac_hex(app_secret, access_token.as_bytes())
}

fn hmac_hex(key: &str, message: &[u8]) -> String {
    // HMAC takes keys of any length, so the error case does not exist.
    Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map(|mut mac| {
            mac.update(message);
            hex::encode(mac.finalize().into_bytes())
        })
        .unwrap_or_default()
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_value(out, item);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (position, (name, member)) in members.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_text(out, name);
                out.push(':');
                write_value(out, member);
            }
            out.push('}');
        }
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '/' => out.push_str("\\/"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '@' => out.push_str("\\u0040"),
            '%' => out.push_str("\\u0025"),
            '<' => out.push_str("\\u003C"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde_json::{Value, json};

    use super::{appsecret_proof, sign, wire};

    const VECTORS: &str = include_str!("../../../fixtures/meta/vectors-x-hub-signature.json");
    const ESCAPED: &[u8] = include_bytes!("../../../fixtures/meta/fb-message-text-wire-escaped.json");

    #[test]
    fn signs_as_the_vectors_say() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let secret = vectors["app_secret"].as_str().unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let name = vector["name"].as_str().unwrap();
            let body = match vector["body_base64"].as_str() {
                Some(encoded) => STANDARD.decode(encoded).unwrap(),
                None => vector["body"].as_str().unwrap().as_bytes().to_vec(),
            };
            let Some(header) = vector["header_x_hub_signature_256"].as_str() else { continue };
            let fits = sign(secret, &body) == header.to_lowercase();
            assert_eq!(fits, vector["valid"].as_bool().unwrap(), "{name}");
        }
    }

    #[test]
    fn proves_the_app_secret_as_the_vector_says() {
        let vectors: Value = serde_json::from_str(VECTORS).unwrap();
        let vector = &vectors["appsecret_proof"][0];
        let proof = appsecret_proof(vectors["app_secret"].as_str().unwrap(), vector["access_token"].as_str().unwrap());
        assert_eq!(proof, vector["appsecret_proof"]);
    }

    #[test]
    fn escapes_what_meta_escapes() {
        let sent: Value = serde_json::from_slice(ESCAPED).unwrap();
        let text = &sent["entry"][0]["messaging"][0]["message"]["text"];
        let written = String::from_utf8(wire(text)).unwrap();
        assert!(String::from_utf8_lossy(ESCAPED).contains(&written), "{written}");
        assert_eq!(serde_json::from_slice::<Value>(&wire(&sent)).unwrap(), sent);
        assert_eq!(
            wire(&json!({"a": ["\u{1f}\"\\\n", 12_345_678_901_234_567_890_u64, null]})),
            br#"{"a":["\u001f\"\\\n",12345678901234567890,null]}"#
        );
    }
}
