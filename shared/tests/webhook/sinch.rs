//! WhatsApp through Sinch over the common flow.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use shared::channel::whatsapp::sinch::Sinch;

use super::*;

const APP: &str = "01JXSHAREDAPP0000000000001";
const SECRET: &str = "shared-sample-webhook-secret";
/// When the recorded callback was signed, in seconds since 1970.
const AT: i64 = 1_795_252_500;
const BODY: &[u8] = include_bytes!("../../../tests/fixtures/whatsapp/sinch/01-message-inbound-text.json");

struct Own {
    hub: Hub,
    route: Route,
}

async fn own(account: &str, secrets: &[&str]) -> Own {
    let hub = Hub::start().await;
    let id = IntegrationId::generate();
    let platform =
        json!({"kind": "sinch", "project": "p", "app": APP, "region": "eu", "key_id": "k", "key_secret": "s"});
    hub.aws.secret(
        &format!("hub/integration/{id}"),
        json!({
            "account": account, "platform": platform, "app_secrets": secrets,
            "receive_url": "https://motion.example/", "reply_secrets": ["r"],
        }),
    );
    Own { hub, route: Route::Integration(id) }
}

impl Own {
    async fn post(&self, secret: &str, body: &[u8], now: i64) -> i64 {
        let (nonce, at) = ("01KAH8Q4ZC37V8V051DTFDGS95", AT.to_string());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(body);
        mac.update(format!(".{nonce}.{at}").as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-sinch-webhook-signature", signature.as_str()),
            ("x-sinch-webhook-signature-nonce", nonce),
            ("x-sinch-webhook-signature-timestamp", &at),
            ("x-sinch-webhook-signature-algorithm", "HmacSHA256"),
        ] {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        let call = call(Method::POST, headers, "", body);
        let response = webhook::receive::<Sinch>(&self.hub.shell, self.route, call, Timestamp::from_seconds(now));
        let response = response.await;
        assert!(response.body.is_none(), "an answer to a platform has no body");
        response.status_code
    }
}

#[tokio::test]
async fn a_callback_is_queued_for_its_integration() {
    let own = own(&format!("whatsapp:sinch:{APP}"), &[SECRET]).await;
    assert_eq!(own.post(SECRET, BODY, AT + 2).await, 200);
    assert_eq!(own.hub.texts(), ["Buongiorno, il mio ordine A-2231 non è arrivato"]);
    let taken = own.hub.aws.taken();
    let Route::Integration(id) = own.route else { panic!() };
    assert_eq!(taken[0].target.integration, Some(id));
    // The same once more has the same id, which the queue and the claim know.
    let cold = own.hub.aws.calls().len();
    assert_eq!(own.post(SECRET, BODY, AT + 3).await, 200);
    assert_eq!(own.hub.aws.calls()[cold..], WARM);
    assert_eq!(own.hub.aws.taken().len(), 1);
}

#[tokio::test]
async fn what_proves_itself_wrongly_leaves_nothing_behind() {
    let own = own(&format!("whatsapp:sinch:{APP}"), &[SECRET]).await;
    assert_eq!(own.post("another", BODY, AT).await, 401);
    assert_eq!(own.post("another", BODY, AT + 3600).await, 401, "of the time nothing is told");
    assert_eq!(own.post(SECRET, BODY, AT + 301).await, 503, "Sinch is to come again, with a new signature");
    assert_eq!(own.post(SECRET, BODY, AT - 301).await, 503);
    assert_eq!(own.hub.aws.taken(), []);
    assert_eq!(own.post(SECRET, BODY, AT).await, 200, "nothing was used up");
}

#[tokio::test]
async fn without_a_secret_nothing_comes_in() {
    for secrets in [&[][..], &[""]] {
        let own = own(&format!("whatsapp:sinch:{APP}"), secrets).await;
        assert_eq!(own.post("x", BODY, AT).await, 401);
    }
}

#[tokio::test]
async fn another_app_is_refused_at_this_one_s_address() {
    let own = own("whatsapp:sinch:01JANOTHERAPP0000000000002", &[SECRET]).await;
    assert_eq!(own.post(SECRET, BODY, AT).await, 200);
    assert_eq!(own.hub.aws.taken(), []);
    // One that does not name its app is this one's.
    let unnamed = String::from_utf8(BODY.to_vec()).unwrap().replace(APP, "");
    assert_eq!(own.post(SECRET, unnamed.as_bytes(), AT).await, 200);
    assert_eq!(own.hub.texts().len(), 1);
}
