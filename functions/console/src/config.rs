//! What the function is told by its environment, read once.

use std::time::Duration;

use ipnet::IpNet;
use shared::channel::Platforms;
use shared::config::{ConfigError, Environment};
use url::Url;

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The table.
    pub table: String,
    /// The queue of work.
    pub inbound_queue_url: String,
    /// What the names of secrets begin with.
    pub secrets_prefix: String,
    /// Where the platforms answer.
    pub platforms: Platforms,
    /// Private networks in which a Receive URL may lie.
    pub allowed_private_networks: Vec<IpNet>,
    /// Where the hub is reached, without a slash at the end; nothing where it is the gateway's own address.
    pub public_url: Option<String>,
    /// Where the keys are that access tokens are signed with.
    pub jwks_url: Url,
    /// Who issues access tokens.
    pub issuer: String,
    /// The app that access tokens are issued for.
    pub client_id: String,
    /// How long a message waits for a desk before it counts as failed.
    pub waiting: Duration,
    /// The filter of the log.
    pub log_level: String,
    /// `host:port` of the Lambda runtime API, which no request may reach.
    pub runtime_api: Option<String>,
}

/// Reads the settings.
///
/// # Errors
/// [`ConfigError`] with everything that is wrong.
pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let mut environment = Environment::new(lookup);
    let days: u32 = environment.parsed("WAITING_DAYS", 0);
    let config = Config {
        table: environment.text("TABLE_NAME"),
        inbound_queue_url: environment.text("INBOUND_QUEUE_URL"),
        secrets_prefix: environment.text("SECRETS_PREFIX"),
        platforms: Platforms::read(&mut environment),
        allowed_private_networks: environment.networks("ALLOWED_PRIVATE_NETWORKS"),
        public_url: optional(lookup, "PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
        jwks_url: environment.url("JWKS_URL"),
        issuer: environment.text("USER_POOL_ISSUER"),
        client_id: environment.text("USER_POOL_CLIENT_ID"),
        waiting: Duration::from_secs(u64::from(days) * 24 * 3600),
        log_level: environment.text("RUST_LOG"),
        runtime_api: optional(lookup, "AWS_LAMBDA_RUNTIME_API"),
    };
    environment.finish(config)
}

fn optional(lookup: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    lookup(name).filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests;
