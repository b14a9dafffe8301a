use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::*;

const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn keys(secrets: &[&str]) -> WebhookKeys {
    let list = |values: &[&str]| values.iter().map(|value| SecretString::from(*value)).collect();
    WebhookKeys { secrets: list(secrets), verify_tokens: list(secrets), ..WebhookKeys::default() }
}

fn request(headers: &[&[u8]], body: &[u8]) -> RawRequest {
    let mut map = HeaderMap::new();
    for value in headers {
        map.append(SIGNATURE_HEADER, HeaderValue::from_bytes(value).unwrap());
    }
    RawRequest { headers: map, body: body.to_vec(), ..RawRequest::default() }
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../../tests/fixtures/facebook/vectors-x-hub-signature.json")).unwrap()
}

#[test]
fn every_vector_is_judged_as_it_says() {
    let vectors = vectors();
    for vector in vectors["vectors"].as_array().unwrap() {
        let body = match vector["body_base64"].as_str() {
            Some(base64) => STANDARD.decode(base64).unwrap(),
            None => vector["body"].as_str().unwrap().as_bytes().to_vec(),
        };
        let header = vector["header_x_hub_signature_256"].as_str().map(str::as_bytes);
        let valid = webhook(&request(&Vec::from_iter(header), &body), &keys(&[SECRET])).is_ok();
        assert_eq!(valid, vector["valid"].as_bool().unwrap(), "{}", vector["name"]);
    }
}

#[test]
fn the_wire_form_is_signed_byte_for_byte() {
    let body = include_bytes!("../../../../../tests/fixtures/facebook/fb-message-text-wire-escaped.json");
    let signature = "sha256=e84c96faa37d4acabfd2582a4d884f99cba8790d1a0403381f52d219e8e92c87";
    assert_eq!(webhook(&request(&[signature.as_bytes()], body), &keys(&[SECRET])), Ok(()));
    assert_eq!(sign(&SECRET.into(), body).as_deref(), Some(signature));
}

#[test]
fn each_secret_is_tried_and_an_empty_one_signs_nothing() {
    let signed = |secret: &str| request(&[sign(&secret.into(), b"{}").unwrap().as_bytes()], b"{}");
    assert_eq!(webhook(&signed("old"), &keys(&["new", "old"])), Ok(()));
    assert_eq!(webhook(&signed("older"), &keys(&["new", "old"])), Err(Refused::WrongSignature));
    assert_eq!(webhook(&signed("new"), &keys(&[])), Err(Refused::WrongSignature));
    assert_eq!(sign(&"".into(), b"{}"), None);
    // HMAC-SHA256 of "{}" under the empty key, which anyone can make.
    let forged = {
        let mac: Hmac<Sha256> = Hmac::new_from_slice(b"").unwrap();
        format!("{PREFIX}{}", hex::encode(mac.chain_update(b"{}").finalize().into_bytes()))
    };
    assert_eq!(webhook(&request(&[forged.as_bytes()], b"{}"), &keys(&["", "new"])), Err(Refused::WrongSignature));
}

#[test]
fn a_header_of_the_wrong_form_is_no_signature() {
    let right = sign(&SECRET.into(), b"{}").unwrap();
    let digits = right.strip_prefix(PREFIX).unwrap();
    let not_hex = digits.replace(|c: char| c.is_ascii_digit(), "z");
    let wrong_forms: [Vec<Vec<u8>>; 9] = [
        vec![],
        vec![b"".to_vec()],
        vec![b"sha256=".to_vec()],
        vec![digits.into()],
        vec![format!("sha1={digits}").into()],
        vec![format!("SHA256={digits}").into()],
        vec![format!("sha256={not_hex}").into()],
        vec![b"sha256=\xff\xfe".to_vec()],
        vec![right.clone().into(), right.clone().into()],
    ];
    for headers in &wrong_forms {
        let headers = Vec::from_iter(headers.iter().map(Vec::as_slice));
        assert_eq!(webhook(&request(&headers, b"{}"), &keys(&[SECRET])), Err(Refused::Unsigned), "{headers:?}");
    }
}

#[test]
fn a_question_with_our_token_is_answered_with_its_challenge() {
    for query in [
        "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=tok",
        "hub_mode=subscribe&hub_challenge=1158201444&hub_verify_token=tok",
        "hub.verify_token=t%6Fk&x=1&hub%2Emode=subscribe&hub_challenge=11582%301444",
    ] {
        assert_eq!(handshake(query, &keys(&["other", "tok"])).as_deref(), Ok("1158201444"), "{query}");
    }
    assert_eq!(
        handshake("hub.mode=subscribe&hub.challenge=a%2Bb%3D&hub.verify_token=a%26b+c", &keys(&["a&b c"])).as_deref(),
        Ok("a+b=")
    );
}

#[test]
fn any_other_question_is_refused() {
    let long = format!("hub.mode=subscribe&hub.verify_token=tok&hub.challenge={}", "1".repeat(257));
    for (query, refused) in [
        ("", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=1", Refused::Malformed),
        ("hub.challenge=1&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=1&hub_challenge=1&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=tok&hub_verify_token=x", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=a%0Ab&hub.verify_token=tok", Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=%FF&hub.verify_token=tok", Refused::Malformed),
        (&long, Refused::Malformed),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=", Refused::WrongToken),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=to", Refused::WrongToken),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=tokk", Refused::WrongToken),
        ("hub.mode=subscribe&hub.challenge=1&hub.verify_token=TOK", Refused::WrongToken),
    ] {
        assert_eq!(handshake(query, &keys(&["", "tok"])), Err(refused), "{query}");
    }
}

#[test]
fn the_proof_of_the_app_fits_the_vector() {
    let vectors = vectors();
    let vector = &vectors["appsecret_proof"][0];
    let token = SecretString::from(vector["access_token"].as_str().unwrap());
    assert_eq!(appsecret_proof(&SECRET.into(), &token).as_deref(), vector["appsecret_proof"].as_str());
}
