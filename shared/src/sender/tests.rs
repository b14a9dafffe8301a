use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::json;
use tokio::net::TcpListener;

use super::*;
use crate::channel::whatsapp::sinch;
use crate::channel::{PlatformCredential, Provider};
use crate::http::Guard;
use crate::id::{CorrelationId, CustomerId, MessageId};

/// A Sinch that takes the tokens from a certain one on, and what it was asked.
struct Sinch {
    first_good: usize,
    asked: Mutex<Vec<String>>,
}

async fn sign_in(State(sinch): State<Arc<Sinch>>) -> String {
    let mut asked = sinch.asked.lock().unwrap();
    asked.push("sign in".to_owned());
    let number = asked.iter().filter(|asked| *asked == "sign in").count();
    json!({"access_token": format!("token-{number}"), "expires_in": 3600}).to_string()
}

async fn send(State(sinch): State<Arc<Sinch>>, headers: HeaderMap) -> (StatusCode, String) {
    let token = headers["authorization"].to_str().unwrap().strip_prefix("Bearer token-").unwrap();
    sinch.asked.lock().unwrap().push(format!("send with {token}"));
    if token.parse::<usize>().unwrap() < sinch.first_good {
        return (StatusCode::UNAUTHORIZED, json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}}).to_string());
    }
    (StatusCode::OK, json!({"message_id": "01KA"}).to_string())
}

async fn start(first_good: usize) -> (Arc<Sinch>, Url) {
    let sinch = Arc::new(Sinch { first_good, asked: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let app = Router::new()
        .route("/oauth2/token", post(sign_in))
        .route("/v1/projects/p/messages:send", post(send))
        .with_state(sinch.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (sinch, url)
}

fn secrets() -> IntegrationSecrets {
    let credential = sinch::Credential {
        project: "p".to_owned(),
        app: "01JX".to_owned(),
        region: sinch::Region::Eu,
        key_id: "k".to_owned(),
        key_secret: "s".into(),
        basic: false,
    };
    IntegrationSecrets {
        account: AccountKey::new("whatsapp:sinch:01JX"),
        platform: PlatformCredential::Sinch(credential),
        app_secrets: Vec::new(),
        verify_tokens: Vec::new(),
        webhook_url: None,
        webhook_guard: None,
        receive_url: "https://motion.example.com/".into(),
        api_base_url: None,
        desk: None,
        reply_secrets: Vec::new(),
    }
}

fn sender(sinch: &Url) -> Sender {
    let graph: Url = "https://graph.facebook.com".parse().unwrap();
    let platforms = Platforms {
        graph_base_url: graph.clone(),
        graph_version: "v26.0".to_owned(),
        twilio_base_url: graph,
        sinch_base_url: Some(sinch.clone()),
        kaleyra_base_url: None,
    };
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::Config::builder().behavior_version(aws_sdk_s3::config::BehaviorVersion::latest()).build(),
    );
    Sender::new(Client::new(Guard::default()).unwrap(), platforms, FileLinks::new(s3, "files"))
}

async fn sent(sender: &Sender) -> Verdict {
    let secrets = secrets();
    let to = CustomerId::new("447700900123");
    let message = OutMessage {
        to: &to,
        aliases: &[],
        content: Content::Text("hi".to_owned()),
        human_agent: false,
        correlation: CorrelationId::generate(),
        part: 0,
    };
    let from = From { channel: Channel::WhatsApp(Provider::Sinch), secrets: &secrets, app_secret: None };
    sender.send(from, message, Instant::now() + Duration::from_secs(10), Timestamp::from_seconds(1)).await
}

#[tokio::test]
async fn a_token_that_was_kept_and_ended_is_renewed_and_the_message_sent_once_more() {
    let (sinch, url) = start(2).await;
    let sender = sender(&url);
    // A new token is not asked for a second time: it is the key that is not good.
    assert!(matches!(sent(&sender).await, Verdict::NotSent(Failure { class: FailureClass::Credential, .. })));
    assert_eq!(*sinch.asked.lock().unwrap(), ["sign in", "send with 1"]);
    assert_eq!(sent(&sender).await, Verdict::Sent { message: MessageId::new("01KA") });
    assert_eq!(sent(&sender).await, Verdict::Sent { message: MessageId::new("01KA") });
    assert_eq!(sinch.asked.lock().unwrap()[2..], ["sign in", "send with 2", "send with 2"]);

    // The token that was kept ends before its time.
    let later = Arc::new(sender);
    let known = Known { token: Arc::new("token-1".into()), until: Timestamp::from_seconds(3600) };
    later.logins.put(AccountKey::new("whatsapp:sinch:01JX"), known, Timestamp::from_seconds(1));
    assert_eq!(sent(&later).await, Verdict::Sent { message: MessageId::new("01KA") });
    assert_eq!(sinch.asked.lock().unwrap()[5..], ["send with 1", "sign in", "send with 3"]);
}
