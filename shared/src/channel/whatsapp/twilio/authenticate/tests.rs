use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::Value;

use super::*;

const TOKEN: &str = "12345";
const PAGE: &str = "https://mycompany.com/myapp.php";
const QUERY: &str = "foo=1&bar=2";
const CALL: &str = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
const JSON: &str = r#"{"property": "value", "boolean": true}"#;
const JSON_HASH: &str = "bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

fn keys(url: &str, tokens: &[&str]) -> WebhookKeys {
    let secrets = tokens.iter().map(|token| SecretString::from(*token)).collect();
    WebhookKeys { secrets, url: Some(url.to_owned()), ..WebhookKeys::default() }
}

fn post(signature: &str, query: &str, body: &str) -> RawRequest {
    let mut headers = HeaderMap::new();
    headers.append(SIGNATURE_HEADER, HeaderValue::from_str(signature).unwrap());
    let (query, body) = (query.to_owned(), body.as_bytes().to_vec());
    RawRequest { method: Method::POST, headers, query, body, ..RawRequest::default() }
}

/// The signature that Twilio makes, from what it signs.
fn sign(token: &str, signed: &str) -> String {
    STANDARD.encode(keyed(&token.into()).unwrap().chain_update(signed).finalize().into_bytes())
}

#[test]
fn every_published_vector_fits() {
    let repeated = |pairs: &str| format!("Sid=CA123&SidAccount=AC123{pairs}");
    let bindings = "MessagingBinding.Address=%2B1325xxxxxxx&MessagingBinding.Address=%2B1415xxxxxxx";
    let other_order = "MessagingBinding.Address=%2B1415xxxxxxx&MessagingBinding.Address=%2B1325xxxxxxx";
    let hashed = format!("{QUERY}&{JSON_HASH}");
    let amazing = format!("{QUERY}&Body=It's+amazing");
    let encoded = format!("{QUERY}&Body=It%27s+amazing");
    let empty_json = format!("{QUERY}&bodySHA256=44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    let table: [(&str, &str, &str, &str); 19] = [
        (PAGE, QUERY, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:1234/myapp.php", QUERY, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PAGE, QUERY, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("https://mycompany.com:443/myapp.php", QUERY, CALL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("https://mycompany.com:443/myapp.php", QUERY, CALL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("http://mycompany.com/myapp.php", QUERY, CALL, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        ("http://mycompany.com:1234/myapp.php", QUERY, CALL, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("https://user:pass@mycompany.com/myapp.php", QUERY, CALL, "CukzLTc1tT5dXEDIHm/tKBanW10="),
        ("https://user:pass@mycompany.com/myapp.php", QUERY, CALL, "ZQFR1PTIZXF2MXB8ZnKCvnnA+rI="),
        ("https://user@mycompany.com/myapp.php", QUERY, CALL, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        (PAGE, &amazing, CALL, "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        (PAGE, &encoded, CALL, "TfZzewPq8wqrGlMfyAud8+/IvJ0="),
        (PAGE, QUERY, bindings, "83O6e2vORAoJHUNzJjDWN1jz+BA="),
        (PAGE, QUERY, other_order, "83O6e2vORAoJHUNzJjDWN1jz+BA="),
        (PAGE, QUERY, &repeated("&Digits=5678&Digits=1234&Digits=1234"), "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (PAGE, QUERY, &repeated("&Digits=1234&Digits=5678"), "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (PAGE, &hashed, JSON, "a9nBmqA0ju/hNViExpshrM61xv4="),
        (PAGE, JSON_HASH, JSON, "y77kIzt2vzLz71DgmJGsen2scGs="),
        (PAGE, &empty_json, "{}", "Ldidvp12m26NI7eqEvxnEpkd9Hc="),
    ];
    for (url, query, body, signature) in table {
        assert_eq!(webhook(&post(signature, query, body), &keys(url, &[TOKEN])), Ok(()), "{url} {query} {signature}");
    }
}

/// The signed sample bodies, with the address and the token that they were signed with.
fn samples() -> (String, String, Vec<(String, String)>) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/whatsapp/twilio");
    let all: Value = serde_json::from_slice(&std::fs::read(format!("{folder}/signatures.json")).unwrap()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let read = |vector: &Value| {
        let body = std::fs::read_to_string(format!("{folder}/{}", vector["file"].as_str().unwrap())).unwrap();
        (body, text(&vector["signature"]))
    };
    let vectors = all["vectors"].as_array().unwrap().iter().map(read).collect();
    (text(&all["url"]), text(&all["authToken"]), vectors)
}

#[test]
fn every_sample_fits_its_signature_and_nothing_changed_does() {
    let (url, token, samples) = samples();
    let keys = |url: &str, token: &str| keys(&format!("{url}{}", super::super::RETRIES), &[token]);
    assert_eq!(samples.len(), 20);
    for (body, signature) in &samples {
        let refused = |request: &RawRequest, url: &str, token: &str| {
            assert_eq!(webhook(request, &keys(url, token)), Err(Refused::WrongSignature), "{body}");
        };
        let request = post(signature, "", body);
        assert_eq!(webhook(&request, &keys(&url, &token)), Ok(()), "{body}");
        refused(&request, &url, "00112233445566778899aabbccddeefe");
        refused(&request, &url.replace("acme", "other"), &token);
        refused(&request, &url.replace("https", "http"), &token);
        refused(&request, &format!("{url}/"), &token);
        refused(&post(signature, "a=1", body), &url, &token);
        refused(&post(signature, "", &body.replacen("=SM", "=SX", 1).replacen("=MM", "=SX", 1)), &url, &token);
        refused(&post(signature, "", &format!("{body}&New=")), &url, &token);
        refused(&post(signature, "", &body.replace("&ApiVersion=2010-04-01", "")), &url, &token);
        refused(&RawRequest { method: Method::GET, ..request.clone() }, &url, &token);
        let asked = RawRequest { method: Method::GET, query: body.clone(), body: Vec::new(), ..request };
        refused(&asked, &url, &token);
    }
}

#[test]
fn empty_parameters_count_and_their_order_does_not() {
    let url = "https://hub.example.com/w";
    let signature = sign(TOKEN, &format!("{url}AB1B2Cc c+ü"));
    for body in ["A=&B=1&B=2&C=c+c%2B%C3%BC", "C=c%20c%2B%C3%BC&B=2&B=1&B=2&A"] {
        assert_eq!(webhook(&post(&signature, "", body), &keys(url, &[TOKEN])), Ok(()), "{body}");
    }
    for body in ["B=1&B=2&C=c+c%2B%C3%BC", "A=&B=1&C=c+c%2B%C3%BC", "A=&B=1&B=2&C=c+c+%C3%BC", ""] {
        assert!(webhook(&post(&signature, "", body), &keys(url, &[TOKEN])).is_err(), "{body}");
    }
}

#[test]
fn names_are_sorted_by_their_bytes() {
    let url = "https://hub.example.com/w";
    let signature = sign(TOKEN, &format!("{url}A1B2_4a3"));
    assert_eq!(webhook(&post(&signature, "", "a=3&B=2&_=4&A=1"), &keys(url, &[TOKEN])), Ok(()));
}

#[test]
fn a_get_is_signed_by_its_address_alone() {
    let url = "https://hub.example.com/w";
    let query = "MessageSid=SM1&Body=It's+5+o'clock&From=whatsapp%3A%2B447700900123";
    let legacy = "MessageSid=SM1&Body=It's%205%20o'clock&From=whatsapp%3A%2B447700900123";
    for signed in [
        format!("{url}?{query}"),
        format!("{url}?{}", query.replace('\'', "%27")),
        format!("{url}?{legacy}"),
        format!("https://hub.example.com:443/w?{legacy}"),
    ] {
        let request = RawRequest { method: Method::GET, ..post(&sign(TOKEN, &signed), query, "") };
        assert_eq!(webhook(&request, &keys(url, &[TOKEN])), Ok(()), "{signed}");
        let tampered = RawRequest { query: query.replace('5', "6"), ..request.clone() };
        assert_eq!(webhook(&tampered, &keys(url, &[TOKEN])), Err(Refused::WrongSignature));
        // What the signature does not cover is not there.
        let more = RawRequest { body: b"MessageSid=SM2".to_vec(), ..request };
        assert_eq!(webhook(&more, &keys(url, &[TOKEN])), Err(Refused::WrongSignature));
    }
}

#[test]
fn a_hash_of_the_body_must_fit_too() {
    let hash = |body: &str| hex::encode(Sha256::digest(body));
    let url = "https://hub.example.com/w";
    for body in [JSON, "MessageSid=SM1&Body=hi", ""] {
        let query = format!("bodySHA256={}", hash(body));
        let signature = sign(TOKEN, &format!("{url}?{query}"));
        assert_eq!(webhook(&post(&signature, &query, body), &keys(url, &[TOKEN])), Ok(()), "{body}");
        for (query, other) in [
            (query.clone(), "other"),
            (query.to_uppercase().replace("BODYSHA", "bodySHA"), body),
            (format!("{query}&{query}"), body),
            ("bodySHA256=".to_owned(), body),
            (format!("bodySHA256={}", hash("other")), "other"),
        ] {
            let of = |signature: &str| webhook(&post(signature, &query, other), &keys(url, &[TOKEN]));
            assert_eq!(of(&signature), Err(Refused::WrongSignature), "{query}");
            // Where the address was signed so, the hash alone refuses it.
            let fits = query == format!("bodySHA256={}", hash(other));
            assert_eq!(of(&sign(TOKEN, &format!("{url}?{query}"))).is_ok(), fits, "{query}");
        }
        // The parameters of a form do not count where its hash does.
        let with_parameters = sign(TOKEN, &format!("{url}?{query}BodyhiMessageSidSM1"));
        assert!(webhook(&post(&with_parameters, &query, body), &keys(url, &[TOKEN])).is_err());
    }
}

#[test]
fn each_token_is_tried_and_an_empty_one_signs_nothing() {
    let url = "https://hub.example.com/w";
    let signed = |token: &str| post(&sign(token, &format!("{url}a1")), "", "a=1");
    assert_eq!(webhook(&signed("old"), &keys(url, &["new", "old"])), Ok(()));
    assert_eq!(webhook(&signed("older"), &keys(url, &["new", "old"])), Err(Refused::WrongSignature));
    assert_eq!(webhook(&signed("new"), &keys(url, &[])), Err(Refused::WrongSignature));
    assert_eq!(
        webhook(&signed("new"), &WebhookKeys { url: None, ..keys(url, &["new"]) }),
        Err(Refused::WrongSignature)
    );
    let mac: Hmac<Sha1> = Hmac::new_from_slice(b"").unwrap();
    let forged = STANDARD.encode(mac.chain_update(format!("{url}a1")).finalize().into_bytes());
    assert_eq!(webhook(&post(&forged, "", "a=1"), &keys(url, &["", "new"])), Err(Refused::WrongSignature));
}

#[test]
fn a_header_of_the_wrong_form_is_no_signature() {
    let right = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    for wrong in
        ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "sha1=RSOYDt4T1cUTdK1PDd93/VVr8B8=", "RSOYDt4T1cUTdK1PDd93_VVr8B8=", "AAAA"]
    {
        assert_eq!(webhook(&post(wrong, QUERY, CALL), &keys(PAGE, &[TOKEN])), Err(Refused::Unsigned), "{wrong}");
    }
    let mut twice = post(right, QUERY, CALL);
    twice.headers.append(SIGNATURE_HEADER, HeaderValue::from_static(right));
    assert_eq!(webhook(&twice, &keys(PAGE, &[TOKEN])), Err(Refused::Unsigned));
    twice.headers.clear();
    assert_eq!(webhook(&twice, &keys(PAGE, &[TOKEN])), Err(Refused::Unsigned));
}

proptest! {
    #[test]
    fn nothing_that_is_sent_gets_in_or_panics(
        is_get in any::<bool>(),
        header in prop::collection::vec(32_u8..127, 0..40),
        signature in any::<[u8; 20]>(),
        url in ".{0,60}",
        query in ".{0,80}",
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for header in [header, STANDARD.encode(signature).into_bytes()] {
            let mut request = post(std::str::from_utf8(&header).unwrap(), &query, "");
            request.body = body.clone();
            request.method = if is_get { Method::GET } else { Method::POST };
            prop_assert!(webhook(&request, &keys(&url, &[TOKEN])).is_err());
        }
    }

    #[test]
    fn what_twilio_signs_fits(pairs in prop::collection::vec((".{0,8}", ".{0,20}"), 0..8)) {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let distinct: std::collections::BTreeSet<_> = pairs.iter().collect();
        let signed: String = distinct.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
        let signature = sign(TOKEN, &format!("{PAGE}{signed}"));
        prop_assert_eq!(webhook(&post(&signature, "", &body), &keys(PAGE, &[TOKEN])), Ok(()));
    }
}
