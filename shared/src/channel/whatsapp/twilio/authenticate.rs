//! Proof that a webhook call comes from Twilio: a signature over the address as it was entered there and over every
//! parameter, or over the address and a hash of the body. Compared in constant time.
//!
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use url::form_urlencoded;

use crate::channel::{RawRequest, Refused, WebhookKeys};

mod address;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "x-twilio-signature";

/// The query's parameter that holds the hash of the body, where the signature does not cover what is in the body.
const BODY_HASH: &str = "bodySHA256";

/// Whether one of our auth tokens signed the call.
pub(super) fn webhook(request: &RawRequest, keys: &WebhookKeys) -> Result<(), Refused> {
    let signature = signature(request).ok_or(Refused::Unsigned)?;
    let entered = keys.url.as_deref().ok_or(Refused::WrongSignature)?;
    let signed = signed(request).ok_or(Refused::WrongSignature)?;
    let addresses = address::variants(entered, &request.query);
    let fits = keys.secrets.iter().filter_map(keyed).any(|mac| {
        let signs = |address: &String| mac.clone().chain_update(address).chain_update(&signed).verify_slice(&signature);
        addresses.iter().any(|address| signs(address).is_ok())
    });
    fits.then_some(()).ok_or(Refused::WrongSignature)
}

/// The signature that the call carries: one header, 20 bytes in base64.
fn signature(request: &RawRequest) -> Option<[u8; 20]> {
    let mut headers = request.headers.get_all(SIGNATURE_HEADER).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    STANDARD.decode(header.as_bytes()).ok()?.try_into().ok()
}

/// What is signed after the address; nothing where the body is not the one that the address names.
fn signed(request: &RawRequest) -> Option<String> {
    let mut hashes =
        form_urlencoded::parse(request.query.as_bytes()).filter(|(name, _)| name == BODY_HASH).map(|(_, hash)| hash);
    match (hashes.next(), hashes.next()) {
        (Some(hash), None) => {
            let own = hex::encode(Sha256::digest(&request.body));
            bool::from(own.as_bytes().ct_eq(hash.as_bytes())).then(String::new)
        }
        (Some(_), Some(_)) => None,
        // Its parameters are in the query, which belongs to the address.
        (None, _) if request.method == Method::GET => request.body.is_empty().then(String::new),
        (None, _) => Some(parameters(&request.body)),
    }
}

/// Names and values as they are signed: sorted by their bytes, each value after its name, the same pair but once.
fn parameters(form: &[u8]) -> String {
    let mut sorted: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form) {
        sorted.entry(name).or_default().insert(value);
    }
    let pairs = sorted.iter().flat_map(|(name, values)| values.iter().flat_map(move |value| [name, value]));
    pairs.map(AsRef::as_ref).collect()
}

/// An empty token signs nothing: anyone could do it.
fn keyed(token: &SecretString) -> Option<Hmac<Sha1>> {
    let key = token.expose_secret().as_bytes();
    if key.is_empty() {
        return None;
    }
    Hmac::new_from_slice(key).ok()
}

#[cfg(test)]
mod tests;
