use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::channel::PlatformError;
use crate::channel::quoted::quoted;

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) }
}

fn error(code: i64, subcode: Option<i64>) -> Value {
    json!({"error": {"message": "M", "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "AbC"}})
}

fn judge(status: u16, body: &Value) -> Verdict {
    verdict(&Ok(answer(status, body.to_string().as_bytes())), Mode::Response)
}

fn failure(verdict: Verdict) -> Failure {
    match verdict {
        Verdict::NotSent(failure) | Verdict::Unknown(failure) => failure,
        Verdict::Sent { .. } => panic!("sent"),
    }
}

/// Every line of section B4 of the platform's error page, as `code/subcode`.
const ERRORS: &[(i64, Option<i64>)] = &[
    (1, None),
    (1, Some(1357046)),
    (2, None),
    (4, None),
    (10, None),
    (10, Some(1893063)),
    (10, Some(2018065)),
    (10, Some(2018108)),
    (10, Some(2018278)),
    (10, Some(2534022)),
    (10, Some(2534077)),
    (17, None),
    (32, None),
    (100, None),
    (100, Some(33)),
    (100, Some(2018001)),
    (100, Some(2018008)),
    (100, Some(2018047)),
    (100, Some(2018074)),
    (100, Some(2018109)),
    (100, Some(2018294)),
    (100, Some(2018300)),
    (100, Some(2534013)),
    (100, Some(2534014)),
    (100, Some(2534025)),
    (100, Some(2534037)),
    (102, None),
    (190, None),
    (190, Some(458)),
    (190, Some(459)),
    (190, Some(460)),
    (190, Some(463)),
    (190, Some(464)),
    (190, Some(467)),
    (190, Some(492)),
    (200, None),
    (200, Some(1545041)),
    (200, Some(2018027)),
    (200, Some(2018028)),
    (200, Some(2534041)),
    (230, None),
    (299, None),
    (341, None),
    (368, None),
    (506, None),
    (551, None),
    (551, Some(1545041)),
    (613, None),
    (613, Some(2018338)),
    (613, Some(2534040)),
    (1200, None),
    (2022, None),
    (80001, None),
    (80002, None),
    (80006, None),
    (2018218, None),
    (2018247, None),
    (2018300, None),
    (2018321, None),
    (100, Some(2018321)),
    (9000001, None),
    (424242, None),
];

#[test]
fn every_error_has_its_class_and_sentence() {
    let mut shown = String::new();
    for &(code, subcode) in ERRORS {
        let verdict = judge(400, &error(code, subcode));
        let certain = if matches!(verdict, Verdict::Unknown(_)) { "UNKNOWN " } else { "" };
        let Failure { class, sentence, platform, .. } = failure(verdict);
        assert_eq!(platform, Some(PlatformError { code, subcode, trace: Some("AbC".to_owned()) }));
        let subcode = subcode.map(|subcode| format!("/{subcode}")).unwrap_or_default();
        writeln!(shown, "{code}{subcode}: {certain}{class:?}\n    {sentence}").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("errors", shown));
}

#[test]
fn a_missing_right_to_answer_late_takes_nothing_from_the_access() {
    let class = |code, subcode, mode| {
        let body = error(code, subcode).to_string();
        failure(verdict(&Ok(answer(400, body.as_bytes())), mode)).class
    };
    for (code, subcode, in_time, late) in [
        (10, None, FailureClass::Credential, FailureClass::Configuration),
        (10, Some(2018278), FailureClass::WindowClosed, FailureClass::WindowClosed),
        (10, Some(2018108), FailureClass::RecipientUnreachable, FailureClass::RecipientUnreachable),
        (190, Some(463), FailureClass::Credential, FailureClass::Credential),
        (200, None, FailureClass::Credential, FailureClass::Credential),
    ] {
        assert_eq!(class(code, subcode, Mode::Response), in_time, "{code}/{subcode:?}");
        assert_eq!(class(code, subcode, Mode::HumanAgent), late, "{code}/{subcode:?}");
    }
}

#[test]
fn a_message_id_means_sent() {
    let sent = |id: &str| Verdict::Sent { message: MessageId::new(id) };
    assert_eq!(judge(200, &json!({"recipient_id": "7", "message_id": "m_1"})), sent("m_1"));
    assert_eq!(judge(200, &json!({"message_id": "m_1", "attachment_id": "9"})), sent("m_1"));
    let digits = br#"{"message_id":18446744073709551616}"#;
    assert_eq!(verdict(&Ok(answer(200, digits)), Mode::Response), sent("18446744073709551616"));
}

#[test]
fn nobody_knows_where_no_usable_answer_came() {
    let unknown = |result: Result<Answer, HttpError>| match verdict(&result, Mode::Response) {
        Verdict::Unknown(failure) => assert_eq!(failure.class, FailureClass::Transient, "{result:?}"),
        other => panic!("{result:?}: {other:?}"),
    };
    unknown(Err(HttpError::NoAnswer("timed out".to_owned())));
    for body in
        ["", "OK", "[]", "null", "{}", r#"{"message_id":""}"#, r#"{"message_id":null}"#, r#"{"recipient_id":"7"}"#]
    {
        unknown(Ok(answer(200, body.as_bytes())));
    }
    for status in [500, 502, 503, 504] {
        unknown(Ok(answer(status, b"<html>Bad Gateway</html>")));
        unknown(Ok(answer(status, b"")));
        unknown(Ok(answer(status, br#"{"error":"down"}"#)));
        for (code, subcode) in [(1, None), (1, Some(99)), (1, Some(1357046)), (2, None)] {
            unknown(Ok(answer(status, error(code, subcode).to_string().as_bytes())));
        }
    }
}

#[test]
fn what_was_certainly_not_sent() {
    let not_sent = |result: Result<Answer, HttpError>| match verdict(&result, Mode::Response) {
        Verdict::NotSent(failure) => failure.class,
        other => panic!("{result:?}: {other:?}"),
    };
    assert_eq!(not_sent(Err(HttpError::NotConnected("refused".to_owned()))), FailureClass::Transient);
    assert_eq!(not_sent(Err(HttpError::Forbidden("10.0.0.1".to_owned()))), FailureClass::Configuration);
    assert_eq!(not_sent(Ok(answer(429, b""))), FailureClass::Throttled(None));
    assert_eq!(not_sent(Ok(answer(413, b""))), FailureClass::Permanent);
    assert_eq!(not_sent(Ok(answer(408, b""))), FailureClass::Transient);
    for status in [301, 401, 403, 404] {
        assert_eq!(not_sent(Ok(answer(status, b"<html>"))), FailureClass::Configuration);
    }
    // Graph's own words count more than the status, even under a 200 and a 500.
    assert_eq!(not_sent(Ok(answer(200, error(190, None).to_string().as_bytes()))), FailureClass::Credential);
    assert_eq!(not_sent(Ok(answer(500, error(424242, None).to_string().as_bytes()))), FailureClass::Transient);
    for (status, code) in [(400, 1), (400, 2), (400, 1200), (500, 1200)] {
        assert_eq!(
            not_sent(Ok(answer(status, error(code, None).to_string().as_bytes()))),
            FailureClass::Transient,
            "{code} under a {status}"
        );
    }
    let passing = json!({"error": {"code": "424242", "is_transient": true, "error_subcode": "7"}});
    assert_eq!(not_sent(Ok(answer(400, passing.to_string().as_bytes()))), FailureClass::Transient);
}

#[test]
fn the_platform_says_how_long_to_wait() {
    let throttled = |code: i64, headers: &[(&'static str, &'static str)]| {
        let mut answer = answer(400, error(code, None).to_string().as_bytes());
        for (name, value) in headers {
            answer.headers.insert(*name, HeaderValue::from_static(value));
        }
        match failure(verdict(&Ok(answer), Mode::Response)).class {
            FailureClass::Throttled(wait) => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    const USAGE: &str = r#"{"1":[{"type":"messenger","estimated_time_to_regain_access":0}],
        "2":[{"estimated_time_to_regain_access":7},{"estimated_time_to_regain_access":3}]}"#;
    let usage: &'static str = USAGE.replace('\n', "").leak();
    assert_eq!(throttled(4, &[]), None);
    assert_eq!(throttled(4, &[("retry-after", "30")]), Some(30));
    assert_eq!(throttled(80006, &[("x-business-use-case-usage", usage)]), Some(420));
    assert_eq!(throttled(80006, &[("x-business-use-case-usage", usage), ("retry-after", "500")]), Some(500));
    assert_eq!(throttled(4, &[("x-business-use-case-usage", "[{")]), None);
    assert_eq!(throttled(4, &[("retry-after", "18446744073709551615")]), Some(86_400));
    assert_eq!(throttled(368, &[("retry-after", "30")]), Some(3 * 3600));
}

#[test]
fn the_words_for_people_come_before_those_for_developers() {
    let said = |error: Value| failure(judge(400, &json!({ "error": error }))).sentence;
    let both = json!({"code": 100, "message": "(#100) bad", "error_user_msg": " Please\nchange\u{7} it. "});
    assert!(said(both).contains(r#"Facebook says: "Please change it.""#));
    assert!(
        said(json!({"code": 100, "message": "(#100) bad \"tag\"", "error_user_msg": " "}))
            .contains("\"(#100) bad 'tag'\"")
    );
    assert!(said(json!({"code": 100, "message": 5})).contains("Facebook gives the code 100."));
    assert!(said(json!({"code": 100, "message": "w ".repeat(5000)})).chars().count() < 450);
}

#[test]
fn secrets_are_masked_and_words_are_not() {
    for (said, shown) in [
        ("Error validating access token: Session has expired on Friday.", None),
        ("(#10) This message is sent outside of allowed window. https://developers.facebook.com/docs/messenger", None),
        ("Invalid OAuth access token EAAGfakePageTokenForTestsOnly0001!", Some("Invalid OAuth access token ***!")),
        ("token EAAGshortones", Some("token ***")),
        ("app 884200117733019|abc is wrong", Some("app *** is wrong")),
        ("?access_token=abc&x=1", Some("?access_token=***&x=1")),
        (r#"{"client_secret" : "s3cr"}"#, Some("{'client_secret' : '***'}")),
        ("proof 2824298fefe4a0b0f2e47d626391c43f3df80fedbc066a64c4f4bfe43e6d1d7c.", Some("proof ***.")),
        ("The token is of page 218840075512346", None),
    ] {
        assert_eq!(quoted(said).as_deref(), Some(shown.unwrap_or(said)), "{said}");
    }
}

#[test]
fn names_come_from_the_profile_if_it_has_any() {
    let named = |status, body: &str| profile(&Ok(answer(status, body.as_bytes()))).ok();
    assert_eq!(
        named(200, r#"{"first_name":" Ingrid ","last_name":"Dahl","id":"7"}"#),
        Some(Profile { first_name: Some("Ingrid".to_owned()), last_name: Some("Dahl".to_owned()) })
    );
    assert_eq!(
        named(200, r#"{"first_name":"Ingrid","last_name":""}"#),
        Some(Profile { first_name: Some("Ingrid".to_owned()), last_name: None })
    );
    for body in [r#"{"id":"7"}"#, r#"{"first_name":5}"#, "{}", "", "[]", r#"{"first_name":"x","error":{"code":10}}"#] {
        assert_eq!(named(200, body), None, "{body}");
    }
    assert_eq!(named(400, &error(100, Some(33)).to_string()), None);
    assert_eq!(named(500, r#"{"first_name":"Ingrid"}"#), None);
}

#[test]
fn the_account_is_what_graph_names() {
    let named = |status, body: &str| account(&Ok(answer(status, body.as_bytes())));
    assert_eq!(
        named(200, r#"{"id":218840075512346,"name":"Northwind Tiles"}"#),
        Ok(Account { id: "218840075512346".to_owned(), name: "Northwind Tiles".to_owned() })
    );
    assert_eq!(named(200, r#"{"id":"1"}"#), Ok(Account { id: "1".to_owned(), name: "1".to_owned() }));
    assert_eq!(named(200, "{}").unwrap_err().class, FailureClass::Transient);
    assert_eq!(named(400, &error(190, Some(463)).to_string()).unwrap_err().class, FailureClass::Credential);
    let away = account(&Err(HttpError::NotConnected(String::new())));
    assert_eq!(away.unwrap_err().class, FailureClass::Transient);
}

#[test]
fn a_subscription_is_done_when_graph_says_so() {
    let subscribed = |body: &str| done(&Ok(answer(200, body.as_bytes())));
    assert_eq!(subscribed(r#"{"success":true}"#), Ok(()));
    assert_eq!(subscribed(r#"{"success":"true"}"#), Ok(()));
    for body in [r#"{"success":false}"#, r#"{"success":1}"#, "true", ""] {
        assert!(subscribed(body).is_err(), "{body}");
    }
    let refused = done(&Ok(answer(400, error(100, None).to_string().as_bytes()))).unwrap_err();
    assert_eq!(refused.platform.map(|platform| platform.code), Some(100));
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = verdict(&Ok(answer(status, &body)), Mode::HumanAgent);
        let _ = profile(&Ok(answer(status, &body)));
        let _ = account(&Ok(answer(status, &body)));
        let _ = done(&Ok(answer(status, &body)));
    }

    #[test]
    fn no_token_is_ever_quoted(before in ".{0,40}", token in "EAA[A-Za-z0-9]{30,180}", after in ".{0,40}") {
        let sentence = failure(judge(400, &json!({"error": {"code": 190, "message": format!("{before}{token}{after}")}}))).sentence;
        prop_assert!(!sentence.contains(&token[..20]), "{sentence}");
    }
}
