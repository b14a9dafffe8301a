//! What the function is told by its environment.

use ipnet::IpNet;
use shared::channel::Platforms;
use shared::config::{ConfigError, Environment};

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table of the deployment.
    pub table_name: String,
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
            secrets_prefix: environment.text("SECRETS_PREFIX"),
            files_bucket: environment.text("FILES_BUCKET"),
            platforms: Platforms::read(&mut environment),
            allowed_private_networks: environment.networks("ALLOWED_PRIVATE_NETWORKS"),
            runtime_api: lookup("AWS_LAMBDA_RUNTIME_API"),
            log_level: environment.text("RUST_LOG"),
        };
        environment.finish(settings)
    }
}
