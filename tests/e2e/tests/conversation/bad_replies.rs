//! Whatever is posted at the Reply URL is answered with a reason, and never in words of the machinery.

use e2e::garbage::{deep_object, garbage};
use e2e::reply::{on_phone, post, text};
use e2e::scene::{Scene, unique};
use e2e::stack::{client, stack};
use e2e::told::Told;
use reqwest::Method;
use serde_json::{Value, json};

const JSON: &str = "application/json";

#[tokio::test]
async fn garbage_is_refused_under_every_name() {
    let scene = Scene::new().await;
    let types =
        [Some(JSON), Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/xml"), None];
    for (case, body) in garbage() {
        for content_type in types {
            let told = post(scene.reply_url(), content_type, body.clone()).await;
            told.refused_somehow(&format!("{case} as {content_type:?}"));
        }
    }
    for depth in [129, 100_000] {
        post(scene.reply_url(), Some(JSON), deep_object(depth)).await.refused_somehow("a deep object");
    }
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn a_reply_with_a_deep_field_that_nobody_reads_is_still_a_reply() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    let body = format!(
        r#"{{"body": "deep", "Contact": {{"facebook": "{}", "tags": {}}}, "agent": {}}}"#,
        ingrid.psid(),
        String::from_utf8(deep.clone()).unwrap(),
        String::from_utf8(deep).unwrap()
    );
    post(scene.reply_url(), Some(JSON), body).await.sent();
    assert_eq!(on_phone(&ingrid), ["deep"]);
}

#[tokio::test]
async fn a_request_over_the_size_is_refused_and_one_below_it_is_read() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let mebibyte = 1024 * 1024;
    for content_type in [Some(JSON), None] {
        for size in [mebibyte + 1, 4 * mebibyte] {
            let body = padded(text(&ingrid, "too large"), size);
            post(scene.reply_url(), content_type, body).await.refused(413, "too_large");
        }
    }
    assert!(on_phone(&ingrid).is_empty());
    post(scene.reply_url(), None, padded(text(&ingrid, "just fits"), mebibyte)).await.sent();
    assert_eq!(on_phone(&ingrid), ["just fits"]);
}

#[tokio::test]
async fn values_of_wrong_types_and_sizes_do_no_harm() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let psid = ingrid.psid();
    let long = "9".repeat(500_000);
    let refused = [
        json!({"body": "x", "Contact": []}),
        json!({"body": "x", "Contact": "{"}),
        json!({"body": "x", "Contact": {"facebook": true}}),
        json!({"body": "x", "Contact": {"facebook": long}}),
        json!({"body": "x", "Contact": {"facebook": "\u{0}"}}),
        json!({"body": "x", "Contact": {"facebook": format!("{psid}\u{0}")}}),
        json!({"body": "x", "Contact": {"facebook": format!("{psid}#")}}),
        json!({"body": "x", "Contact": {"facebook": -1}}),
        json!({"body": "x", "Contact": {"facebook": 1.5e10}}),
        json!({"body": "x", "to": [psid]}),
        json!({"body": 7.5, "Contact": {"facebook": "2.5"}}),
        json!({"body": "x", "AttachmentId": long, "Contact": {"facebook": psid}}),
        json!({"body": "x", "Interaction": {"threadId": long}, "Contact": {"facebook": "7304418829920156"}}),
        json!({"body": "x", "Interaction": {"threadId": "a#b/../c"}, "Contact": {"facebook": "7304418829920156"}}),
    ];
    for reply in &refused {
        let shown: String = reply.to_string().chars().take(120).collect();
        scene.reply(reply).await.refused_somehow(&shown);
    }
    let sent = [
        json!({"id": long, "body": "a long id", "Contact": {"facebook": psid}}),
        json!({"id": "#\u{0}\u{ffff}", "body": "an odd id", "Contact": {"facebook": psid}}),
        json!({"id": unique(), "body": 42, "Contact": {"facebook": psid}}),
        json!({"id": unique(), "body": "\u{0}\u{fffe}\u{ffff}\u{202e}x", "Contact": {"facebook": psid}}),
    ];
    for reply in &sent {
        scene.reply(reply).await.sent();
    }
    // Half an emoji, as a cut text has it.
    let half = format!(r#"{{"body": "cut \ud83d", "Contact": {{"facebook": "{psid}"}}}}"#);
    post(scene.reply_url(), Some(JSON), half).await.sent();
    assert_eq!(on_phone(&ingrid).len(), 5);
}

#[tokio::test]
async fn other_methods_and_addresses_near_by_are_refused() {
    let scene = Scene::new().await;
    let hub = &stack().hub_url;
    let own = scene.reply_url().strip_prefix(hub.as_str()).unwrap();
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        for path in [own, "/api/reply"] {
            let told = Told::to(client().request(method.clone(), format!("{hub}{path}"))).await;
            told.refused_somehow(&format!("{method} {}", path.replace(own, "the Reply URL")));
        }
    }
    let id = scene.id();
    let near =
        ["/api/reply/", "/api/replies", "/api/reply/x", "/api/reply/a/b/c", "/api//reply", "/api/reply/%2e%2e/me"];
    let near =
        near.map(str::to_owned).into_iter().chain([format!("/api/reply/{id}"), format!("{own}/"), format!("{own}/x")]);
    for path in near {
        let told = post(&format!("{hub}{path}"), Some(JSON), json!({"body": "x"}).to_string()).await;
        told.refused_somehow(&path.replace(own, "the Reply URL"));
    }
    scene.assert_nothing_sent();
}

#[tokio::test]
async fn odd_headers_are_no_trouble() {
    let scene = Scene::new().await;
    let ingrid = scene.known().await;
    let odd: [(&str, &[u8]); 7] = [
        ("x-agent", "Jürgen".as_bytes()),
        ("x-agent", b"J\xfcrgen"),
        ("x-long", &[b'x'; 7_000]),
        ("content-encoding", b"gzip"),
        ("content-type", b"\xff/\xff"),
        ("x-forwarded-for", b"not an address"),
        ("cookie", b"a=b; ; =; c"),
    ];
    for (name, value) in odd {
        let call = client().post(scene.reply_url()).header(name, value).body(text(&ingrid, "hello").to_string());
        let told = Told::to(call).await;
        assert_eq!((told.status, &told.json["status"]), (200, &json!("sent")), "{name} {}", told.text);
    }
    assert_eq!(on_phone(&ingrid).len(), odd.len());
}

/// The same reply, made longer by a field that nobody reads.
fn padded(mut reply: Value, size: usize) -> String {
    reply["padding"] = "".into();
    let short = reply.to_string().len();
    reply["padding"] = "x".repeat(size - short).into();
    reply.to_string()
}
