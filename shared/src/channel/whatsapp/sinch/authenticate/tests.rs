use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::*;

const SECRET: &str = "foo_secret1234";
/// The vector that Sinch publishes: nonce, time, signature, body.
const NONCE_OF: &str = "01FJA8B4A7BM43YGWSG9GBV067";
const AT: &str = "1634579353";
const SIGNED: &str = "6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE=";
const BODY: &str = r#"{"app_id":"","accepted_time":"2021-10-18T17:49:13.813615Z","project_id":"e2df3a34-a71b-4448-9db5-a8d2baad28e4","contact_create_notification":{"contact":{"id":"01FJA8B466Y0R2GNXD78MD9SM1","channel_identities":[{"channel":"SMS","identity":"48123456789","app_id":""}],"display_name":"New Test Contact","email":"new.contact@email.com","external_id":"","metadata":"","language":"EN_US"}},"message_metadata":""}"#;

fn keys(secrets: &[&str]) -> WebhookKeys {
    let secrets = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
    WebhookKeys { secrets, ..WebhookKeys::default() }
}

fn request(headers: &[(&'static str, &str)], body: &[u8]) -> RawRequest {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    RawRequest { headers: map, body: body.to_vec(), ..RawRequest::default() }
}

fn headers<'a>(nonce: &'a str, at: &'a str, signature: &'a str) -> [(&'static str, &'a str); 4] {
    [(NONCE, nonce), (TIMESTAMP, at), (SIGNATURE, signature), (ALGORITHM, HMAC_SHA256)]
}

fn seconds(text: &str) -> Timestamp {
    Timestamp::from_seconds(text.parse().unwrap())
}

fn signed(secret: &str, body: &[u8], nonce: &str, at: &str) -> String {
    let mac = keyed(&secret.into()).unwrap().chain_update(body);
    let mac = mac.chain_update(format!(".{nonce}.{at}"));
    STANDARD.encode(mac.finalize().into_bytes())
}

fn published() -> RawRequest {
    request(&headers(NONCE_OF, AT, SIGNED), BODY.as_bytes())
}

#[test]
fn the_published_vectors_fit() {
    assert_eq!(webhook(&published(), &keys(&[SECRET]), seconds(AT)), Ok(()));
    let body = r#"{"at":"2025-01-13T09:22:40.914Z","batch_id":"01JHFFHQ0P99JPPNQPJDV7JTBP","client_reference":"a client reference","code":0,"operator_status_at":"2025-01-13T09:22:00Z","recipient":"33662162466","status":"Delivered","type":"recipient_delivery_report_sms"}"#;
    let (nonce, at) = ("01JHFFHWYY7HSS4FWTMDTQEK8V", "1736760161");
    let sms = request(&headers(nonce, at, "ZoHei66PPN/kZjw7hFVfGhJOnml3iGNCMWoyQVcE5o0="), body.as_bytes());
    assert_eq!(webhook(&sms, &keys(&["SMSWebhooksSecret"]), seconds(at)), Ok(()));
}

#[test]
fn every_recorded_body_fits_its_signature_byte_for_byte() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/whatsapp/sinch");
    let vectors: Value = serde_json::from_slice(&std::fs::read(format!("{folder}/signatures.json")).unwrap()).unwrap();
    let keys = keys(&[vectors["secret"].as_str().unwrap()]);
    let all = vectors["vectors"].as_array().unwrap();
    assert_eq!(all.len(), 25);
    for vector in all {
        let text = |name: &str| vector[name].as_str().unwrap();
        let mut body = std::fs::read(format!("{folder}/{}", text("file"))).unwrap();
        let headers = headers(text("nonce"), text("timestamp"), text("signature"));
        let now = seconds(text("timestamp"));
        assert_eq!(webhook(&request(&headers, &body), &keys, now), Ok(()), "{}", text("file"));
        body.push(b'\n');
        assert_eq!(webhook(&request(&headers, &body), &keys, now), Err(Refused::WrongSignature), "{}", text("file"));
    }
}

#[test]
fn anything_tampered_with_does_not_fit() {
    let longer = BODY.replace("48123456789", "48123456780");
    let again = serde_json::from_str::<Value>(BODY).unwrap().to_string();
    for (name, request) in [
        ("another body", request(&headers(NONCE_OF, AT, SIGNED), longer.as_bytes())),
        ("a body written anew", request(&headers(NONCE_OF, AT, SIGNED), again.as_bytes())),
        ("no body", request(&headers(NONCE_OF, AT, SIGNED), b"")),
        ("another nonce", request(&headers("01FJA8B4A7BM43YGWSG9GBV068", AT, SIGNED), BODY.as_bytes())),
        ("another time", request(&headers(NONCE_OF, "1634579354", SIGNED), BODY.as_bytes())),
        ("a time written otherwise", request(&headers(NONCE_OF, "01634579353", SIGNED), BODY.as_bytes())),
        ("another signature", request(&headers(NONCE_OF, AT, &signed("x", b"", "n", AT)), BODY.as_bytes())),
        ("a short signature", request(&headers(NONCE_OF, AT, "6bpJoRmFoXVjfJIVglMoJw=="), BODY.as_bytes())),
        ("no signature", request(&headers(NONCE_OF, AT, ""), BODY.as_bytes())),
    ] {
        assert_eq!(webhook(&request, &keys(&[SECRET]), seconds(AT)), Err(Refused::WrongSignature), "{name}");
    }
    // Sinch's other products: the time before the nonce, and a secret in base64.
    let turned = {
        let mac = keyed(&SECRET.into()).unwrap().chain_update(format!("{BODY}.{AT}.{NONCE_OF}"));
        STANDARD.encode(mac.finalize().into_bytes())
    };
    let turned = request(&headers(NONCE_OF, AT, &turned), BODY.as_bytes());
    assert_eq!(webhook(&turned, &keys(&[SECRET]), seconds(AT)), Err(Refused::WrongSignature));
}

#[test]
fn each_secret_is_tried_and_an_empty_one_signs_nothing() {
    assert_eq!(webhook(&published(), &keys(&["new", SECRET]), seconds(AT)), Ok(()));
    for secrets in [&["new"][..], &[], &[""], &["foo_secret1234 "]] {
        assert_eq!(webhook(&published(), &keys(secrets), seconds(AT)), Err(Refused::WrongSignature), "{secrets:?}");
    }
    let mac: Hmac<Sha256> = Hmac::new_from_slice(b"").unwrap();
    let forged = STANDARD.encode(mac.chain_update(format!("{{}}.n.{AT}")).finalize().into_bytes());
    let forged = request(&headers("n", AT, &forged), b"{}");
    assert_eq!(webhook(&forged, &keys(&["", "new"]), seconds(AT)), Err(Refused::WrongSignature));
}

#[test]
fn a_call_without_each_header_once_and_well_formed_is_unsigned() {
    let whole = headers(NONCE_OF, AT, SIGNED);
    let keys = keys(&[SECRET]);
    let judged = |headers: &[(&'static str, &str)]| webhook(&request(headers, BODY.as_bytes()), &keys, seconds(AT));
    for left_out in 0..whole.len() {
        let mut some = whole.to_vec();
        let (name, _) = some.remove(left_out);
        assert_eq!(judged(&some), Err(Refused::Unsigned), "without {name}");
        let mut twice = whole.to_vec();
        twice.push(whole[left_out]);
        assert_eq!(judged(&twice), Err(Refused::Unsigned), "{name} twice");
    }
    let with = |name: &str, value: &'static str| {
        let mut headers = whole;
        headers.iter_mut().filter(|(known, _)| *known == name).for_each(|header| header.1 = value);
        judged(&headers)
    };
    for algorithm in ["HmacMD5", "HmacSHA1", "HmacSHA512", "hmacsha256", "none", "HmacSHA256,HmacMD5", ""] {
        assert_eq!(with(ALGORITHM, algorithm), Err(Refused::Unsigned), "{algorithm}");
    }
    for nonce in ["", "a.b", "a b", "01FJA8B4A7BM43YGWSG9GBV067."] {
        assert_eq!(with(NONCE, nonce), Err(Refused::Unsigned), "{nonce}");
    }
    for at in ["", "now", "-1634579353", "+1634579353", "1634579353.0", "16345793531634579353"] {
        assert_eq!(with(TIMESTAMP, at), Err(Refused::Unsigned), "{at}");
    }
    for signature in ["6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE", "*", "e9ba49a1"] {
        let judged = with(SIGNATURE, signature);
        assert!(matches!(judged, Err(Refused::Unsigned | Refused::WrongSignature)), "{signature}: {judged:?}");
    }
}

#[test]
fn nothing_of_the_body_passes_for_the_nonce() {
    // Signed: `{"a":"x.y"}.NONCE.AT`. Cut at another dot it would be another body, under the same signature.
    let signature = signed(SECRET, br#"{"a":"x.y"}"#, "n", AT);
    let whole = request(&headers("n", AT, &signature), br#"{"a":"x.y"}"#);
    assert_eq!(webhook(&whole, &keys(&[SECRET]), seconds(AT)), Ok(()));
    let cut = request(&headers("y\"}.n", AT, &signature), br#"{"a":"x"#);
    assert_eq!(webhook(&cut, &keys(&[SECRET]), seconds(AT)), Err(Refused::Unsigned));
}

#[test]
fn the_time_counts_only_under_a_right_signature() {
    let at = seconds(AT);
    let table = [
        (at, Ok(())),
        (at.plus(TOLERANCE), Ok(())),
        (at.minus(TOLERANCE), Ok(())),
        (at.plus(TOLERANCE + Duration::from_millis(1)), Err(Refused::TooOld)),
        (at.minus(TOLERANCE + Duration::from_millis(1)), Err(Refused::TooOld)),
        (Timestamp::from_millis(i64::MAX), Err(Refused::TooOld)),
        (Timestamp::from_millis(i64::MIN), Err(Refused::TooOld)),
    ];
    for (now, expected) in table {
        assert_eq!(webhook(&published(), &keys(&[SECRET]), now), expected, "{now:?}");
        assert_eq!(webhook(&published(), &keys(&["other"]), now), Err(Refused::WrongSignature), "{now:?}");
    }
    // Asked to come again, Sinch signs anew; a wrong signature is for good.
    assert_eq!((Refused::TooOld.status(), Refused::WrongSignature.status()), (503, 401));
}

proptest::proptest! {
    #[test]
    fn no_call_is_let_in_by_chance(
        values in proptest::collection::vec("[ -~]{0,60}", 4),
        body in proptest::collection::vec(proptest::num::u8::ANY, 0..100),
    ) {
        let headers = [(NONCE, &*values[0]), (TIMESTAMP, &*values[1]), (SIGNATURE, &*values[2]), (ALGORITHM, &*values[3])];
        proptest::prop_assert!(webhook(&request(&headers, &body), &keys(&[SECRET]), seconds(AT)).is_err());
        let right = [(NONCE, NONCE_OF), (TIMESTAMP, AT), (SIGNATURE, &*values[2]), (ALGORITHM, HMAC_SHA256)];
        proptest::prop_assert!(webhook(&request(&right, &body), &keys(&[SECRET]), seconds(AT)).is_err());
    }
}
