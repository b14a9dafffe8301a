//! What the function is told by its environment.

use shared::config::{ConfigError, Environment};

/// The function's settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where the files lie.
    pub(crate) files_bucket: String,
    /// Which lines are logged.
    pub(crate) log_level: String,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// [`ConfigError`] with all that is wrong.
    pub(crate) fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut environment = Environment::new(lookup);
        let settings = Self { files_bucket: environment.text("FILES_BUCKET"), log_level: environment.text("RUST_LOG") };
        environment.finish(settings)
    }
}
