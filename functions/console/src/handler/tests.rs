use aws_lambda_events::encodings::Body as GatewayBody;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::any;
use serde_json::{Value, json};

use super::*;

fn event(path: &str, query: &str, body: Value, base64: bool) -> ApiGatewayV2httpRequest {
    serde_json::from_value(json!({
        "version": "2.0", "routeKey": "POST /echo", "rawPath": path, "rawQueryString": query,
        "headers": { "content-type": "application/json", "host": "\u{e4}" },
        "requestContext": { "domainName": "abc.execute-api.example.com", "http": { "method": "POST", "path": path } },
        "body": body, "isBase64Encoded": base64,
    }))
    .unwrap()
}

async fn echo(request: Request) -> Response {
    let address = request.uri().to_string();
    let hub = request.extensions().get::<HubUrl>().map(|hub| hub.0.clone());
    let body = axum::body::to_bytes(request.into_body(), 1000).await.unwrap();
    axum::Json(json!({ "address": address, "hub": hub, "body": String::from_utf8_lossy(&body) })).into_response()
}

async fn answer(event: ApiGatewayV2httpRequest) -> (i64, Value) {
    let router = Router::new().fallback(any(echo));
    let answer = handle(&router, event).await;
    let Some(GatewayBody::Text(text)) = answer.body else { panic!("a text") };
    assert_eq!(answer.headers["content-type"], "application/json");
    (answer.status_code, serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn a_call_goes_through_unchanged() {
    let (status, echoed) = answer(event("/api/integrations/x", "a=%20b", json!("{\"ü\":1}"), false)).await;
    assert_eq!(status, 200);
    assert_eq!(echoed["address"], "/api/integrations/x?a=%20b");
    assert_eq!(echoed["hub"], "https://abc.execute-api.example.com");
    assert_eq!(echoed["body"], "{\"ü\":1}");
    let (_, echoed) = answer(event("/x", "", json!("e30="), true)).await;
    assert_eq!((&echoed["address"], &echoed["body"]), (&json!("/x"), &json!("{}")));
    assert_eq!(answer(event("/x", "", Value::Null, false)).await.1["body"], "");
}

#[tokio::test]
async fn a_call_that_cannot_be_read_is_refused() {
    for (path, query, body, base64) in [
        ("/x", "", "no base64!", true),
        ("/with a blank", "", "", false),
        ("/x", "a=\u{1}", "", false),
        ("", "", "", false),
    ] {
        let (status, error) = answer(event(path, query, json!(body), base64)).await;
        assert_eq!((status, &error["code"]), (400, &json!("malformed")), "{path:?} {query:?}");
    }
}
