use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body) }
}

fn error(status: u16, code: i64, message: &str) -> Answer {
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": message, "more_info": more_info, "status": status});
    answer(status, body.to_string().as_bytes())
}

fn not_sent(answer: Answer) -> Failure {
    match verdict(&Ok(answer)) {
        Verdict::NotSent(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// Every code of the platform's pages, and one that is on none.
const CODES: &[i64] = &[
    11751, 20003, 20005, 20404, 20429, 21211, 21212, 21408, 21602, 21603, 21604, 21606, 21608, 21610, 21612, 21614,
    21617, 21619, 21620, 21623, 21655, 21656, 21703, 30001, 30002, 63001, 63002, 63003, 63005, 63006, 63007, 63008,
    63009, 63010, 63011, 63012, 63013, 63014, 63015, 63016, 63017, 63018, 63019, 63020, 63021, 63022, 63023, 63024,
    63025, 63026, 63027, 63028, 63029, 63030, 63032, 63033, 63034, 63037, 63038, 63040, 63041, 63049, 63051, 63059,
    63062, 63101, 99999,
];

#[test]
fn every_error_has_its_class_and_sentence() {
    let mut shown = String::new();
    for &code in CODES {
        let Failure { class, sentence, platform, .. } = not_sent(error(400, code, "M"));
        assert_eq!(platform, Some(PlatformError { code, subcode: None, trace: None }));
        let later = failed_later(Some(&code.to_string()), Some("M"));
        assert_eq!((&later.sentence, later.code), (&sentence, code.to_string()));
        assert_eq!(later.window_closed, class == FailureClass::WindowClosed);
        writeln!(shown, "{code}: {class:?}\n    {sentence}").unwrap();
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("errors", shown));
}

#[test]
fn a_sid_means_sent() {
    let taken = json!({"sid": "SM1", "status": "queued", "error_code": null});
    let sent = Verdict::Sent { message: MessageId::new("SM1") };
    assert_eq!(verdict(&Ok(answer(201, taken.to_string().as_bytes()))), sent);
    assert_eq!(verdict(&Ok(answer(200, taken.to_string().as_bytes()))), sent);
}

#[test]
fn nobody_knows_where_no_usable_answer_came() {
    let unknown = |result: Result<Answer, HttpError>| match verdict(&result) {
        Verdict::Unknown(failure) => assert_eq!(failure.class, FailureClass::Transient, "{result:?}"),
        other => panic!("{result:?}: {other:?}"),
    };
    unknown(Err(HttpError::NoAnswer("timed out".to_owned())));
    for body in ["", "OK", "[]", "null", "{}", r#"{"sid":""}"#, r#"{"sid":5}"#] {
        unknown(Ok(answer(201, body.as_bytes())));
    }
    for status in [500, 502, 503, 504] {
        unknown(Ok(answer(status, b"<html>Bad Gateway</html>")));
        unknown(Ok(error(status, 20500, "Internal Server Error")));
    }
}

#[test]
fn what_was_certainly_not_sent() {
    let class = |result: Result<Answer, HttpError>| match verdict(&result) {
        Verdict::NotSent(failure) => failure.class,
        other => panic!("{result:?}: {other:?}"),
    };
    assert_eq!(class(Err(HttpError::NotConnected("refused".to_owned()))), FailureClass::Transient);
    assert_eq!(class(Err(HttpError::Forbidden("10.0.0.1".to_owned()))), FailureClass::Configuration);
    assert_eq!(class(Ok(answer(429, b""))), FailureClass::Throttled(None));
    assert_eq!(class(Ok(answer(413, b""))), FailureClass::Permanent);
    assert_eq!(class(Ok(answer(408, b""))), FailureClass::Transient);
    for status in [301, 401, 403, 404] {
        assert_eq!(class(Ok(answer(status, b"<html>"))), FailureClass::Configuration);
    }
    assert_eq!(class(Ok(error(401, 20003, "Authenticate"))), FailureClass::Credential);
    assert_eq!(class(Ok(error(429, 20429, "Too Many Requests"))), FailureClass::Throttled(None));
}

#[test]
fn twilio_says_how_long_to_wait() {
    let waits = |code: i64, header: &'static str| {
        let mut answer = error(429, code, "Too Many Requests");
        answer.headers.insert("retry-after", HeaderValue::from_static(header));
        match not_sent(answer).class {
            FailureClass::Throttled(wait) => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(waits(20429, "30"), Some(30));
    assert_eq!(waits(20429, "0"), None);
    assert_eq!(waits(20429, "soon"), None);
    assert_eq!(waits(20429, "18446744073709551615"), Some(86_400));
    assert_eq!(waits(63038, "30"), Some(86_400));
}

#[test]
fn numbers_and_links_are_masked_and_words_are_not() {
    for (said, shown) in [
        (
            "The 'To' number whatsapp:+447700900123 is not a valid phone number.",
            "The 'To' number whatsapp:+*** is not a valid phone number.",
        ),
        ("Account AC000000000000000000000000c0ffee01 is closed", "Account *** is closed"),
        (
            "cannot fetch https://hub.example.com/files/q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k",
            "cannot fetch https://hub.example.com/files/***",
        ),
        (
            "The concatenated message body exceeds the 1600 character limit",
            "The concatenated message body exceeds the 1600 character limit",
        ),
    ] {
        let sentence = not_sent(error(400, 99999, said)).sentence;
        assert!(sentence.contains(&format!("Twilio says: \"{shown}\"")), "{sentence}");
    }
    assert!(not_sent(error(400, 99999, " ")).sentence.contains("Twilio gives the code 99999."));
}

#[test]
fn a_trace_is_what_support_finds_the_call_by() {
    let mut answer = error(400, 21211, "M");
    answer.headers.insert("twilio-request-id", HeaderValue::from_static("RQ0a1b"));
    assert_eq!(not_sent(answer.clone()).platform.unwrap().trace.as_deref(), Some("RQ0a1b"));
    answer.headers.insert("twilio-request-id", HeaderValue::from_static("not an id"));
    assert_eq!(not_sent(answer).platform.unwrap().trace, None);
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in 100_u16..600, body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = verdict(&Ok(answer(status, &body)));
    }

    #[test]
    fn any_status_is_judged(code in ".{0,12}", said in ".{0,60}") {
        prop_assert!(!failed_later(Some(&code), Some(&said)).sentence.is_empty());
    }

    #[test]
    fn no_number_is_ever_quoted(before in "[a-z ]{0,40}", number in "[1-9][0-9]{6,14}", after in "[a-z ]{0,40}") {
        let sentence = not_sent(error(400, 21211, &format!("{before}{number}{after}"))).sentence;
        prop_assert!(!sentence.contains(&number), "{sentence}");
    }
}
