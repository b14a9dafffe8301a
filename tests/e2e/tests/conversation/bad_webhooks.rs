//! Whatever comes to the webhook under a right signature is taken, and kept where it cannot be read: Meta would otherwise
//! repeat it, and in the end unsubscribe the page.

use e2e::garbage::{deep_object, garbage};
use e2e::hub::Hub;
use e2e::scene::{Scene, unique, until};
use e2e::stack::{client, stack};
use e2e::told::Told;
use reqwest::Method;
use sandbox::meta::sign;
use serde_json::{Value, json};

async fn posted(content_type: &str, body: Vec<u8>) -> Told {
    let address = format!("{}/fb/webhook", stack().hub_url);
    signed(&address, &stack().meta_app.app_secret, content_type, body).await
}

async fn signed(address: &str, secret: &str, content_type: &str, body: Vec<u8>) -> Told {
    let call = client().post(address).header("x-hub-signature-256", sign(secret, &body));
    Told::to(call.header("content-type", content_type).body(body)).await
}

async fn unreadable(hub: &Hub) -> u64 {
    let (status, body) = hub.call(Method::GET, "/api/status", None).await;
    assert_eq!(status, 200, "{body}");
    body["unclaimed"]["unreadable"].as_u64().unwrap()
}

#[tokio::test]
async fn garbage_is_taken_and_kept() {
    let hub = Hub::sign_in().await;
    let before = unreadable(&hub).await;
    let mut bodies = garbage();
    bodies.push(("a deep object", deep_object(100_000)));
    bodies.push(("a large text", [b"{\"object\":\"page\",\"entry\":\"", &[b'x'; 500_000][..], b"\"}"].concat()));
    let number = bodies.len() as u64;
    for (case, body) in bodies {
        // The same again would be a repeat and count as none.
        let anew = [body.as_slice(), b"\n", unique().as_bytes()].concat();
        for body in [body, anew] {
            // Of this type a gateway hands over the very bytes.
            let told = posted("application/octet-stream", body).await;
            assert_eq!((told.status, told.text.as_str()), (200, ""), "{case}");
        }
    }
    until(async || {
        let now = unreadable(&hub).await;
        if now >= before + number { Ok(()) } else { Err(format!("{before} before, {now} now, {number} sent")) }
    })
    .await;
}

#[tokio::test]
async fn garbage_at_an_integrations_own_address_is_kept_with_the_integration() {
    let scene = Scene::of_own_app().await;
    let address = scene.page.state().webhook_url;
    let bodies = garbage();
    let number = bodies.len();
    for (case, body) in bodies {
        let told = signed(&address, &scene.page.state().app.secret, "application/octet-stream", body).await;
        assert_eq!((told.status, told.text.as_str()), (200, ""), "{case}");
    }
    let kept = scene.until_kept("failed", number).await;
    assert!(kept.iter().all(|message| message["kind"] == "unreadable"), "{kept:?}");
    let deployments = &stack().meta_app.app_secret;
    assert_eq!(signed(&address, deployments, "application/json", b"{}".to_vec()).await.status, 401, "another app's");
    let nobodys = address.replace(scene.id(), "01JD0000000000000000000000");
    assert_eq!(signed(&nobodys, deployments, "application/json", b"{}".to_vec()).await.status, 401);
}

#[tokio::test]
async fn wrong_types_anywhere_harm_nothing_else() {
    let scene = Scene::new().await;
    // As Meta does where an answer takes longer than 5 s, which it may on a busy machine.
    scene.page.set(|page| page.repeats = 3);
    let ingrid = scene.customer();
    let page = scene.page.id();
    let odd = [json!(null), json!(true), json!(-1.5e300), json!("x"), json!([]), json!({}), json!([[{"id": []}]])];
    for value in &odd {
        for entry in wrong(&page, ingrid.psid(), value) {
            let post = scene.page.post_entries(entry.clone()).await;
            assert!(post.acknowledged(), "{:?} {:?} {}", post.status, post.error, json!(entry));
        }
        let body = json!({"object": value, "entry": value}).to_string();
        assert_eq!(posted("application/json", body.into_bytes()).await.status, 200);
    }
    ingrid.says("still here").await;
    scene.until_desk(|desk| desk.bodies_of(ingrid.psid()).contains(&"still here")).await;
}

/// Entries with `value` in each place in turn.
fn wrong(page: &str, psid: &str, value: &Value) -> Vec<Vec<Value>> {
    let item = json!({"sender": {"id": psid}, "recipient": {"id": page}, "timestamp": 1, "message": {"mid": "m", "text": "x"}});
    let with = |pointer: &str| {
        let mut item = item.clone();
        *item.pointer_mut(pointer).unwrap() = value.clone();
        vec![json!({"id": page, "time": 1, "messaging": [item]})]
    };
    let places = ["", "/sender", "/recipient/id", "/timestamp", "/message/mid", "/message/text"];
    let mut entries: Vec<Vec<Value>> = places.iter().map(|place| with(place)).collect();
    entries.push(vec![value.clone()]);
    entries.push(vec![json!({"id": value, "messaging": [item]})]);
    entries.push(vec![json!({"id": page, "messaging": value, "changes": value})]);
    entries
}

#[tokio::test]
async fn a_body_over_the_size_is_refused() {
    let body = |size: usize| [b"{\"a\":\"", vec![b'x'; size - 8].as_slice(), b"\"}"].concat();
    let mebibyte = 1024 * 1024;
    for content_type in ["application/json", "application/octet-stream"] {
        assert_eq!(posted(content_type, body(mebibyte + 1)).await.status, 413);
        assert_eq!(posted(content_type, body(mebibyte)).await.status, 200);
    }
}

#[tokio::test]
async fn unsigned_garbage_is_turned_away_with_nothing_said() {
    let url = format!("{}/fb/webhook", stack().hub_url);
    for (case, body) in garbage() {
        for signature in [None, Some("sha256="), Some("sha1=00"), Some("sha256=zz"), Some("%%%")] {
            let call = client().post(&url).body(body.clone());
            let call =
                if let Some(signature) = signature { call.header("x-hub-signature-256", signature) } else { call };
            let told = Told::to(call).await;
            assert_eq!((told.status, told.text.as_str()), (401, ""), "{case} {signature:?}");
        }
    }
}
