use std::collections::BTreeSet;

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use axum::body::Body;
use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::auth::issuer;

const INTEGRATION: &str = "01KAHXJ5V5S6J6M5Q3X0B7T9ZC";

fn config(around: &str) -> Config {
    let known = |name: &str| {
        let value = match name {
            "TABLE_NAME" | "SECRETS_PREFIX" => "hub",
            "INBOUND_QUEUE_URL" => return Some(format!("{around}/1/inbound.fifo")),
            "GRAPH_BASE_URL" => around,
            "JWKS_URL" => "http://127.0.0.1:1/",
            "GRAPH_VERSION" => "v26.0",
            "TWILIO_BASE_URL" => "https://api.twilio.com",
            "USER_POOL_ISSUER" => issuer::ISSUER,
            "USER_POOL_CLIENT_ID" => issuer::CLIENT,
            "WAITING_DAYS" => "3",
            "RUST_LOG" => "off",
            _ => return None,
        };
        Some(value.to_owned())
    };
    crate::config::read(&known).unwrap()
}

/// The console with the tests' own user pool, in front of an AWS that is not there.
pub(crate) fn app_without_aws() -> App {
    app_at("http://127.0.0.1:1", RetryConfig::disabled())
}

/// The same in front of an AWS and a Graph at this address.
pub(crate) fn app_at(around: &str, retry: RetryConfig) -> App {
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-south-1"))
        .endpoint_url(around)
        .credentials_provider(aws_sdk_dynamodb::config::SharedCredentialsProvider::new(
            aws_sdk_dynamodb::config::Credentials::for_tests(),
        ))
        .retry_config(retry)
        .build();
    let mut app = App::new(&aws, config(around)).unwrap();
    app.jwks = Jwks::known(app.http.clone(), app.config.jwks_url.clone(), issuer::keys(), Timestamp::now());
    app
}

fn router_without_aws() -> Router {
    router(Arc::new(app_without_aws()))
}

fn token() -> String {
    issuer::token(&issuer::claims(Timestamp::now()))
}

async fn call(router: &Router, request: http::Request<Body>) -> (StatusCode, http::HeaderMap, Vec<u8>) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    (parts.status, parts.headers, body.to_vec())
}

fn request(method: &str, path: &str) -> http::request::Builder {
    http::Request::builder().method(method).uri(path)
}

fn code(body: &[u8]) -> String {
    let body: Value = serde_json::from_slice(body).unwrap();
    assert!(body["message"].as_str().is_some_and(|message| message.ends_with(['.', '!'])), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

/// Every route of the description, with an id in the place of each name.
fn routes_of_the_description(description: &Value) -> Vec<(String, String)> {
    let paths = description["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        let path = path.replace("{id}", INTEGRATION).replace("{key}", "Zgox");
        item.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone()))
    });
    operations.collect()
}

async fn description(router: &Router) -> Value {
    let (status, headers, body) = call(router, request("GET", "/api/openapi.json").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/json");
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn every_route_needs_a_token() {
    let router = router_without_aws();
    let routes = routes_of_the_description(&description(&router).await);
    assert_eq!(routes.len(), 15);
    let expired = {
        let mut claims = issuer::claims(Timestamp::now());
        claims["exp"] = json!(1_000_000);
        format!("Bearer {}", issuer::token(&claims))
    };
    let cases = [
        (None, "unauthenticated"),
        (Some("Basic YTpi"), "unauthenticated"),
        (Some("Bearer"), "unauthenticated"),
        (Some("Bearer   "), "unauthenticated"),
        (Some("Bearer a.b.c"), "invalid_token"),
        (Some(expired.as_str()), "token_expired"),
    ];
    for (method, path) in routes {
        for (authorization, expected) in cases {
            let mut request = request(&method, &path).header("content-type", "application/json");
            if let Some(authorization) = authorization {
                request = request.header("authorization", authorization);
            }
            let (status, headers, body) = call(&router, request.body(Body::from("{}")).unwrap()).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            assert_eq!(code(&body), expected, "{method} {path}");
            assert_eq!(headers["www-authenticate"], "Bearer");
            assert_eq!(headers["cache-control"], "no-store");
        }
    }
}

#[tokio::test]
async fn an_unknown_key_does_not_open_the_door() {
    let claims = issuer::claims(Timestamp::now());
    let token = issuer::signed(&claims, jsonwebtoken::Algorithm::RS256, Some("k2"), issuer::key());
    let request = request("GET", "/api/me").header("authorization", format!("Bearer {token}"));
    let (status, _, body) = call(&router_without_aws(), request.body(Body::empty()).unwrap()).await;
    assert_eq!((status, code(&body).as_str()), (StatusCode::UNAUTHORIZED, "invalid_token"));
}

#[tokio::test]
async fn where_nothing_is() {
    let router = router_without_aws();
    for path in ["/", "/api", "/api/", "/api/integrations/", "/api/me/x", "/fb/webhook", "/%ff", "/api/openapi.json/"] {
        let (status, _, body) = call(&router, request("GET", path).body(Body::empty()).unwrap()).await;
        assert_eq!((status, code(&body).as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
    for (method, path) in [
        ("PUT", "/api/me"),
        ("POST", "/api/openapi.json"),
        ("DELETE", "/api/integrations"),
        ("GET", "/api/integrations/x/retry"),
    ] {
        let (status, _, body) = call(&router, request(method, path).body(Body::empty()).unwrap()).await;
        assert_eq!((status, code(&body).as_str()), (StatusCode::METHOD_NOT_ALLOWED, "wrong_method"), "{method} {path}");
    }
}

#[tokio::test]
async fn names_that_cannot_be_cost_no_call() {
    let router = router_without_aws();
    for path in [
        "/api/integrations/x",
        "/api/integrations/01kahxj5v5s6j6m5q3x0b7t9zc",
        "/api/integrations/%ff",
        "/api/integrations/x/messages",
        &format!("/api/integrations/{INTEGRATION}/messages/not-a-key!"),
    ] {
        let request = request("GET", path).header("authorization", format!("Bearer {}", token()));
        let (status, _, body) = call(&router, request.body(Body::empty()).unwrap()).await;
        assert_eq!((status, code(&body).as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn wrong_bodies() {
    let router = router_without_aws();
    let large = vec![b' '; crate::body::LARGEST + 1];
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: [(&str, &[u8], StatusCode, &str); 9] = [
        ("application/json", b"", StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", b"{", StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", b"[]", StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", b"null", StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", b"{\"name\":\"\xff\"}", StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", deep.as_bytes(), StatusCode::BAD_REQUEST, "malformed"),
        ("application/json", &large, StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        ("application/x-www-form-urlencoded", b"name=x", StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"),
        ("", b"{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json"),
    ];
    for (method, path) in
        [("POST", "/api/integrations".to_owned()), ("PATCH", format!("/api/integrations/{INTEGRATION}"))]
    {
        for (content_type, body, status, expected) in &cases {
            let request = request(method, &path)
                .header("authorization", format!("Bearer {}", token()))
                .header("content-type", *content_type);
            let (found, _, answer) = call(&router, request.body(Body::from(body.to_vec())).unwrap()).await;
            assert_eq!((found, code(&answer).as_str()), (*status, *expected), "{method} {content_type}");
        }
    }
}

#[tokio::test]
async fn aws_in_trouble_is_said_as_such() {
    let router = router_without_aws();
    for (method, path) in routes_of_the_description(&description(&router).await) {
        let request = request(&method, &path)
            .header("authorization", format!("Bearer {}", token()))
            .header("content-type", "application/json");
        let (status, _, body) = call(&router, request.body(Body::from("{}")).unwrap()).await;
        // The key of a message in the path is none.
        let expected =
            if path.contains("/messages/Zgox") { StatusCode::NOT_FOUND } else { StatusCode::SERVICE_UNAVAILABLE };
        assert_eq!(status, expected, "{method} {path}");
        code(&body);
    }
}

#[tokio::test]
async fn the_description_is_whole() {
    let description = description(&router_without_aws()).await;
    assert_eq!(description["security"][0], json!({ "access_token": [] }));
    assert_eq!(description["components"]["securitySchemes"]["access_token"]["scheme"], "bearer");
    let mut operations = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(operations.insert(id), "{method} {path}: the operation's id is another's too");
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{method} {path}");
        }
    }
    let text = description.to_string();
    for reference in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(description["components"]["schemas"][reference].is_object(), "{reference} is not described");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is sent: JSON with a sentence and a code, and never our own fault.
    #[test]
    fn arbitrary_calls(
        method in "GET|POST|PATCH|DELETE|PUT|[A-Z]{1,8}",
        path in "/api/(me|status|integrations|integrations/[a-zA-Z0-9%]{0,30}(/messages(/[a-zA-Z0-9_-]{0,40})?)?)|/[a-z/%0-9]{0,30}",
        query in "[a-z=&%0-9]{0,30}",
        content_type in "application/json|[ -~]{0,30}",
        authorization in "Bearer [ -~]{0,60}|[ -~]{0,30}",
        body: Vec<u8>,
    ) {
        let request = request(&method, &format!("{path}?{query}"))
            .header("content-type", content_type)
            .header("authorization", authorization)
            .body(Body::from(body));
        prop_assume!(request.is_ok());
        let (status, _, body) = runtime().block_on(call(&router_without_aws(), request.unwrap()));
        prop_assert!(status.is_client_error(), "{}", status);
        if method != "HEAD" {
            code(&body);
        }
    }

    /// The same from someone who signed in, up to where AWS would be asked.
    #[test]
    fn arbitrary_bodies(body: Vec<u8>, patch: bool) {
        prop_assume!(!matches!(serde_json::from_slice(&body), Ok(Value::Object(_))));
        let (method, path) =
            if patch { ("PATCH", format!("/api/integrations/{INTEGRATION}")) } else { ("POST", "/api/integrations".to_owned()) };
        let request = request(method, &path)
            .header("authorization", format!("Bearer {}", token()))
            .header("content-type", "application/json")
            .body(Body::from(body))
            .unwrap();
        let (status, _, body) = runtime().block_on(call(&router_without_aws(), request));
        prop_assert_eq!(status, StatusCode::BAD_REQUEST);
        code(&body);
    }
}
