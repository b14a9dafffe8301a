//! What the function is told by its environment.

use shared::config::{ConfigError, Environment};

/// The function's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table of the deployment.
    pub table_name: String,
    /// The queue whose groups keep the order.
    pub inbound_queue_url: String,
    /// Where its records end that the worker could not deal with.
    pub inbound_redrive_queue_url: String,
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
            inbound_redrive_queue_url: environment.text("INBOUND_REDRIVE_QUEUE_URL"),
            log_level: environment.text("RUST_LOG"),
        };
        environment.finish(settings)
    }
}
