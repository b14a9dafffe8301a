//! The hub's API refuses what it cannot use with a sentence and a word, whoever calls and whatever is sent.

use e2e::garbage::{deep_object, garbage};
use e2e::hub::Hub;
use e2e::people::{forged, sign_in};
use e2e::scene::Scene;
use e2e::stack::{client, stack};
use e2e::told::Told;
use reqwest::Method;
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// The addresses that take a body.
fn takes_bodies(scene: &Scene) -> [(Method, String); 2] {
    [(Method::POST, "/api/integrations".to_owned()), (Method::PATCH, format!("/api/integrations/{}", scene.id()))]
}

#[tokio::test]
async fn garbage_is_refused() {
    let scene = Scene::new().await;
    for (method, path) in takes_bodies(&scene) {
        for (case, body) in garbage().into_iter().chain([("a deep object", deep_object(100_000))]) {
            let call = scene.hub.request(method.clone(), &path).header("content-type", JSON).body(body);
            let told = Told::to(call).await;
            // A gateway mends what is not UTF-8 and sent as JSON: what is then wrong is the settings in it.
            let expected = if case == "not UTF-8" { (422, "invalid") } else { (400, "malformed") };
            assert_eq!((told.status, told.code()), expected, "{method} {case} {}", told.text);
        }
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "\"", ""] {
            let call = scene.hub.request(method.clone(), &path).header("content-type", content_type).body("{}");
            Told::to(call).await.refused(415, "not_json");
        }
        for size in [1024 * 1024 + 1, 5 * 1024 * 1024] {
            let body = format!("{{\"name\":\"{}\"}}", "x".repeat(size));
            let call = scene.hub.request(method.clone(), &path).header("content-type", JSON).body(body);
            Told::to(call).await.refused(413, "too_large");
        }
    }
    assert_eq!(scene.hub.integration(scene.id()).await["revision"], scene.integration["revision"]);
}

#[tokio::test]
async fn every_setting_of_a_wrong_type_is_named() {
    let scene = Scene::new().await;
    let settings = [
        "name",
        "page_token",
        "app_secret",
        "verify_token",
        "receive_url",
        "api_base_url",
        "desk_account",
        "api_key",
        "api_user",
        "api_password",
        "map_key",
        "contact_fields",
        "human_agent",
        "read_marks",
        "recontact",
        "bridge_sources",
    ];
    for (method, path) in takes_bodies(&scene) {
        for odd in [json!(7), json!([[]]), json!({"a": {}}), json!("\u{0}"), json!("")] {
            let mut body = json!({"channel": "facebook", "no such setting": 1});
            for setting in settings {
                body[setting] = odd.clone();
            }
            let told = scene.hub.ask(method.clone(), &path, Some(&body)).await;
            told.refused(422, "invalid");
            for setting in settings {
                // A list may be a list of contact fields' names as little as of networks: each is told where it is wrong.
                let fields = told.json["fields"].as_object().unwrap();
                assert!(
                    fields.keys().any(|field| field.starts_with(setting)),
                    "{method} {odd} {setting} {}",
                    told.text
                );
            }
        }
    }
    assert_eq!(scene.hub.integration(scene.id()).await["revision"], scene.integration["revision"]);
}

#[tokio::test]
async fn addresses_that_lead_nowhere_and_methods_that_nobody_takes() {
    let scene = Scene::new().await;
    let own = format!("/api/integrations/{}", scene.id());
    let nowhere = [
        (Method::GET, "/api/nothing".to_owned()),
        (Method::GET, "/api/integrations/".to_owned()),
        (Method::GET, "/api/integrations/x".to_owned()),
        (Method::GET, "/api/integrations/%00%ff".to_owned()),
        (Method::GET, "/api/integrations/01JD0000000000000000000000".to_owned()),
        (Method::PUT, "/api/integrations".to_owned()),
        (Method::DELETE, "/api/integrations".to_owned()),
        (Method::PUT, own.clone()),
        (Method::POST, own.clone()),
        (Method::POST, format!("{own}/destroy")),
        (Method::GET, format!("{own}/retry")),
        (Method::GET, format!("{own}/messages/x")),
        (Method::GET, format!("{own}/messages?state=sent")),
        (Method::GET, format!("{own}/messages?limit=-1")),
        (Method::GET, format!("{own}/messages?limit=1&limit=2")),
        (Method::GET, format!("{own}/messages?%ff=%zz")),
        (Method::GET, format!("{own}/messages/{}", "A".repeat(4_000))),
        (Method::POST, format!("{own}/messages/ZgoK/replay")),
        (Method::DELETE, format!("{own}?discard=perhaps")),
        (Method::DELETE, format!("{own}?discord=true")),
        (Method::POST, "/api/me".to_owned()),
        (Method::PATCH, "/api/status".to_owned()),
    ];
    for (method, path) in nowhere {
        let told = scene.hub.ask(method.clone(), &path, None).await;
        told.refused_somehow(&format!("{method} {path}"));
        assert_ne!(told.status, 401, "{method} {path}");
    }
    let (status, description) = scene.hub.call(Method::GET, "/api/openapi.json", None).await;
    assert_eq!((status, &description["info"]["title"]), (200, &json!("Open Channel Hub")), "the errors point there");
    assert_eq!(scene.hub.integration(scene.id()).await["enabled"], true);
}

#[tokio::test]
async fn only_the_pools_own_access_tokens_open() {
    let tokens = sign_in(&stack().administrator).await;
    let access = &tokens.access;
    let now = shared::time::Timestamp::now().seconds();
    let (head, rest) = access.split_once('.').unwrap();
    let (claims, signature) = rest.split_once('.').unwrap();
    let none = "eyJhbGciOiJub25lIn0";
    let hmac = "eyJhbGciOiJIUzI1NiIsImtpZCI6IngifQ";
    let invalid = [
        tokens.id.clone(),
        "x".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        "x".repeat(7_000),
        access[1..].to_owned(),
        format!("{head}.{claims}."),
        format!("{head}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{none}.{claims}."),
        format!("{hmac}.{claims}.{signature}"),
        format!("{head}.{}.{signature}", &claims[..claims.len() - 4]),
        forged(access, |claims| claims["token_use"] = json!("id")),
        forged(access, |claims| claims["client_id"] = json!("another-app")),
        forged(access, |claims| claims["iss"] = json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other")),
        forged(access, |claims| claims["sub"] = json!("")),
        forged(access, |claims| claims["exp"] = json!("soon")),
    ];
    for token in invalid {
        let told = Hub::with(&token).ask(Method::GET, "/api/me", None).await;
        assert_eq!((told.status, told.code()), (401, "invalid_token"), "{token} {}", told.text);
        assert!(told.header("www-authenticate").is_some());
    }
    let expired = forged(access, |claims| claims["exp"] = json!(now - 61));
    Hub::with(&expired).ask(Method::GET, "/api/me", None).await.refused(401, "token_expired");
    let fresh = forged(access, |claims| claims["exp"] = json!(now + 60));
    assert_eq!(Hub::with(&fresh).ask(Method::GET, "/api/me", None).await.status, 200, "it was the time that mattered");
}

#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let scene = Scene::new().await;
    let id = scene.id();
    let calls = [
        (Method::GET, "/api/me".to_owned()),
        (Method::GET, "/api/status".to_owned()),
        (Method::GET, "/api/integrations".to_owned()),
        (Method::POST, "/api/integrations".to_owned()),
        (Method::GET, format!("/api/integrations/{id}")),
        (Method::PATCH, format!("/api/integrations/{id}")),
        (Method::DELETE, format!("/api/integrations/{id}?discard=true")),
        (Method::POST, format!("/api/integrations/{id}/disable")),
        (Method::GET, format!("/api/integrations/{id}/messages")),
    ];
    for (method, path) in calls {
        let url = format!("{}{path}", stack().hub_url);
        for authorization in
            [None, Some(""), Some("Bearer"), Some("Bearer "), Some("Basic YWRtaW46YWRtaW4="), Some("bearer\t")]
        {
            let call = client().request(method.clone(), &url).json(&json!({}));
            let call = if let Some(value) = authorization { call.header("authorization", value) } else { call };
            let told = Told::to(call).await;
            assert_eq!((told.status, told.code()), (401, "unauthenticated"), "{method} {path} {}", told.text);
        }
    }
    assert_eq!(scene.hub.integration(id).await["enabled"], true);
}

#[tokio::test]
async fn what_belongs_to_another_company_is_as_unknown_as_what_does_not_exist() {
    let scene = Scene::new().await;
    let stranger = Hub::sign_in_another().await;
    let own = format!("/api/integrations/{}", scene.id());
    let key = "ZgowMUpEMDAwMDAwMDAwMDAwMDAwMDAwMDAwMAo3MzA0";
    let calls: [(Method, String, Option<Value>); 11] = [
        (Method::GET, own.clone(), None),
        (Method::PATCH, own.clone(), Some(json!({"name": "mine now"}))),
        (Method::PATCH, own.clone(), Some(json!({"rotate_reply_secret": true}))),
        (Method::DELETE, format!("{own}?discard=true"), None),
        (Method::POST, format!("{own}/disable"), None),
        (Method::POST, format!("{own}/enable"), None),
        (Method::POST, format!("{own}/retry"), None),
        (Method::GET, format!("{own}/messages"), None),
        (Method::GET, format!("{own}/messages/{key}"), None),
        (Method::POST, format!("{own}/messages/{key}/replay"), None),
        (Method::DELETE, format!("{own}/messages/{key}"), None),
    ];
    for (method, path, body) in calls {
        let told = stranger.ask(method.clone(), &path, body.as_ref()).await;
        assert_eq!((told.status, told.code()), (404, "not_found"), "{method} {path} {}", told.text);
        let nothing = path.replace(scene.id(), "01JD0000000000000000000000");
        assert_eq!(stranger.ask(method, &nothing, body.as_ref()).await.text, told.text, "the same words");
    }
    let (_, list) = stranger.call(Method::GET, "/api/integrations", None).await;
    assert_eq!(list, json!({"integrations": []}));
    let now = scene.hub.integration(scene.id()).await;
    assert_eq!(
        (&now["name"], &now["reply_url"], &now["enabled"]),
        (&scene.integration["name"], &scene.integration["reply_url"], &json!(true))
    );
    let company = async |hub: &Hub| hub.call(Method::GET, "/api/me", None).await.1["tenant"].clone();
    assert_ne!(company(&scene.hub).await, company(&stranger).await);

    // Somebody's first two calls at the same moment make one company.
    let newcomer = Hub::sign_in_another().await;
    let (one, two) = tokio::join!(company(&newcomer), company(&newcomer));
    assert!(one.is_string() && one == two, "{one} {two}");
}
