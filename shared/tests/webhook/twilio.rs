//! WhatsApp through Twilio over the common flow.

use shared::channel::whatsapp::twilio::{RETRIES, Twilio};
use shared::event::DeliveryState;

use super::*;

const ACCOUNT: &str = "whatsapp:twilio:AC000000000000000000000000c0ffee01:12025550199";
const URL: &str = "https://hub.example.com/v1/twilio/acme-whatsapp";
const AUTH_TOKEN: &str = "00112233445566778899aabbccddeeff";
const TEXT: &[u8] = include_bytes!("../../../tests/fixtures/whatsapp/twilio/01-text.form");
const TEXT_SIGNATURE: &str = "vXsiW4y1YzHQike90kzT3xmjls4=";
const FAILED: &[u8] =
    include_bytes!("../../../tests/fixtures/whatsapp/twilio/23-status-failed-outside-24h-window.form");
const FAILED_SIGNATURE: &str = "tK1s5IxckEGtGBNcglkdK6U35fQ=";

struct Own {
    hub: Hub,
    route: Route,
}

async fn own(account: &str, tokens: &[&str]) -> Own {
    let hub = Hub::start().await;
    let id = IntegrationId::generate();
    let platform = json!({"kind": "twilio", "account_sid": "AC1", "user": "AC1", "password": "p", "number": "1"});
    hub.aws.secret(
        &format!("hub/integration/{id}"),
        json!({
            "account": account, "platform": platform, "app_secrets": tokens, "webhook_url": format!("{URL}{RETRIES}"),
            "receive_url": "https://motion.example/", "reply_secrets": ["r"],
        }),
    );
    Own { hub, route: Route::Integration(id) }
}

impl Own {
    async fn post(&self, signature: &str, body: &[u8]) -> i64 {
        let mut headers = HeaderMap::new();
        headers.insert("x-twilio-signature", HeaderValue::from_str(signature).unwrap());
        let call = call(Method::POST, headers, "", body);
        let response = webhook::receive::<Twilio>(&self.hub.shell, self.route, call, now()).await;
        assert!(response.body.is_none() && response.headers.is_empty(), "an answer with words goes to the customer");
        response.status_code
    }
}

#[tokio::test]
async fn a_message_is_queued_for_its_integration_and_answered_without_a_word() {
    let own = own(ACCOUNT, &["newer", AUTH_TOKEN]).await;
    assert_eq!(own.post(TEXT_SIGNATURE, TEXT).await, 204);
    assert_eq!(own.hub.texts(), ["Buongiorno, il mio ordine A-2231 non è arrivato"]);
    let taken = own.hub.aws.taken();
    let Route::Integration(id) = own.route else { panic!() };
    assert_eq!((taken[0].target.integration, taken[0].target.account.as_str()), (Some(id), ACCOUNT));
    let Work::Event { event } = &taken[0].work else { panic!() };
    assert_eq!(event.at, now(), "Twilio tells no time");
    // The same once more has the same id, which the queue and the claim know.
    let cold = own.hub.aws.calls().len();
    assert_eq!(own.post(TEXT_SIGNATURE, TEXT).await, 204);
    assert_eq!(own.hub.aws.calls()[cold..], WARM);
    assert_eq!(own.hub.aws.taken().len(), 1);
}

#[tokio::test]
async fn a_status_comes_to_the_same_address() {
    let own = own(ACCOUNT, &[AUTH_TOKEN]).await;
    assert_eq!(own.post(FAILED_SIGNATURE, FAILED).await, 204);
    let Work::Event { event } = own.hub.aws.taken().remove(0).work else { panic!() };
    let EventKind::Status { state: DeliveryState::Failed, failure: Some(failure), .. } = event.kind else { panic!() };
    assert!(failure.window_closed);
}

#[tokio::test]
async fn a_moment_without_the_queue_is_bridged() {
    let own = own(ACCOUNT, &[AUTH_TOKEN]).await;
    own.hub.aws.fail(3);
    assert_eq!(own.post(TEXT_SIGNATURE, TEXT).await, 204);
    assert_eq!(own.hub.texts().len(), 1);
}

#[tokio::test]
async fn what_proves_itself_wrongly_leaves_nothing_behind() {
    let own = own(ACCOUNT, &[AUTH_TOKEN]).await;
    assert_eq!(own.post(FAILED_SIGNATURE, TEXT).await, 401);
    assert_eq!(own.post("", TEXT).await, 401);
    assert_eq!(own.hub.aws.taken(), []);
    assert_eq!(own.post(TEXT_SIGNATURE, TEXT).await, 204, "nothing was used up");
}

#[tokio::test]
async fn without_a_token_nothing_comes_in() {
    for tokens in [&[][..], &[""]] {
        assert_eq!(own(ACCOUNT, tokens).await.post(TEXT_SIGNATURE, TEXT).await, 401);
    }
}

#[tokio::test]
async fn another_number_is_refused_at_this_one_s_address() {
    for account in [ACCOUNT.replace("0199", "0100"), ACCOUNT.replace("ee01", "ee02")] {
        let own = own(&account, &[AUTH_TOKEN]).await;
        assert_eq!(own.post(TEXT_SIGNATURE, TEXT).await, 204);
        assert_eq!(own.hub.aws.taken(), []);
    }
}
