//! A user pool of the tests' own: one key, and tokens signed with it.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use shared::time::Timestamp;

use super::token::{Keys, Rules};

/// Who issues the tests' tokens.
pub(crate) const ISSUER: &str = "https://cognito-idp.eu-south-1.amazonaws.com/eu-south-1_Test";
/// The app that they are for.
pub(crate) const CLIENT: &str = "7client";
/// The id of the key that they are signed with.
pub(crate) const KEY_ID: &str = "k1";

/// The pool's key. Made once: that takes a tenth of a second.
pub(crate) fn key() -> &'static EncodingKey {
    static KEY: OnceLock<EncodingKey> = OnceLock::new();
    KEY.get_or_init(new_key)
}

/// Another key.
pub(crate) fn new_key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    // The key itself follows the 26 bytes that say what it is (RFC 5208).
    EncodingKey::from_rsa_der(&pkcs8.as_ref()[26..])
}

/// The pool's key set, as it is served.
pub(crate) fn key_set() -> Value {
    let mut jwk = serde_json::to_value(Jwk::from_encoding_key(key(), Algorithm::RS256).unwrap()).unwrap();
    jwk["kid"] = json!(KEY_ID);
    jwk["use"] = json!("sig");
    json!({ "keys": [jwk] })
}

/// The pool's keys, as they are known.
pub(crate) fn keys() -> Keys {
    Keys::read(key_set().to_string().as_bytes()).unwrap()
}

/// What tokens must be like.
pub(crate) fn rules() -> Rules {
    Rules { issuer: ISSUER.to_owned(), client_id: CLIENT.to_owned() }
}

/// The claims of an access token that is good for an hour.
pub(crate) fn claims(now: Timestamp) -> Value {
    json!({
        "sub": "a1b2c3d4-0000-4000-8000-000000000001",
        "iss": ISSUER,
        "client_id": CLIENT,
        "token_use": "access",
        "scope": "aws.cognito.signin.user.admin",
        "auth_time": now.seconds(),
        "iat": now.seconds(),
        "exp": now.seconds() + 3600,
        "jti": "8f0c",
        "username": "admin@example.com",
    })
}

/// A token of these claims.
pub(crate) fn token(claims: &Value) -> String {
    signed(claims, Algorithm::RS256, Some(KEY_ID), key())
}

/// A token signed in any way.
pub(crate) fn signed(claims: &Value, algorithm: Algorithm, key_id: Option<&str>, key: &EncodingKey) -> String {
    let header = Header { kid: key_id.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, claims, key).unwrap()
}
