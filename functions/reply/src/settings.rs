//! What the function is told by its environment.

use ipnet::IpNet;
use shared::config::{ConfigError, Environment};
use url::Url;

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table.
    pub table_name: String,
    /// What the names of the secrets begin with.
    pub secrets_prefix: String,
    /// Where the Graph API is.
    pub graph_base_url: Url,
    /// The version of the Graph API, as `v26.0`.
    pub graph_version: String,
    /// The private networks in which Motion's API may be.
    pub allowed_private_networks: Vec<IpNet>,
    /// `host:port` of the Lambda runtime API, which no request may reach; nothing outside of Lambda.
    pub runtime_api: Option<String>,
    /// What is logged, as `info`.
    pub log_level: String,
}

/// Reads the settings.
///
/// # Errors
/// [`ConfigError`] with all that is wrong.
pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Settings, ConfigError> {
    let mut environment = Environment::new(lookup);
    let table_name = environment.text("TABLE_NAME");
    let secrets_prefix = environment.text("SECRETS_PREFIX");
    let graph_base_url = environment.url("GRAPH_BASE_URL");
    let graph_version = environment.text("GRAPH_VERSION");
    let allowed_private_networks = environment.networks("ALLOWED_PRIVATE_NETWORKS");
    let log_level = environment.text("RUST_LOG");
    let settings = graph_base_url.map(|graph_base_url| Settings {
        table_name,
        secrets_prefix,
        graph_base_url,
        graph_version,
        allowed_private_networks,
        runtime_api: lookup("AWS_LAMBDA_RUNTIME_API"),
        log_level,
    });
    // An address that is missing was reported above, so that `finish` has refused before it could be missed here.
    environment.finish(settings).and_then(|settings| settings.ok_or_else(|| unreachable(lookup)))
}
