use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::auth::issuer::{self, KEY_ID};

const NOW: Timestamp = Timestamp::from_seconds(1_795_165_200);

fn check(token: &str) -> Result<Person, Refused> {
    verify(token, &issuer::keys(), &issuer::rules(), NOW)
}

fn with(name: &str, value: Value) -> String {
    let mut claims = issuer::claims(NOW);
    claims[name] = value;
    issuer::token(&claims)
}

fn without(name: &str) -> String {
    let mut claims = issuer::claims(NOW);
    claims.as_object_mut().unwrap().remove(name);
    issuer::token(&claims)
}

#[test]
fn an_access_token() {
    let person = check(&issuer::token(&issuer::claims(NOW))).unwrap();
    assert_eq!(person.id, "a1b2c3d4-0000-4000-8000-000000000001");
    assert_eq!(person.username, "admin@example.com");
}

#[test]
fn wrong_claims() {
    let now = NOW.seconds();
    let table = [
        ("other issuer", with("iss", json!("https://cognito-idp.eu-south-1.amazonaws.com/other")), Refused::Foreign),
        ("several issuers", with("iss", json!([issuer::ISSUER])), Refused::Foreign),
        ("other app", with("client_id", json!("other")), Refused::Foreign),
        ("ID token", with("token_use", json!("id")), Refused::Foreign),
        ("nobody", with("sub", json!("")), Refused::Foreign),
        ("no kind", without("token_use"), Refused::Foreign),
        ("no app, as in an ID token", without("client_id"), Refused::Foreign),
        ("no issuer", without("iss"), Refused::Foreign),
        ("no person", without("sub"), Refused::Foreign),
        ("no end", without("exp"), Refused::Foreign),
        ("an end that is text", with("exp", json!("tomorrow")), Refused::Foreign),
        ("an hour over", with("exp", json!(now - 3600)), Refused::Expired),
        ("just over", with("exp", json!(now - 60)), Refused::Expired),
        ("the beginning of time", with("exp", json!(i64::MIN)), Refused::Expired),
    ];
    for (case, token, expected) in table {
        assert_eq!(check(&token), Err(expected), "{case}");
    }
    assert!(check(&with("exp", json!(now - 59))).is_ok(), "within the leeway");
}

#[test]
fn wrong_signatures() {
    let claims = issuer::claims(NOW);
    let hmac = EncodingKey::from_secret(b"secret");
    let public = issuer::key_set()["keys"][0]["n"].as_str().unwrap().to_owned();
    let table = [
        ("HS256", issuer::signed(&claims, Algorithm::HS256, Some(KEY_ID), &hmac), Refused::Malformed),
        (
            "HS256 with the public key as secret",
            issuer::signed(&claims, Algorithm::HS256, Some(KEY_ID), &EncodingKey::from_secret(public.as_bytes())),
            Refused::Malformed,
        ),
        ("RS512", issuer::signed(&claims, Algorithm::RS512, Some(KEY_ID), issuer::key()), Refused::Malformed),
        ("PS256", issuer::signed(&claims, Algorithm::PS256, Some(KEY_ID), issuer::key()), Refused::Malformed),
        ("no key id", issuer::signed(&claims, Algorithm::RS256, None, issuer::key()), Refused::Malformed),
        ("unknown key", issuer::signed(&claims, Algorithm::RS256, Some("k2"), issuer::key()), Refused::UnknownKey),
        (
            "another's key",
            issuer::signed(&claims, Algorithm::RS256, Some(KEY_ID), &issuer::new_key()),
            Refused::Foreign,
        ),
    ];
    for (case, token, expected) in table {
        assert_eq!(check(&token), Err(expected), "{case}");
    }
}

#[test]
fn tampered_tokens() {
    let good = issuer::token(&issuer::claims(NOW));
    let parts: Vec<&str> = good.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "kid": KEY_ID, "typ": "JWT" }).to_string());
    let mut claims = issuer::claims(NOW);
    claims["sub"] = json!("someone-else");
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    for (case, token) in [
        ("alg none", format!("{none}.{}.", parts[1])),
        ("alg none, old signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("other claims", format!("{}.{claims}.{}", parts[0], parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{good}.{}", parts[2])),
        ("empty", String::new()),
        ("dots", "..".to_owned()),
    ] {
        assert!(check(&token).is_err(), "{case}");
    }
}

#[test]
fn only_signing_rsa_keys_are_kept() {
    let mut set = issuer::key_set();
    let good = set["keys"][0].clone();
    let other = |name: &str, value: Value| {
        let mut key = good.clone();
        key["kid"] = json!(format!("{name} {value}"));
        key[name] = value;
        key
    };
    let wrong = [
        other("use", json!("enc")),
        other("alg", json!("RS512")),
        other("kty", json!("EC")),
        other("n", json!("not base64!")),
        json!({ "kid": "hmac", "kty": "oct", "k": "c2VjcmV0" }),
        json!("nonsense"),
    ];
    set["keys"].as_array_mut().unwrap().extend(wrong.clone());
    let keys = Keys::read(set.to_string().as_bytes()).unwrap();
    assert!(keys.get(KEY_ID).is_some());
    for key in wrong {
        assert!(keys.get(key["kid"].as_str().unwrap_or_default()).is_none(), "{key}");
    }
    for nonsense in ["", "{}", "[]", "{\"keys\":{}}"] {
        assert!(Keys::read(nonsense.as_bytes()).is_err(), "{nonsense}");
    }
}

proptest! {
    #[test]
    fn arbitrary_tokens_are_refused(token in "[ -~]{0,200}|[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}\\.[A-Za-z0-9_-]{0,80}") {
        prop_assert!(check(&token).is_err());
    }
}
