//! Configuration: read once from the environment at start, everything that is wrong reported together.

use std::fmt;
use std::str::FromStr;

use ipnet::IpNet;
use url::Url;

/// Reads settings by name and collects what is wrong with them.
pub struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

/// Everything that is wrong with the environment, in one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the function cannot start: {}. These are set by template.yaml.", self.0.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// The process's own environment.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl<'a> Environment<'a> {
    /// Reads through `lookup`; [`process`] in a function, a table in a test.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Vec::new() }
    }

    /// A setting that must be there and not blank.
    pub fn text(&mut self, name: &str) -> String {
        match (self.lookup)(name).filter(|value| !value.trim().is_empty()) {
            Some(value) => value,
            None => {
                self.problems.push(format!("{name} is not set"));
                String::new()
            }
        }
    }

    /// A setting that must be there and read as `T`; `fallback` stands in until the problem is reported.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, name: &str, fallback: T) -> T {
        let value = self.text(name);
        if value.is_empty() {
            return fallback;
        }
        value.parse().unwrap_or_else(|error| {
            self.problems.push(format!("{name} cannot be read: {error}"));
            fallback
        })
    }

    /// An absolute address that must be there. A stand-in that leads nowhere until the problem is reported.
    pub fn url(&mut self, name: &str) -> Url {
        let value = self.text(name);
        match value.parse() {
            Ok(url) => url,
            Err(error) => {
                if !value.is_empty() {
                    self.problems.push(format!("{name} is no address: {error}"));
                }
                nowhere()
            }
        }
    }

    /// An absolute address; unset or empty is none.
    pub fn optional_url(&mut self, name: &str) -> Option<Url> {
        let is_set = (self.lookup)(name).is_some_and(|value| !value.trim().is_empty());
        is_set.then(|| self.url(name))
    }

    /// A list of networks, `10.0.0.0/8,192.168.1.0/24`; unset or empty is none.
    pub fn networks(&mut self, name: &str) -> Vec<IpNet> {
        let value = (self.lookup)(name).unwrap_or_default();
        let mut networks = Vec::new();
        for piece in value.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            match piece.parse() {
                Ok(network) => networks.push(network),
                Err(_) => self.problems.push(format!("{name} holds {piece:?}, which is no network like 10.0.0.0/8")),
            }
        }
        networks
    }

    /// The configuration, if nothing was wrong.
    ///
    /// # Errors
    /// [`ConfigError`] with every problem met so far.
    pub fn finish<T>(self, config: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() { Ok(config) } else { Err(ConfigError(self.problems)) }
    }
}

#[expect(clippy::expect_used, reason = "a constant that is an address")]
fn nowhere() -> Url {
    "https://nowhere.invalid".parse().expect("a constant address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_at_once() {
        let lookup = |name: &str| match name {
            "DAYS" => Some("three".to_owned()),
            "NETWORKS" => Some("10.0.0.0/8, nonsense".to_owned()),
            _ => None,
        };
        let mut environment = Environment::new(&lookup);
        environment.text("TABLE_NAME");
        assert_eq!(environment.parsed("DAYS", 3), 3);
        assert_eq!(environment.networks("NETWORKS").len(), 1);
        let message = environment.finish(()).unwrap_err().to_string();
        for name in ["TABLE_NAME", "DAYS", "NETWORKS"] {
            assert!(message.contains(name), "{message}");
        }
    }
}
