//! The Reply URL that integrations share: shut by default, and open only to who calls from a listed network and means exactly
//! one of them.

use e2e::reply::{on_phone, post};
use e2e::scene::{Scene, any_account, unique, until};
use e2e::stack::{client, stack};
use e2e::told::Told;
use reqwest::Method;
use sandbox::meta::Customer;
use sandbox::motion::AccountConfig;
use serde_json::{Value, json};

/// Where the tests' calls come from, as the gateway sees it.
const HERE: &str = "127.0.0.1/32";

/// An integration that can be answered through the shared address from `sources`. Its account has a number of its own.
async fn answered_from(sources: &[&str]) -> Scene {
    let config = AccountConfig { id: unique().parse().ok(), ..any_account() };
    Scene::between(config, |wanted| wanted["bridge_sources"] = json!(sources)).await
}

fn reply(to: &str, account: Option<&Scene>) -> Value {
    let mut reply = json!({"id": unique(), "body": "by the shared address", "Contact": {"facebook": to}});
    if let Some(scene) = account {
        reply["OpenchannelAccountId"] = scene.desk.id().into();
    }
    reply
}

async fn shared(reply: &Value) -> Told {
    post(&format!("{}/api/reply", stack().hub_url), Some("application/json"), reply.to_string()).await
}

/// Posts a reply until a process that knows the newest settings answers it; they are half a minute old at most.
async fn until_told(reply: &Value, wanted: impl Fn(&Told) -> bool) -> Told {
    until(async || {
        let told = shared(reply).await;
        if wanted(&told) { Ok(told) } else { Err(told.text) }
    })
    .await
}

async fn knows(scene: &Scene, psid: &str) -> Customer {
    let customer = scene.page.add_customer(Some(psid), "Ingrid", "Dahl");
    customer.says("Hello?").await;
    scene.until_bodies(&customer, 1).await;
    customer
}

#[tokio::test]
async fn finds_the_one_integration_that_is_meant_or_refuses() {
    let (one, two) = tokio::join!(answered_from(&[HERE]), answered_from(&[HERE, "192.0.2.7"]));
    let (shut, elsewhere) = tokio::join!(Scene::new(), answered_from(&["192.0.2.0/24"]));
    let (anna, bert) = (one.known().await, two.known().await);
    let (stranger, far) = (shut.known().await, elsewhere.known().await);
    let same = unique();
    let (at_one, at_two) = (knows(&one, &same).await, knows(&two, &same).await);

    until_told(&reply(anna.psid(), None), |told| told.status == 200).await;
    until_told(&reply(bert.psid(), Some(&two)), |told| told.status == 200).await;
    assert_eq!((on_phone(&anna).len(), on_phone(&bert).len()), (1, 1));

    // Both know somebody under this id: without the account's number nobody can tell whom the agent means.
    let told = until_told(&reply(&same, None), |told| told.code() != "unknown_recipient" && told.status != 404).await;
    told.refused(422, "ambiguous_recipient");
    until_told(&reply(&same, Some(&two)), |told| told.status == 200).await;
    assert_eq!((on_phone(&at_one).len(), on_phone(&at_two).len()), (0, 1));
    let wrong_account = until_told(&reply(anna.psid(), Some(&two)), |told| told.status != 404).await;
    assert_eq!(wrong_account.status, 422, "{}", wrong_account.text);

    for (scene, customer) in [(&shut, &stranger), (&elsewhere, &far)] {
        for named in [None, Some(scene)] {
            let told = shared(&reply(customer.psid(), named)).await;
            told.refused_somehow("not open to us");
            assert!(["not_found", "unknown_recipient"].contains(&told.code()), "{}", told.text);
        }
        let told = client()
            .post(format!("{}/api/reply", stack().hub_url))
            .header("x-forwarded-for", "192.0.2.10")
            .header("forwarded", "for=192.0.2.10")
            .json(&reply(customer.psid(), Some(scene)));
        Told::to(told).await.refused_somehow("anybody can write a header");
        scene.assert_nothing_sent();
    }
    // Nobody is written to first through an address that many share.
    let told = until_told(&reply("7304418829920156", Some(&one)), |told| told.status != 404).await;
    told.refused(422, "unknown_recipient");
    assert_eq!((on_phone(&anna).len(), on_phone(&bert).len()), (1, 1));

    for scene in [&one, &two, &elsewhere] {
        let path = format!("/api/integrations/{}?discard=true", scene.id());
        assert_eq!(scene.hub.call(Method::DELETE, &path, None).await.0, 204);
    }
}
