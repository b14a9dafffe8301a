use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::table::codes;
use super::*;

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) }
}

fn error(code: u16, status: &str) -> Value {
    json!({"error": {"code": code, "message": "M", "status": status, "details": [{"@type": "type.googleapis.com/x"}]}})
}

fn judge(status: u16, body: &Value) -> Verdict {
    verdict(&Ok(answer(status, body.to_string().as_bytes())))
}

fn failed(verdict: Verdict) -> (bool, Failure) {
    match verdict {
        Verdict::NotSent(failure) => (true, failure),
        Verdict::Unknown(failure) => (false, failure),
        Verdict::Sent { .. } => panic!("sent"),
    }
}

/// Every reason that Sinch documents.
const REASONS: [&str; 31] = [
    "UNKNOWN",
    "INTERNAL_ERROR",
    "RATE_LIMITED",
    "RECIPIENT_INVALID_CHANNEL_IDENTITY",
    "RECIPIENT_NOT_REACHABLE",
    "RECIPIENT_NOT_OPTED_IN",
    "OUTSIDE_ALLOWED_SENDING_WINDOW",
    "CHANNEL_FAILURE",
    "CHANNEL_BAD_CONFIGURATION",
    "CHANNEL_CONFIGURATION_MISSING",
    "MEDIA_TYPE_UNSUPPORTED",
    "MEDIA_TOO_LARGE",
    "MEDIA_NOT_REACHABLE",
    "NO_CHANNELS_LEFT",
    "TEMPLATE_NOT_FOUND",
    "TEMPLATE_INSUFFICIENT_PARAMETERS",
    "TEMPLATE_NON_EXISTING_LANGUAGE_OR_VERSION",
    "DELIVERY_TIMED_OUT",
    "DELIVERY_REJECTED_DUE_TO_POLICY",
    "CONTACT_NOT_FOUND",
    "BAD_REQUEST",
    "UNKNOWN_APP",
    "NO_CHANNEL_IDENTITY_FOR_CONTACT",
    "CHANNEL_REJECT",
    "NO_PERMISSION",
    "NO_PROFILE_AVAILABLE",
    "UNSUPPORTED_OPERATION",
    "INACTIVE_CREDENTIAL",
    "MESSAGE_EXPIRED",
    "MESSAGE_SPLIT_REQUIRED",
    "DELIVERY_REPORT_TIME_OUT",
];

#[test]
fn every_code_has_its_class_and_sentence() {
    let mut shown = String::new();
    for code in codes().chain(["UNKNOWN", "SOMETHING_NEW"]) {
        let Rule { class, certain, what, then, .. } = rule(code, None);
        let certain = if *certain { "" } else { "UNKNOWN " };
        writeln!(shown, "{code}: {certain}{class:?}\n    {what} {then}").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("codes", shown));
    for reason in REASONS.iter().filter(|reason| **reason != "UNKNOWN") {
        assert!(codes().any(|code| code == *reason), "{reason} has no line");
    }
}

#[test]
fn a_message_id_means_that_sinch_has_it() {
    let sent = |id: &str| Verdict::Sent { message: MessageId::new(id) };
    assert_eq!(judge(200, &json!({"message_id": "01KA", "accepted_time": "2026-11-21T09:20:00.031Z"})), sent("01KA"));
    for body in ["", "OK", "[]", "null", "{}", r#"{"message_id":""}"#, r#"{"message_id":null}"#] {
        let (certain, failure) = failed(verdict(&Ok(answer(200, body.as_bytes()))));
        assert_eq!((certain, failure.class), (false, FailureClass::Transient), "{body}");
    }
}

#[test]
fn an_error_is_judged_by_its_status() {
    use FailureClass::*;
    let table = [
        (400, "INVALID_ARGUMENT", true, Permanent),
        (400, "FAILED_PRECONDITION", true, Configuration),
        (401, "UNAUTHENTICATED", true, Credential),
        (403, "PERMISSION_DENIED", true, Credential),
        (404, "NOT_FOUND", true, Configuration),
        (429, "RESOURCE_EXHAUSTED", true, Throttled(None)),
        (500, "INTERNAL", false, Transient),
        (501, "UNIMPLEMENTED", true, Permanent),
        (503, "UNAVAILABLE", false, Transient),
    ];
    for (code, status, certain, class) in table {
        let (is_certain, failure) = failed(judge(code, &error(code, status)));
        assert_eq!((is_certain, failure.class), (certain, class), "{status}");
        assert_eq!(failure.platform, Some(PlatformError { code: i64::from(code), subcode: None, trace: None }));
        assert!(failure.sentence.contains("Sinch says: \"M\""), "{}", failure.sentence);
        // The same of an answer without words, as a gateway in front of Sinch gives it.
        let (wordless, failure) = failed(verdict(&Ok(answer(code, b"<html>"))));
        let by_code = if status == "FAILED_PRECONDITION" { Permanent } else { class };
        assert_eq!((wordless, failure.class), (certain, by_code), "{code}");
    }
    assert_eq!(failed(judge(200, &error(401, "UNAUTHENTICATED"))).1.class, Credential);
    for status in [301, 302, 405, 418] {
        let (certain, failure) = failed(verdict(&Ok(answer(status, b""))));
        assert_eq!((certain, failure.class), (true, Configuration), "{status}");
    }
}

#[test]
fn without_an_answer_it_counts_how_far_the_request_came() {
    let unsent = |error| failed(verdict(&Err(error)));
    let (certain, failure) = unsent(HttpError::NotConnected("refused".to_owned()));
    assert_eq!((certain, failure.class), (true, FailureClass::Transient));
    let (certain, failure) = unsent(HttpError::Forbidden("10.0.0.1".to_owned()));
    assert_eq!((certain, failure.class), (true, FailureClass::Configuration));
    let (certain, failure) = unsent(HttpError::NoAnswer("timed out".to_owned()));
    assert_eq!((certain, failure.class), (false, FailureClass::Transient));
}

#[test]
fn sinch_says_how_long_to_wait() {
    let throttled = |retry_after: &'static str| {
        let mut answer = answer(429, error(429, "RESOURCE_EXHAUSTED").to_string().as_bytes());
        answer.headers.insert("retry-after", HeaderValue::from_static(retry_after));
        match failed(verdict(&Ok(answer))).1.class {
            FailureClass::Throttled(wait) => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(throttled("30"), Some(30));
    assert_eq!(throttled("0"), None);
    assert_eq!(throttled("soon"), None);
    assert_eq!(throttled("18446744073709551615"), Some(86_400));
}

#[test]
fn a_key_is_changed_into_a_token() {
    let read = |status, body: &str| login(&Ok(answer(status, body.as_bytes())));
    let token = read(200, r#"{"access_token":"t-1","token_type":"bearer","expires_in":3599}"#).unwrap();
    assert_eq!((token.token.expose_secret(), token.lives.as_secs()), ("t-1", 3599));
    assert_eq!(read(200, r#"{"access_token":"t-1"}"#).unwrap().lives.as_secs(), 3600);
    let refused = |status, body: &str| read(status, body).unwrap_err().class;
    for status in [400, 401, 403] {
        assert_eq!(refused(status, r#"{"error":"invalid_client"}"#), FailureClass::Credential, "{status}");
    }
    assert_eq!(refused(429, ""), FailureClass::Throttled(None));
    for (status, body) in [(200, "{}"), (200, "hello"), (500, ""), (503, "<html>"), (302, "")] {
        assert_eq!(refused(status, body), FailureClass::Transient, "{status} {body}");
    }
    for error in [HttpError::NoAnswer(String::new()), HttpError::NotConnected(String::new())] {
        let failure = login(&Err(error)).unwrap_err();
        assert!(failure.sentence.contains("nothing was sent"), "{}", failure.sentence);
    }
}

#[test]
fn a_name_is_what_sinch_knows_beside_a_number() {
    let named = |name: Value| {
        profile(&Ok(answer(200, json!({"contacts": [{"display_name": name}]}).to_string().as_bytes()))).ok()
    };
    let profile_of = |first: &str, last: Option<&str>| {
        Some(Profile { first_name: Some(first.to_owned()), last_name: last.map(str::to_owned) })
    };
    assert_eq!(named(json!(" Ingrid  Dahl Olsen ")), profile_of("Ingrid", Some("Dahl Olsen")));
    assert_eq!(named(json!("Ingrid")), profile_of("Ingrid", None));
    for nameless in [json!("Unknown"), json!(""), json!(null), json!("447700900123"), json!("+44 7700 900123")] {
        assert_eq!(named(nameless.clone()), None, "{nameless}");
    }
    for body in ["{}", r#"{"contacts":[]}"#, "hello", ""] {
        assert!(profile(&Ok(answer(200, body.as_bytes()))).is_err(), "{body}");
    }
    assert!(profile(&Ok(answer(404, b""))).is_err());
}

#[test]
fn nothing_like_a_token_is_quoted() {
    let body = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "bad token=abc in project 5c2f7a10-0c5b-4d6f-9a3b-1f2e3d4c5b6a"}});
    let sentence = failed(judge(400, &body)).1.sentence;
    assert!(sentence.contains("bad token=*** in project ***"), "{sentence}");
    let reason = Reason {
        code: Some(Text("UNKNOWN".to_owned())),
        sub_code: None,
        description: Some(Text("client_secret: s3cr".to_owned())),
    };
    let told = reported(Some(reason)).sentence;
    assert!(told.contains("client_secret: ***"), "{told}");
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let answer = Ok(answer(status, &body));
        let _ = verdict(&answer);
        let _ = profile(&answer);
        let _ = login(&answer);
        let _ = done(&answer);
    }

    #[test]
    fn any_reason_has_a_sentence(code in ".{0,40}", sub_code in ".{0,40}", description in ".{0,400}") {
        let text = |text: String| Some(Text(text));
        let failure = reported(Some(Reason { code: text(code), sub_code: text(sub_code), description: text(description) }));
        prop_assert!(!failure.code.is_empty() && failure.sentence.len() > 20);
    }
}
