//! What every webhook function is told by its environment.

use crate::config::{ConfigError, Environment};

/// A webhook function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The queue whose groups keep the order.
    pub inbound_queue_url: String,
    /// What the names of the deployment's secrets begin with.
    pub secrets_prefix: String,
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
            inbound_queue_url: environment.text("INBOUND_QUEUE_URL"),
            secrets_prefix: environment.text("SECRETS_PREFIX"),
            log_level: environment.text("RUST_LOG"),
        };
        environment.finish(settings)
    }
}
