use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::json;
use url::Url;

use super::super::Credential;
use super::*;
use crate::channel::{Channel, FailureClass, PlatformCredential, Platforms, Provider};
use crate::http::shown::shown;
use crate::id::AccountKey;

const SID: &str = "AC000000000000000000000000c0ffee01";

fn answer(status: u16, body: &str) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::copy_from_slice(body.as_bytes()) })
}

fn connected<R>(messaging_service: Option<&str>, use_it: impl FnOnce(&Connection<'_>) -> R) -> R {
    let url = |text: &str| Url::parse(text).unwrap();
    let platforms = Platforms {
        graph_base_url: url("https://graph.facebook.com"),
        graph_version: "v26.0".to_owned(),
        twilio_base_url: url("https://api.twilio.com"),
        sinch_base_url: None,
        kaleyra_base_url: None,
    };
    let credential = PlatformCredential::Twilio(Credential {
        account_sid: SID.to_owned(),
        user: "SK1".to_owned(),
        password: "secret of the key".into(),
        number: "12025550199".to_owned(),
        messaging_service: messaging_service.map(str::to_owned),
    });
    use_it(&Connection {
        channel: Channel::WhatsApp(Provider::Twilio),
        platforms: &platforms,
        account: &AccountKey::new(format!("whatsapp:twilio:{SID}:12025550199")),
        credential: &credential,
        app_secret: None,
        callback_url: None,
        login: None,
    })
}

#[test]
fn every_question_is_as_its_snapshot_says() {
    let text = connected(Some("MG1"), |connection| {
        [
            shown(&account(connection, &"the auth token".into()).request),
            shown(&messages(connection).request),
            shown(&senders(connection).request),
            shown(&service(connection).unwrap().request),
        ]
        .join("\n\n")
    });
    assert!(connected(None, |connection| service(connection).is_none()));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("questions", text));
}

#[test]
fn the_account_is_what_twilio_names() {
    let told = |body: &str| read_account(&answer(200, body));
    let named = |name: &str, active| Account { sid: SID.to_owned(), name: name.to_owned(), active };
    let body =
        |status: &str| format!(r#"{{"sid":"{SID}","friendly_name":" Acme ","status":"{status}","type":"Full"}}"#);
    assert_eq!(told(&body("active")), Ok(named("Acme", true)));
    assert_eq!(told(&body("suspended")), Ok(named("Acme", false)));
    assert_eq!(told(&format!(r#"{{"sid":"{SID}","friendly_name":""}}"#)), Ok(named(SID, true)));
    for body in ["", "{}", "[]", "OK", r#"{"sid":5}"#] {
        assert_eq!(told(body).unwrap_err().class, FailureClass::Transient, "{body}");
    }
    let refused = read_account(&answer(401, r#"{"code":20003,"message":"Authenticate","status":401}"#));
    assert_eq!(refused.unwrap_err().class, FailureClass::Credential);
}

#[test]
fn a_sender_is_found_by_its_number() {
    let body = json!({
        "meta": {"key": "senders", "page_size": 100, "next_page_url": null},
        "senders": [
            {"sid": "XE1", "sender_id": "whatsapp:+12025550100", "status": "OFFLINE"},
            {"sid": "XE2", "sender_id": "whatsapp:+12025550199", "status": "ONLINE:UPDATING",
             "profile": {"name": "Acme"},
             "webhook": {"callback_url": "https://hub.example.com/w#rc=3", "fallback_url": ""}},
            {"sid": "XE3", "sender_id": "rcs:acme"},
            5,
        ],
    });
    let senders = read_senders(&answer(200, &body.to_string())).unwrap();
    assert_eq!((senders.list.len(), senders.more), (2, false));
    assert!(!senders.with("12025550100").unwrap().online);
    assert_eq!(senders.with("12025550111"), None);
    let ours = Sender {
        number: CustomerId::new("12025550199"),
        name: Some("Acme".to_owned()),
        online: true,
        webhook: Some("https://hub.example.com/w#rc=3".to_owned()),
        fallback: None,
    };
    assert_eq!(senders.with("12025550199"), Some(&ours));
    let more = r#"{"senders":[],"meta":{"next_page_url":"https://messaging.twilio.com/v2/x"}}"#;
    assert!(read_senders(&answer(200, more)).unwrap().more);
    assert!(read_senders(&answer(200, "{}")).is_err());
}

#[test]
fn a_service_and_the_right_to_send_are_told() {
    let service =
        read_service(&answer(200, r#"{"sid":"MG1","friendly_name":"Desk","use_inbound_webhook_on_number":true}"#));
    assert_eq!(service, Ok(Service { name: "Desk".to_owned(), uses_senders_webhook: true }));
    let bare = read_service(&answer(200, r#"{"sid":"MG1"}"#)).unwrap();
    assert_eq!((bare.name.as_str(), bare.uses_senders_webhook), ("MG1", false));
    let missing = read_service(&answer(404, r#"{"code":20404,"message":"not found","status":404}"#)).unwrap_err();
    assert_eq!(missing.class, FailureClass::Configuration);
    connected(None, |connection| {
        let Question { read, .. } = messages(connection);
        assert_eq!(read(&answer(200, r#"{"messages":[]}"#)), Ok(()));
        assert_eq!(read(&answer(401, r#"{"code":20003}"#)).unwrap_err().class, FailureClass::Credential);
        assert!(read(&answer(200, "<html>")).is_err());
    });
}

proptest! {
    #[test]
    fn any_answer_is_read(status in 100_u16..600, body in ".{0,200}") {
        let _ = read_account(&answer(status, &body));
        let _ = read_senders(&answer(status, &body));
        let _ = read_service(&answer(status, &body));
    }
}
