//! What a person may set on an integration, read from a JSON object. Pure; every problem is collected, none ends the reading.

use std::fmt::Display;
use std::str::FromStr;

use ipnet::IpNet;
use secrecy::SecretString;
use serde_json::{Map, Value};
use shared::channel::Channel;
use shared::openchannel::contact::{ContactField, ContactFields};
use shared::openchannel::url::ReceiveUrl;
use shared::recontact::Recontact;
use url::Url;

use super::providers::{self, ProviderSettings};
use super::{forms, recontact};
use crate::error::Problems;

/// So many unknown names are told of; the rest would be more of the same.
const UNKNOWN_TOLD: usize = 10;

/// A setting of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// Not there: stays as it is.
    #[default]
    Absent,
    /// Cleared.
    Null,
    /// Set.
    Value(T),
}

impl<T> Given<T> {
    /// Whether the call says anything about it.
    pub(crate) const fn is_given(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The value, if there is one.
    pub(crate) fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Null => Given::Null,
            Self::Value(value) => read(value).map_or(Given::Absent, Given::Value),
        }
    }
}

/// What a person may set at any time.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    pub(crate) name: Given<String>,
    pub(crate) page_token: Given<SecretString>,
    pub(crate) app_secret: Given<SecretString>,
    pub(crate) verify_token: Given<SecretString>,
    pub(crate) receive_url: Given<ReceiveUrl>,
    pub(crate) api_base_url: Given<Url>,
    pub(crate) desk_account: Given<String>,
    pub(crate) api_key: Given<SecretString>,
    pub(crate) api_user: Given<String>,
    pub(crate) api_password: Given<SecretString>,
    pub(crate) map_key: Given<ContactField>,
    pub(crate) contact_fields: Given<ContactFields>,
    pub(crate) human_agent: Given<bool>,
    pub(crate) read_marks: Given<bool>,
    pub(crate) recontact: Given<Recontact>,
    pub(crate) bridge_sources: Given<Vec<IpNet>>,
    pub(crate) provider: Option<ProviderSettings>,
}

/// What is said when an integration is made.
#[derive(Debug)]
pub(crate) struct NewSettings {
    /// The channel; Facebook stands in until the problem is told.
    pub(crate) channel: Channel,
    /// The settings.
    pub(crate) settings: Settings,
    /// Whether an account that another integration of the same tenant has is taken from it.
    pub(crate) take_over: bool,
}

/// What is said when one is changed.
#[derive(Debug, Default)]
pub(crate) struct ChangedSettings {
    /// The settings.
    pub(crate) settings: Settings,
    /// The revision that the caller has seen.
    pub(crate) revision: Option<u64>,
    /// Whether the Reply URL gets a new secret.
    pub(crate) rotate_reply_secret: bool,
}

/// Reads what a new integration is to be.
pub(crate) fn read_new(object: Map<String, Value>) -> (NewSettings, Problems) {
    let mut reader = Reader::new(object);
    let channel = reader.channel();
    let take_over = reader.flag("take_over").value().unwrap_or_default();
    let settings = reader.settings();
    (NewSettings { channel, settings, take_over }, reader.finish())
}

/// Reads what is to be changed.
pub(crate) fn read_change(object: Map<String, Value>) -> (ChangedSettings, Problems) {
    let mut reader = Reader::new(object);
    let revision = reader.take("revision");
    let revision = revision.and_then(|value| {
        value.as_u64().or_else(|| {
            reader.problems.add("revision", "must be the number that the integration was read with");
            None
        })
    });
    let rotate_reply_secret = reader.flag("rotate_reply_secret").value().unwrap_or_default();
    let settings = reader.settings();
    (ChangedSettings { settings, revision: revision.value(), rotate_reply_secret }, reader.finish())
}

pub(super) struct Reader {
    object: Map<String, Value>,
    /// What stands before the names of a nested object, as `twilio.`.
    prefix: String,
    problems: Problems,
}

impl Reader {
    fn new(object: Map<String, Value>) -> Self {
        Self { object, prefix: String::new(), problems: Problems::default() }
    }

    /// Which channel a new integration is of, and through whom.
    fn channel(&mut self) -> Channel {
        let channel = self.text("channel", |channel| match channel {
            "facebook" | "whatsapp" => Ok(channel.to_owned()),
            _ => Err("is not a channel of this hub; possible: facebook, whatsapp"),
        });
        let provider = self.text("provider", |text| {
            let known = providers::NAMES.iter().find(|(name, _)| *name == text);
            known.map(|(_, provider)| *provider).ok_or("is no provider; possible: meta, twilio, sinch, kaleyra")
        });
        match (channel.value().as_deref(), provider) {
            (Some("whatsapp"), Given::Value(provider)) => return Channel::WhatsApp(provider),
            (Some("whatsapp"), _) => self.problem("provider", "is needed; possible: meta, twilio, sinch, kaleyra"),
            (Some(_), Given::Value(_)) => self.problem("provider", "is for channel whatsapp only"),
            (Some(_), _) => {}
            (None, _) => self.problem("channel", "is needed; possible: facebook, whatsapp"),
        }
        Channel::Facebook
    }

    /// Reads an object inside the object, whose names are told with its own before them. Nothing where there is none.
    pub(super) fn nested<T>(&mut self, name: &str, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let object = match self.take(name) {
            Given::Absent => return None,
            Given::Value(Value::Object(object)) => object,
            Given::Null | Given::Value(_) => {
                self.problem(name, "must be an object");
                return None;
            }
        };
        let problems = std::mem::take(&mut self.problems);
        let mut inner = Self { object, prefix: format!("{}{name}.", self.prefix), problems };
        let found = read(&mut inner);
        self.problems = inner.finish();
        Some(found)
    }

    /// Adds a problem with a setting.
    pub(super) fn problem(&mut self, name: &str, problem: impl Display) {
        self.problems.add(format!("{}{name}", self.prefix), problem);
    }

    fn settings(&mut self) -> Settings {
        Settings {
            name: self.text("name", forms::name),
            page_token: self.text("page_token", forms::token),
            app_secret: self.text("app_secret", forms::key),
            verify_token: self.text("verify_token", forms::key),
            receive_url: self.text("receive_url", forms::receive_url),
            api_base_url: self.text("api_base_url", forms::api_base_url),
            desk_account: self.text("desk_account", forms::desk_account),
            api_key: self.text("api_key", forms::token),
            api_user: self.text("api_user", forms::user),
            api_password: self.text("api_password", forms::password),
            map_key: self.text("map_key", ContactField::from_str),
            contact_fields: self.contact_fields(),
            human_agent: self.flag("human_agent"),
            read_marks: self.flag("read_marks"),
            recontact: self.take("recontact").and_then(|value| recontact::read(value, &mut self.problems)),
            bridge_sources: self.networks("bridge_sources"),
            provider: ProviderSettings::read(self),
        }
    }

    fn take(&mut self, name: &str) -> Given<Value> {
        match self.object.remove(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => Given::Value(value),
        }
    }

    pub(super) fn text<T, E: Display>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, E>) -> Given<T> {
        self.take(name).and_then(|value| match value.as_str().map(read) {
            Some(Ok(value)) => Some(value),
            Some(Err(problem)) => {
                self.problem(name, problem);
                None
            }
            None => {
                self.problem(name, "must be text");
                None
            }
        })
    }

    pub(super) fn flag(&mut self, name: &str) -> Given<bool> {
        self.take(name).and_then(|value| {
            if !value.is_boolean() {
                self.problem(name, "must be true or false");
            }
            value.as_bool()
        })
    }

    fn contact_fields(&mut self) -> Given<ContactFields> {
        self.take("contact_fields").and_then(|value| {
            let Value::Object(object) = value else {
                self.problems.add("contact_fields", "must be an object, such as {\"tags\": \"messenger\"}");
                return None;
            };
            let mut fields = ContactFields::default();
            for (name, value) in object {
                let value = value.as_str().ok_or("must be text").and_then(forms::field_value);
                match (ContactField::from_str(&name), value) {
                    (Ok(field), Ok(value)) => fields.set(field, &value),
                    (Err(unknown), _) => self.problems.add(member("contact_fields", &name), unknown),
                    (Ok(_), Err(problem)) => self.problems.add(member("contact_fields", &name), problem),
                }
            }
            Some(fields)
        })
    }

    pub(super) fn networks(&mut self, name: &str) -> Given<Vec<IpNet>> {
        self.take(name).and_then(|value| {
            let Value::Array(array) = value else {
                self.problem(name, "must be a list, such as [\"192.0.2.10\", \"198.51.100.0/24\"]");
                return None;
            };
            if array.len() > forms::MOST_SOURCES {
                self.problem(name, format!("may name at most {} networks", forms::MOST_SOURCES));
                return None;
            }
            let mut networks = Vec::with_capacity(array.len());
            for (index, value) in array.iter().enumerate() {
                match value.as_str().ok_or("must be text").and_then(forms::network) {
                    Ok(network) => networks.push(network),
                    Err(problem) => self.problem(&format!("{name}.{index}"), problem),
                }
            }
            Some(networks)
        })
    }

    /// What is left over is no setting: more likely a slip than meant.
    fn finish(mut self) -> Problems {
        for name in self.object.keys().take(UNKNOWN_TOLD) {
            let name = format!("{}{}", self.prefix, shortened(name));
            self.problems.add(name, "is not a setting; see /api/openapi.json");
        }
        self.problems
    }
}

fn member(setting: &str, name: &str) -> String {
    format!("{setting}.{}", shortened(name))
}

/// A name of the caller's own making, short enough to be said back.
fn shortened(name: &str) -> String {
    name.chars().take(60).collect()
}

#[cfg(test)]
mod tests;
