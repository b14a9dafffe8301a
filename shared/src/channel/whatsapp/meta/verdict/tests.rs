use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn answer(status: u16, body: &Value) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::from(body.to_string()) })
}

fn error(code: i64) -> Value {
    json!({"error": {"message": format!("(#{code}) M"), "type": "OAuthException", "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": "Details for +4915750160042."}, "fbtrace_id": "AbC"}})
}

fn failure(verdict: Verdict) -> (bool, Failure) {
    match verdict {
        Verdict::NotSent(failure) => (true, failure),
        Verdict::Unknown(failure) => (false, failure),
        Verdict::Sent { .. } => panic!("sent"),
    }
}

#[test]
fn a_message_that_was_taken_has_its_id() {
    let taken = json!({"messaging_product": "whatsapp", "contacts": [{"input": "+49", "wa_id": "49"}],
        "messages": [{"id": "wamid.HBg", "message_status": "accepted"}]});
    assert_eq!(verdict(&answer(200, &taken)), Verdict::Sent { message: MessageId::new("wamid.HBg") });
    for odd in [json!({}), json!({"messages": []}), json!({"messages": [{"id": ""}]}), json!([])] {
        assert!(matches!(verdict(&answer(200, &odd)), Verdict::Unknown(_)), "{odd}");
    }
}

#[test]
fn every_error_has_its_class_and_sentence() {
    use FailureClass::{
        Configuration, Credential, OptedOut, Permanent, RecipientUnreachable, Throttled, Transient, WindowClosed,
    };
    let seconds = |seconds| Throttled(Some(Duration::from_secs(seconds)));
    let mut shown = String::new();
    for (code, class) in [
        (0, Credential),
        (190, Credential),
        (3, Credential),
        (10, Credential),
        (200, Credential),
        (131005, Credential),
        (4, Throttled(None)),
        (80007, Throttled(None)),
        (130429, seconds(1)),
        (131056, seconds(6)),
        (131047, WindowClosed),
        (131026, RecipientUnreachable),
        (131050, OptedOut),
        (131049, Permanent),
        (131053, Permanent),
        (131062, Permanent),
        (100, Permanent),
        (131031, Configuration),
        (131042, Configuration),
        (132001, Configuration),
        (133010, Configuration),
        (131016, Transient),
        (424242, Permanent),
    ] {
        let (certain, failure) = failure(verdict(&answer(400, &error(code))));
        assert_eq!((certain, failure.class), (true, class), "{code}");
        assert!(failure.sentence.starts_with(&failure.what) && !failure.sentence.contains("49157"), "{code}");
        assert_eq!(failure.platform.map(|error| error.code), Some(code));
        writeln!(shown, "{code}: {class:?}\n    {}", failure.sentence).unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("errors", shown));
}

#[test]
fn what_falls_over_may_have_sent_it() {
    let table = [
        (500, 1, false),
        (503, 2, false),
        (500, 131000, false),
        (500, 999_999, false),
        (503, 131016, true),
        (500, 131057, true),
        (500, 131026, true),
        (400, 131000, true),
    ];
    for (status, code, certain) in table {
        assert_eq!(failure(verdict(&answer(status, &error(code)))).0, certain, "{status} {code}");
    }
    assert!(!failure(verdict(&answer(502, &json!("Bad Gateway")))).0);
    assert!(!failure(verdict(&Err(HttpError::NoAnswer("timeout".to_owned())))).0);
    assert!(failure(verdict(&Err(HttpError::NotConnected("refused".to_owned())))).0);
}

#[test]
fn the_longer_wait_counts() {
    let wait = |code, seconds: &'static str| {
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, HeaderValue::from_static(seconds))]);
        let body = Bytes::from(error(code).to_string());
        failure(verdict(&Ok(Answer { status: 429, headers, body }))).1.class
    };
    assert_eq!(wait(131056, "2"), FailureClass::Throttled(Some(Duration::from_secs(6))));
    assert_eq!(wait(131056, "60"), FailureClass::Throttled(Some(Duration::from_secs(60))));
    assert_eq!(wait(80007, "60"), FailureClass::Throttled(Some(Duration::from_secs(60))));
}

#[test]
fn files_are_named_both_ways() {
    assert_eq!(uploaded(&answer(200, &json!({"id": "1203"}))), Ok("1203".to_owned()));
    assert!(uploaded(&answer(200, &json!({}))).is_err());
    assert_eq!(uploaded(&answer(400, &error(131053))).unwrap_err().class, FailureClass::Permanent);
    let url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1203";
    let told = json!({"messaging_product": "whatsapp", "url": url, "file_size": "303833", "id": "1203"});
    assert_eq!(media_address(&answer(200, &told)).unwrap().as_str(), url);
    let gone = media_address(&answer(400, &error(100))).unwrap_err();
    assert_eq!((gone.class, gone.what.as_str()), (FailureClass::Permanent, "WhatsApp does not hand over the file."));
    assert_eq!(media_address(&answer(400, &error(190))).unwrap_err().class, FailureClass::Credential);
    assert_eq!(media_address(&answer(200, &json!({"url": "x"}))).unwrap_err().class, FailureClass::Transient);
}

#[test]
fn success_is_said_in_two_ways() {
    assert_eq!(done(&answer(200, &json!({"success": true}))), Ok(()));
    assert_eq!(done(&answer(200, &json!({"success": "true"}))), Ok(()));
    assert!(done(&answer(200, &json!({"success": false}))).is_err());
    assert!(done(&answer(400, &error(100))).is_err());
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let judged = verdict(&Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::from(body) }));
        let is_sent = matches!(judged, Verdict::Sent { .. });
        prop_assert!(!is_sent);
    }
}
