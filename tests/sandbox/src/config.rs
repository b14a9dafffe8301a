//! What the program is told: by the environment, and by the state file that the local stack writes.

use std::fs;
use std::net::SocketAddr;

use sandbox::SandboxConfig;
use sandbox::meta::MetaApp;
use serde::Deserialize;

/// The settings of the sandbox.
#[derive(Debug)]
pub(crate) struct Config {
    addr: SocketAddr,
    hub_url: String,
    app: MetaApp,
}

/// What is wrong with the environment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("SANDBOX_ADDR is not an address with a port: {0}")]
    Addr(String),
    #[error("set {0}, or HUB_STATE to the state file of the local stack")]
    NoApp(&'static str),
    #[error("HUB_STATE is not set: start the local stack first")]
    NoState,
    #[error("the state file of the local stack cannot be read: {0}")]
    UnreadableState(#[from] std::io::Error),
    #[error("the state file of the local stack is not as expected: {0}")]
    UnknownState(#[from] serde_json::Error),
}

/// What the local stack wrote down about itself.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HubState {
    pub(crate) hub_url: String,
    pub(crate) sandbox_url: String,
    pub(crate) aws_url: String,
    pub(crate) user_pool_client_id: String,
    pub(crate) administrator: Administrator,
    meta_app: StateApp,
}

/// Who may use the hub's API.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Administrator {
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Clone, Debug, Deserialize)]
struct StateApp {
    app_id: String,
    app_secret: String,
    verify_token: String,
}

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process's own environment.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Config {
    /// Reads the settings through `lookup`. The app is the one of the state file where it is not given by itself.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        let addr = lookup("SANDBOX_ADDR").unwrap_or_else(|| "127.0.0.1:9000".to_owned());
        let state = lookup("HUB_STATE").map(|path| HubState::from_file(&path)).transpose()?;
        let of_state = |member: fn(&StateApp) -> &String| state.as_ref().map(|state| member(&state.meta_app).clone());
        let setting = |name, other: Option<String>| lookup(name).or(other).ok_or(ConfigError::NoApp(name));
        Ok(Self {
            addr: addr.parse().map_err(|_| ConfigError::Addr(addr))?,
            hub_url: lookup("HUB_URL").unwrap_or_else(|| "http://127.0.0.1:8080".to_owned()),
            app: MetaApp {
                id: setting("META_APP_ID", of_state(|app| &app.app_id))?,
                secret: setting("META_APP_SECRET", of_state(|app| &app.app_secret))?,
                verify_token: setting("META_VERIFY_TOKEN", of_state(|app| &app.verify_token))?,
            },
        })
    }

    /// As the library takes it.
    pub(crate) fn sandbox(self) -> SandboxConfig {
        SandboxConfig { addr: self.addr, hub_url: self.hub_url, app: self.app }
    }
}

impl HubState {
    /// Reads the file that `HUB_STATE` names.
    pub(crate) fn read(lookup: Lookup<'_>) -> Result<Self, ConfigError> {
        Self::from_file(&lookup("HUB_STATE").ok_or(ConfigError::NoState)?)
    }

    fn from_file(path: &str) -> Result<Self, ConfigError> {
        Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
        let lookup =
            |name: &str| settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::read(&lookup).map_err(|error| error.to_string())
    }

    #[test]
    fn says_what_is_missing() {
        let app = [("META_APP_ID", "1"), ("META_APP_SECRET", "s"), ("META_VERIFY_TOKEN", "v")];
        assert_eq!(read(&app).unwrap().addr.to_string(), "127.0.0.1:9000");
        assert!(read(&app[..2]).unwrap_err().contains("META_VERIFY_TOKEN"));
        assert!(read(&[("SANDBOX_ADDR", "here")]).is_err());
        assert!(read(&[("HUB_STATE", "/nowhere/state.json")]).unwrap_err().contains("cannot be read"));
    }
}
