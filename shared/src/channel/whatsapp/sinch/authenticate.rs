//! Proof that a callback comes from Sinch: HMAC-SHA256 over the very bytes of the body, a nonce and a time, compared in
//! constant time. The time is looked at only once the signature is found right, so that a wrong one learns nothing.
//!
//! Nonces are not remembered: a callback that comes twice is dropped by the ids of its events.
//!
//! <https://developers.sinch.com/docs/conversation/callbacks>

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::channel::{RawRequest, Refused, WebhookKeys};
use crate::time::Timestamp;

const SIGNATURE: &str = "x-sinch-webhook-signature";
const NONCE: &str = "x-sinch-webhook-signature-nonce";
const TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";
const ALGORITHM: &str = "x-sinch-webhook-signature-algorithm";

/// The one algorithm that is taken, whatever else a header may name: nobody but us chooses how strong the proof is.
const HMAC_SHA256: &str = "HmacSHA256";

/// How far Sinch's time may be from ours, either way. Sinch names no window. Servers' clocks differ by seconds, a callback is
/// on its way for less than a minute, and what came in before is known for a month; five minutes is what others take.
const TOLERANCE: Duration = Duration::from_secs(300);

const LONGEST_NONCE: usize = 128;
/// The longest time in seconds since 1970: good for thirty thousand years.
const LONGEST_TIMESTAMP: usize = 12;

/// Whether one of our secrets signed the body, a short while ago.
pub(super) fn webhook(request: &RawRequest, keys: &WebhookKeys, now: Timestamp) -> Result<(), Refused> {
    let proof = Proof::of(&request.headers).ok_or(Refused::Unsigned)?;
    let mut macs = keys.secrets.iter().filter_map(keyed);
    if !macs.any(|mac| proof.fits(mac, &request.body)) {
        return Err(Refused::WrongSignature);
    }
    let away = now.since(proof.at).max(proof.at.since(now));
    if away <= TOLERANCE { Ok(()) } else { Err(Refused::TooOld) }
}

/// What a callback proves itself with.
struct Proof<'a> {
    signature: Vec<u8>,
    nonce: &'a str,
    timestamp: &'a str,
    at: Timestamp,
}

impl<'a> Proof<'a> {
    /// The proof, if each of its headers stands there once and in the expected form.
    fn of(headers: &'a HeaderMap) -> Option<Self> {
        let signature = STANDARD.decode(only(headers, SIGNATURE)?).ok()?;
        let (nonce, timestamp) = (only(headers, NONCE)?, only(headers, TIMESTAMP)?);
        let digits = timestamp.len() <= LONGEST_TIMESTAMP && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let whole = only(headers, ALGORITHM)? == HMAC_SHA256 && is_nonce(nonce) && digits;
        let at = Timestamp::from_seconds(timestamp.parse().ok()?);
        whole.then_some(Self { signature, nonce, timestamp, at })
    }

    fn fits(&self, mac: Hmac<Sha256>, body: &[u8]) -> bool {
        let mac = mac.chain_update(body).chain_update(".").chain_update(self.nonce);
        mac.chain_update(".").chain_update(self.timestamp).verify_slice(&self.signature).is_ok()
    }
}

/// Without a dot of its own there is one way only to take the signed bytes apart: none of the body passes for the nonce.
fn is_nonce(nonce: &str) -> bool {
    let plain = nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    plain && (1..=LONGEST_NONCE).contains(&nonce.len())
}

/// The value of a header that stands there exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

/// The secret as text, which is not decoded. An empty one signs nothing: anyone could do it.
fn keyed(secret: &SecretString) -> Option<Hmac<Sha256>> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() {
        return None;
    }
    Hmac::new_from_slice(key).ok()
}

#[cfg(test)]
mod tests;
