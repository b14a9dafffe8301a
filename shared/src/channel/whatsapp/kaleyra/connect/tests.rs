use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;

use super::super::Generation;
use super::super::render::tests::with;
use super::*;
use crate::channel::FailureClass;
use crate::http::shown::shown;
use crate::http::{Answer, HttpError};

fn answer(status: u16, body: &str) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) })
}

#[test]
fn the_question_changes_nothing_and_carries_the_key() {
    for generation in [Generation::V1, Generation::V2] {
        let request = with(generation, |connection| shown(&account(connection).request));
        let expected = "GET https://api.in.kaleyra.io/v1/HXAP16000000000097IN/whatsapp/templates/status\napi-key: key";
        assert_eq!(request, expected);
    }
}

#[test]
fn an_answer_tells_whether_the_account_is_known() {
    let class = |result: Result<Answer, HttpError>| {
        with(Generation::V1, |connection| (account(connection).read)(&result)).map_err(|failure| failure.class)
    };
    assert_eq!(class(answer(200, r#"{"data":[{"name":"order_update","status":"APPROVED"}]}"#)), Ok(Known::Yes));
    assert_eq!(class(answer(200, "[]")), Ok(Known::Yes));
    assert_eq!(class(answer(200, r#"{"data":[{"name":"cut off in the mid"#)), Ok(Known::Yes));
    assert_eq!(class(answer(200, "<html>")), Err(FailureClass::Configuration));
    for nothing in ["", "<html>", r#"{"code":"E404","message":"Not Found"}"#] {
        assert_eq!(class(answer(404, nothing)), Ok(Known::NotSaid), "{nothing}");
    }
    assert_eq!(class(answer(400, r#"{"code":"RBC001","message":"no"}"#)), Err(FailureClass::Credential));
    assert_eq!(class(answer(200, r#"{"code":"RBC001","message":"no"}"#)), Err(FailureClass::Credential));
    assert_eq!(class(answer(401, r#"{"code":"RBC001","message":"no"}"#)), Err(FailureClass::Credential));
    assert_eq!(class(answer(401, "")), Err(FailureClass::Credential));
    assert_eq!(class(answer(403, "")), Err(FailureClass::Configuration));
    assert_eq!(class(answer(503, "")), Err(FailureClass::Transient));
    assert_eq!(class(Err(HttpError::NotConnected("refused".to_owned()))), Err(FailureClass::Transient));
}

proptest! {
    #[test]
    fn any_answer_is_read(status in 100_u16..600, body in ".{0,200}") {
        let _ = with(Generation::V1, |connection| (account(connection).read)(&answer(status, &body)));
    }
}
