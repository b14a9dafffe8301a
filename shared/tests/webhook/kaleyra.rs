//! WhatsApp through Kaleyra over the common flow.

use shared::channel::whatsapp::kaleyra::Kaleyra;
use shared::event::DeliveryState;

use super::*;

const ACCOUNT: &str = "whatsapp:kaleyra:12025550199";
const PATH_SECRET: &str = "Yf0cQ3mJ8s5nVb2LxT7wKpRz4dHgA1uE";
const TEXT: &str = include_str!("../../../tests/fixtures/whatsapp/kaleyra/v1-incoming-text.query");
const WRAPPED: &[u8] = include_bytes!("../../../tests/fixtures/whatsapp/kaleyra/v2-incoming-text.json");
const FAILED: &[u8] = include_bytes!("../../../tests/fixtures/whatsapp/kaleyra/v2-status-failed-outside-window.json");
const NEWS: &str = include_str!("../../../tests/fixtures/whatsapp/kaleyra/v1-quality-event.query");

struct Own {
    hub: Hub,
    id: IntegrationId,
}

fn secret(account: &str, guard: &Value) -> Value {
    let platform = json!({
        "kind": "kaleyra", "sid": "HXAP1", "api_key": "k", "host": "api.in.kaleyra.io", "number": "12025550199",
        "generation": "v1",
    });
    json!({
        "account": account, "platform": platform, "app_secrets": [], "webhook_guard": guard,
        "receive_url": "https://motion.example/", "reply_secrets": ["r"],
    })
}

async fn own(account: &str, guard: Value) -> Own {
    let hub = Hub::start().await;
    let id = IntegrationId::generate();
    hub.aws.secret(&format!("hub/integration/{id}"), secret(account, &guard));
    Own { hub, id }
}

impl Own {
    async fn call(&self, shown: &str, call: Call, now: Timestamp) -> i64 {
        let path = format!("/webhooks/whatsapp/kaleyra/{}/{shown}", self.id);
        let call = Call { path, ..call };
        let response = webhook::receive::<Kaleyra>(&self.hub.shell, Route::Integration(self.id), call, now).await;
        assert!(response.body.is_none(), "an answer to a platform has no body");
        response.status_code
    }

    async fn post(&self, shown: &str, body: &[u8]) -> i64 {
        self.call(shown, call(Method::POST, HeaderMap::new(), "", body), now()).await
    }

    async fn get(&self, shown: &str, query: &str) -> i64 {
        self.call(shown, call(Method::GET, HeaderMap::new(), query, b""), now()).await
    }
}

fn guard() -> Value {
    json!({"secrets": [PATH_SECRET]})
}

#[tokio::test]
async fn messages_of_both_apis_are_queued_for_their_integration() {
    let own = own(ACCOUNT, guard()).await;
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200);
    assert_eq!(own.post(PATH_SECRET, WRAPPED).await, 200);
    assert_eq!(own.hub.texts(), ["Hello, my order is late", "Buongiorno, il mio ordine A-2231 non è arrivato"]);
    let taken = own.hub.aws.taken();
    assert_eq!((taken[0].target.integration, taken[0].target.account.as_str()), (Some(own.id), ACCOUNT));
    // The same once more has the same id, which the queue and the claim know, also without an id of Kaleyra's.
    let cold = own.hub.aws.calls().len();
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200);
    assert_eq!(own.hub.aws.calls()[cold..], WARM);
    assert_eq!(own.post(PATH_SECRET, TEXT.as_bytes()).await, 200);
    assert_eq!(own.post(PATH_SECRET, WRAPPED).await, 200);
    assert_eq!(own.hub.aws.taken().len(), 2);
}

#[tokio::test]
async fn statuses_and_news_of_the_number_come_to_the_same_address() {
    let own = own(ACCOUNT, guard()).await;
    assert_eq!(own.post(PATH_SECRET, FAILED).await, 200);
    assert_eq!(own.get(PATH_SECRET, NEWS).await, 200);
    let taken = own.hub.aws.taken();
    let Work::Event { event } = &taken[0].work else { panic!() };
    let EventKind::Status { state: DeliveryState::Failed, failure: Some(failure), .. } = &event.kind else { panic!() };
    assert!(failure.window_closed);
    let Work::Event { event } = &taken[taken.len() - 1].work else { panic!() };
    assert!(matches!(&event.kind, EventKind::Notice { line: None, .. }));
}

#[tokio::test]
async fn a_moment_without_the_queue_is_bridged() {
    let own = own(ACCOUNT, guard()).await;
    own.hub.aws.fail(3);
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200);
    assert_eq!(own.hub.texts().len(), 1);
}

#[tokio::test]
async fn who_does_not_know_the_address_leaves_nothing_behind() {
    let own = own(ACCOUNT, guard()).await;
    for shown in ["another", "", "Yf0cQ3mJ8s5nVb2LxT7wKpRz4dHgA1u"] {
        assert_eq!(own.get(shown, TEXT).await, 403, "{shown}");
        assert_eq!(own.post(shown, WRAPPED).await, 403, "{shown}");
    }
    assert_eq!(own.hub.aws.taken(), []);
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200, "nothing was used up");
}

#[tokio::test]
async fn without_a_secret_nothing_comes_in() {
    for guard in [json!({"secrets": []}), json!({"secrets": [""]}), Value::Null] {
        let own = own(ACCOUNT, guard).await;
        assert_eq!(own.get("", TEXT).await, 403);
        assert_eq!(own.get(PATH_SECRET, TEXT).await, 403);
    }
}

#[tokio::test]
async fn a_header_a_user_and_a_network_stand_guard_too() {
    let guard = json!({
        "secrets": [PATH_SECRET], "headers": [{"name": "X-Hub-Token", "value": "v"}],
        "users": [{"user": "kaleyra", "password": "p"}], "sources": ["192.0.2.0/24"],
    });
    let own = own(ACCOUNT, guard).await;
    let come = async |token: &'static str, basic: &'static str, source: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-token", HeaderValue::from_static(token));
        headers.insert("authorization", HeaderValue::from_static(basic));
        let call = Call { source_ip: Some(source.to_owned()), ..call(Method::GET, headers, TEXT, b"") };
        own.call(PATH_SECRET, call, now()).await
    };
    let basic = "Basic a2FsZXlyYTpw";
    assert_eq!(come("w", basic, "192.0.2.9").await, 401);
    assert_eq!(come("v", "Basic a2FsZXlyYTpx", "192.0.2.9").await, 401);
    assert_eq!(come("v", basic, "198.51.100.9").await, 403);
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 403, "nobody knows where it came from");
    assert_eq!(own.hub.aws.taken(), []);
    assert_eq!(come("v", basic, "192.0.2.9").await, 200);
}

#[tokio::test]
async fn a_secret_that_was_changed_a_moment_ago_is_found() {
    let own = own(ACCOUNT, guard()).await;
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200);
    let newer = json!({"secrets": ["a-newer-one", PATH_SECRET]});
    own.hub.aws.secret(&format!("hub/integration/{}", own.id), secret(ACCOUNT, &newer));
    let later = Timestamp::from_millis(now().millis() + 31_000);
    let call = call(Method::POST, HeaderMap::new(), "", WRAPPED);
    assert_eq!(own.call("a-newer-one", call, later).await, 200);
    assert_eq!(own.hub.texts().len(), 2);
}

#[tokio::test]
async fn another_number_is_refused_at_this_one_s_address() {
    let own = own("whatsapp:kaleyra:12025550100", guard()).await;
    assert_eq!(own.get(PATH_SECRET, TEXT).await, 200);
    assert_eq!(own.post(PATH_SECRET, WRAPPED).await, 200);
    assert_eq!(own.hub.aws.taken(), []);
    // One that does not name its number is this one's.
    let unnamed = TEXT.replace("wanumber=12025550199", "");
    assert_eq!(own.get(PATH_SECRET, &unnamed).await, 200);
    assert_eq!(own.hub.texts().len(), 1);
}
