//! What the function is told by its environment.

use std::time::Duration;

use ipnet::IpNet;
use shared::channel::Platforms;
use shared::config::{ConfigError, Environment};

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table of the deployment.
    pub table_name: String,
    /// Where the work comes from, and goes back to.
    pub inbound_queue_url: String,
    /// Where work waits for its time.
    pub later_queue_url: String,
    /// What the names of the deployment's secrets begin with.
    pub secrets_prefix: String,
    /// Where files lie that a provider fetches.
    pub files_bucket: String,
    /// Where the platforms answer.
    pub platforms: Platforms,
    /// Private networks in which a desk may be.
    pub allowed_private_networks: Vec<IpNet>,
    /// Lambda's own address, which nothing may be sent to.
    pub runtime_api: Option<String>,
    /// How long a message waits for a desk that is away.
    pub waiting: Duration,
    /// Which lines are logged.
    pub log_level: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`ConfigError`] with all that is wrong.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut environment = Environment::new(lookup);
        let settings = Self {
            table_name: environment.text("TABLE_NAME"),
            inbound_queue_url: environment.text("INBOUND_QUEUE_URL"),
            later_queue_url: environment.text("LATER_QUEUE_URL"),
            secrets_prefix: environment.text("SECRETS_PREFIX"),
            files_bucket: environment.text("FILES_BUCKET"),
            platforms: Platforms::read(&mut environment),
            allowed_private_networks: environment.networks("ALLOWED_PRIVATE_NETWORKS"),
            runtime_api: lookup("AWS_LAMBDA_RUNTIME_API"),
            waiting: Duration::from_secs(environment.parsed::<u64>("WAITING_DAYS", 3).saturating_mul(24 * 3600)),
            log_level: environment.text("RUST_LOG"),
        };
        environment.finish(settings)
    }
}
