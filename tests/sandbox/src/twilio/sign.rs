//! `X-Twilio-Signature`. Pure.
//!
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-security>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The signature of a call to `url` (without a fragment) with the parameters of its body.
pub fn sign(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut sorted = params.to_vec();
    sorted.sort();
    sorted.dedup();
    let signed: String = sorted.iter().fold(url.to_owned(), |signed, (name, value)| signed + name + value);
    // HMAC takes keys of any length, so the error case does not exist.
    Hmac::<Sha1>::new_from_slice(auth_token.as_bytes())
        .map(|mut mac| {
            mac.update(signed.as_bytes());
            STANDARD.encode(mac.finalize().into_bytes())
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::sign;

    #[test]
    fn signs_as_the_vectors_say() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/whatsapp/twilio");
        let all: Value = serde_json::from_slice(&std::fs::read(format!("{folder}/signatures.json")).unwrap()).unwrap();
        let (url, token) = (all["url"].as_str().unwrap(), all["authToken"].as_str().unwrap());
        for vector in all["vectors"].as_array().unwrap() {
            let file = vector["file"].as_str().unwrap();
            let body = std::fs::read(format!("{folder}/{file}")).unwrap();
            let params: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
            assert_eq!(sign(token, url, &params), vector["signature"].as_str().unwrap(), "{file}");
        }
    }
}
