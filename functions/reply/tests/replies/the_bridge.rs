use super::*;

const SOURCE: &str = "203.0.113.40";
const SECOND: &str = "339900112233445";

/// Two integrations behind the bridge, of the accounts 12 and 13, with a customer each.
async fn two() -> (World, IntegrationId) {
    let world = World::empty().await;
    let second = IntegrationId::generate();
    world
        .integrate(world.integration, PAGE, |integration| {
            integration.bridge_sources = vec!["203.0.113.0/24".parse().unwrap()];
        })
        .await;
    world
        .integrate(second, SECOND, |integration| {
            integration.bridge_sources = vec!["203.0.113.40/32".parse().unwrap()];
            integration.desk_account = Some("13".to_owned());
        })
        .await;
    world.customer(world.integration, CUSTOMER).await;
    world.customer(second, "7304418829920156").await;
    (world, second)
}

fn reply(to: &str, account: Option<u32>) -> Value {
    let mut reply = json!({"body": "hello", "Contact": {"facebook": to}});
    if let Some(account) = account {
        reply["OpenchannelAccountId"] = account.into();
    }
    reply
}

#[tokio::test]
async fn is_off_for_whoever_is_not_listed() {
    let world = World::new().await;
    is(&world.bridge(SOURCE, &text(None, "hello")).await, 404, "not_found");
    let (world, _) = two().await;
    // The header in which anybody can write what they like says 203.0.113.5.
    for source in ["203.0.114.40", "::ffff:198.51.100.1", "2001:db8::1", "", "unknown"] {
        is(&world.bridge(source, &reply(CUSTOMER, None)).await, 404, "not_found");
    }
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn finds_the_one_integration_that_is_meant() {
    let (world, _) = two().await;
    for (to, account, page) in [
        (CUSTOMER, Some(12), PAGE),
        (CUSTOMER, None, PAGE),
        ("7304418829920156", Some(13), SECOND),
        ("7304418829920156", None, SECOND),
    ] {
        sent(&world.bridge(SOURCE, &reply(to, account)).await);
        assert_eq!(world.outside.messages()[0].path, format!("/v26.0/{page}/messages"));
    }
    sent(&world.bridge("::ffff:203.0.113.40", &reply(CUSTOMER, None)).await);
}

#[tokio::test]
async fn lets_in_whom_the_integrations_own_record_lists() {
    let world = World::empty().await;
    world.integrate(world.integration, PAGE, |_| {}).await;
    world.customer(world.integration, CUSTOMER).await;
    let mut listed = world.stored().await;
    listed.bridge_sources = vec!["203.0.113.0/24".parse().unwrap()];
    world.store.set_bridge(&listed).await.unwrap();
    is(&world.bridge(SOURCE, &reply(CUSTOMER, None)).await, 404, "not_found");
    assert!(world.outside.messages().is_empty());
}

#[tokio::test]
async fn refuses_what_fits_none_or_several() {
    let (world, second) = two().await;
    is(&world.bridge(SOURCE, &reply("5550001112223", Some(12))).await, 422, "unknown_recipient");
    is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(13))).await, 422, "unknown_recipient");
    is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(99))).await, 422, "unknown_recipient");
    is(&world.bridge("203.0.113.41", &reply("7304418829920156", None)).await, 422, "unknown_recipient");
    is(&world.bridge(SOURCE, &json!({"body": "hi"})).await, 422, "no_recipient");
    world.customer(second, CUSTOMER).await;
    is(&world.bridge(SOURCE, &reply(CUSTOMER, None)).await, 422, "ambiguous_recipient");
    assert!(world.outside.messages().is_empty());
    let told = world.bridge(SOURCE, &json!({"body": "hi", "secret": true})).await;
    assert_eq!((told.status, &told.body["status"]), (200, &json!("ignored")));
}

#[tokio::test]
async fn is_switched_off_within_half_a_minute() {
    let (mut world, second) = two().await;
    sent(&world.bridge(SOURCE, &reply(CUSTOMER, Some(12))).await);
    world.store.clear_bridge(second).await.unwrap();
    let mut stored = world.stored().await;
    stored.bridge_sources.clear();
    world.store.set_bridge(&stored).await.unwrap();
    world.shell = world.shell.with_clock(Clock::ahead(Duration::from_secs(30)));
    is(&world.bridge(SOURCE, &reply(CUSTOMER, Some(12))).await, 404, "not_found");
}
