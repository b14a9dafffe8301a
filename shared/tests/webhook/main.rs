//! The webhook flow from a signed call to the queue, over real HTTP to a stand-in for AWS.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

use aws_lambda_events::encodings::Body;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};
use sha2::Sha256;
use shared::channel::facebook::Facebook;
use shared::envelope::{Envelope, Work};
use shared::event::{EventKind, Part};
use shared::gateway::Call;
use shared::id::IntegrationId;
use shared::time::Timestamp;
use shared::webhook::{self, Route, Settings, Shell};

mod aws;
mod kaleyra;
mod meta;
mod sinch;
mod twilio;
use aws::FakeAws;

const SECRET: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
/// What a warm call costs, through whichever channel.
const WARM: [&str; 1] = ["AmazonSQS.SendMessageBatch"];
const OLDER_SECRET: &str = "11112222333344445555666677778888";
const TOKEN: &str = "verify-me";

struct Hub {
    aws: FakeAws,
    shell: Shell,
    own: IntegrationId,
}

impl Hub {
    async fn start() -> Self {
        let aws = FakeAws::default();
        let own = IntegrationId::generate();
        aws.secret(
            "hub/meta-app",
            json!({"app_id": "1", "app_secrets": [SECRET, OLDER_SECRET], "verify_token": TOKEN}),
        );
        aws.secret(
            &format!("hub/integration/{own}"),
            json!({
                "account": "facebook:100", "platform": {"kind": "graph", "token": "t"}, "app_secrets": ["own-secret"],
                "verify_tokens": ["own-token"], "receive_url": "https://motion.example/", "reply_secrets": ["r"],
            }),
        );
        let config = aws.start().await;
        let settings = Settings {
            inbound_queue_url: "http://queue.invalid/inbound.fifo".to_owned(),
            secrets_prefix: "hub".to_owned(),
            log_level: "info".to_owned(),
        };
        let shell = Shell::new(&config, &settings);
        Self { aws, shell, own }
    }

    async fn post(&self, route: Route, secret: &str, body: &[u8]) -> i64 {
        let mut headers = HeaderMap::new();
        headers.insert("x-hub-signature-256", HeaderValue::from_str(&sign(secret, body)).unwrap());
        self.post_with(route, headers, body).await
    }

    async fn post_with(&self, route: Route, headers: HeaderMap, body: &[u8]) -> i64 {
        let response = webhook::receive::<Facebook>(&self.shell, route, call(Method::POST, headers, "", body), now());
        let response = response.await;
        assert!(response.body.is_none(), "an answer to a platform has no body");
        response.status_code
    }

    async fn get(&self, route: Route, query: &str) -> (i64, Option<String>) {
        let call = call(Method::GET, HeaderMap::new(), query, b"");
        let response = webhook::handshake::<Facebook>(&self.shell, route, &call, now()).await;
        let body = response.body.map(|body| match body {
            Body::Text(text) => text,
            other => panic!("{other:?}"),
        });
        (response.status_code, body)
    }

    fn texts(&self) -> Vec<String> {
        self.aws.taken().iter().filter_map(text_of).collect()
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_165_300_000)
}

fn call(method: Method, headers: HeaderMap, query: &str, body: &[u8]) -> Call {
    Call { method, path: "/fb/webhook".into(), query: query.into(), headers, body: body.to_vec(), source_ip: None }
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn text_of(envelope: &Envelope) -> Option<String> {
    let Work::Event { event } = &envelope.work else { return None };
    let EventKind::Message(message) = &event.kind else { return None };
    match message.parts.first()? {
        Part::Text { text } => Some(text.clone()),
        _ => None,
    }
}

fn message(page: &str, customer: &str, text: &str, at: i64) -> Value {
    json!({"sender": {"id": customer}, "recipient": {"id": page}, "timestamp": 1_795_165_200_000_i64 + at,
           "message": {"mid": format!("m_{customer}_{text}"), "text": text}})
}

fn batch(entries: &[(&str, Vec<Value>)]) -> Vec<u8> {
    let entries: Vec<Value> = entries
        .iter()
        .map(|(page, items)| json!({"id": page, "time": 1_795_165_200_412_i64, "messaging": items}))
        .collect();
    json!({"object": "page", "entry": entries}).to_string().into_bytes()
}

#[tokio::test]
async fn a_signed_call_is_queued_and_answered() {
    let hub = Hub::start().await;
    let wire = include_bytes!("../../../tests/fixtures/facebook/fb-message-text-wire-escaped.json");
    assert_eq!(hub.post(Route::Deployment, SECRET, wire).await, 200);
    assert_eq!(hub.texts(), ["Grüße 👋🏽 mail me @ ola@fliser.example, 50% < list, see https://shop.example/a/b"]);
    let work = hub.aws.taken();
    assert_eq!(work[0].target.account.as_str(), "facebook:218840075512346");
    assert_eq!(work[0].target.integration, None);
}

#[tokio::test]
async fn warm_it_makes_one_call() {
    let hub = Hub::start().await;
    assert_eq!(hub.post(Route::Deployment, SECRET, &batch(&[("100", vec![message("100", "1", "a", 0)])])).await, 200);
    let cold = hub.aws.calls().len();
    assert_eq!(hub.post(Route::Deployment, SECRET, &batch(&[("100", vec![message("100", "1", "b", 1)])])).await, 200);
    assert_eq!(hub.aws.calls()[cold..], WARM);
}

#[tokio::test]
async fn what_is_not_signed_right_is_refused_and_nothing_is_queued() {
    let hub = Hub::start().await;
    let body = batch(&[("100", vec![message("100", "1", "a", 0)])]);
    let good = sign(SECRET, &body);
    let refused = [
        None,
        Some("sha256=".to_owned()),
        Some("sha256=zz".to_owned()),
        Some(good.replace("sha256=", "sha1=")),
        Some(good[..good.len() - 2].to_owned()),
        Some(sign("another secret", &body)),
        Some(sign(SECRET, b"another body")),
    ];
    for signature in refused {
        let mut headers = HeaderMap::new();
        if let Some(signature) = &signature {
            headers.insert("x-hub-signature-256", HeaderValue::from_str(signature).unwrap());
        }
        assert_eq!(hub.post_with(Route::Deployment, headers, &body).await, 401, "{signature:?}");
    }
    // The same value written anew is other bytes than were signed.
    let wire = include_bytes!("../../../tests/fixtures/facebook/fb-message-text-wire-escaped.json");
    let anew = serde_json::from_slice::<Value>(wire).unwrap().to_string();
    let mut headers = HeaderMap::new();
    headers.insert("x-hub-signature-256", HeaderValue::from_str(&sign(SECRET, wire)).unwrap());
    assert_eq!(hub.post_with(Route::Deployment, headers, anew.as_bytes()).await, 401);
    assert!(hub.aws.taken().is_empty());
}

#[tokio::test]
async fn the_secret_before_the_current_one_is_still_taken() {
    let hub = Hub::start().await;
    let body = batch(&[("100", vec![message("100", "1", "a", 0)])]);
    assert_eq!(hub.post(Route::Deployment, OLDER_SECRET, &body).await, 200);
}

#[tokio::test]
async fn a_flood_of_bad_signatures_is_not_passed_on_to_aws() {
    let hub = Hub::start().await;
    let body = batch(&[("100", vec![])]);
    for _ in 0..20 {
        assert_eq!(hub.post(Route::Deployment, "wrong", &body).await, 401);
    }
    assert_eq!(hub.aws.calls(), ["secretsmanager.GetSecretValue"]);
}

#[tokio::test]
async fn the_handshake() {
    let hub = Hub::start().await;
    let query = |token: &str| format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
    assert_eq!(hub.get(Route::Deployment, &query(TOKEN)).await, (200, Some("1158201444".to_owned())));
    assert_eq!(hub.get(Route::Deployment, &query("wrong")).await, (403, None));
    assert_eq!(hub.get(Route::Deployment, "hub.mode=subscribe").await, (403, None));
    assert_eq!(hub.get(Route::Integration(hub.own), &query("own-token")).await, (200, Some("1158201444".to_owned())));
    assert_eq!(hub.get(Route::Integration(hub.own), &query(TOKEN)).await, (403, None));
    assert_eq!(hub.get(Route::Integration(IntegrationId::generate()), &query(TOKEN)).await, (403, None));
}

#[tokio::test]
async fn an_own_address_takes_its_own_account_alone() {
    let hub = Hub::start().await;
    let body = batch(&[
        ("100", vec![message("100", "1", "ours", 0)]),
        ("200", vec![message("200", "1", "someone else's", 1)]),
    ]);
    assert_eq!(hub.post(Route::Integration(hub.own), SECRET, &body).await, 401);
    assert_eq!(hub.post(Route::Integration(hub.own), "own-secret", &body).await, 200);
    assert_eq!(hub.texts(), ["ours"]);
    assert_eq!(hub.aws.taken()[0].target.integration, Some(hub.own));
}

#[tokio::test]
async fn one_item_never_harms_another() {
    let hub = Hub::start().await;
    let body = batch(&[
        (
            "100",
            vec![
                message("100", "1", "first", 0),
                json!({"sender": 7, "message": []}),
                message("100", "1", "second", 2),
            ],
        ),
        ("200", vec![message("200", "9", "other page", 1)]),
        ("100", vec![message("100", "1", "third", 3)]),
    ]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    let mut texts = hub.texts();
    texts.retain(|text| text != "other page");
    assert_eq!(texts, ["first", "second", "third"]);
    let unreadable = hub.aws.taken().into_iter().filter(|work| matches!(work.work, Work::Unreadable { .. }));
    assert_eq!(unreadable.map(|work| work.target.account.to_string()).collect::<Vec<_>>(), ["facebook:100"]);
}

#[tokio::test]
async fn a_body_that_is_signed_and_no_json_is_kept() {
    let hub = Hub::start().await;
    for body in [&b""[..], b"{", b"\xff\xfe", b"[]", b"null"] {
        assert_eq!(hub.post(Route::Deployment, SECRET, body).await, 200, "{body:?}");
    }
    assert!(!hub.aws.taken().is_empty());
}

#[tokio::test]
async fn a_body_over_the_size_is_413_before_anything_else() {
    let hub = Hub::start().await;
    assert_eq!(hub.post(Route::Deployment, SECRET, &vec![b' '; 1024 * 1024 + 1]).await, 413);
    assert!(hub.aws.calls().is_empty());
}

#[tokio::test]
async fn an_event_too_large_for_the_queue_is_kept_as_unreadable() {
    let hub = Hub::start().await;
    let long = "ü".repeat(100_000);
    let body = batch(&[("100", vec![message("100", "1", &long, 0), message("100", "1", "short", 1)])]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    assert_eq!(hub.texts(), ["short"]);
    assert_eq!(hub.aws.taken().len(), 2);
}

#[tokio::test]
async fn a_queue_that_stumbles_is_asked_again() {
    let hub = Hub::start().await;
    hub.aws.fail(4);
    let body = batch(&[("100", vec![message("100", "1", "a", 0)])]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    assert_eq!(hub.texts(), ["a"]);
}

#[tokio::test]
async fn a_queue_whose_answer_gets_lost_holds_the_message_once() {
    let hub = Hub::start().await;
    hub.aws.lose_answers(1);
    let body = batch(&[("100", vec![message("100", "1", "a", 0)])]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    assert_eq!(hub.texts(), ["a"]);
}

#[tokio::test]
async fn a_queue_that_stays_away_is_503_and_the_platforms_repeat_gets_through() {
    let hub = Hub::start().await;
    hub.aws.fail(u32::MAX);
    let body = batch(&[("100", vec![message("100", "1", "a", 0)])]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 503);
    hub.aws.fail(0);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    assert_eq!(hub.texts(), ["a"]);
}

#[tokio::test]
async fn behind_a_refused_entry_nothing_of_its_group_goes() {
    let hub = Hub::start().await;
    hub.aws.refuse("poison", u32::MAX);
    let body = batch(&[(
        "100",
        vec![
            message("100", "1", "before", 0),
            message("100", "1", "poison", 1),
            message("100", "1", "after", 2),
            message("100", "2", "neighbour", 3),
            message("100", "2", "neighbour again", 4),
        ],
    )]);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 503);
    let mut texts = hub.texts();
    texts.sort();
    assert_eq!(texts, ["before", "neighbour", "neighbour again"]);
    hub.aws.refuse("poison", 0);
    assert_eq!(hub.post(Route::Deployment, SECRET, &body).await, 200);
    let mine: Vec<_> = hub.texts().into_iter().filter(|text| !text.starts_with("neighbour")).collect();
    assert_eq!(mine, ["before", "poison", "after"]);
}

#[tokio::test]
async fn a_thousand_updates_go_in_batches() {
    let hub = Hub::start().await;
    let items = (0..1000).map(|n| message("100", &format!("c{}", n % 250), &format!("text {n}"), n)).collect();
    assert_eq!(hub.post(Route::Deployment, SECRET, &batch(&[("100", items)])).await, 200);
    let taken = hub.aws.taken();
    assert_eq!(taken.len(), 1000);
    for customer in 0..250 {
        let texts: Vec<String> = taken
            .iter()
            .filter(|work| work.customer().is_some_and(|id| id.as_str() == format!("c{customer}")))
            .filter_map(text_of)
            .collect();
        let expected: Vec<String> = (0..4).map(|k| format!("text {}", customer + 250 * k)).collect();
        assert_eq!(texts, expected);
    }
}
