use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

use super::*;
use crate::channel::FailureClass;
use crate::channel::whatsapp::meta::render::tests::with;
use crate::http::Outgoing;
use crate::http::shown::shown;

const TARGET: &str = "https://hub.example.com/webhooks/whatsapp/meta/01K0000000000000000000000A";

fn answer(status: u16, body: &Value) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::from(body.to_string()) })
}

#[test]
fn every_question_is_as_its_snapshot_says() {
    let token = SecretString::from("verify-me");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let request =
        |question: &dyn Fn(&Connection<'_>) -> Outgoing| with(None, |connection| shown(&question(connection)));
    for (name, request) in [
        ("number", request(&|connection| number(connection).request)),
        ("numbers", request(&|connection| numbers(connection).request)),
        ("subscribe", request(&|connection| subscribe(connection).request)),
        ("unsubscribe", request(&|connection| unsubscribe(connection).request)),
        ("lead-to", request(&|connection| lead_to(connection, TARGET, &token).request)),
        ("lead-back", request(&|connection| lead_back(connection).request)),
    ] {
        settings.bind(|| insta::assert_snapshot!(name, request));
    }
}

#[test]
fn a_number_tells_its_name_and_whether_it_works() {
    let read = |body: Value| {
        let PhoneNumber { id, name, connected } = read_number(&answer(200, &body)).unwrap();
        (id, name, connected)
    };
    let told = |id: &str, name: &str, connected| (id.to_owned(), name.to_owned(), connected);
    let whole =
        json!({"id": "4044", "verified_name": " Northwind ", "display_phone_number": "+1 555", "status": "CONNECTED"});
    assert_eq!(read(whole), told("4044", "Northwind", true));
    assert_eq!(
        read(json!({"id": 4044, "verified_name": "", "display_phone_number": "+1 555"})),
        told("4044", "+1 555", true)
    );
    assert_eq!(read(json!({"id": "4044", "status": "PENDING"})), told("4044", "4044", false));
    let refused = json!({"error": {"message": "M", "code": 190}});
    assert_eq!(read_number(&answer(401, &refused)).unwrap_err().class, FailureClass::Credential);
}

#[test]
fn the_numbers_of_a_business_account_may_be_more_than_are_told() {
    let read = |body: Value| {
        let Numbers { ids, more } = read_numbers(&answer(200, &body)).unwrap();
        (ids.join(" "), more)
    };
    let next = json!({"data": [{"id": "1"}, {"id": "2"}], "paging": {"cursors": {"after": "x"}, "next": "https://x"}});
    assert_eq!(read(next), ("1 2".to_owned(), true));
    assert_eq!(read(json!({"data": [{"id": "1"}], "paging": {"cursors": {}}})), ("1".to_owned(), false));
    assert_eq!(read(json!({"data": []})), (String::new(), false));
    assert!(read_numbers(&answer(200, &json!({}))).is_err());
}
