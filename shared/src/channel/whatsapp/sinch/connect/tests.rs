use bytes::Bytes;
use http::HeaderMap;

use super::*;
use crate::channel::FailureClass;
use crate::channel::whatsapp::sinch::render::tests::with;
use crate::http::Outgoing;
use crate::http::shown::shown;

const TARGET: &str = "https://hub.example.com/webhooks/whatsapp/sinch/01K0000000000000000000000A";

fn answer(status: u16, body: &Value) -> Result<Answer, HttpError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: Bytes::from(body.to_string()) })
}

#[test]
fn every_question_is_as_its_snapshot_says() {
    let secret = SecretString::from("webhook-secret");
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let request = |question: &dyn Fn(&Connection<'_>) -> Outgoing| with(|connection| shown(&question(connection)));
    for (name, request) in [
        ("app", request(&|connection| app(connection).request)),
        ("webhooks", request(&|connection| webhooks(connection).request)),
        ("register", request(&|connection| register(connection, TARGET, &secret).request)),
        ("change", request(&|connection| change(connection, "01W", TARGET, &secret).request)),
        ("unregister", request(&|connection| unregister(connection, "01W").request)),
    ] {
        settings.bind(|| insta::assert_snapshot!(name, request));
    }
}

#[test]
fn an_app_tells_its_name_and_its_sender() {
    let read = |body: Value| read_app(&answer(200, &body));
    let whatsapp = json!({"channel": "WHATSAPP", "static_bearer": {"claimed_identity": "12025550199", "token": "x"},
        "state": {"status": "ACTIVE"}});
    let whole = json!({"id": "01JX", "display_name": " Northwind ", "processing_mode": "CONVERSATION",
        "channel_credentials": [{"channel": "SMS"}, whatsapp]});
    assert_eq!(
        read(whole),
        Ok(ConversationApp {
            id: "01JX".to_owned(),
            name: "Northwind".to_owned(),
            sender: Some(Sender { active: true }),
            keeps_contacts: true,
        })
    );
    let bare = read(json!({"id": "01JX", "processing_mode": "DISPATCH", "channel_credentials": [{"channel": "SMS"}]}));
    let expected =
        ConversationApp { id: "01JX".to_owned(), name: "01JX".to_owned(), sender: None, keeps_contacts: false };
    assert_eq!(bare, Ok(expected));
    let active = |state: Value| {
        read(json!({"id": "1", "channel_credentials": [{"channel": "WHATSAPP", "state": state}]}))
            .unwrap()
            .sender
            .unwrap()
    };
    assert!(active(json!(null)).active && active(json!({"status": "ACTIVE"})).active);
    assert!(!active(json!({"status": "PENDING"})).active && !active(json!({"status": "FAILING"})).active);
}

#[test]
fn what_does_not_fit_together_is_said() {
    let class = |status, code: &str| {
        read_app(&answer(status, &json!({"error": {"code": status, "status": code}}))).unwrap_err()
    };
    assert_eq!(class(401, "UNAUTHENTICATED").class, FailureClass::Credential);
    assert_eq!(class(404, "NOT_FOUND").class, FailureClass::Configuration);
    assert!(class(404, "NOT_FOUND").sentence.contains("region"));
    assert!(read_app(&answer(200, &json!({"display_name": "x"}))).is_err());
}

#[test]
fn webhooks_are_listed_and_found_by_where_they_lead() {
    let told =
        json!({"webhooks": [{"id": "01A", "target": "https://other.example/"}, {"id": "01B", "target": TARGET}]});
    let list = read_webhooks(&answer(200, &told)).unwrap();
    assert_eq!(leading_to(&list, TARGET).map(|webhook| webhook.id.as_str()), Some("01B"));
    assert_eq!(leading_to(&list, "https://hub.example.com/"), None);
    assert_eq!(read_webhooks(&answer(200, &json!({}))), Ok(Vec::new()));
    let one = read_webhook(&answer(200, &json!({"id": "01B", "target": TARGET})));
    assert_eq!(one, Ok(Webhook { id: "01B".to_owned(), target: TARGET.to_owned() }));
    assert_eq!(verdict::done(&answer(200, &json!({}))), Ok(()));
    assert!(verdict::done(&answer(404, &json!({}))).is_err());
}
