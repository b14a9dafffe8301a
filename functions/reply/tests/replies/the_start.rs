use super::*;

#[tokio::test]
async fn opens_connections_and_leaves_the_first_call_warm() {
    let world = World::new().await;
    world.shell.warm().await;
    assert!(world.outside.messages().is_empty(), "nothing is sent by it");
    world.aws.calls();
    is(&world.bridge("192.0.2.7", &text(None, "hello")).await, 404, "not_found");
    assert!(world.aws.calls().is_empty(), "who is behind the bridge is known");
}

#[tokio::test]
async fn outlasts_an_aws_that_is_down() {
    let world = World::new().await;
    world.aws.fault("Query", Fault::Down);
    world.aws.fault("GetSecretValue", Fault::Down);
    world.shell.warm().await;
    world.aws.mend();
    sent(&world.reply(&text(None, "hello")).await);
}

#[test]
fn needs_every_setting_and_tells_all_that_are_missing() {
    let told = reply::Settings::read(&|_| None).unwrap_err().to_string();
    for name in ["TABLE_NAME", "SECRETS_PREFIX", "GRAPH_BASE_URL", "GRAPH_VERSION", "RUST_LOG"] {
        assert!(told.contains(name), "{told}");
    }
    let settings = reply::Settings::read(&|name| match name {
        "GRAPH_BASE_URL" => Some("https://graph.facebook.com".to_owned()),
        "TWILIO_BASE_URL" => Some("https://api.twilio.com".to_owned()),
        "SINCH_BASE_URL" | "KALEYRA_BASE_URL" => Some(String::new()),
        "ALLOWED_PRIVATE_NETWORKS" => Some("10.0.0.0/8".to_owned()),
        "AWS_LAMBDA_RUNTIME_API" => None,
        name => Some(name.to_lowercase()),
    });
    let settings = settings.unwrap();
    assert_eq!(
        (settings.platforms.graph_version.as_str(), settings.allowed_private_networks.len()),
        ("graph_version", 1)
    );
}
