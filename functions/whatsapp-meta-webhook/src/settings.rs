//! What the function is told by its environment.

use shared::config::{ConfigError, Environment};

/// The function's settings.
pub(crate) struct Settings {
    pub(crate) inbound_queue_url: String,
    pub(crate) secrets_prefix: String,
    pub(crate) log_level: String,
}

/// Reads the settings; what is wrong is reported together.
pub(crate) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Settings, ConfigError> {
    let mut environment = Environment::new(lookup);
    let settings = Settings {
        inbound_queue_url: environment.text("INBOUND_QUEUE_URL"),
        secrets_prefix: environment.text("SECRETS_PREFIX"),
        log_level: environment.text("RUST_LOG"),
    };
    environment.finish(settings)
}
