//! An administrator links a page and a desk: whose the page is says Facebook, what is wrong is told before anything is made.

use e2e::hub::Hub;
use e2e::reply::{on_phone, text};
use e2e::scene::{Offer, Scene, any_account, sandbox, unique};
use e2e::stack::stack;
use reqwest::Method;
use sandbox::When;
use sandbox::meta::{GraphCall, GraphError, Token};
use sandbox::motion::{AccountConfig, ReceiveForm};
use serde_json::{Value, json};

fn path(scene: &Scene) -> String {
    format!("/api/integrations/{}", scene.id())
}

async fn listed(hub: &Hub, account: &str) -> usize {
    let (_, list) = hub.call(Method::GET, "/api/integrations", None).await;
    list["integrations"].as_array().unwrap().iter().filter(|one| one["account"] == account).count()
}

#[tokio::test]
async fn a_token_that_facebook_does_not_accept_makes_nothing() {
    let mut offer = Offer::new(any_account()).await;
    // Somebody who has nothing else, so that what is listed is what was made here.
    offer.hub = Hub::sign_in_another().await;
    let account = format!("facebook:{}", offer.page.id());
    let good = std::mem::replace(&mut offer.wanted["page_token"], json!(format!("EAAG-never-issued-{}", unique())));
    let told = offer.ask().await;
    assert!(told.refused(422, "platform_refused").contains("Invalid OAuth access token"), "{}", told.text);

    let person = format!("EAAG-hush-person-{}", unique());
    sandbox().add_person(&unique(), "Ingrid Dahl", &person);
    offer.wanted["page_token"] = json!(person);
    let told = offer.ask().await;
    assert!(told.refused(422, "platform_refused").contains("a person's token"), "{}", told.text);

    offer.wanted["page_token"] = good;
    offer.page.set(|page| page.token = Token::Expired);
    let told = offer.ask().await;
    assert!(told.refused(422, "platform_refused").contains("Session has expired on Thursday"), "{}", told.text);

    offer.page.mend();
    offer.page.fail_on(Some(GraphCall::Lookup), GraphError::service_down(), When::next(1));
    offer.ask().await.refused(502, "platform_away");
    assert_eq!(listed(&offer.hub, &account).await, 0);

    let scene = offer.take().await;
    assert_eq!(scene.integration["account"], account.as_str(), "named by Facebook, not by the administrator");
    assert_eq!(scene.integration["account_name"], "Northwind Tiles");
    assert_eq!(listed(&scene.hub, &account).await, 1);
}

#[tokio::test]
async fn a_page_is_connected_once_and_taken_over_only_by_its_own_company() {
    let first = Scene::new().await;
    let mut offer = Offer::new(any_account()).await;
    offer.wanted["page_token"] = json!(first.page.state().access_token);
    let told = offer.ask().await;
    let name = first.integration["name"].as_str().unwrap();
    assert!(told.refused(409, "account_taken").contains(name), "{}", told.text);

    let stranger = Hub::sign_in_another().await;
    for take_over in [false, true] {
        offer.wanted["take_over"] = json!(take_over);
        let told = stranger.ask(Method::POST, "/api/integrations", Some(&offer.wanted)).await;
        let sentence = told.refused(409, "account_taken");
        assert!(sentence.contains("another company") && !sentence.contains(name), "{sentence}");
    }

    let offer = Offer { page: first.page.clone(), ..offer };
    let second = offer.take().await;
    let old = first.hub.integration(first.id()).await;
    assert_eq!(old["enabled"], false);
    assert!(old["findings"].to_string().contains("account_elsewhere"), "{old}");
    let ingrid = second.known().await;
    assert!(first.bodies(&ingrid).is_empty());
    first.reply(&text(&ingrid, "by the old one")).await.refused(403, "integration_disabled");
    second.reply(&text(&ingrid, "by the new one")).await.sent();
    assert_eq!(on_phone(&ingrid), ["by the new one"]);
}

#[tokio::test]
async fn what_waits_stays_with_the_integration_that_it_came_for() {
    let first = Scene::new().await;
    let ingrid = first.customer();
    assert_eq!(first.hub.call(Method::POST, &format!("{}/disable", path(&first)), None).await.0, 200);
    ingrid.says("are you closed?").await;
    first.until_kept("waiting", 1).await;
    let mut offer = Offer::new(any_account()).await;
    offer.wanted["page_token"] = json!(first.page.state().access_token);
    offer.wanted["take_over"] = json!(true);
    let second = offer.take().await;
    assert_eq!(first.hub.messages(first.id(), "waiting").await.len(), 1);
    assert_eq!(first.hub.call(Method::POST, &format!("{}/enable", path(&first)), None).await.0, 200);
    assert_eq!(first.until_bodies(&ingrid, 1).await, ["are you closed?"]);
    assert!(second.bodies(&ingrid).is_empty());
}

#[tokio::test]
async fn a_token_of_another_page_is_refused_and_a_new_one_of_the_same_is_used() {
    let (scene, other) = (Scene::new().await, Scene::new().await);
    let ingrid = scene.known().await;
    let foreign = json!({"page_token": other.page.state().access_token, "name": "Renamed"});
    let told = scene.hub.ask(Method::PATCH, &path(&scene), Some(&foreign)).await;
    assert!(told.refused(409, "account_mismatch").contains(&other.page.id()), "{}", told.text);
    assert_eq!(scene.hub.integration(scene.id()).await["name"], scene.integration["name"], "nothing of it was taken");

    let newer = format!("EAAG-newer-{}", unique());
    scene.page.set(|page| page.access_token.clone_from(&newer));
    let told = scene.hub.ask(Method::PATCH, &path(&scene), Some(&json!({"page_token": newer}))).await;
    assert_eq!(told.status, 200, "{}", told.text);
    scene.reply(&text(&ingrid, "by the newer one")).await.sent();
    assert_eq!(scene.sendings()[0].header("authorization"), Some(format!("Bearer {newer}").as_str()));
    assert!(!told.text.contains(&newer), "a token is never shown");

    let stale = json!({"revision": scene.integration["revision"], "name": "Too late"});
    scene.hub.ask(Method::PATCH, &path(&scene), Some(&stale)).await.refused(409, "changed_meanwhile");
}

#[tokio::test]
async fn what_is_kept_stands_in_the_way_of_deleting_until_it_is_thrown_away() {
    let scene = Scene::new().await;
    let ingrid = scene.customer();
    assert_eq!(scene.hub.call(Method::POST, &format!("{}/disable", path(&scene)), None).await.0, 200);
    ingrid.says("are you closed?").await;
    scene.until_kept("waiting", 1).await;
    let unreadable = json!({"id": scene.page.id(), "time": 1, "messaging": [{"sender": 7, "message": []}]});
    assert!(scene.page.post_entries(vec![unreadable]).await.acknowledged());
    scene.until_kept("failed", 1).await;
    for query in ["", "?discard=false"] {
        let told = scene.hub.ask(Method::DELETE, &format!("{}{query}", path(&scene)), None).await;
        let sentence = told.refused(409, "messages_kept");
        assert!(sentence.contains("1 messages wait") && sentence.contains("1 failed"), "{sentence}");
    }
    assert!(scene.page.read(|page| page.subscribed.is_some()));

    let told = scene.hub.ask(Method::DELETE, &format!("{}?discard=true", path(&scene)), None).await;
    assert_eq!((told.status, told.text.as_str()), (204, ""));
    scene.hub.ask(Method::GET, &path(&scene), None).await.refused(404, "not_found");
    scene.hub.ask(Method::GET, &format!("{}/messages", path(&scene)), None).await.refused(404, "not_found");
    scene.reply(&text(&ingrid, "hello")).await.refused(404, "not_found");
    assert!(scene.page.read(|page| page.subscribed.is_none()), "Facebook was told");

    // The page is free again.
    let mut offer = Offer::new(any_account()).await;
    offer.wanted["page_token"] = json!(scene.page.state().access_token);
    assert_eq!(offer.ask().await.status, 201);
}

/// One conversation both ways with files over a Receive URL of this form.
async fn over(form: ReceiveForm) {
    let scene = Scene::between(AccountConfig { form, ..any_account() }, |_| {}).await;
    let shown = scene.integration["receive_url"].as_str().unwrap();
    assert!(!shown.contains(&scene.desk.state().token) && !shown.contains(&scene.desk.api_key()), "{form:?} {shown}");
    let ingrid = scene.customer();
    let file = sandbox::meta::File::new("tile.pdf", "application/pdf", b"%PDF-1.7 tile".to_vec());
    ingrid.sends(Some("Do you have these?"), vec![file]).await;
    assert_eq!(scene.until_bodies(&ingrid, 2).await, ["Do you have these?", "tile.pdf"], "{form:?}");
    let agent = scene.desk.agent();
    assert!(agent.reply(ingrid.psid(), "We do.").await.unwrap().answer.unwrap().is_success(), "{form:?}");
    let answered = agent.reply_with_file(ingrid.psid(), "offer.pdf", "application/pdf", "%PDF-1.7 x").await.unwrap();
    assert!(answered.answer.unwrap().is_success(), "{form:?}");
    assert_eq!(on_phone(&ingrid), ["We do.", "offer.pdf"], "{form:?}");
}

#[tokio::test]
async fn every_form_of_the_receive_url_carries_a_conversation() {
    use ReceiveForm::{ApiKey, Open, Proxy, Token, Version1};
    tokio::join!(over(Token), over(Proxy), over(ApiKey), over(Open), over(Version1));
}

#[tokio::test]
async fn the_api_and_the_account_follow_from_a_receive_url_that_names_them() {
    let scene = Scene::with(|wanted| {
        wanted["api_base_url"] = Value::Null;
        wanted["desk_account"] = Value::Null;
    })
    .await;
    assert_eq!(scene.integration["api_base_url"], scene.desk.api_url());
    assert_eq!(scene.integration["desk_account"], scene.desk.id().to_string());
    assert!(!scene.integration["findings"].to_string().contains("desk_"), "{}", scene.integration["findings"]);
}

#[tokio::test]
async fn addresses_in_private_networks_that_nobody_opened_are_refused() {
    let mut offer = Offer::new(any_account()).await;
    let good = offer.wanted.clone();
    let hosts = [
        "http://10.0.0.8",
        "https://10.0.0.8",
        "https://192.168.1.10:8443",
        "https://172.16.0.1",
        "https://100.64.0.1",
        "http://169.254.169.254",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[fd00::1]",
        "https://[fe80::1]",
        "https://[::ffff:10.0.0.8]",
        "https://[64:ff9b::a00:8]",
        "http://0.0.0.0",
        "https://0x0a000008",
        "https://167772168",
        "http://192.0.2.1",
    ];
    for host in hosts {
        for (setting, path) in [("receive_url", "/api/openchannel/accounts/1/notify?token=x"), ("api_base_url", "/api")]
        {
            offer.wanted = good.clone();
            offer.wanted[setting] = json!(format!("{host}{path}"));
            let told = offer.ask().await;
            told.refused(422, "invalid");
            assert!(told.json["fields"][setting].is_string(), "{host} {setting} {}", told.text);
        }
    }
    let desk = offer.desk.state();
    assert!(desk.calls.0.is_empty(), "nobody was asked anything");
    offer.wanted = good;
    let scene = offer.take().await;
    let moved = json!({"receive_url": "https://10.0.0.8/api/openchannel/accounts/1/notify?token=x"});
    let told = scene.hub.ask(Method::PATCH, &path(&scene), Some(&moved)).await;
    told.refused(422, "invalid");
    scene.known().await;
}

#[tokio::test]
async fn a_page_of_a_meta_app_of_its_own_is_served_at_an_address_of_its_own() {
    let scene = Scene::of_own_app().await;
    let app = scene.page.state().app;
    assert_eq!(scene.integration["has_own_app"], true);
    assert_eq!(scene.page.verify(&app.verify_token, "1158").await.unwrap(), (200, "1158".to_owned()));
    assert_eq!(scene.page.verify(&stack().meta_app.verify_token, "1158").await.unwrap().0, 403);
    let ingrid = scene.known().await;
    scene.reply(&text(&ingrid, "hello")).await.sent();
    assert_eq!(on_phone(&ingrid), ["hello"]);
}
