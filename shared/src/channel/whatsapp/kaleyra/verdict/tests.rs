use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) }
}

fn not_sent(status: u16, body: &str) -> Failure {
    match verdict(&Ok(answer(status, body))) {
        Verdict::NotSent(failure) => failure,
        other => panic!("{status} {body}: {other:?}"),
    }
}

#[test]
fn the_id_of_either_api_means_sent() {
    let first = "58f86fab-85c5-4f7c-9b68-9c323248afc4:0";
    let table = [
        (format!(r#"{{"id":"{first}"}}"#), first),
        (format!(r#"{{"id":"{first}","error":{{}},"totalCount":1}}"#), first),
        (format!(r#"{{"data":[{{"message_id":"{first}","recipient":"1"}}],"error":{{}}}}"#), first),
        (
            r#"{"code":"WA200","message":"ok","data":{"id":"0d9f2f0e-7f3e-4a65-9d55-000000000020"}}"#.to_owned(),
            "0d9f2f0e7f3e4a659d55000000000020",
        ),
        (
            r#"{"code":200,"message_id":"0d9f2f0e7f3e4a659d55000000000020"}"#.to_owned(),
            "0d9f2f0e7f3e4a659d55000000000020",
        ),
        (r#"{"code":"OK","messages":[{"id":"wamid.X"}],"error":null}"#.to_owned(), "wamid.X"),
        (r#"{"id":77}"#.to_owned(), "77"),
    ];
    for (body, id) in table {
        for status in [200, 202] {
            let sent = Verdict::Sent { message: MessageId::new(id) };
            assert_eq!(verdict(&Ok(answer(status, &body))), sent, "{body}");
        }
    }
}

#[test]
fn nobody_knows_where_no_usable_answer_came() {
    let unknown = |result: Result<Answer, HttpError>| match verdict(&result) {
        Verdict::Unknown(failure) => assert_eq!(failure.class, FailureClass::Transient, "{result:?}"),
        other => panic!("{result:?}: {other:?}"),
    };
    unknown(Err(HttpError::NoAnswer("timed out".to_owned())));
    for body in ["", "OK", "[]", "null", "{}", r#"{"id":""}"#, r#"{"id":null,"error":{}}"#, r#"{"code":"WA200"}"#] {
        unknown(Ok(answer(200, body)));
    }
    for body in ["", "<html>Bad Gateway</html>", r#"{"error":{"message":"oops"}}"#, r#"{"code":500}"#] {
        for status in [500, 502, 504] {
            unknown(Ok(answer(status, body)));
        }
    }
}

#[test]
fn a_refusal_is_judged_by_code_then_status_then_field() {
    let table = [
        (400, r#"{"error":{"to":"invalid number"}}"#, FailureClass::RecipientUnreachable),
        (200, r#"{"id":"x","error":{"to":"invalid number"}}"#, FailureClass::RecipientUnreachable),
        (400, r#"{"error":{"from":"not yours","to":"invalid"}}"#, FailureClass::Configuration),
        (400, r#"{"error":{"zzz":"what"}}"#, FailureClass::Permanent),
        (400, r#"{"error":"what"}"#, FailureClass::Permanent),
        (400, r#"{"code":"E13001","message":"The ID value is required."}"#, FailureClass::Permanent),
        (401, r#"{"code":"RBC001","message":"no"}"#, FailureClass::Credential),
        (200, r#"{"code":"RBC001","message":"no"}"#, FailureClass::Credential),
        (400, r#"{"error":{"code":"RBC001","message":"no"}}"#, FailureClass::Credential),
        (401, r#"{"error":{"message":"no"}}"#, FailureClass::Credential),
        (401, "", FailureClass::Credential),
        (402, "", FailureClass::Configuration),
        (403, "", FailureClass::Configuration),
        (404, "<html>", FailureClass::Configuration),
        (413, "", FailureClass::Permanent),
        (429, "", FailureClass::Throttled(None)),
        (200, r#"{"code":"E110","message":"no"}"#, FailureClass::Configuration),
        (400, r#"{"code":"WA400","message":"no"}"#, FailureClass::Permanent),
        (401, r#"{"code":"WA401","message":"no"}"#, FailureClass::Configuration),
        (500, r#"{"code":"WA500","message":"no"}"#, FailureClass::Throttled(Some(Duration::from_secs(300)))),
        (429, r#"{"code":"WAV2101"}"#, FailureClass::Throttled(Some(Duration::from_secs(86_400)))),
        (400, r#"{"errors":[{"code":131047,"title":"Re-engagement message"}]}"#, FailureClass::WindowClosed),
        (400, r#"{"error":{"code":131026,"message":"no"}}"#, FailureClass::RecipientUnreachable),
    ];
    for (status, body, class) in table {
        let failure = not_sent(status, body);
        assert_eq!(failure.class, class, "{status} {body}: {}", failure.sentence);
    }
    let failure = not_sent(400, r#"{"errors":[{"code":131047,"title":"Re-engagement message"}]}"#);
    assert_eq!(failure.platform, Some(PlatformError { code: 131_047, subcode: None, trace: None }));
    let failure = not_sent(401, r#"{"code":"RBC001"}"#);
    assert_eq!(failure.platform, Some(PlatformError { code: 401, subcode: None, trace: None }));
}

#[test]
fn what_was_certainly_not_sent_without_an_answer() {
    for (error, class) in [
        (HttpError::NotConnected("refused".to_owned()), FailureClass::Transient),
        (HttpError::Forbidden("10.0.0.1".to_owned()), FailureClass::Configuration),
    ] {
        match verdict(&Err(error)) {
            Verdict::NotSent(failure) => assert_eq!(failure.class, class),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn kaleyra_says_how_long_to_wait() {
    let waits = |body: &str, header: &'static str| {
        let mut answer = answer(429, body);
        answer.headers.insert("retry-after", HeaderValue::from_static(header));
        match verdict(&Ok(answer)) {
            Verdict::NotSent(Failure { class: FailureClass::Throttled(wait), .. }) => wait.map(|wait| wait.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(waits("", "30"), Some(30));
    assert_eq!(waits("", "soon"), None);
    assert_eq!(waits("", "18446744073709551615"), Some(86_400));
    assert_eq!(waits(r#"{"code":"WA500"}"#, "30"), Some(300));
}

#[test]
fn words_are_quoted_without_numbers_and_keys() {
    let sentence = not_sent(400, r#"{"error":{"to":"447700900123 is no number"}}"#).sentence;
    let expected = "Kaleyra cannot write to the number by which this customer is known. Kaleyra says: \"*** is no number\" \
                    Reach the customer in another way.";
    assert_eq!(sentence, expected);
    let sentence =
        not_sent(400, r#"{"code":"WA400","message":"key A0123456789abcdef0123456789abcdef3 is wrong"}"#).sentence;
    assert!(sentence.contains("Kaleyra says: \"key *** is wrong\""), "{sentence}");
    assert!(not_sent(401, "").sentence.contains("Kaleyra gives the code 401."));
}

#[test]
fn a_status_tells_why_it_does_not_arrive() {
    let closed = failed_later("131047", Some("More than 24 hours have passed"));
    assert!(closed.window_closed && closed.sentence.contains("Kaleyra says: \"More than 24 hours"), "{closed:?}");
    let stopped = failed_later("not-sent", None);
    assert_eq!(stopped.code, "not-sent");
    assert_eq!(
        stopped.sentence,
        "Kaleyra did not hand the message to WhatsApp. Kaleyra gives the code not-sent. An administrator must look at \
         Kaleyra why."
    );
    assert_eq!(failed_later("what ever", None).code, "unknown");
}

proptest! {
    #[test]
    fn any_answer_is_judged(status in 100_u16..600, body in ".{0,200}") {
        let _ = verdict(&Ok(answer(status, &body)));
    }

    #[test]
    fn any_json_is_judged(status in 100_u16..600, code in ".{0,8}", name in "[a-z_]{0,6}", said in ".{0,30}") {
        let error = serde_json::json!({ name: said });
        let _ = verdict(&Ok(answer(status, &serde_json::json!({"code": code, "error": error}).to_string())));
        prop_assert!(!failed_later(&code, Some(&said)).sentence.is_empty());
    }
}
