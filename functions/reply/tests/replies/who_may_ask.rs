use super::*;

#[tokio::test]
async fn an_unknown_integration_and_a_wrong_secret_are_told_the_same() {
    let world = World::new().await;
    let body = text(None, "hello").to_string();
    let other = IntegrationId::generate();
    let mut told = Vec::new();
    for (path, calls) in [
        (format!("/api/reply/{}/wrong", world.integration), 1),
        (format!("/api/reply/{other}/{SECRET}"), 1),
        (format!("/api/reply/{other}/{SECRET}"), 0),
        (format!("/api/reply/{}/{SECRET}", world.integration.to_string().to_lowercase()), 0),
        (format!("/api/reply/218840075512346/{SECRET}"), 0),
        (format!("/api/reply/{}", world.integration), 0),
        ("/api".to_owned(), 0),
    ] {
        world.aws.calls();
        let answer = world.post(&path, Some("application/json"), &body).await;
        is(&answer, 404, "not_found");
        assert_eq!(world.aws.calls().len(), calls, "{path}");
        let mut body = answer.body;
        body.as_object_mut().unwrap().remove("correlation_id");
        told.push(body);
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn the_secret_before_opens_and_a_new_one_is_seen_at_once() {
    let mut world = World::new().await;
    let body = text(None, "hello").to_string();
    let path = |secret: &str| format!("/api/reply/{}/{secret}", world.integration);
    let (before, newest) = (path("the-secret-before"), path("the-newest-secret"));
    sent(&world.post(&before, Some("application/json"), &body).await);

    let name = format!("hub/integration/{}", world.integration);
    let secrets = json!({
        "account": format!("facebook:{PAGE}"), "platform": {"kind": "graph", "token": TOKEN}, "receive_url": "https://motion.example.com/x",
        "reply_secrets": ["the-newest-secret", SECRET],
    });
    world.aws.secret(&name, &secrets);
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(2)));
    sent(&world.post(&newest, Some("application/json"), &body).await);
    is(&world.post(&before, Some("application/json"), &body).await, 404, "not_found");
}

#[tokio::test]
async fn a_disabled_integration_says_so_and_is_seen_again_within_half_a_minute() {
    let mut world = World::empty().await;
    world.integrate(world.integration, PAGE, |integration| integration.enabled = false).await;
    world.customer(world.integration, CUSTOMER).await;
    is(&world.reply(&text(Some(1), "hello")).await, 403, "integration_disabled");
    let mut stored = world.stored().await;
    stored.enabled = true;
    world.store.update_integration(&stored).await.unwrap();
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(30)));
    sent(&world.reply(&text(Some(1), "hello")).await);
}

#[tokio::test]
async fn a_large_body_another_method_and_a_bad_body_are_refused() {
    let world = World::new().await;
    let path = format!("/api/reply/{}/{SECRET}", world.integration);
    let large = "x".repeat(1024 * 1024 + 1);
    is(&world.post(&path, None, &large).await, 413, "too_large");
    is(&world.call("GET", &path, None, "", false, "192.0.2.7").await, 405, "method_not_allowed");
    is(&world.call("POST", &path, None, "no base64!", true, "192.0.2.7").await, 400, "not_readable");
    is(&world.post(&path, None, "<xml/>").await, 400, "not_readable");
    is(&world.reply(&json!({"body": "hi", "Contact": {"phone": "none"}})).await, 422, "no_recipient");
    is(&world.reply(&json!({"body": " ", "Contact": {"facebook": CUSTOMER}})).await, 422, "empty");
    let two = json!({"body": "hi", "Contact": {"facebook": CUSTOMER}, "contact": {"facebook": "1234567"}});
    is(&world.reply(&two).await, 422, "two_recipients");
    assert!(world.outside.messages().is_empty());
}
