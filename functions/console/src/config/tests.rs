use super::*;

const COMPLETE: [(&str, &str); 14] = [
    ("TABLE_NAME", "hub"),
    ("INBOUND_QUEUE_URL", "https://sqs.eu-south-1.amazonaws.com/1/inbound.fifo"),
    ("SECRETS_PREFIX", "hub"),
    ("GRAPH_BASE_URL", "https://graph.facebook.com"),
    ("GRAPH_VERSION", "v26.0"),
    ("TWILIO_BASE_URL", "https://api.twilio.com"),
    ("ALLOWED_PRIVATE_NETWORKS", "10.0.0.0/8"),
    ("PUBLIC_URL", "https://hub.example.com/"),
    ("JWKS_URL", "https://cognito-idp.eu-south-1.amazonaws.com/pool/.well-known/jwks.json"),
    ("USER_POOL_ISSUER", "https://cognito-idp.eu-south-1.amazonaws.com/pool"),
    ("USER_POOL_CLIENT_ID", "client"),
    ("WAITING_DAYS", "3"),
    ("RUST_LOG", "info"),
    ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
];

fn without(missing: &[&str]) -> Result<Config, ConfigError> {
    let known = |name: &str| COMPLETE.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    read(&|name| known(name).filter(|_| !missing.contains(&name)))
}

#[test]
fn a_complete_environment() {
    let config = without(&[]).unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://hub.example.com"));
    assert_eq!(config.waiting, Duration::from_secs(3 * 24 * 3600));
    assert_eq!(config.allowed_private_networks.len(), 1);
}

#[test]
fn what_may_be_missing() {
    let config = without(&["PUBLIC_URL", "AWS_LAMBDA_RUNTIME_API", "ALLOWED_PRIVATE_NETWORKS"]).unwrap();
    assert_eq!(config.public_url, None);
    assert_eq!(config.runtime_api, None);
}

#[test]
fn all_that_is_missing_is_reported_together() {
    let message = without(&["TABLE_NAME", "JWKS_URL", "USER_POOL_CLIENT_ID"]).unwrap_err().to_string();
    for name in ["TABLE_NAME", "JWKS_URL", "USER_POOL_CLIENT_ID"] {
        assert!(message.contains(name), "{message}");
    }
}
