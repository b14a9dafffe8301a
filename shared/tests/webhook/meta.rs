//! WhatsApp through Meta over the common flow.

use shared::channel::whatsapp::meta::WhatsAppMeta;

use super::*;

const ONE: &str = "404417729935120";
const OTHER: &str = "505528830046231";

/// The hub, and an integration of the first number with an app of its own.
async fn start() -> (Hub, Route) {
    let hub = Hub::start().await;
    let id = IntegrationId::generate();
    hub.aws.secret(
        &format!("hub/integration/{id}"),
        json!({
            "account": format!("whatsapp:meta:{ONE}"), "platform": {"kind": "graph", "token": "t", "waba": "331882004417765"},
            "app_secrets": ["own-secret"], "verify_tokens": ["own-token"],
            "receive_url": "https://motion.example/", "reply_secrets": ["r"],
        }),
    );
    (hub, Route::Integration(id))
}

async fn post(hub: &Hub, route: Route, secret: &str, body: &[u8]) -> i64 {
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", HeaderValue::from_str(&sign(secret, body)).unwrap());
    let call = call(Method::POST, headers, "", body);
    let response = webhook::receive::<WhatsAppMeta>(&hub.shell, route, call, now()).await;
    assert!(response.body.is_none(), "an answer to a platform has no body");
    response.status_code
}

fn change(number: &str, lists: &Value) -> Value {
    let mut value = json!({"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}});
    value.as_object_mut().unwrap().extend(lists.as_object().unwrap().clone());
    json!({"field": "messages", "value": value})
}

/// Two numbers in one body, statuses first.
fn batch() -> Vec<u8> {
    let status = json!({"id": "wamid.9", "status": "read", "timestamp": "1795165200", "recipient_id": "447700900123"});
    let message = |id: &str, text: &str| json!({"from": "447700900123", "id": id, "timestamp": "1795165201", "type": "text", "text": {"body": text}});
    json!({"object": "whatsapp_business_account", "entry": [{"id": "331882004417765", "changes": [
        change(ONE, &json!({"statuses": [status]})),
        change(OTHER, &json!({"messages": [message("wamid.2", "to the other")]})),
        change(ONE, &json!({"messages": [message("wamid.1", "to the one")]})),
    ]}]})
    .to_string()
    .into_bytes()
}

fn taken(hub: &Hub) -> Vec<(String, String)> {
    let of = |envelope: &Envelope| match &envelope.work {
        Work::Event { event } => (envelope.target.account.to_string(), event.id.to_string()),
        other => panic!("{other:?}"),
    };
    hub.aws.taken().iter().map(of).collect()
}

#[tokio::test]
async fn a_batch_of_two_numbers_reaches_both() {
    let (hub, _) = start().await;
    assert_eq!(post(&hub, Route::Deployment, SECRET, &batch()).await, 200);
    let mut found = taken(&hub);
    found.sort();
    let of = |number: &str, id: &str| (format!("whatsapp:meta:{number}"), id.to_owned());
    let expected = [of(ONE, "message:wamid.1"), of(ONE, "status:wamid.9:read"), of(OTHER, "message:wamid.2")];
    assert_eq!(found, expected);
    assert!(hub.aws.taken().iter().all(|envelope| envelope.target.integration.is_none()));
    // The same once more has the same ids, which the queue and the claim know.
    let cold = hub.aws.calls().len();
    assert_eq!(post(&hub, Route::Deployment, SECRET, &batch()).await, 200);
    assert_eq!(hub.aws.calls()[cold..], [WARM[0]; 2], "a wave for each event of one customer");
    assert_eq!(taken(&hub).len(), 3);
}

#[tokio::test]
async fn at_its_own_address_an_integration_gets_only_what_is_its_own() {
    let (hub, own) = start().await;
    assert_eq!(post(&hub, own, "own-secret", &batch()).await, 200);
    assert_eq!(hub.texts(), ["to the one"]);
    assert_eq!(taken(&hub).len(), 2);
}

#[tokio::test]
async fn each_address_has_its_own_secrets() {
    let (hub, own) = start().await;
    for (route, secret) in [(own, SECRET), (Route::Deployment, "own-secret"), (own, "another")] {
        assert_eq!(post(&hub, route, secret, &batch()).await, 401);
    }
    assert_eq!(hub.aws.taken(), []);
    assert_eq!(post(&hub, own, "own-secret", &batch()).await, 200, "nothing was used up");
}

#[tokio::test]
async fn meta_asks_whether_the_address_is_ours() {
    let (hub, own) = start().await;
    for (route, token, status) in [
        (Route::Deployment, TOKEN, 200),
        (own, "own-token", 200),
        (own, TOKEN, 403),
        (Route::Deployment, "own-token", 403),
    ] {
        let query = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        let call = call(Method::GET, HeaderMap::new(), &query, b"");
        let response = webhook::handshake::<WhatsAppMeta>(&hub.shell, route, &call, now()).await;
        assert_eq!(response.status_code, status, "{token}");
    }
}
