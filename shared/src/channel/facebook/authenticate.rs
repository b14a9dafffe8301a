//! Proof that a webhook call comes from Meta, and the proofs that we give Meta. Signatures cover the very bytes of the
//! body and are compared in constant time.
//!
//! <https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks>

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use crate::channel::{RawRequest, Refused, WebhookKeys};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-hub-signature-256";

const PREFIX: &str = "sha256=";
const LONGEST_CHALLENGE: usize = 256;

/// Whether one of our app secrets signed the body.
pub(in crate::channel) fn webhook(request: &RawRequest, keys: &WebhookKeys) -> Result<(), Refused> {
    let signature = signature(request).ok_or(Refused::Unsigned)?;
    let mut macs = keys.secrets.iter().filter_map(keyed);
    let fits = macs.any(|mac| mac.chain_update(&request.body).verify_slice(&signature).is_ok());
    fits.then_some(()).ok_or(Refused::WrongSignature)
}

/// The signature that the call carries: one header, the prefix, 32 bytes in hex.
fn signature(request: &RawRequest) -> Option<[u8; 32]> {
    let mut headers = request.headers.get_all(SIGNATURE_HEADER).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    let digits = header.to_str().ok()?.strip_prefix(PREFIX)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(digits, &mut bytes).ok()?;
    Some(bytes)
}

/// The challenge of a question that shows one of our verify tokens.
///
/// The names come with dots, or with underscores from gateways that do not keep them; each must stand there once.
pub(in crate::channel) fn handshake(query: &str, keys: &WebhookKeys) -> Result<String, Refused> {
    let mode = only(query, "mode").ok_or(Refused::Malformed)?;
    let token = only(query, "verify_token").ok_or(Refused::Malformed)?;
    let challenge = only(query, "challenge").ok_or(Refused::Malformed)?;
    let printable = !challenge.is_empty() && challenge.bytes().all(|byte| byte.is_ascii_graphic());
    if mode != "subscribe" || !printable || challenge.len() > LONGEST_CHALLENGE {
        return Err(Refused::Malformed);
    }
    let mut ours = keys.verify_tokens.iter().map(ExposeSecret::expose_secret).filter(|ours| !ours.is_empty());
    let fits = ours.any(|ours| ours.as_bytes().ct_eq(token.as_bytes()).into());
    fits.then_some(challenge).ok_or(Refused::WrongToken)
}

/// The value of `hub.NAME` or `hub_NAME`, if it stands there exactly once.
fn only(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes())
        .filter(|(key, _)| key.strip_prefix("hub").and_then(|rest| rest.strip_prefix(['.', '_'])) == Some(name))
        .map(|(_, value)| value.into_owned());
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    Some(value)
}

/// The value of [`SIGNATURE_HEADER`] for a body, as Meta makes it. Nothing for an empty secret.
pub fn sign(secret: &SecretString, body: &[u8]) -> Option<String> {
    Some(format!("{PREFIX}{}", mac_hex(secret, body)?))
}

/// What Graph asks for beside a token, so that a token that was stolen is of no use alone. Nothing for an empty secret.
///
/// <https://developers.facebook.com/docs/graph-api/guides/secure-requests>
pub fn appsecret_proof(secret: &SecretString, token: &SecretString) -> Option<String> {
    mac_hex(secret, token.expose_secret().as_bytes())
}

fn mac_hex(secret: &SecretString, message: &[u8]) -> Option<String> {
    Some(hex::encode(keyed(secret)?.chain_update(message).finalize().into_bytes()))
}

/// An empty secret signs nothing: anyone could do it.
fn keyed(secret: &SecretString) -> Option<Hmac<Sha256>> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return None;
    }
    Hmac::new_from_slice(key).ok()
}

#[cfg(test)]
mod tests;
